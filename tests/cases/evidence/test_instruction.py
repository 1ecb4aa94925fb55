"""Without a written order of the ministry's lawyers nothing that handles files starts; with it the hand-off says which."""
import subprocess
import sys

import pytest
from django.conf import LazySettings
from django.utils.translation import override

from cases.evidence import services
from cases.evidence.ending import settle
from cases.evidence.handing_off import hand_off
from cases.evidence.instruction import Instruction, InstructionMissing, Order, parse
from cases.evidence.models import Evidence
from cases.models import Case
from portal.accounts.models import User
from tests.processes import environment


def start(role: str, given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", "import django; django.setup()"], capture_output=True, text=True, check=False,
                          env={**environment(role), "LEGAL_INSTRUCTION": given})


@pytest.mark.parametrize(("text", "order"), [("preserve: Legal/14, 4 May 2026", Order.PRESERVE), (" destroy :x", Order.DESTROY)])
def test_an_order_names_what_to_do_and_the_letter(text: str, order: Order):
    assert parse(text) == Instruction(order, text.partition(":")[2].strip())


@pytest.mark.parametrize("text", ["", "preserve", "preserve:", "preserve: ", "keep: Legal/14", ": Legal/14", "Preserve: x"])
def test_anything_else_is_none(text: str):
    with pytest.raises(InstructionMissing):
        parse(text)


@pytest.mark.parametrize("role", ["public", "desk", "worker"])
@pytest.mark.parametrize("given", ["", "keep: Legal/14"])
def test_what_handles_files_does_not_start_without_one_and_says_why(role: str, given: str):
    answer = start(role, given)
    assert answer.returncode != 0
    assert "LEGAL_INSTRUCTION is required: what the ministry's legal department ordered in writing" in answer.stderr


@pytest.mark.parametrize("role", ["cms", "exchange", "owner"])
def test_others_do_without(role: str):
    answer = start(role, "")
    assert answer.returncode == 0, answer.stderr


# --- the hand-off -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["en", "ur"])
def test_it_names_the_order_and_the_fingerprints_and_nobody(kept: Evidence, hina: User, settings: LazySettings, language: str):
    settings.LEGAL_INSTRUCTION = Instruction(Order.DESTROY, "Legal/2026/14")
    services.suspect_child(evidence=kept, by=hina)
    kept.refresh_from_db()
    settings.LEGAL_INSTRUCTION = Instruction(Order.PRESERVE, "Legal/2027/1")        # a later one says nothing of this file
    with override(language):
        paper = hand_off(kept, kept.case)
        words = " ".join([paper.to, paper.subject, *paper.lines, *paper.duties])
    assert dict(paper.codes)["SHA-256"] == kept.sha256
    assert {"Legal/2026/14", kept.case.ref, str(kept.pk)} <= {value for _name, value in paper.codes}
    assert ("destroyed" if language == "en" else "تلف") in words
    assert hina.name not in words
    assert "1799" in paper.to


def test_it_never_goes_to_the_body_that_the_accused_may_work_for(kept: Evidence):
    settle(kept, Evidence.State.DESTROYED, Evidence.Why.CHILD, by=None)
    Case.objects.filter(pk=kept.case_id).update(conflict="cybercrime")
    assert "Cyber" not in hand_off(kept, Case.objects.get()).to
