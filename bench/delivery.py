"""How quickly notices leave by mail; bench/throughput.py says how it is measured."""
import json
import subprocess
import sys

from bench import ENVIRON, Figure

NAME = "delivery"
FIGURES = ("delivery_vs_smtp_ratio", "delivery_growth_1m")
ROWS = 1_000_000


def run() -> dict[str, Figure]:
    """In a process of its own: its million rows are nobody else's."""
    command = [sys.executable, "-m", "bench.throughput", "--rows", str(ROWS)]
    told = json.loads(subprocess.run(command, env=ENVIRON, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[-1])
    return {
        "delivery_vs_smtp_ratio": Figure(round(told["ours"] / told["bare"], 2), "", f"{told['ours']} mails a second, a bare loop "
                                         f"over smtplib {told['bare']}, at a server that takes 0.25 s"),
        "delivery_growth_1m": Figure(round(told["small"] / told["large"], 2), "", f"{told['large']} mails a second with {ROWS:,} "
                                     f"finished notices, {told['small']} without"),
    }
