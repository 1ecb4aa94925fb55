"""What may not go into the registry: what is incomplete, what cannot be an address, and what would police speech.

`problems(key, row, known=…)` gives {field: messages}, in the reader's language, for a whole row; `known` are the keys that there
are or will be.
"""
import re
from collections.abc import Collection, Iterable
from typing import Any
from urllib.parse import urlsplit

import pyrage
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.escalation.channels import pgp
from cases.escalation.ladder_models import Step, Why
from cases.escalation.models import Capability, Channel, Element
from cases.escalation.notices import plain
from cases.escalation.registry.entries import FIELDS, Key, Row, blank, kind_of
from cases.priority import Harm

LISTS = {"harms": {each.value for each in Harm}, "elements": set(Element.values), "requires": set(Element.values),
         "capabilities": set(Capability.values)}
CONTENTS = {"links", "reasons", "statements", "signature", "reference", "contact", "law", "policy"}    # notices.form_texts
MOST_STEPS, MOST_HOURS = 12, 2160              # of a ladder; a quarter of a year
DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
COUNTRY = re.compile(r"[A-Z]{2}")
BY_MAIL = {Channel.Kind.EMAIL.value, Channel.Kind.XARF.value}
BY_WEB = {Channel.Kind.WEBFORM.value, Channel.Kind.WEBHOOK.value}
NEEDED = {"basis": ("name_en", "name_ur"), "platform": ("name_en", "name_ur"), "authority": ("name_en", "name_ur"),
          "ladder": ("name_en", "name_ur"),
          "channel": ("address", "label_ur")}
KEY = re.compile(r"(basis|platform|authority|ladder):[a-z0-9-]{1,40}|channel:[a-z0-9-]{1,30}:[a-z]{1,20}:[^\n]{1,120}")
# checked above, or derived
LEFT_OUT = ["platform", "name", "label", "takes", "policy", "form_fields", "last_verified_at", "retired_at"]
WAYS = ("email", "portal", "phone", "post")
NO_TEXT = {*LISTS, "bases", "platforms", "steps", "domains", "form_fields", "hours", "order", "in_take_it_down", "in_stopncii",
           "last_verified_at", "retired_at"}

# Of PECA, what protects a person. Not among them: 9 to 11 (glorifying, terrorism, hate speech), 26-A (false information), 37
# (blocking for "the glory of Islam", security, public order, decency): each has been used against what people say.
PECA_FOR_PEOPLE = {"16", "20", "21", "22", "22a", "22b", "22c", "24", "24a"}
SECTION = re.compile(r"\b(\d{1,3})\s?-?\s?([a-z])?\b")
YEAR = re.compile(r"\b(18|19|20)\d\d\b")
# Whatever Act is named with them: 26-A of PECA, and of the Penal Code blasphemy, religious feelings, sedition, enmity between
# groups, defamation, public mischief.
SPEECH_SECTIONS = {"26a", "123a", "124a", "153a", "295", "295a", "295b", "295c", "298", "298a", "298b", "298c", "499", "500",
                   "501", "505"}
ABOUT_SPEECH = re.compile(r"blasphem|sedition|defam|false information|fake news|glory of islam|hate speech|توہین|گستاخ|بغاوت"
                          r"|جھوٹی خبر|ہتک ?عزت", re.IGNORECASE)


def problems(key: Key, row: Row, *, known: Collection[Key]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}

    def wrong(field: str, message: str) -> None:
        found.setdefault(field, []).append(message)

    if not KEY.fullmatch(key):
        return {"": [_("Its name is small letters, digits and hyphens.")]}
    if kind_of(key) == "channel" and "platform:" + key.split(":")[1] not in known:
        return {"": [_("It belongs to a platform that is not in the registry.")]}
    for name in row.keys() - NO_TEXT:
        if not isinstance(row[name], str):
            wrong(name, _("Write words here."))
        elif name in {"source", *NEEDED[kind_of(key)]} and not row[name].strip():
            wrong(name, _("Fill this in."))
    words(row, {**LISTS, "bases": slugs(known, "basis"), "platforms": slugs(known, "platform")}, wrong)
    to_whom(row.get("steps"), known, wrong)
    dates(row, wrong)
    OF[kind_of(key)](key, row, wrong)
    if not found:
        found = by_the_model(key, row)
    return found


