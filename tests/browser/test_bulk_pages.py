"""Many cases at once, merged reports and a split one, as they are seen: trying, running, done, leading and led, both parts."""
from collections.abc import Callable

from cases.models import Case
from cases.priority import Harm
from cases.triage.bulk import running
from cases.triage.models import BulkRun
from tests.browser.test_every_page import LANGUAGES, Eye, click, eye  # noqa: F401
from tests.factories.cases import make_case, make_member, make_unit, reporter_writes

WHY = "سب میں وہی صفحہ ہے جو آج صبح ہٹا دیا گیا: darkmoon.laila"


@LANGUAGES
def test_many_at_once_and_merged(live: str, eye: Callable[..., Eye], language: str) -> None:  # noqa: F811
    unit = make_unit()
    ayesha, bilal = make_member("Ayesha Khan", unit), make_member("Bilal Raza", unit)
    cases = [make_case(unit, harm=Harm.SEXTORTION) for _number in range(4)]
    make_case(unit, age_now=14, harm=Harm.SEXTORTION)
    Case.objects.filter(pk=cases[3].pk).update(assignee=bilal, restricted=True)
    see = eye(language, ayesha)
    page = see.page
    see.goto("/desk/")
    for box in page.locator("tbody input[name=ref]").all():
        box.check()
    page.locator("#bulk-act").select_option("merge")
    see("bulk-1-queue")
    click(page, ".bulk button >> nth=-1")
    page.locator("[name=reason]").fill(WHY)
    click(page, "button[value=try]")
    see("bulk-2-tried")
    click(page, "button[value=start]")
    see("bulk-3-running")
    run = BulkRun.objects.get()
    running.work(run_id=run.pk)
    see.goto(f"/desk/bulk/{run.pk}/")
    see("bulk-4-done")
    led = Case.objects.exclude(merged_into=None).select_related("merged_into").first()
    assert led is not None
    reporter_writes(led, "انہوں نے آج رات پھر لگا دی ہے، براہِ کرم دیکھیں۔")
    see.goto(f"/desk/case/{led.merged_into.ref}/#merged")
    see("merge-1-leading")
    see.goto(f"/desk/case/{led.ref}/")
    see("merge-2-led")
    see.goto(f"/desk/case/{led.merged_into.ref}/merge/")
    click(page, "main form .btn")
    see("merge-3-form-error")
    split(see, make_case(unit, links=["https://facebook.example/groups/1/posts/88"], handles=["@darkmoon.laila"]))
    see.verdict()


def split(see: Eye, case: Case) -> None:
    see.goto(f"/desk/case/{case.ref}/split/")
    click(see.page, "main form .btn")
    see("split-1-form-error")
    see.page.locator("[name=second_harm]").select_option("doxxing")
    for name in ("text", "reason"):
        see.page.locator(f"[name={name}]").fill(WHY)
    see.page.locator("[name=handles]").check()
    click(see.page, "main form .btn")
    see("split-2-second")
    see.goto(f"/desk/case/{case.ref}/")
    see("split-3-first")
    second = Case.objects.get(split_of=case)
    see.goto(f"/desk/case/{second.ref}/unsplit/")
    see("split-4-undo")
