"""`./mehfooz bench [NAME…]`: run the measurements, print a table, keep the figures in var/bench.json."""
import importlib
import json
import os
import pkgutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import ModuleType

import bench
from bench import Figure

ROOT = Path(__file__).resolve().parent.parent


def modules() -> dict[str, ModuleType]:
    found = [importlib.import_module(f"bench.{info.name}") for info in pkgutil.iter_modules(bench.__path__)
             if info.name != "__main__"]
    return {module.NAME: module for module in found}


def commit() -> str:
    git = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False)
    return git.stdout.strip()


def keep(figures: dict[str, Figure]) -> None:
    """Add to what earlier runs left: one module may be measured at a time."""
    path = Path(os.environ.get("MEHFOOZ_DATA", ROOT / "var")) / "bench.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    known |= {name: {**asdict(figure), "commit": commit()} for name, figure in figures.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(dict(sorted(known.items())), indent=2) + "\n")


def main(wanted: list[str]) -> int:
    known = modules()
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        print(f"no such measurement: {', '.join(unknown)}; there are: {', '.join(sorted(known))}", file=sys.stderr)
        return 2
    for name in wanted or sorted(known):
        figures = known[name].run()
        for figure, measured in figures.items():
            print(f"{figure:<32} {measured.value:>12,.3f} {measured.unit:<10} {measured.peer}", flush=True)
        keep(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
