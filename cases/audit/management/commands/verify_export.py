from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.audit import export
from cases.audit.management.commands.verify_audit import listed


class Command(BaseCommand):
    help = "Check an export of the audit log: its signature, and each entry beside the log of today. Exit code 0: sound; 1: not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--public-key", type=Path, metavar="PEM", help="the desk's key, from elsewhere than the file itself")
        parser.add_argument("--signature-only", action="store_true", help="without a database")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = options["public_key"].read_bytes() if options["public_key"] else export.public_pem()
            lines = export.unpack(options["file"].read_bytes(), key)
        except (OSError, export.NotAnExport) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"entries {lines[0]['entries']}, given out {lines[0]['at']} by {lines[0]['by']}; the signature holds")
        if options["signature_only"]:
            return
        found = export.compare(lines)
        if not found.sound:
            raise CommandError("\n".join(faults(found)))
        self.stdout.write("sound")


def faults(found: export.Comparison) -> list[str]:
    lines = []
    if found.unlike:
        lines.append(f"the log says otherwise at lines {listed(found.unlike)}")
    if found.moved:
        lines.append(f"linked elsewhere today: lines {listed(found.moved)}")
    if found.checkpoint_gone:
        lines.append("the checkpoint in the file is not in the log any more")
    return lines
