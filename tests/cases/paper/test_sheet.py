"""Documents in both languages."""
from cases.paper.runs import MARK, marked
from cases.paper.sheet import Sheet, rtl


def made(**changed: str) -> Sheet:
    usual = {"language": "ur", "title": "خلاصہ", "foot": "x", "page": lambda number, count: f"{number}/{count}"}
    return Sheet(**usual | changed)


def test_a_document_breaks_into_pages_that_all_have_a_foot():
    sheet = made()
    sheet.facts([("حیثیت", "نیا"), ("لنک", "https://example.com/" + "a" * 200)])
    sheet.table(["کب", "کیا"], [["12:30", "نوٹ لکھا"]] * 30, shares=(1, 2))
    sheet.paragraph("She said «میری بہن» to me.\nاس نے 0300-1234567 سے فون کیا۔")
    pages = sheet.file.pages_count
    assert pages > 1
    assert sheet.pdf().startswith(b"%PDF-")
    assert sheet.file.pages_count == pages                  # the feet make no new ones


def test_what_no_font_has_is_named_and_nothing_vanishes():
    sheet = made()
    assert sheet._writable("روتی ہے 😭") == "روتی ہے [loudly crying face]"
    assert sheet._writable("a\u200bb\x07") == "ab"
    for letters in ("ٹڈڑںھےۓئؤأٰ", "ڪڳڱڻٿڀ", "ښځټۍې", "“Pay” – he said… ₨ é"):
        assert sheet._writable(letters) == letters


def test_numbers_and_links_are_not_turned_round():
    assert marked("کیس 26-7K3M9Q ہے") == f"کیس {MARK}26-7K3M9Q{MARK} ہے"
    assert rtl("(«اس نے", otherwise=False)
    assert not rtl("12 He", otherwise=True)
    assert rtl("12:30", otherwise=True)
    assert rtl("\u2068Ayesha K.\u2069 نے", otherwise=False)             # a name that is set apart says nothing
