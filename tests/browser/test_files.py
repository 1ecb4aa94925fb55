"""Screenshots in a browser: after Send and from the inbox, one after another, stopped, lost and sent again."""
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route, expect

from bench.meter import fetch, weigh
from cases.evidence.ending import settle
from cases.evidence.models import Evidence
from cases.intake import evidence_ticket as tickets
from cases.intake.evidence_ticket import Ticket
from cases.models import Case
from cases.priority import Harm
from cases.vault import custody
from tests.browser.look import look, shoot
from tests.browser.test_inbox import CODE, case as case_with_code, derived, enter
from tests.factories.evidence import kept, picture
from tests.fixtures.browser import OpenPage

__all__ = ["case_with_code", "derived"]
LIMIT_KB = 15
CARRIED = "half a sentence nobody may lose"


def files(*seeds: int, kind: str = "PNG") -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for seed in seeds:
        out = io.BytesIO()
        picture(seed).save(out, kind)
        found.append({"name": f"Saima {seed}.png", "mimeType": "image/png", "buffer": out.getvalue()})
    return found


@pytest.fixture
def case(case_with_code: Case, tmp_path: Path, settings) -> Case:
    settings.WORKER_KEYS = tmp_path / "worker-keys"
    custody.new_worker_key()
    Case.objects.filter(pk=case_with_code.pk).update(harm=Harm.HONOUR_THREAT.value)
    return case_with_code


@pytest.fixture
def chosen(live: str, case: Case, open_page: OpenPage) -> Page:
    """The page where files are chosen, as it opens after Send."""
    return opened(open_page(width=360, height=740), live, case, "en")


def opened(page: Page, live: str, case: Case, language: str) -> Page:
    page.goto(f"{live}/{language}/files/")
    page.set_content(f'<form id="f" method="post" action="{live}/{language}/files/"><input name="ticket" '
                     f'value="{tickets.seal(Ticket(case.pk))}"><button>go</button></form>')
    with page.expect_navigation():
        page.locator("button").click()
    page.complaints.clear()             # the page that a test wrote itself is nobody's
    return page


def rows(page: Page) -> list[str]:
    return [" ".join(text.split()) for text in page.locator(".files li").all_inner_texts()]


def numbers() -> list[int]:
    return sorted(Evidence.objects.values_list("number", flat=True))


def test_several_files_go_one_after_another_without_their_names(chosen: Page):
    sent: list[Request] = []
    chosen.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    chosen.locator("#file").set_input_files(files(1, 2, 3))
    expect(chosen.locator(".files .ok")).to_have_count(3)
    assert [row.partition(" ")[2] for row in rows(chosen)] == [f"File {n} Arrived and sealed" for n in (1, 2, 3)]
    assert numbers() == [1, 2, 3]
    assert len(sent) == 3
    assert not [one for one in sent if b"Saima" in (one.post_data_buffer or b"")]
    assert chosen.context.cookies() == []


def test_a_file_that_was_chosen_before_the_script_came_is_sent(live: str, case: Case, open_page: OpenPage):
    page, held = open_page(width=360, height=740), list[Route]()
    page.route(re.compile(r"/js/files\."), lambda route: held.append(route))
    page.goto(f"{live}/en/files/")
    page.set_content(f'<form method="post" action="{live}/en/files/"><input name="ticket" '
                     f'value="{tickets.seal(Ticket(case.pk))}"><button>go</button></form>')
    page.locator("button").click(no_wait_after=True)
    page.locator("#file").set_input_files(files(1))
    page.complaints.clear()
    held[-1].continue_()
    expect(page.locator(".files .ok")).to_have_count(1)
    assert numbers() == [1]


