"""docs/asvs.md is complete, and what it names as evidence is there. That the evidence shows it, a person has to read."""
import ast
import re
from collections import Counter
from pathlib import Path

PAGE = Path("docs/asvs.md").read_text()
ROWS = re.findall(r"^\| V(\d+)\.(\d+)\.(\d+) ([^|]+) \| (met|partly|not met|n/a) \| ([^|]+) \|$", PAGE, re.M)
# ASVS 5.0.0: how many requirements of level 1 and 2 a chapter has, and of level 3 where the page says that it takes them as well.
UP_TO_TWO = {1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16,
             17: 7}
LEVEL_THREE = {6: 12, 7: 1, 8: 6, 11: 10}
PLACE = re.compile(r"`([\w@./-]+/[\w@./-]+(?:::\w+)?|[\w.-]+\.(?:txt|in|toml))`")      # a path, perhaps with a name in it
# The last requirement of each section that counts here; level 3, where left out, comes last in each.
LAST = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2,
    "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2,
    "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 8, "6.4": 6, "6.5": 8, "6.6": 4, "6.7": 2, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 3, "7.6": 2,
    "8.1": 4, "8.2": 4, "8.3": 3, "8.4": 2,
    "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
    "11.1": 4, "11.2": 5, "11.3": 5, "11.4": 4, "11.5": 2, "11.6": 2, "11.7": 2,
    "12.1": 3, "12.2": 2, "12.3": 4,
    "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
    "17.1": 1, "17.2": 4, "17.3": 2,
}


def test_every_requirement_stands_there_once():
    found = [f"{chapter}.{section}.{number}" for chapter, section, number, *_ in ROWS]
    assert found == [f"{section}.{number}" for section, last in LAST.items() for number in range(1, last + 1)]
    assert len(re.findall(r"^\| V\d", PAGE, re.M)) == len(found)        # no row is of another form
    assert Counter(int(chapter) for chapter, *_ in ROWS) == Counter(UP_TO_TWO) + Counter(LEVEL_THREE)


def test_the_numbers_are_those_of_the_standard():
    assert sum(UP_TO_TWO.values()) == 253       # 70 of level 1 and 183 of level 2
    assert sum(row[3].endswith("(L3)") for row in ROWS) == sum(LEVEL_THREE.values())


def test_what_is_met_names_what_shows_it_or_why_nothing_can():
    claimed = [row for row in ROWS if row[4] == "met" and "`" not in row[5] and "](" not in row[5]]
    nothing_to_point_at = {"1.2.9", "1.3.7", "3.4.2"}
    assert {f"{row[0]}.{row[1]}.{row[2]}" for row in claimed} == nothing_to_point_at


def test_every_gap_is_told_at_the_top():
    told = set(re.findall(r"V\d+\.\d+\.\d+", PAGE.partition("## Gaps")[2].partition("\n## ")[0]))
    lacking = {f"V{row[0]}.{row[1]}.{row[2]}" for row in ROWS if row[4] in {"partly", "not met"}}
    assert told == lacking


def test_all_evidence_exists():
    places = {place for row in ROWS for place in PLACE.findall(row[5])} - {"/healthz"}
    assert len(places) > 200        # else the pattern reads the page no longer
    for place in places:
        path, _, name = place.partition("::")
        assert Path(path).exists(), place
        assert not name or name in names_in(Path(path)), place


def names_in(path: Path) -> set[str]:
    """What a module defines on its first floor."""
    names = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        for target in [*getattr(node, "targets", []), getattr(node, "target", None)]:
            names.update(each.id for each in ast.walk(target) if isinstance(each, ast.Name)) if target else None
    return names
