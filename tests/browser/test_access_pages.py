"""Who may open a case, giving it to another unit, and the auditors' log: at every width, in both languages."""
from collections.abc import Callable
from uuid import uuid4

from cases.models import BreakGlass, Exclusion
from cases.services import assign
from cases.triage import reading, walls
from tests.browser.test_every_page import LANGUAGES, Eye, click, eye  # noqa: F401
from tests.factories.cases import keyring_of, make_case, make_member, make_unit

REASON = "وہ لکھتی ہے کہ لوگ ابھی اس کے گھر آ رہے ہیں۔"


@LANGUAGES
def test_who_may_open_a_case_and_what_the_log_says(live: str, eye: Callable[..., Eye],  # noqa: F811
                                                   language: str) -> None:
    unit, _other = make_unit(), make_unit("children")
    ayesha, bilal, hina = (make_member(name, unit) for name in ("Ayesha Khan", "Bilal Raza", "Hina Abbasi"))
    head = make_member("Nadia Shah", unit, role="supervisor")
    case, pane = make_case(unit), uuid4()
    assign(case=case, to=head, by=head)
    walls.restrict(case=case, on=True, by=head)
    walls.exclude(case=case, member=hina, cause=Exclusion.Cause.KNOWS, by=hina)
    sealed = reading.seal_reason(case, REASON, name="glass", record=pane, keyring=keyring_of(ayesha))
    walls.break_glass(case=case, glass_id=pane, cause=BreakGlass.Cause.LIFE, reason=sealed, by=ayesha)
    see = eye(language, bilal)
    see.goto(f"/desk/case/{case.ref}/")
    see("access-1-withheld")
    see.goto(f"/desk/case/{case.ref}/access/")
    click(see.page, "#glass .btn")
    see("access-2-glass-error")
    see.verdict()
    see = eye(language, head)
    see.goto(f"/desk/case/{case.ref}/access/")
    see("access-3-supervisor")
    see.goto(f"/desk/case/{case.ref}/transfer/")
    see("access-4-transfer")
    see.verdict()
    see = eye(language, make_member("Kamran Javed", role="auditor"), unlocked=False)
    see.goto("/desk/audit/")
    see("access-5-audit")
    see.goto("/desk/audit/?since=2026-11-22&until=2026-11-20")
    see("access-6-audit-error")
    see.verdict()
