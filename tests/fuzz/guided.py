"""python -m tests.fuzz.guided SECONDS TARGET…: atheris drives each target by coverage; it ends non-zero if one met a surprise.

The portal is loaded once, and each target is a fork of that: atheris ends the process it ran in.
"""
import os
import sys
import tempfile
from pathlib import Path

import atheris
import django

PARSERS = ["cases.vault.aead", "cases.vault.envelope", "cases.vault.hpke", "cases.vault.receipt", "cases.hashing.fingerprint",
           "cases.hashing.wire", "cases.intake.state", "cases.intake.sealed",
           "cases.intake.inbox_forms"]                        # whose branches lead the search

with atheris.instrument_imports(include=PARSERS):
    django.setup()
    from tests.fuzz.targets import TARGETS, seeds


def search(name: str, seconds: str) -> None:
    """Does not return."""
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(seeds(name)):
            Path(corpus, str(number)).write_bytes(seed)
        atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", "-timeout=10", "-max_len=8192",
                       f"-artifact_prefix={corpus}/", corpus],
                      TARGETS[name])
        atheris.Fuzz()


def main(seconds: str, *names: str) -> int:
    surprised = 0
    for name in names:
        sys.stderr.write(f"target {name}\n")
        sys.stderr.flush()
        child = os.fork()
        if not child:
            search(name, seconds)
        surprised |= os.waitpid(child, 0)[1]
    return int(surprised != 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
