"""python -m tests.fuzz.guided TARGET SECONDS: atheris drives one target by coverage; it ends non-zero at the first surprise."""
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

if __name__ == "__main__":
    name, seconds = sys.argv[1:]
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(seeds(name)):
            Path(corpus, str(number)).write_bytes(seed)
        atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", "-timeout=10", "-max_len=8192",
                       f"-artifact_prefix={corpus}/", corpus],
                      TARGETS[name])
        atheris.Fuzz()