def test_what_cannot_be_sent_is_said_before_it_is_sent(chosen: Page):
    sent: list[str] = []
    chosen.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    big = {"name": "big.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(10 * 2 ** 20)}
    text = {"name": "a.png", "mimeType": "image/png", "buffer": b"no picture at all"}
    empty = {"name": "b.png", "mimeType": "image/png", "buffer": b""}
    chosen.locator("#file").set_input_files([big, text, empty])
    expect(chosen.locator(".files .err")).to_have_count(3)
    assert "larger than 10 MB" in rows(chosen)[0]
    assert "no picture that we can read" in rows(chosen)[1]
    assert "empty" in rows(chosen)[2]
    assert sent == []
    chosen.locator(".files .icon").first.click()
    expect(chosen.locator(".files li")).to_have_count(2)
    chosen.locator("#file").set_input_files(files(1, 1))
    expect(chosen.locator(".files .ok")).to_have_count(1)
    expect(chosen.locator(".files li").last).to_contain_text("already sent this file")
    assert numbers() == [1]


def test_a_connection_that_breaks_loses_one_file_and_it_is_sent_again(chosen: Page):
    lost: list[str] = []

    def breaks(route: Route) -> None:
        if not lost:
            lost.append(route.request.url)
            return route.abort()
        return route.continue_()
    chosen.route("**/files/", breaks)
    chosen.locator("#file").set_input_files(files(1, 2, 3))
    expect(chosen.locator(".files .ok")).to_have_count(2)
    first = chosen.locator(".files li").first
    expect(first).to_contain_text("We could not be reached")
    chosen.complaints.clear()
    assert numbers() == [2, 3]
    assert look(chosen, widths=(360,)) == []
    first.get_by_role("button", name="Send again").click()
    expect(chosen.locator(".files .ok")).to_have_count(3)
    assert numbers() == [1, 2, 3]


def test_an_answer_that_is_lost_makes_no_second_file(chosen: Page):
    """The file arrived, and nobody heard that."""
    lost: list[str] = []

    def unheard(route: Route) -> None:
        if lost:
            return route.continue_()
        lost.append(route.request.url)
        route.fetch()
        return route.abort()
    chosen.route("**/files/", unheard)
    chosen.locator("#file").set_input_files(files(1))
    expect(chosen.locator(".files li")).to_contain_text("We could not be reached")
    chosen.complaints.clear()
    assert numbers() == [1]
    chosen.get_by_role("button", name="Send again").click()
    expect(chosen.locator(".files .ok")).to_have_count(1)
    assert numbers() == [1]


def test_one_can_be_stopped_and_the_others_go_on(chosen: Page):
    held: list[Route] = []
    chosen.route("**/files/", lambda route: held.append(route) if not held else route.continue_())
    chosen.locator("#file").set_input_files(files(1, 2))
    expect(chosen.locator(".files li").first).to_contain_text("On its way")
    chosen.get_by_role("button", name="Stop sending file 2").click()
    expect(chosen.locator(".files li")).to_have_count(1)
    held[0].continue_()
    expect(chosen.locator(".files .ok")).to_have_count(1)
    chosen.locator("#file").set_input_files(files(3))
    expect(chosen.locator(".files .ok")).to_have_count(2)
    assert numbers() == [1, 2]


def test_five_and_no_sixth(chosen: Page):
    chosen.locator("#file").set_input_files(files(1, 2, 3, 4, 5, 6))
    expect(chosen.locator(".files .ok")).to_have_count(5)
    expect(chosen.locator(".files li").last).to_contain_text("That is five files")
    assert numbers() == [1, 2, 3, 4, 5]


def test_after_half_an_hour_it_says_so_and_what_arrived_stays(chosen: Page, monkeypatch: pytest.MonkeyPatch):
    chosen.locator("#file").set_input_files(files(1))
    expect(chosen.locator(".files .ok")).to_have_count(1)
    monkeypatch.setattr(tickets, "LIFETIME", -100)
    chosen.locator("#file").set_input_files(files(2))
    expect(chosen.locator(".files li").last).to_contain_text("closes after half an hour")
    chosen.complaints.clear()
    expect(chosen.locator(".pick")).to_be_hidden()
    assert numbers() == [1]


@pytest.mark.parametrize(("language", "width"), [("ur", 360), ("en", 1280)])
def test_it_looks_right(live: str, case: Case, open_page: OpenPage, language: str, width: int):
    page = opened(open_page(width=width, height=740), live, case, language)
    assert look(page) == []
    shoot(page, f"files-{language}-{width}")
    page.locator("#file").set_input_files([*files(1), {"name": "a.png", "mimeType": "image/png", "buffer": b"none"}])
    expect(page.locator(".files .ok")).to_have_count(1)
    expect(page.locator(".files .err")).to_have_count(1)
    assert look(page) == []
    shoot(page, f"files-sent-{language}-{width}")


@pytest.mark.parametrize("language", ["en", "ur"])
def test_it_weighs_no_more_than_a_form(live: str, case: Case, language: str):
    url = f"{live}/{language}/files/"
    assert weigh(url, fetch(url, {"ticket": tickets.seal(Ticket(case.pk))})) <= LIMIT_KB
    html = fetch(f"{live}/{language}/inbox/", {"code": CODE})
    assert weigh(f"{live}/{language}/inbox/", html) <= LIMIT_KB


def test_without_javascript_the_form_sends_one_and_comes_back(live: str, case: Case, open_page: OpenPage):
    page = opened(open_page(width=360, height=740, javascript=False), live, case, "ur")
    for seed in (1, 2):
        page.locator("#file").set_input_files(files(seed))
        with page.expect_navigation():
            page.locator("#files .actions button").click()
    expect(page.locator(".files .ok")).to_have_count(2)
    assert look_without_script(page)
    assert numbers() == [1, 2]
    with page.expect_navigation():
        page.locator("button.swap").click()
    assert [row.partition(" ")[2] for row in rows(page)] == ["File 1 Arrived and sealed", "File 2 Arrived and sealed"]


def look_without_script(page: Page) -> bool:
    return page.locator("main h1").count() == 1


# --- from the inbox -----------------------------------------------------------------------------------------------------
@pytest.fixture
def inbox(live: str, case: Case, open_page: OpenPage) -> Page:
    """Opened in the browser: the code stays there."""
    page = open_page(width=360, height=740)
    enter(page, live, "en", CODE)
    expect(page.locator(".letters .text")).to_have_count(2)
    return page


def test_from_the_inbox_and_back_nothing_typed_is_lost_and_the_code_stays(inbox: Page, case: Case):
    sent: list[Request] = []
    inbox.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    inbox.locator("#id_message").fill(CARRIED)
    inbox.locator("button[value=files]").click()
    expect(inbox.locator("#file[multiple]")).to_be_visible()     # its script is here
    inbox.locator("#file").set_input_files(files(1, 2))
    expect(inbox.locator(".files .ok")).to_have_count(2)
    inbox.locator("button.swap").click()
    expect(inbox.locator("html")).to_have_attribute("dir", "rtl")
    expect(inbox.locator(".files .ok")).to_have_count(2)
    inbox.locator("button[value=keep]").click()
    expect(inbox.locator("#id_message")).to_have_value(CARRIED)
    expect(inbox.locator("main .files li")).to_have_count(2)
    expect(inbox.locator(".letters .text").first).to_be_visible()
    everything = b"".join(request.post_data_buffer or b"" for request in sent)
    assert CODE.encode() not in re.sub(rb"[\s+-]", b"", everything)
    assert CARRIED.split()[-1].encode() not in everything
    assert set(Evidence.objects.values_list("case", flat=True)) == {case.pk}


def test_a_press_while_a_file_is_on_its_way_waits_for_it(inbox: Page):
    held: list[Route] = []
    inbox.locator("button[value=files]").click()
    expect(inbox.locator("#file[multiple]")).to_be_visible()     # its script is here
    inbox.route("**/files/", lambda route: held.append(route))
    inbox.locator("#file").set_input_files(files(1))
    expect(inbox.locator(".files li")).to_contain_text("On its way")
    inbox.locator("button[value=keep]").click()
    expect(inbox.locator("main [role=status]").first).to_contain_text("still on their way")
    held[0].continue_()
    expect(inbox.locator("#id_message")).to_be_visible()
    assert numbers() == [1]


@pytest.mark.parametrize(("language", "width"), [("ur", 360), ("en", 1280)])
def test_the_inbox_with_files_looks_right(live: str, case: Case, open_page: OpenPage, language: str, width: int):
    kept(case, 1)
    settle(kept(case, 2), Evidence.State.DESTROYED, Evidence.Why.OWN_FINGERPRINT, by=None)
    page = open_page(width=width, height=740)
    enter(page, live, language, CODE)
    expect(page.locator("main .files li")).to_have_count(2)
    assert look(page, widths=(320, width)) == []
    shoot(page, f"inbox-files-{language}-{width}")
