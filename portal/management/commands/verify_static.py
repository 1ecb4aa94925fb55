from argparse import ArgumentParser
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal import static_manifest


class Command(BaseCommand):
    help = "Fetch every script of a running portal, and the pages that load them, and compare them with the signed list."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--key", type=Path, required=True, help="the release key's public half, a PEM file from elsewhere")
        parser.add_argument("--url", default="", help="the portal's address, https://…; without it, this installation's")

    def handle(self, *args: object, key: Path, url: str, **options: object) -> None:
        base = (url or settings.ORIGINS["public"]).rstrip("/")
        try:
            found = list(static_manifest.faults(base, public(key)))
        except static_manifest.NotSigned as error:
            raise CommandError(f"{base}: the list is not signed by this key. Trust no script of this portal.") from error
        except OSError as error:
            raise CommandError(f"{base}: {error}") from error
        if found:
            raise CommandError("\n".join([f"{base} is not what was signed:", *found]))
        self.stdout.write(f"{base}: every script is the one that was signed")


def public(path: Path) -> ec.EllipticCurvePublicKey:
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise CommandError(f"{path}: {error}") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise CommandError(f"{path} is no EC key on P-256")
    return key
