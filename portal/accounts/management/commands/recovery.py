"""The recovery ceremony. `begin`, `sign` and `open` run on a machine that is never connected and need no database; the others run
beside the portal and need no shares. Files of JSON go from one to the other. docs/how-to/recovery-ceremony.md is the script."""
import argparse
import json
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases.audit.services import record
from cases.coordination.models import Body
from cases.evidence.ending import pages_of
from cases.evidence.models import Evidence
from cases.units.models import Unit
from cases.vault import bodies, ceremony, custody, trust
from cases.vault.ceremony import Document, FileRefused, Opened, ShareRefused
from cases.vault.models import BodyKey, StaffKey, UnitKey, WorkerKey
from cases.vault.signing import fingerprint
from portal.accounts.models import User

CLEAR = "\033[2J\033[3J\033[H"          # the screen and what scrolled off it


class Command(BaseCommand):
    help = "The ceremony of root and recovery keys: begin, ask, sign, accept, ask-restore, open, restore."
    requires_system_checks = ()         # the machine with the shares has no database to check

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        begin = acts.add_parser("begin", help="offline: make the keys and print the shares, one at a time")
        begin.add_argument("locked", type=Path, help="the locked file to write")
        begin.add_argument("--threshold", type=int, default=ceremony.THRESHOLD)
        begin.add_argument("--shares", type=int, default=ceremony.SHARES)
        ask = acts.add_parser("ask", help="beside the portal: write down which keys wait for a signature")
        ask.add_argument("request", type=Path)
        ask.add_argument("--again", action="store_true", help="also keys that are trusted, so that their chains begin anew here")
        offline = {"sign": "offline: sign the keys of a request", "open": "offline: hand unit keys to the members named"}
        for name, text in offline.items():
            act = acts.add_parser(name, help=text)
            for file in ("locked", "request", "answer"):
                act.add_argument(file, type=Path)
        accept = acts.add_parser("accept", help="beside the portal: keep the signatures")
        accept.add_argument("answer", type=Path)
        lost = acts.add_parser("ask-restore", help="beside the portal: all holders lost a unit's key; ask for it for one member")
        lost.add_argument("request", type=Path)
        lost.add_argument("--unit", action="append", required=True, metavar="CODE")
        lost.add_argument("--member", required=True, metavar="E-MAIL")
        kept = acts.add_parser("ask-release", help="beside the portal: write a preserved file out, still sealed")
        kept.add_argument("file", type=UUID, metavar="FILE-ID")
        kept.add_argument("request", type=Path)
        release = acts.add_parser("release", help="offline: open it, into a picture, on a written order")
        for file in ("locked", "request", "picture"):
            release.add_argument(file, type=Path)
        restore = acts.add_parser("restore", help="beside the portal: keep the keys that were handed over")
        restore.add_argument("answer", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        acts = {"begin": self.begin, "ask": self.ask, "sign": self.sign, "accept": self.accept, "ask-restore": self.ask_restore,
                "open": self.open, "restore": self.restore, "ask-release": self.ask_release, "release": self.release}
        try:
            acts[options["act"]](**options)
        except (FileRefused, ShareRefused) as error:
            raise CommandError(str(error)) from error
        except (KeyError, TypeError, ValueError, ValidationError) as error:      # Django's, of what is no UUID
            raise CommandError(f"A file of the ceremony is damaged or incomplete ({type(error).__name__}: {error}).") from error

    # --- offline ------------------------------------------------------------------------------------------------------
    def begin(self, *, locked: Path, threshold: int, shares: int, **_: Any) -> None:
        if not 2 <= threshold <= shares <= 16:
            raise CommandError("At least two shares must be needed, and at most 16 can be made.")
        document, words = ceremony.begin(threshold=threshold, shares=shares)
        write(locked, document)
        for number, each in enumerate(words, 1):
            self.show_share(number, each, shares)
        self.stdout.write(f"{CLEAR}{threshold} of these {shares} shares open {locked}. For the environment of every process:\n"
                          f"ROOT_PUBLIC_KEY={document['root_public']}\nRECOVERY_PUBLIC_KEY={document['recovery_public']}")

    def show_share(self, number: int, words: str, of: int) -> None:
        """Nothing is kept: who does not write it down has no share."""
        input(f"{CLEAR}Share {number} of {of}. Only the person who will keep it looks at the screen. Press Enter.")
        lines = [f"{at:>2}. {word}" for at, word in enumerate(words.split(), 1)]
        rows = ("".join(f"{each:<18}" for each in lines[at:at + 3]) for at in range(0, len(lines), 3))
        self.stdout.write(CLEAR + "\n".join(rows))
        input("Write the words down, in this order, and press Enter.")
        self.stdout.write(CLEAR)
        while " ".join(input("Read them from the paper and type them: ").lower().split()) != words:
            self.stdout.write("That is not what was shown. Look for a word that is misspelt or left out.")

    def sign(self, *, locked: Path, request: Path, answer: Path, **_: Any) -> None:
        asked = read(request)
        for key in asked.get("keys", []):
            self.stdout.write(f"{key.get('name')} ({key['recipient']}), version {key['version']}: {ceremony.fingerprint_of(key)}")
        self.stdout.write("A member of each unit reads the fingerprint aloud from the page Keys. Stop if one differs.")
        write(answer, ceremony.sign(self.opened(locked), asked))

    def open(self, *, locked: Path, request: Path, answer: Path, **_: Any) -> None:
        asked = read(request)
        for key in asked.get("keys", []):
            public = fingerprint(bytes.fromhex(key.get("member_public", "")))
            self.stdout.write(f"{key.get('name')} ({key['unit']}) goes to {key.get('member_name')}: {public}")
        self.stdout.write("The number in brackets says whose key it is, whatever name stands before it: compare the minutes.\n"
                          "The member reads the fingerprint of their own key aloud from the page Keys. Stop if one differs.")
        write(answer, ceremony.hand_over(self.opened(locked), asked))

    def release(self, *, locked: Path, request: Path, picture: Path, **_: Any) -> None:
        asked = read(request)
        self.stdout.write(f"File {asked['file']} of report {asked['ref']}, locked under: {asked['instruction']}\n"
                          "It may show a child. Stop unless a written order names this file and who receives it.")
        content = ceremony.release(self.opened(locked), asked)
        try:
            with picture.open("xb") as out:
                out.write(content)
        except FileExistsError as error:
            raise FileRefused(f"{picture} is there already. Choose another name.") from error

    def opened(self, locked: Path) -> Opened:
        document, shares = read(locked), list[str]()
        while len(shares) < document.get("threshold", ceremony.THRESHOLD):
            typed = input(f"Share {len(shares) + 1} of {document.get('threshold')}, all its words: ")
            self.stdout.write(CLEAR)
            try:
                shares.append(ceremony.share(typed, before=shares))
            except ShareRefused as error:
                if not typed.strip():
                    raise ShareRefused(f"Stopped with {len(shares)} shares; {document.get('threshold')} are needed.") from error
                self.stdout.write(str(error))
        return ceremony.unlock(document, shares)

    # --- beside the portal --------------------------------------------------------------------------------------------
    def ask(self, *, request: Path, again: bool, **_: Any) -> None:
        waiting: list[tuple[str, trust.Key]] = [
            (f"unit {unit.code}", custody.current_unit_key(unit)) for unit in Unit.objects.filter(keys__isnull=False).distinct()
            if again or not trust.is_open(unit)]
        newest = [(body.slug, key) for body in Body.objects.filter(retired_at=None) if (key := bodies.newest(body.pk))]
        waiting += [(f"body {slug}", key) for slug, key in newest if again or not bodies.is_open(key.body)]
        worker = WorkerKey.objects.first()
        if worker and (again or not trust.worker_is_open()):
            waiting.append(("the worker", worker))
        if not waiting:
            raise CommandError("No key waits for a signature.")
        if too_old := [name for name, key in waiting if trust.predates_signatures(key)]:
            raise CommandError(f"Made before keys were signed: {', '.join(too_old)}. A new version comes first: of a unit's a "
                               "member makes it on the page Keys ('Make a new key'), of the worker's set_up, run as the worker.")
        write(request, {"version": 1, "kind": "sign", "keys": [asked(name, key) for name, key in waiting]})
        self.say_written(request, [f"{name}: {fingerprint(trust.link(key).message)}" for name, key in waiting])

    def accept(self, *, answer: Path, **_: Any) -> None:
        if not settings.ROOT_PUBLIC_KEY:
            raise CommandError("Set ROOT_PUBLIC_KEY first, as the ceremony printed it.")
        for each in of_kind(read(answer), "signatures", "keys"):
            key = key_of(each["kind"], each["recipient"], each["version"])
            if key is None:
                raise CommandError(f"There is no version {each['version']} of {each['kind']} {each['recipient']}.")
            try:
                trust.anchor(key, bytes.fromhex(each["signature"]), actor="system")
            except trust.KeyRefused as error:
                raise CommandError(f"{error}. Is ROOT_PUBLIC_KEY the one of this ceremony?") from error
            self.stdout.write(f"{each['kind']} {key}: signed")

    def ask_restore(self, *, request: Path, unit: list[str], member: str, **_: Any) -> None:
        person = User.objects.filter(email=member.lower(), is_active=True).first()
        staff = StaffKey.objects.filter(member=person).first() if person else None
        if person is None or staff is None:
            raise CommandError("No member with this address has chosen a vault passphrase.")
        keys = []
        for code in unit:
            key = UnitKey.objects.filter(unit__code=code, unit__memberships__member=person).order_by("-version").first()
            if key is None or key.sealed_to_recovery is None:
                raise CommandError(f"{code}: not a unit of this member, or its key was never sealed for recovery.")
            keys.append({"name": f"unit {code}", "unit": str(key.unit_id), "key": str(key.pk), "key_version": key.version,
                         "sealed": bytes(key.sealed_to_recovery).hex(), "member": str(person.pk), "member_name": person.name,
                         "member_public": bytes(staff.public).hex()})
        write(request, {"version": 1, "kind": "restore", "keys": keys})
        self.say_written(request, [f"{person.name}: {fingerprint(staff.public)}"])

    def ask_release(self, *, file: UUID, request: Path, **_: Any) -> None:
        locked = Evidence.objects.select_related("case").filter(pk=file, state=Evidence.State.LOCKED).first()
        if locked is None or locked.preserved is None:
            raise CommandError("No file with this id is locked and preserved.")
        write(request, {"version": 1, "kind": "release", "case": str(locked.case_id), "file": str(locked.pk),
                        "ref": locked.case.ref,
                        "instruction": locked.letter,
                        "sealed": bytes(locked.preserved).hex(), "pages": [bytes(page).hex() for page in pages_of(locked)]})
        Evidence.objects.filter(pk=locked.pk, exported_at=None).update(exported_at=timezone.now())
        record("evidence_exported", subject=locked.case_id, actor="system", evidence=locked.pk)
        self.stdout.write(f"{request} goes to the machine with the shares. It is sealed.")

    def restore(self, *, answer: Path, **_: Any) -> None:
        for each in of_kind(read(answer), "grants", "grants"):
            key = UnitKey.objects.filter(pk=each["key"], unit=each["unit"]).first()
            member = User.objects.filter(pk=each["member"], is_active=True).first()
            if key is None or member is None:
                raise CommandError("The key or the member of this file is not here any more.")
            try:
                custody.restore(key, member, bytes.fromhex(each["sealed"]), bytes.fromhex(each["vouched"]), actor="system")
            except (custody.NotAMember, custody.WrapRefused) as error:
                raise CommandError(f"Refused: {error}") from error
            self.stdout.write(f"{key.unit.code}: {member.name} holds its key again")

    def say_written(self, path: Path, fingerprints: list[str]) -> None:
        self.stdout.write("\n".join([f"{path} goes to the machine with the shares. Compare there:", *fingerprints]))


def key_of(kind: str, recipient: str, version: int) -> trust.Key | None:
    if kind == trust.WORKER:
        return WorkerKey.objects.filter(version=version).first()
    if kind == "body":
        return BodyKey.objects.filter(body=recipient, version=version).first()
    return UnitKey.objects.filter(unit=recipient, version=version).first()


def asked(name: str, key: trust.Key) -> Document:
    link = trust.link(key)
    return {"name": name, "kind": link.kind, "recipient": link.recipient, "version": link.version, "public": link.public.hex(),
            "verify": link.verify.hex()}


def of_kind(document: Document, kind: str, rows: str) -> list[Document]:
    if document.get("version") != 1 or document.get("kind") != kind:
        raise FileRefused(f"This file holds no {kind}.")
    return list(document[rows])


def read(path: Path) -> Document:
    try:
        document = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise FileRefused(f"{path} cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise FileRefused(f"{path} is none of the ceremony's files.")
    return document


def write(path: Path, document: Document) -> None:
    """Never over another file: the locked one exists once."""
    try:
        with path.open("x") as file:
            json.dump(document, file, indent=1)
    except FileExistsError as error:
        raise FileRefused(f"{path} is there already. Choose another name.") from error
