"""A number is always shown: from the table, or from the fixed list when there is none."""
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from pytest_django.fixtures import DjangoAssertNumQueries

from awareness.known_helplines import UNVERIFIED, VERIFIED
from awareness.models import Helpline, HomePage
from awareness.selectors import helplines


def phones(lines: list[Helpline]) -> list[str]:
    return [line.phone for line in lines]


def down(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    raise OperationalError("the server closed the connection")


def test_live_ones_in_their_order(site: HomePage) -> None:
    Helpline.objects.filter(phone="1043").update(order=1)
    Helpline.objects.filter(phone="1122").update(live=False)
    assert phones(helplines()) == ["1043", "15", "1121", "1099", "0800-39393", "1799"]
    assert phones(helplines(danger=True)) == ["15", "1121"]


def test_unverified_numbers_wait_as_drafts(site: HomePage) -> None:
    waiting = Helpline.objects.filter(live=False)
    assert {line.phone for line in waiting} == {known["phone"] for known in UNVERIFIED}
    assert not waiting.exclude(last_verified_at=None).exists()


@pytest.mark.parametrize("danger", [False, True])
def test_empty_table_falls_back(db: None, danger: bool) -> None:
    expected = [known["phone"] for known in VERIFIED if known.get("for_danger") or not danger]
    assert phones(helplines(danger)) == expected
    assert "15" in expected


def test_a_database_that_does_not_answer_falls_back(site: HomePage) -> None:
    with connection.execute_wrapper(down):
        lines = helplines(danger=True)
    assert phones(lines) == ["15", "1122", "1121"]
    with translation.override("ur"):
        assert [line.name for line in lines] == ["پولیس", "ریسکیو", "چائلڈ ہیلپ لائن"]


def test_a_template_pays_only_when_it_asks(db: None, rf: RequestFactory,
                                           django_assert_num_queries: DjangoAssertNumQueries) -> None:
    render = engines["django"].from_string
    with django_assert_num_queries(0):
        render("{% ltr '15' %}").render({}, rf.get("/ur/"))
    with django_assert_num_queries(1):
        assert "15" in render("{% for line in helplines %}{{ line.phone }} {% endfor %}").render({}, rf.get("/ur/"))


def test_the_address_a_telephone_dials() -> None:
    assert Helpline(phone="0800-39393").tel == "tel:080039393"
