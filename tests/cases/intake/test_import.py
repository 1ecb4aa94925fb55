"""Reports from a file: looked at first, taken as far as they are good, once however often the file comes."""
import csv
import io
import re

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases.intake import receipts
from cases.intake.desk import importing
from cases.intake.desk.import_views import PAPER, plain
from cases.intake.models import Receipt
from cases.models import Case, Consent, Taking
from cases.notifications.models import Address
from cases.vault import custody
from portal.accounts.models import User
from tests.cases.intake.test_report import everything_stored
from tests.factories.cases import make_member, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/desk/import/"
HEAD = ["Done to", "Age now / عمر اب", "What", "What happened", "Links", "Number or e-mail", "Danger now", "old"]
GOOD = ["Me", "۲۴", "Blackmail with pictures (sextortion)", "وہ میری تصویریں پھیلانے کی دھمکی دے رہا ہے",
        "example.com/a|example.com/b", "0300 1234567", "life", "1099/2024/17"]
CHILD = ["my_child", "12", "An adult grooming a child", "He writes to her", "", "", "", "18"]


@pytest.fixture
def nadia(units) -> User:
    custody.new_worker_key()
    return make_member("Nadia", role="supervisor")


def saved(*rows: list[str], between: str = ",", mark: str = "utf-8-sig") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=between).writerows([HEAD, *rows])
    return out.getvalue().encode(mark)


def tried(client: Client, data: bytes, act: str = "try"):
    return client.post(PAGE, {"file": SimpleUploadedFile("a.csv", data), "act": act})


@pytest.fixture
def client(nadia) -> Client:
    return signed_in(nadia, unlocked=False)


def test_looking_keeps_nothing_and_says_what_is_wrong_where(client):
    wrong = ["You", "old", "not_us_money", "=1+1", "", "123", "", ""]
    answer = tried(client, saved(GOOD, wrong, CHILD, between=";"))
    html = answer.content.decode()
    assert answer.status_code == 200, html
    assert "2 reports can be taken." in html
    assert "1 row is left out" in html
    for words in ("Write the age as a number", "another body", "Write a mobile number", "You is not one of the available"):
        assert words in html.replace("&#x27;", "'"), words
    assert not Case.objects.exists()
    assert "دھمکی" not in everything_stored()
    errors = tried(client, saved(wrong), "errors").content.decode("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(errors))][1:] == ["2"] * 4
    assert plain("=1+1") == "'=1+1"


def test_the_good_ones_are_taken_once_and_sealed(client, nadia, monkeypatch):
    monkeypatch.setattr(importing, "SECONDS", -1.0)             # a slice is one report
    data = saved(GOOD, ["", *GOOD[1:]], CHILD, GOOD)
    first = tried(client, data, "go").content.decode()
    assert "1 report was sealed and opened. 1 is left." in first
    second = client.post(PAGE, {"text": data.decode("utf-8-sig"), "done": "1", "act": "go"}).content.decode()
    assert "2 reports were sealed and opened." in second
    assert "1 row is left out" in second
    cases = {case.unit.code: case for case in Case.objects.select_related("unit")}
    assert set(cases) == {"adults", "children"}
    case = cases["adults"]
    assert (case.source, case.harm, case.age_band, case.language) == ("import", "sextortion", "adult", "ur")
    assert case.dangers == ["life"]
    assert Taking.objects.get(case=case).by_id == nadia.pk
    assert Consent.objects.get(case=case, act="ask_platform").answer == "ask_first"
    assert Address.objects.get().case_id == case.pk
    assert not Receipt.objects.exists()
    stored = everything_stored()
    for secret in ("دھمکی", "example.com/a", "1234567", "1099/2024/17"):
        assert secret not in stored
    again = tried(client, saved(GOOD, CHILD, mark="utf-16"), "go").content.decode()
    assert "0 reports were sealed" in again
    assert Case.objects.count() == 2


def test_each_gets_a_receipt_where_wanted_and_its_code_is_kept_nowhere(client, units, monkeypatch):
    monkeypatch.setattr(importing, "SECONDS", -1.0)
    data = saved(GOOD, CHILD)
    first = client.post(PAGE, {"file": SimpleUploadedFile("a.csv", data), "act": "go", "codes": "on"}).content.decode()
    going = {"text": data.decode("utf-8-sig"), "done": "1", "act": "go", "codes": "on", "paper": carried(first)}
    last = client.post(PAGE, going).content.decode()
    made = signing.loads(carried(last), salt=PAPER)["made"]
    assert [row[0] for row in made] == [2, 3]
    assert "Rows 2 to 3 as PDF" in last
    for _row, code, *_rest in made:
        case = receipts.find(receipts.derive(code)).receipt.case
        assert case.source == "import"
        assert code not in everything_stored()
    lines = {"name-en": "Helpline", "number-en": "1099", "name-ur": "مدد", "number-ur": "1099"}
    page = {"paper": carried(last), "start": "0", **lines}
    sheets = client.post(f"{PAGE}receipts.pdf", page)
    assert sheets.content.startswith(b"%PDF-")
    assert sheets.content.count(b"/Type /Page\n") == 2
    other = signed_in(make_member("Other", role="supervisor"), unlocked=False)
    assert other.post(f"{PAGE}receipts.pdf", page).status_code == 403
    for wrong in ({"start": "2"}, {"start": "x"}, {"paper": carried(last)[:-1]}):
        assert client.post(f"{PAGE}receipts.pdf", page | wrong).status_code == 403


def carried(html: str) -> str:
    return re.search(r'name="paper" value="([^"]+)"', html)[1]


@pytest.mark.parametrize(("data", "words"), [
    (b"", "The first row must hold the heads"), (b"\xff\xff\xff", "not text in UTF-8"),
    (b"name,phone\n1,2\n", "These columns are not known: name, phone"),
    (b"Links,story\nx,y\n", "The first row must hold the heads"), (saved(), "There is no row"),
    (saved(*[["Me"] * 8] * 1001), "more than 1,000 rows"), (b"x" * 1_000_001, "larger than 1 MB"),
    (b'relation,harm\nme,"open', "a quotation mark is open")])
def test_a_file_that_cannot_be_taken_says_why(client, data, words):
    answer = tried(client, data)
    assert answer.status_code == 400
    assert words in answer.content.decode()


def test_the_empty_file_is_one_that_can_be_read_and_only_supervisors_import(client, units):
    answer = client.get("/desk/import/empty.csv")
    head = next(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert any("Done to" in name and " / " in name for name in head)
    known = importing.book()
    assert importing.rows_of(",".join(f'"{name}"' for name in head) + "\n" + ",".join(["x"] * len(head)), known)[0].number == 2
    for role, status in (("caseworker", 403), ("intake_operator", 403), ("administrator", 403)):
        stranger = signed_in(make_member(role, role=role), unlocked=False)
        assert stranger.get(PAGE).status_code == status
        assert tried(stranger, saved(GOOD), "go").status_code == status
