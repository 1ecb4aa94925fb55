"""A password guess must cost at least what a guess at the vault passphrase costs."""
import base64
import hmac
import secrets
from typing import Any

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from django.contrib.auth.hashers import BasePasswordHasher, mask_hash
from django.utils.translation import gettext_noop as _

from cases.vault.turnstile import ARGON2ID

ITERATIONS, LANES, MEMORY_KIB = 3, 1, 64 * 1024


class VaultCostArgon2id(BasePasswordHasher):
    """Argon2id (RFC 9106), 64 MiB, t=3, p=1, from `cryptography`: no second Argon2 library. A crowd gets turnstile.Busy."""
    algorithm = "vault_argon2id"

    def salt(self) -> str:
        return secrets.token_hex(16)

    def encode(self, password: str, salt: str) -> str:
        derivation = Argon2id(salt=salt.encode(), length=32, iterations=ITERATIONS, lanes=LANES, memory_cost=MEMORY_KIB)
        with ARGON2ID.turn():
            digest = derivation.derive(password.encode())
        return f"{self.algorithm}${salt}${base64.b64encode(digest).decode()}"

    def decode(self, encoded: str) -> dict[str, Any]:
        algorithm, salt, digest = encoded.split("$", 2)
        return {"algorithm": algorithm, "salt": salt, "hash": digest}

    def verify(self, password: str, encoded: str) -> bool:
        return hmac.compare_digest(self.encode(password, self.decode(encoded)["salt"]), encoded)

    def safe_summary(self, encoded: str) -> dict[str, Any]:
        decoded = self.decode(encoded)
        return {_("algorithm"): decoded["algorithm"], _("salt"): mask_hash(decoded["salt"]),
                _("hash"): mask_hash(decoded["hash"])}

    def must_update(self, encoded: str) -> bool:
        return False

    def harden_runtime(self, password: str, encoded: str) -> None:
        """The cost is fixed; nothing to make up for."""
