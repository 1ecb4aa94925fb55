"""What was typed while the vault locked itself: unlock, see it once more, send it; on a phone, in Urdu, without a script too."""
import pytest
from playwright.sync_api import Page

from cases.triage.models import Note
from cases.vault import custody
from portal.accounts.models import User
from tests.browser.look import look, shoot
from tests.browser.test_desk import enter
from tests.factories.cases import make_case, make_member, make_unit

PASSPHRASE = "پانچ لفظ جو کوئی نہیں جانتا"  # noqa: S105
TYPED = "وہ رات نو بجے گھر آتا ہے؛ حوالہ 26-10917۔\n\nفون نہ کریں۔"


@pytest.fixture
def ayesha(live) -> User:
    unit = make_unit()
    member = make_member("عائشہ خان", unit, keys=False, language="ur")
    custody.new_staff_key(member, PASSPHRASE)
    custody.new_unit_key(unit, members=[member], actor="system")
    return member


def refusals(page: Page) -> None:
    """The browser complains of each answer that is a refusal."""
    page.complaints[:] = [each for each in page.complaints if "the server responded with a status of 4" not in each]


@pytest.mark.parametrize("javascript", [True, False])
def test_a_note_typed_while_the_vault_locked_itself(live, open_page, ayesha, javascript):
    case = make_case(make_unit())
    page = open_page(width=360, height=740, javascript=javascript)
    enter(page, live, ayesha, language="ur", unlocked=False)
    faults: list[str] = []

    def seen(name: str) -> None:
        if javascript:
            faults.extend(look(page))
            page.set_viewport_size({"width": 360, "height": 740})
            shoot(page, f"waiting-{name}-ur-360")

    page.goto(f"{live}/desk/case/{case.ref}/")
    page.fill("#noteform_text", TYPED)
    page.locator("#note .btn").click()
    assert "26-10917" not in page.locator("main").inner_text()
    seen("locked")
    page.fill("#id_passphrase", "something else")
    page.locator("main .btn[type=submit]").first.click()
    seen("wrong")
    page.fill("#id_passphrase", PASSPHRASE)
    page.locator("main .btn[type=submit]").first.click()
    assert TYPED in page.locator("pre.typed").inner_text()
    seen("again")
    assert not Note.objects.exists()
    page.locator("main .btn[type=submit]").click()
    page.wait_for_url("**#write")
    assert "فون نہ کریں" in page.locator("main").inner_text()
    assert Note.objects.count() == 1
    assert not faults, "\n".join(faults)
    refusals(page)


def test_after_the_session_ended_the_same_page_sends_it(live, open_page):
    unit = make_unit()
    ayesha, case = make_member("عائشہ خان", unit, language="ur"), make_case(unit)
    page = open_page(width=360, height=740)
    enter(page, live, ayesha, language="ur", unlocked=False)
    page.goto(f"{live}/desk/case/{case.ref}/")
    page.fill("#noteform_text", TYPED)
    page.context.clear_cookies(name="staff")
    page.locator("#note .btn").click()
    assert TYPED in page.locator("pre.typed").inner_text()
    faults = look(page)
    shoot(page, "waiting-signed-out-ur-360")
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrf")
    enter(page, live, ayesha, language="ur")                        # signed in in another tab, where the token is a new one
    page.context.add_cookies([{"name": "csrf", "value": token[::-1], "url": live}])
    page.locator("main .btn[type=submit]").click()
    assert TYPED in page.locator("pre.typed").inner_text()
    faults += look(page)
    page.locator("main .btn[type=submit]").click()
    page.wait_for_url("**#write")
    assert Note.objects.count() == 1
    assert not faults, "\n".join(faults)
    refusals(page)


# --- a page that stays open -----------------------------------------------------------------------------------------------
@pytest.fixture
def both(live, open_page) -> tuple[Page, Page, User]:
    """Two windows of one browser, on a case; their clocks are ours."""
    unit = make_unit()
    bilal, case = make_member("Bilal Raza", unit), make_case(unit)
    left = open_page()
    enter(left, live, bilal)
    right = left.context.new_page()
    for each in (left, right):
        each.clock.install()
        each.goto(f"{live}/desk/case/{case.ref}/")
    left.goto(f"{live}/desk/")
    return left, right, bilal


def look_again(page: Page) -> None:
    with page.expect_response("**/vault/state/**"):
        page.clock.fast_forward(31_000)


def test_locking_in_one_window_covers_the_other(both):
    left, right, _ = both
    left.get_by_role("button", name="Lock it now").click()
    look_again(right)
    right.locator("#idle").wait_for()
    assert not right.locator("main").is_visible()


def test_a_colleague_who_signs_in_in_another_window_uncovers_nothing(live, both):
    left, right, bilal = both
    colleague = make_member("Sana Malik", make_unit())
    enter(left, live, colleague)
    look_again(right)
    right.locator("#idle").wait_for()
    left.goto(f"{live}/desk/")
    assert left.locator("main").is_visible()
    right.evaluate("dispatchEvent(new Event('focus'))")
    right.wait_for_timeout(500)
    assert not right.locator("main").is_visible()


def test_a_lost_network_covers_nothing_before_its_time(both):
    left, right, _ = both
    right.context.set_offline(True)
    right.clock.fast_forward(31_000)
    right.wait_for_timeout(300)
    assert right.locator("main").is_visible()
    right.clock.fast_forward(15 * 60_000)
    right.locator("#idle").wait_for()
    right.context.set_offline(False)
    left.complaints.clear()                                         # of the network


def test_after_signing_in_in_another_window_a_draft_is_sent_with_one_press(live, both):
    left, right, bilal = both
    right.fill("#noteform_text", TYPED)
    token = next(cookie["value"] for cookie in right.context.cookies() if cookie["name"] == "csrf")
    enter(left, live, bilal)
    left.context.add_cookies([{"name": "csrf", "value": token[::-1], "url": live}])
    look_again(right)
    right.locator("#note .btn").click()
    right.wait_for_url("**#write")
    assert Note.objects.count() == 1
