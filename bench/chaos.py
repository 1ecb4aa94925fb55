"""Five minutes and five thousand notices through everything that can break; bench/torture.py says how, docs/delivery.md why."""
import json
import subprocess
import sys

from bench import ENVIRON, Figure

NAME = "chaos"
FIGURES = ("chaos_lost", "chaos_duplicates", "chaos_stuck", "plain_celery_lost")
SECONDS, NOTICES = 300, 5000


def run() -> dict[str, Figure]:
    """In a process of its own, whose PostgreSQL stands on a small disk; its progress is printed."""
    command = [sys.executable, "-m", "bench.torture", "--seconds", str(SECONDS), "--notices", str(NOTICES)]
    told = json.loads(subprocess.run(command, env=ENVIRON, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[-1])
    without = f"; not tried here: {', '.join(told['left_out'])}" if told["left_out"] else ""
    whole = f"of {told['notices']}, {told['faults']} faults in {told['seconds']} s, settled {told['settled_in']} s later{without}"
    return {
        "chaos_lost": Figure(told["lost"], "", f"{whole}; {told['dead_letters']} dead letters"),
        "chaos_duplicates": Figure(told["duplicates"], "", f"acted on twice by an API that knows a repeated request "
                                   f"({told['repeated_calls']} calls and {told['repeated_mails']} mails came again)"),
        "chaos_stuck": Figure(told["stuck"], "", "neither sent nor a dead letter after settling"),
        "plain_celery_lost": Figure(told["plain_lost"], "", f"of {told['plain_notices']}, plain Celery in the same run "
                                    f"({told['plain_repeated_mails']} mails came again)"),
    }
