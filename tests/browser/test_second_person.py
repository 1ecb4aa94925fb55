"""Notices to two platforms at once, which a second person reads before they leave: every page of that, in both languages."""
from collections.abc import Callable

from cases.escalation import registry, second
from cases.escalation.models import Escalation
from cases.vault import custody
from tests.browser.test_every_page import LANGUAGES, Eye, a_case_with_everything, click, eye
from tests.factories.cases import make_member, make_unit

__all__ = ["eye"]
REASON = "The second link is the affected person's own page: take it out, please."


@LANGUAGES
def test_written_by_one_and_given_back_by_another(live: str, eye: Callable[..., Eye], language: str) -> None:
    custody.new_worker_key()
    registry.seed()
    unit = make_unit()
    ayesha, bilal = (make_member(name, unit, is_woman=True) for name in ("Ayesha Khan", "Bilal Raza"))
    head = make_member("Nadia", unit, role="supervisor", is_woman=True)
    second.want(unit=unit, yes=True, by=head)
    case = a_case_with_everything(ayesha)
    hers = eye(language, ayesha)
    hers.goto(f"/desk/case/{case.ref}/escalate/")
    for box in hers.page.locator("[name=way]").all()[:2]:
        box.check()
    click(hers.page, "main form .btn")
    hers("two-1-compose")
    hers.page.locator("[name=policy]").fill("")
    click(hers.page, "main form .btn.line")
    hers("two-2-preview")
    click(hers.page, "button[name=send]")
    hers("two-2-lacks")
    hers.page.locator("[name=policy]").fill("Community Guidelines: adult sexual exploitation")
    click(hers.page, "main form .btn.line")
    click(hers.page, "button[name=send]")
    one = Escalation.objects.latest("requested_at")
    assert one.state == Escalation.State.PROPOSED
    his = eye(language, bilal)
    his.goto("/desk/notices/")
    his("two-3-waiting")
    his.goto(f"/desk/case/{case.ref}/notice/{one.reference}/")
    his("two-4-second")
    his.page.locator("[name=reason]").fill(REASON)
    click(his.page, "button[value=return]")
    his("two-5-returned")
    one.refresh_from_db()
    assert one.state == Escalation.State.RETURNED
    theirs = eye(language, head)
    theirs.goto("/desk/settings/notices/")
    theirs("two-6-setting")
    for each in (hers, his, theirs):
        each.verdict()
