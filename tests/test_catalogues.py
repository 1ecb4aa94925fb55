"""Every text a person can see exists in Urdu, and the catalogue knows no text that the code has forgotten."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

URDU = Path("locale/ur/LC_MESSAGES/django.po")


def read(path: Path) -> Catalog:
    with path.open("rb") as po:
        return read_po(po, locale="ur")


def texts(catalogue: Catalog) -> set[tuple[str, str]]:
    return {(message.context or "", str(message.id)) for message in catalogue if message.id}


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """What makemessages finds in the code of today, in a copy, so that the catalogue itself is not touched."""
    tree = tmp_path_factory.mktemp("tree")
    for part in ("portal", "cases", "awareness", "templates", "locale"):
        shutil.copytree(part, tree / part, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    (tree / "static").mkdir()
    shutil.copy("manage.py", tree)
    (tree / URDU).unlink()
    command = [sys.executable, "manage.py", "makemessages", "--locale=ur", "--no-location", "--verbosity=0"]
    subprocess.run(command, cwd=tree, check=True, env={**os.environ, "MEHFOOZ_DEMO": "true", "MEHFOOZ_DATA": str(tree / "var")})
    return read(tree / URDU)


def test_the_catalogue_has_the_texts_of_the_code(extracted: Catalog):
    assert texts(read(URDU)) == texts(extracted)


def test_every_text_has_urdu_that_a_person_confirmed():
    for message in read(URDU):
        if message.id:
            translations = message.string if isinstance(message.string, list | tuple) else [message.string]
            assert all(translations), message.id
            assert not message.fuzzy, message.id


def test_urdu_is_written_with_urdu_letters():
    """Arabic yeh and kaf look right in many fonts and are wrong in search and for a screen reader."""
    for message in read(URDU):
        if message.id:
            assert not {"\u064a", "\u0643"} & set(str(message.string)), message.id


def test_the_catalogue_is_compiled_for_whoever_installs(tmp_path: Path):
    """As ./mehfooz does it: pybabel skips a file whose header is marked fuzzy unless told otherwise, and says so to nobody."""
    command = next(line for line in Path("mehfooz").read_text().splitlines() if "pybabel" in line and "compile" in line
                   and "#" not in line)
    options = command.split("compile ", 1)[1].split(" || ")[0].split()
    shutil.copytree("locale", tmp_path / "locale", ignore=shutil.ignore_patterns("*.mo"))
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", "compile", *options], cwd=tmp_path, check=True)
    assert (tmp_path / URDU).with_suffix(".mo").stat().st_size > 1000
