from argparse import ArgumentParser
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal import static_manifest


class Command(BaseCommand):
    help = "List every collected script with its SHA-256 and sign the list with the release key. After collectstatic."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", type=Path, help="the release key: a PEM file, EC private key on P-256, kept off every server")

    def handle(self, *args: object, key: Path, **options: object) -> None:
        text = static_manifest.make(settings.STATIC_ROOT, sealers_trust=settings.ROOT_PUBLIC_KEY or b"")
        signature = static_manifest.sign(text, private(key))
        (settings.STATIC_ROOT / static_manifest.LIST).write_text(text)
        (settings.STATIC_ROOT / static_manifest.SIGNATURE).write_bytes(signature)
        self.stdout.write(f"{len(static_manifest.LINE.findall(text))} scripts listed and signed in {settings.STATIC_ROOT}")


def private(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise CommandError(f"{path}: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise CommandError(f"{path} is no EC key on P-256")
    return key