def slugs(known: Collection[Key], kind: str) -> set[str]:
    return {each.split(":")[1] for each in known if kind_of(each) == kind}


def words(row: Row, known: dict[str, set[str]], wrong: Any) -> None:
    for name, allowed in known.items():
        if strangers(row.get(name), allowed):
            wrong(name, _("There is a word here that the portal does not know."))


def strangers(values: Any, known: set[str]) -> bool:
    fine = isinstance(values, list) and all(isinstance(each, str) and each in known for each in values)
    return values is not None and not fine


def dates(row: Row, wrong: Any) -> None:
    for name in ("last_verified_at", "retired_at"):
        value = row.get(name)
        if value and not re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)):
            wrong(name, _("Write the date as 2026-11-30."))
        elif value and str(value) > timezone.localdate().isoformat():
            wrong(name, _("This day has not come yet."))


def of_channel(key: Key, row: Row, wrong: Any) -> None:
    kind, address = key.split(":", 3)[2], str(row.get("address") or "")
    if kind in BY_MAIL and not is_mail(address):
        wrong("address", _("This is not an e-mail address."))
    if kind in BY_WEB and not is_web(address):
        wrong("address", _("Write the whole address, beginning with https."))
    if row.get("pgp_key"):
        of_key(kind, str(row["pgp_key"]), wrong)
    fields = row.get("form_fields") or []
    if not isinstance(fields, list) or not all(is_field(each) for each in fields):
        wrong("form_fields", _("Each line names a field, its limit and what goes in: {names}.").format(
            names=", ".join(sorted(CONTENTS))))


def of_key(kind: str, key: str, wrong: Any) -> None:
    if kind != Channel.Kind.EMAIL:
        wrong("pgp_key", _("Only an e-mail can be encrypted with PGP."))
        return
    try:
        pgp.checked(key)
    except pgp.Unusable as error:
        wrong("pgp_key", str(error.reason.label))


def is_field(field: Any) -> bool:
    return (isinstance(field, dict) and set(field) == {"label", "limit", "content"} and field["content"] in CONTENTS
            and isinstance(field["label"], str) and 0 < len(field["label"]) <= 120
            and (field["limit"] is None or isinstance(field["limit"], int) and 0 < field["limit"] <= 100_000))


def of_authority(key: Key, row: Row, wrong: Any) -> None:
    if not any(row.get(name) for name in WAYS):
        wrong("email", _("Give at least one way: e-mail, portal, telephone or post."))
    if row.get("portal") and not is_web(str(row["portal"])):
        wrong("portal", _("Write the whole address, beginning with https."))
    if row.get("public_key") and not is_age_key(str(row["public_key"])):
        wrong("public_key", _("This is no public key of age. One begins with age1 and has 62 characters; if a single one is "
                              "wrong, nothing can be sealed to it. Copy it once more."))
    if row.get("country") and not COUNTRY.fullmatch(str(row["country"])):
        wrong("country", _("Two capital letters, such as PK."))


def is_age_key(text: str) -> bool:
    """Whether a package can be sealed to it: `cases.referral.package.recipient`, which stands above this room, asks the same."""
    try:
        pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        return False
    return True


def of_platform(key: Key, row: Row, wrong: Any) -> None:
    domains = row.get("domains") or []
    if not isinstance(domains, list) or not all(isinstance(each, str) and DOMAIN.fullmatch(each) for each in domains):
        wrong("domains", _("One domain a line, such as example.com, without https and without www."))
    if row.get("country") and not COUNTRY.fullmatch(str(row["country"])):
        wrong("country", _("Two capital letters, such as PK."))


