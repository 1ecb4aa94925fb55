"""The first registry of platforms and channels. The ministry verifies and dates every entry; what it changed is kept."""
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from cases.escalation.models import Channel, Platform

COLLECTED_ON = date(2026, 11, 22)
VERIFY_EVERY = timedelta(days=180)      # addresses and forms of platforms change about so often
SOURCE = "chaynHQ/tools, structured channel data, 2026-07-15"


@transaction.atomic
def seed() -> int:
    """Add the platforms that are not there yet; returns how many. Existing ones are the ministry's and stay as they are."""
    added = 0
    for entry in json.loads((Path(__file__).parent / "registry.json").read_text()):
        platform, made = Platform.objects.get_or_create(slug=entry["slug"], defaults=columns(entry))
        if made:
            added += 1
            Channel.objects.bulk_create([channel(platform, row, entry.get("source", SOURCE)) for row in entry["channels"]])
    return added


def columns(entry: dict[str, Any]) -> dict[str, Any]:
    (name_en, name_ur), (policy_en, policy_ur) = entry["name"], entry["policy"]
    return {"name_en": name_en, "name_ur": name_ur, "policy_en": policy_en, "policy_ur": policy_ur, "order": entry["order"],
            "in_take_it_down": entry["tid"], "in_stopncii": entry["sn"]}


def channel(platform: Platform, row: dict[str, Any], source: str) -> Channel:
    label_en, label_ur = row["label"]
    fields = [{"label": label, "limit": limit, "content": content} for label, limit, content in row["fields"]]
    return Channel(platform=platform, kind=row["kind"], address=row["address"], label=label_en, label_en=label_en,
                   label_ur=label_ur,
                   form_fields=fields, harms=row["harms"], source=source, last_verified_at=COLLECTED_ON)


def stale(today: date) -> list[Channel]:
    """Ways to platforms that nobody has looked at for too long, by platform; the oldest first."""
    rows = Channel.objects.filter(last_verified_at__lt=today - VERIFY_EVERY).select_related("platform")
    return list(rows.order_by("last_verified_at", "platform__order", "pk"))
