"""A screenshot at the desk, in a browser: what is on the screen before a press and after it, in both languages."""
import pytest
from playwright.sync_api import Page, expect

from cases.evidence.models import Evidence, Exposure
from portal.accounts.models import User
from tests.browser.look import Watch, look, shoot
from tests.factories.cases import make_case, make_member, make_unit, signed_in
from tests.factories.evidence import kept
from tests.fixtures.browser import OpenPage

SIZES = pytest.mark.parametrize(("language", "width"), [("ur", 360), ("en", 1280)])


@pytest.fixture
def file(live: str) -> Evidence:
    unit = make_unit()
    make_member("Ayesha Khan", unit)
    return kept(make_case(unit))


def at_the_desk(open_page: OpenPage, live: str, member: User, language: str, width: int) -> Page:
    page = open_page(width=width, height=900)
    cookies = signed_in(member, language=language).cookies.items()
    page.context.add_cookies([{"name": name, "value": morsel.value, "url": live} for name, morsel in cookies])
    return page


@SIZES
def test_blurred_first_and_sharp_on_a_press(live: str, file: Evidence, open_page: OpenPage, language: str, width: int):
    member = make_member("Bilal Raza", file.case.unit)
    page = at_the_desk(open_page, live, member, language, width)
    watch = Watch(page, live)
    page.goto(f"{live}/desk/case/{file.case.ref}/")
    faults = look(page, widths=(width,))
    page.locator("#evidence").scroll_into_view_if_needed()
    shoot(page, f"case-evidence-{language}-{width}")
    page.locator("#evidence a").click()
    picture = page.locator(".evidence img")
    expect(picture).to_be_visible()
    assert not picture.evaluate("img => img.naturalWidth > 480 || img.naturalHeight > 480")
    faults += look(page)
    shoot(page, f"evidence-blurred-{language}-{width}")
    assert not Exposure.objects.exists()
    page.locator("button[value=grey]").press("Enter")
    expect(picture).to_have_js_property("naturalWidth", 540)
    for summary in page.locator("aside summary").all():
        summary.click()
    faults += look(page)
    shoot(page, f"evidence-grey-{language}-{width}")
    assert Exposure.objects.get(member=member).opened == 1
    page.locator("#main .actions a.btn").click()
    expect(picture).to_have_js_property("naturalHeight", 480)
    assert not [request for request in watch.requests if request.resource_type == "image" and "/evidence/" in request.url]
    page.locator("aside summary").first.click()
    page.locator("form[action$='/intimate/'] button").click()
    expect(page.locator("#evidence")).to_be_visible()
    file.refresh_from_db()
    assert file.state == Evidence.State.DESTROYED
    assert [*faults, *watch.faults] == []


@SIZES
def test_supervisors_numbers(live: str, file: Evidence, open_page: OpenPage, language: str, width: int):
    supervisor = make_member("Nadia Shah", file.case.unit, role="supervisor")
    page = at_the_desk(open_page, live, supervisor, language, width)
    page.goto(f"{live}/desk/exposure/")
    assert look(page) == []
    shoot(page, f"exposure-{language}-{width}")


def test_on_paper_there_is_no_picture(live: str, file: Evidence, open_page: OpenPage):
    page = at_the_desk(open_page, live, make_member("Sana Malik", file.case.unit), "en", 1280)
    page.goto(f"{live}/desk/case/{file.case.ref}/evidence/{file.pk}/")
    expect(page.locator(".evidence img")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".evidence img")).to_be_hidden()
