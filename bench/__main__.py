"""`./mehfooz bench [--full] [NAME…]`: measure (NAME is a measurement or a figure), print a table, keep it in var/bench.json."""
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


VAR = Path(os.environ.get("MEHFOOZ_DATA", ROOT / "var"))        # before a measurement chooses a directory of its own


def modules() -> dict[str, ModuleType]:
    """By name: those that measure; meter and stage only help them."""
    found = [importlib.import_module(f"bench.{info.name}") for info in pkgutil.iter_modules(bench.__path__)
             if info.name != "__main__"]
    return {module.NAME: module for module in found if hasattr(module, "NAME")}


def commit() -> str:
    git = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False)
    return git.stdout.strip()


def keep(figures: dict[str, Figure]) -> None:
    """Add to what earlier runs left: one module may be measured at a time."""
    path = VAR / "bench.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    known |= {name: {**asdict(figure), "commit": commit()} for name, figure in figures.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(dict(sorted(known.items())), indent=2) + "\n")


def main(wanted: list[str]) -> int:
    known = modules()
    chosen = {name: next((each for each in known if name == each or name in known[each].FIGURES), None) for name in wanted}
    if unknown := [name for name, module in chosen.items() if module is None]:
        print(f"no such measurement: {', '.join(unknown)}; there are:", file=sys.stderr)
        for name in sorted(known):
            print(f"  {name:<12} {', '.join(known[name].FIGURES)}", file=sys.stderr)
        return 2
    for name in sorted(set(chosen.values()) or known):
        figures = known[name].run()
        for figure, measured in figures.items():
            print(f"{figure:<28} {measured.value:>10,.2f} {measured.unit:<5} {measured.peer}", flush=True)
        keep(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main([name for name in sys.argv[1:] if name != "--full"]))
