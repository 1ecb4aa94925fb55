"""Keys of made-up recipients, made by GnuPG itself, and their owners, who can open what is sent to them."""
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

GPG, GPGCONF = "gpg", "gpgconf"


@dataclass
class Owner:
    """A home of GnuPG with one key pair. `key`: the public half, armoured."""
    home: Path

    def gpg(self, *command: str, given: bytes = b"") -> bytes:
        alone = ["--homedir", str(self.home), "--batch", "--yes", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback"]
        return subprocess.run([GPG, *alone, *command], input=given, capture_output=True, check=True).stdout

    @property
    def key(self) -> str:
        return self.gpg("--armor", "--export").decode()

    @property
    def private(self) -> str:
        return self.gpg("--armor", "--export-secret-keys").decode()

    def opened(self, sealed: bytes) -> bytes:
        return self.gpg("--decrypt", given=sealed)

    def revoke(self) -> None:
        """By the certificate that GnuPG wrote beside the key; a colon guards it against use by accident."""
        [certificate] = (self.home / "openpgp-revocs.d").glob("*.rev")
        self.gpg("--import", given=certificate.read_bytes().replace(b":-----BEGIN", b"-----BEGIN"))


@contextmanager
def owner(*how: str) -> Iterator[Owner]:
    """`how`: options and what follows the name, as gpg's --quick-gen-key takes them; without, one that is good for a year."""
    with tempfile.TemporaryDirectory(prefix="pgp-owner-") as home:
        made = Owner(Path(home))
        options = [each for each in how if each.startswith("--") or each.endswith("T000000")]
        made.gpg(*options, "--quick-gen-key", "abuse@platform.example",
                 *([each for each in how if each not in options] or ["future-default", "default", "1y"]))
        try:
            yield made
        finally:
            subprocess.run([GPGCONF, "--homedir", home, "--kill", "all"], check=False)
