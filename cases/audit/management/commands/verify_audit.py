from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.audit import witness
from cases.audit.services import signing_public_key
from cases.audit.verification import Verification, verify


def public_key(text: str) -> bytes:
    key = bytes.fromhex(text)
    if len(key) != 32:
        raise ValueError
    return key


def positions(text: str) -> frozenset[int]:
    return frozenset(int(word) for word in text.split(","))


class Command(BaseCommand):
    help = "Recompute the audit chain and check its signatures. Exit code 0: sound; 1: altered, incomplete or unprotected."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--public-key", type=public_key, metavar="HEX", action="append", default=[],
                            help="check signatures with this key, kept by a witness, instead of the configured one; once for "
                                 "each key that there has been")
        parser.add_argument("--witness", type=Path, metavar="FILE",
                            help="compare with the checkpoints that somebody outside has kept: finds a rewritten past")
        parser.add_argument("--known", type=positions, metavar="POSITIONS", default=frozenset(),
                            help="positions, with commas between, whose odd dates a person has looked into")

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify(*options["public_key"], witness=self.kept(options), known=options["known"])
        self.stdout.write(f"entries {found.entries}, linked {found.links}, waiting {found.tail}"
                          + (f" since {found.tail_since:%Y-%m-%d %H:%M:%S} UTC" if found.tail_since else ""))
        self.stdout.write(f"head {found.head.hex()}")
        if not options["public_key"]:
            self.stdout.write(f"key {signing_public_key().hex()}")
        if options["witness"]:
            self.stdout.write(f"checkpoints of the witness compared: {found.witnessed}")
        if not found.sound:
            raise CommandError("\n".join(faults(found)))
        self.stdout.write("sound")

    def kept(self, options: dict[str, Any]) -> dict[int, bytes] | None:
        """What the witness has kept; a file without any checkpoint compares nothing, and says so."""
        if options["witness"] is None:
            return None
        try:
            lines = options["witness"].read_text().splitlines()
            seen = witness.read(lines, *(options["public_key"] or [signing_public_key()]))
        except (OSError, UnicodeDecodeError, witness.NotAWitness) as error:
            raise CommandError(f"the witness's file: {error}") from error
        if not seen:
            raise CommandError("the witness's file holds no checkpoint")
        return seen


def faults(found: Verification) -> list[str]:
    """One line for each kind of fault."""
    lines = []
    if found.broken_at is not None:
        lines.append(f"the chain breaks at position {found.broken_at}")
    if found.missing:
        lines.append(f"entries missing at {listed(found.missing)}")
    if found.misdated:
        lines.append(f"dated otherwise than their neighbours at {listed(found.misdated)}")
    if found.twice:
        lines.append(f"entries that are linked more than once: {found.twice}")
    if found.unlike_witness:
        lines.append(f"not as the witness wrote it down at {listed(found.unlike_witness)}")
    if found.bad_checkpoints:
        lines.append(f"checkpoints that do not hold at {listed(found.bad_checkpoints)}")
    if found.unguarded:
        lines.append(f"tables without their triggers: {', '.join(found.unguarded)}")
    return lines


def listed(positions: list[int]) -> str:
    shown = ", ".join(str(position) for position in positions[:10])
    return shown if len(positions) <= 10 else f"{shown} and {len(positions) - 10} more"
