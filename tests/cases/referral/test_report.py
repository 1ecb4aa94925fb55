"""The paper of a package, and the chain of custody in it."""
import json
import subprocess
import uuid
from pathlib import Path

import pytest

from cases.audit.services import link, record
from cases.referral import custody, report, verify

STORY = "اس نے 0300-1234567 سے فون کیا۔ He said: pay."


def version(language: str) -> report.Version:
    return report.Version(language, to="NCCIA", office="MoHR", unit="Adults", made="23 November 2026", ground="Yes.",
                          facts=[("Harm", "Deepfake")], steps=[("12:00", "The case was opened and read.")])


def test_all_of_it_stands_on_paper_in_either_language_with_real_urdu(tmp_path: Path) -> None:
    content = report.Content("MZ-23456789AB", "desk@example.org", story=STORY, links=["https://example.com/p/1"],
                             pictures=["ab" * 32], files=["files/1.webp"])
    paper = tmp_path / "report.pdf"
    paper.write_bytes(report.pdf(content, [version("en"), version("ur")]))
    text = told_by("pdftotext", "-layout", str(paper), "-")
    for words in ("https://example.com/p/1", "ab" * 32, "files/1.webp"):
        assert text.count(words) == 2, words
    assert text.count("23456789AB") >= 5, "in the titles, and on each page's foot"
    fonts = told_by("pdffonts", str(paper))
    assert "NotoNastaliqUrdu" in fonts
    assert all(line.split()[-5] == "yes" for line in fonts.splitlines()[2:]), "each font is embedded"


def told_by(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.django_db
def test_the_chain_of_custody_is_the_logs_and_tells_of_no_other_referral() -> None:
    case, mine, other = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    record("case_opened", subject=case, actor="reporter")
    record("consent_given", subject=case, actor="reporter", act="pass_police", answer="yes")
    record("consent_given", subject=case, actor="reporter", act="pass_pta", answer="no")
    record("case_opened", subject=uuid.uuid4(), actor="reporter")
    record("referral_asked", subject=case, actor="system", referral=other)
    record("note_added", subject=case, actor="system")
    link()
    record("referral_asked", subject=case, actor="system", referral=mine)
    found = custody.as_json(custody.entries(case, referral=mine, act="pass_police"))
    rows = json.loads(found)["entries"]
    assert [row["event"] for row in rows] == ["case_opened", "consent_given", "referral_asked"]
    assert ["hash" in row for row in rows] == [True, True, False], "the newest is not linked yet, and says so"
    assert verify._custody(found) == []
    assert verify._custody(found.replace(b'"reporter"', b'"system"')) == ["custody.json: entry 1 was changed",
                                                                         "custody.json: entry 2 was changed"]