def of_basis(key: Key, row: Row, wrong: Any) -> None:
    cited, where = str(row.get("citation") or ""), str(row.get("jurisdiction") or "")
    if where and not COUNTRY.fullmatch(where):
        wrong("jurisdiction", _("Two capital letters, such as PK."))
    if polices_speech([cited, str(row.get("name_en") or ""), str(row.get("name_ur") or "")], abroad=where not in {"", "PK"}):
        wrong("citation", _("This law is about what people say. A service for people who were harmed does not use it."))
    if where == "PK" and Element.POLICY.value not in (row.get("elements") or []):
        wrong("elements", _("The platform’s own clause comes before a law of Pakistan: tick it."))
    if where == "PK" and not row.get("harms"):
        wrong("harms", _("Say for which harms this law is used: none of Pakistan’s is for all."))


def of_ladder(key: Key, row: Row, wrong: Any) -> None:
    steps = row.get("steps") or []
    if not isinstance(steps, list) or not 0 < len(steps) <= MOST_STEPS or not all(is_step(each) for each in steps):
        wrong("steps", _("From 1 to 12 steps: each names what is done, after how many hours for at least one reason, and, of an "
                         "authority or a search engine, to whom, by its short name in the registry."))
    elif len({(each["step"], each["to"]) for each in steps}) < len(steps):
        wrong("steps", _("A step stands here twice: a ladder has to end."))
    if polices_speech([str(row.get("name_en") or ""), str(row.get("name_ur") or "")]):
        wrong("name_en", _("This is about what people say. A service for people who were harmed does not use it."))


def is_step(step: Any) -> bool:
    if not isinstance(step, dict) or set(step) != {"step", "to", *Why.values} or step["step"] not in Step.values:
        return False
    hours, to = [step[why] for why in Why.values if step[why] is not None], step["to"]
    named = {Step.REGULATOR: bool(to), Step.REMINDER: not to, Step.SECOND: not to}.get(step["step"], True)
    return bool(hours) and all(type(each) is int and 0 <= each <= MOST_HOURS for each in hours) and isinstance(to, str) and named


def to_whom(steps: Any, known: Collection[Key], wrong: Any) -> None:
    """Steps name authorities and platforms that there are."""
    rows = [each for each in steps if isinstance(each, dict) and each.get("to")] if isinstance(steps, list) else []
    named = {f"{'authority' if each.get('step') == Step.REGULATOR else 'platform'}:{each['to']}" for each in rows}
    if not named <= set(known):
        wrong("steps", _("There is a word here that the portal does not know."))


def polices_speech(texts: Iterable[str], *, abroad: bool = False) -> bool:
    """Whether a law is among those that have been used against what people say; of other countries', by its words alone."""
    for text in texts:
        said = plain(text).lower()
        sections = {number + letter for number, letter in SECTION.findall(YEAR.sub(" ", said))}
        peca = "peca" in said or "electronic crimes" in said or "پیکا" in said
        if ABOUT_SPEECH.search(said) or (peca and sections - PECA_FOR_PEOPLE) or (not abroad and sections & SPEECH_SECTIONS):
            return True
    return False


OF = {"channel": of_channel, "authority": of_authority, "basis": of_basis, "platform": of_platform, "ladder": of_ladder}


def by_the_model(key: Key, row: Row) -> dict[str, list[str]]:
    """Lengths, choices and numbers, as the columns have them."""
    one = blank(key)
    for name in FIELDS[kind_of(key)]:
        if name in row and name != "bases" and not name.endswith("_at"):
            setattr(one, name, row[name])
    try:
        one.clean_fields(exclude=LEFT_OUT)
    except ValidationError as error:
        return {name: list(messages) for name, messages in error.message_dict.items()}
    return {}


def is_mail(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def is_web(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and " " not in text
