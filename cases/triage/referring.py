"""Making an evidence package: in one request, with the vault open, in memory. Nothing of it rests anywhere here."""
import csv
import io
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from cases.audit.models import Entry
from cases.escalation.models import Authority
from cases.evidence import services as evidence
from cases.evidence.models import Evidence
from cases.hashing.models import MediaHash
from cases.models import Case
from cases.permissions import Staff
from cases.public_words import day
from cases.referral import custody, package, report, services
from cases.referral.models import Ground, Referral
from cases.referral.words import GROUND_WORDS, Part, act_for, parts_for
from cases.triage import reading
from cases.triage.asks import links_in
from cases.triage.printing import File as Printed, reported_facts
from cases.triage.reading import Answers, Opened as OpenedCase, State
from cases.triage.referral_reading import read_referral
from cases.triage.selectors import platform_names
from cases.vault import trust
from cases.vault.keyring import Keyring, NotHeld
from cases.vault.parking import Locked


@dataclass(frozen=True)
class Taken:
    """What the browser gets, once."""
    name: str
    content: bytes


def packable(case: Case) -> list[Evidence]:
    """Screenshots that may go along: somebody has looked at each, and called it neither intimate nor a child's."""
    seen = Evidence.objects.filter(case=case, state=Evidence.State.KEPT, looked_at__isnull=False)
    return list(seen.order_by("arrived_at", "number"))


def take_out(referral: Referral, *, case: Case, by: Staff, keyring: Keyring | None) -> Taken:
    """The package, and its one download recorded. Raises Locked, NotHeld, Refused, NotTheirs, Quicker, TooLarge, BadKey."""
    taken = made(referral, case=case, by=by, keyring=keyring)
    services.take_out(referral=referral, sha256=sha256(taken.content).hexdigest(), by=by)
    return taken


def made(referral: Referral, *, case: Case, by: Staff, keyring: Keyring | None) -> Taken:
    """The package, not yet taken out. Raises the same."""
    if keyring is None:
        raise Locked
    services.check(referral=referral, by=by)
    content = sealed(contents(referral, case, by, keyring), referral, case, by, keyring)
    return Taken(f"{referral.reference}.zip" + ("" if referral.passphrase else ".age"), content)


def sealed(files: dict[str, bytes], referral: Referral, case: Case, by: Staff, keyring: Keyring) -> bytes:
    """Signed by the unit, and sealed to whoever it is for."""
    listed = package.manifest(files, reference=referral.reference, to=referral.authority.slug, made_at=timezone.now())
    key = trust.trusted(case.unit)
    signed = package.signature(listed, private=keyring.private(case.unit_id, key.version), links=trust.chain(case.unit),
                               root=settings.ROOT_PUBLIC_KEY)
    whole = {**files, package.MANIFEST: listed, package.SIGNATURE: signed}
    if referral.passphrase is None:
        return package.to_key(whole, referral.authority.public_key)
    passphrase = read_referral(referral, case=case, keyring=keyring, by=by).passphrase
    if passphrase.state != State.OPEN:
        raise NotHeld
    return package.to_passphrase(whole, passphrase.words)


def contents(referral: Referral, case: Case, by: Staff, keyring: Keyring) -> dict[str, bytes]:
    """Only what was agreed to, and what this body may be told at most."""
    parts = {part for part in parts_for(case, referral.authority) if part in referral.parts}
    answers = reading.read_answers(case, keyring=keyring, by=by)
    links, files = [], dict[str, bytes]()
    if Part.LINKS in parts:
        later = [link for text in reading.read_links(case, keyring=keyring, by=by).values() for link in links_in(text)]
        links = list(dict.fromkeys([*answers.links, *later]))
        files["links.txt"] = "".join(f"{line}\n" for line in (*links, *answers.handles)).encode()
    if Part.FINGERPRINTS in parts:
        files["fingerprints.csv"] = fingerprints(case)
    if Part.FILES in parts:
        files |= {f"files/{number}.webp": evidence.pack(evidence=row, by=by, keyring=keyring)
                  for number, row in enumerate(packable(case), start=1) if str(row.pk) in referral.files}
    entries = custody.entries(case.pk, referral=referral.pk, act=act_for(referral.authority).value)
    files["custody.json"] = custody.as_json(entries)
    content = report.Content(
        referral.reference, settings.NOTICE_FROM_EMAIL, story=answers.story if Part.STORY in parts else None, links=links,
        handles=answers.handles if Part.LINKS in parts else (),
        pictures=_sha256s(case) if Part.FINGERPRINTS in parts else (),
        files=sorted(name for name in files if name.startswith("files/")))
    whole = Part.STORY in parts
    return files | {"report.pdf": report.pdf(content, [version(language, referral, case, answers, entries, whole=whole)
                                                       for language in report.LANGUAGES])}


def version(language: str, referral: Referral, case: Case, answers: Answers, entries: list[Entry], *,
            whole: bool) -> report.Version:
    """`whole`: age, danger and the rest may be told, not the kind of harm alone."""
    with override(language):
        printed = Printed(case, OpenedCase(State.OPEN, answers, {}, {}, {}, None, {}, {}), platform_names()[language])
        facts = reported_facts(printed)
        return report.Version(
            language, to=str(referral.authority), office=settings.OFFICE[language], unit=str(case.unit), made=day(timezone.now()),
            ground=str(GROUND_WORDS[Ground(referral.ground)]), facts=facts if whole else facts[:1],
            steps=[(day(entry.at), custody.words(entry)) for entry in entries])


def fingerprints(case: Case) -> bytes:
    """One line a picture or video; the other kinds stay empty where there is none."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["number", "sha256", "md5", "pdq", "quality"])
    rows: list[tuple[Any, ...]] = list(MediaHash.objects.filter(case=case).order_by("number").values_list(
        "number", "sha256", "md5", "pdq", "quality"))
    table.writerows(["" if value is None else value for value in row] for row in rows)
    return out.getvalue().encode()


def _sha256s(case: Case) -> list[str]:
    rows = MediaHash.objects.filter(case=case).exclude(sha256="").order_by("number")
    return list(dict.fromkeys(rows.values_list("sha256", flat=True)))


def new_passphrase(authority: Authority, case: Case, referral: UUID, keyring: Keyring | None) -> bytes | None:
    """Sealed, for a body without a key; None for one with. Raises Locked, NotHeld."""
    if authority.public_key.strip():
        package.recipient(authority.public_key)
        return None
    return reading.seal_reason(case, package.new_passphrase(), name="passphrase", record=referral, keyring=keyring)
