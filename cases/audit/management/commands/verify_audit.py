from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.audit.services import Verification, signing_public_key, verify


def public_key(text: str) -> bytes:
    key = bytes.fromhex(text)
    if len(key) != 32:
        raise ValueError
    return key


class Command(BaseCommand):
    help = "Recompute the audit chain and check its signatures. Exit code 0: sound; 1: altered, incomplete or unprotected."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--public-key", type=public_key, metavar="HEX",
                            help="check signatures with this key, kept by a witness, instead of the configured one")

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify(options["public_key"])
        self.stdout.write(f"entries {found.entries}, linked {found.links}, waiting {found.tail}"
                          + (f" since {found.tail_since:%Y-%m-%d %H:%M:%S} UTC" if found.tail_since else ""))
        self.stdout.write(f"head {found.head.hex()}")
        if options["public_key"] is None:
            self.stdout.write(f"key {signing_public_key().hex()}")
        if not found.sound:
            raise CommandError("\n".join(faults(found)))
        self.stdout.write("sound")


def faults(found: Verification) -> list[str]:
    """One line for each kind of fault."""
    lines = []
    if found.broken_at is not None:
        lines.append(f"the chain breaks at position {found.broken_at}")
    if found.missing:
        lines.append(f"entries missing at {listed(found.missing)}")
    if found.bad_checkpoints:
        lines.append(f"checkpoints that do not hold at {listed(found.bad_checkpoints)}")
    if found.unguarded:
        lines.append(f"tables without their triggers: {', '.join(found.unguarded)}")
    return lines


def listed(positions: list[int]) -> str:
    shown = ", ".join(str(position) for position in positions[:10])
    return shown if len(positions) <= 10 else f"{shown} and {len(positions) - 10} more"
