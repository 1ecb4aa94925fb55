import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.escalation.channels import signing, webhook
from cases.outbox.errors import Stop


class Command(BaseCommand):
    """Whoever takes our notices by machine checks their signatures with this (docs/notices-by-machine.md)."""
    help = "Print the public half of the key that signs notices, as a JWK with its keyid. Run it with the worker's environment."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = webhook.signing_key().public_key()
        except Stop as error:
            raise CommandError("NOTICE_SIGNING_KEY is empty: no notice leaves by machine.") from error
        self.stdout.write(json.dumps({**signing.public_jwk(key), "kid": signing.thumbprint(key), "alg": "EdDSA", "use": "sig"}))
