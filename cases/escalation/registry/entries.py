"""The registry as flat rows under keys that stay: what a change, a file and a form all speak of.

    rows()["platform:tiktok"]["name_ur"]
    rows()["channel:tiktok:email:Legal notices by mail"]["address"]

A channel has no name of its own: its platform, its kind and its English label are its key and do not change.
"""
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models

from cases.escalation.models import Authority, Channel, Ladder, LegalBasis, Platform

Key = str
Row = dict[str, Any]                # columns by name; a date as ISO text, `bases` as slugs: all of it is JSON
Entry = Platform | Channel | Authority | LegalBasis | Ladder

DATED = ("source", "last_verified_at", "retired_at")
MODELS: dict[str, type[models.Model]] = {"basis": LegalBasis, "platform": Platform, "channel": Channel, "authority": Authority,
                                         "ladder": Ladder}
FIELDS: dict[str, tuple[str, ...]] = {
    "basis": ("name_en", "name_ur", "citation", "jurisdiction", "hours", "elements", "harms", "whom", "order", *DATED),
    "platform": ("name_en", "name_ur", "kind", "policy_en", "policy_ur", "domains", "country", "bases", "in_take_it_down",
                 "in_stopncii", "order", *DATED),
    "channel": ("address", "pgp_key", "label_ur", "harms", "capabilities", "requires", "form_fields", *DATED),
    "authority": ("name_en", "name_ur", "kind", "takes_en", "takes_ur", "country", "email", "portal", "phone", "post",
                  "public_key", "requires", "harms", "whom", "order", *DATED),
    "ladder": ("name_en", "name_ur", "platforms", "harms", "whom", "steps", "order", *DATED),
}


def kind_of(key: Key) -> str:
    return key.partition(":")[0]


def key_of(one: Entry) -> Key:
    if isinstance(one, Channel):
        return f"channel:{one.platform.slug}:{one.kind}:{one.label_en}"       # type: ignore[attr-defined]  # modeltranslation's
    kind = {Platform: "platform", Authority: "authority", LegalBasis: "basis", Ladder: "ladder"}[type(one)]
    return f"{kind}:{one.slug}"


def row_of(one: Entry) -> Row:
    kind = kind_of(key_of(one))
    return {name: as_json(one, name) for name in FIELDS[kind]}


def as_json(one: Entry, name: str) -> Any:
    if name == "bases" and isinstance(one, Platform):
        return [basis.slug for basis in one.bases.all()]
    value = getattr(one, name)
    if isinstance(value, date):
        return value.isoformat()
    return value or "" if name.endswith(("_en", "_ur")) else value


def rows() -> dict[Key, Row]:
    """Everything, in six queries and in the order in which it is shown."""
    return {key_of(one): row_of(one) for one in everything()}


def everything() -> Iterable[Entry]:
    yield from LegalBasis.objects.all()
    yield from Platform.objects.prefetch_related("bases")
    yield from Channel.objects.select_related("platform").order_by("platform__order", "platform__slug", "kind", "pk")
    yield from Authority.objects.all()
    yield from Ladder.objects.all()


def find(key: Key, *, lock: bool = False) -> Entry | None:
    """The entry under a key, locked until the transaction ends if asked."""
    kind, _sep, rest = key.partition(":")
    if kind == "channel":
        slug, way, label = rest.split(":", 2)
        found: models.QuerySet[Any] = Channel.objects.select_related("platform").filter(
            platform__slug=slug, kind=way, label_en=label)
    else:
        found = MODELS[kind]._default_manager.filter(slug=rest)
    if lock:
        found = found.select_for_update(of=("self",))
    return found.first()


def blank(key: Key) -> Entry:
    """An entry that is not there yet, with what its key says; a channel has no platform yet either."""
    kind, _sep, rest = key.partition(":")
    if kind != "channel":
        return MODELS[kind](slug=rest)  # type: ignore[return-value]
    _slug, way, label = rest.split(":", 2)
    return Channel(kind=way, label_en=label)


def whole(key: Key, row: Row) -> Row:
    """A row with every field of its kind: what it does not say is as in an empty entry."""
    one = blank(key)
    empty = {name: [] if name == "bases" else as_json(one, name) for name in FIELDS[kind_of(key)]}
    return empty | row


def make(key: Key, row: Row) -> None:
    """Raises Platform.DoesNotExist for a channel of a platform that is not there."""
    one = blank(key)
    if isinstance(one, Channel):
        one.platform = Platform.objects.get(slug=key.split(":")[1])
    put(one, row)


def put(one: Entry, values: Row) -> None:
    """Write values into the columns and store the entry."""
    for name, value in values.items():
        if name != "bases":
            setattr(one, name, date.fromisoformat(value) if value and name.endswith("_at") else value)
    one.save()
    if "bases" in values and isinstance(one, Platform):
        one.bases.set(LegalBasis.objects.filter(slug__in=values["bases"]))
