"""Run by test_upgrade in a process and a database of its own: a list of before two people were needed, then what follows.

    python upgrade.py            the database is in the environment; prints JSON
"""
import json
import sys
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import django
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

BEFORE = [("cases_hashing", "0001_initial"), ("cases_exchange", "0001_initial"), ("cases_escalation", "0001_initial"),
          ("cases", "0002_walls_and_broken_glass"), ("accounts", "0006_confirmed_second_factors"),
          ("cases_audit", "0002_append_only"), ("cases_units", "0001_initial")]
AGO = datetime.now(UTC) - timedelta(days=3)


def fill(get: Any) -> None:
    """Three cases with an entry each: one that agrees, one that took it back, one whose entry was withdrawn with it."""
    unit = get("cases_units", "Unit").objects.create(
        code="old", name="Old", calendar=get("cases_clock", "Calendar").objects.create(name="always"))
    member = get("accounts", "User").objects.create(email="ayesha@example.org", name="Ayesha", role="caseworker", language="en")
    platform = get("cases_escalation", "Platform").objects.create(slug="tiktok", name="TikTok")
    channel = get("cases_escalation", "Channel").objects.create(
        platform=platform, kind="email", address="a@example.org", label="x", source="x", last_verified_at=AGO.date())
    partner = get("cases_exchange", "Partner").objects.create(name="TikTok", platform="tiktok", fetch_key="f" * 64,
                                                              subscription_key="s" * 64, number_key=b"n" * 32)
    get("cases_audit", "Entry").objects.create(at=AGO + timedelta(minutes=1), event="list_fetched", subject="hash_list",
                                               actor=f"partner:{partner.pk}", details={"protocol": "stopncii", "count": 3})
    for letter, answers, state in (("a", ["yes"], "active"), ("b", ["yes", "no"], "active"), ("c", ["yes", "no"], "withdrawn")):
        case = a_case(get, unit, letter)
        for n, answer in enumerate(answers):
            get("cases", "Consent").objects.create(case=case, act="share_hashes", answer=answer, at=AGO + timedelta(hours=n))
        get("cases_hashing", "MediaHash").objects.create(case=case, number=1, pdq=letter * 64, quality=90, sha256=letter * 64,
                                                         md5=letter * 32, at=AGO, matched_at=AGO)
        entry = get("cases_hashing", "ListEntry").objects.create(
            pdq=letter * 64, state=state, published_at=AGO, modified_at=AGO + timedelta(minutes=0 if state == "active" else 2))
        notice = get("cases_escalation", "Escalation").objects.create(
            case=case, platform=platform, channel=channel, reference=f"MZ-{letter}", state="sent", notice=b"", by=member,
            notice_key=get("cases_vault", "DataKey").objects.create(), requested_at=AGO, sent_at=AGO)
        notice.entries.add(entry)


def a_case(get: Any, unit: Any, letter: str) -> Any:
    keys = get("cases_vault", "DataKey").objects
    return get("cases", "Case").objects.create(
        ref=f"26-{letter}", submission=uuid.uuid4(), unit=unit, key=keys.create(), conversation_key=keys.create(), answers=b"",
        summary=b"", reporter_public=b"", language="en", priority=3, priority_rule="imagery", clock_started_at=AGO, opened_at=AGO,
        harm="intimate_images", age_band="adult", child=False)


def main() -> None:
    django.setup()
    executor = MigrationExecutor(connection)
    executor.migrate(BEFORE)
    fill(executor.loader.project_state(BEFORE).apps.get_model)
    executor.loader.build_graph()
    # Of cases and members only: with all of Wagtail's, half a minute of processor time goes into models that this does not touch.
    executor.migrate([leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0].startswith(("cases", "accounts"))])
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    from cases.exchange.models import Partner
    from cases.exchange.services import page
    from cases.hashing import triggers
    from cases.hashing.listing import approve
    from cases.hashing.models import IndexedHash, ListEntry, Listing
    from cases.hashing.wire.stopncii import FetchRequest, from_seconds, to_seconds
    from portal.accounts.models import User

    entries = dict(ListEntry.objects.values_list("value", "state"))
    seen, _fetched = page(partner=Partner.objects.get(), request=FetchRequest(from_seconds(to_seconds(AGO))))
    waits = {listing.hash.case.ref: listing.proposed_by.name for listing in Listing.objects.all()}
    second = User.objects.create(email="sana@example.org", name="Sana", role="supervisor", language="en")
    case = Listing.objects.get().hash.case
    json.dump({"entries": {value[0]: state for value, state in entries.items()}, "waits": waits,
               "partner": {record.value[0]: record.status for record in seen.records},
               "back": [entry.value[0] for entry in approve(case=case, by=second)], "indexed": IndexedHash.objects.count(),
               "guarded": not triggers.missing(connection), "page": Client().get("/exchange/numbers").status_code,
               "partners": Partner.objects.get().credentials.count()}, sys.stdout)


main()
