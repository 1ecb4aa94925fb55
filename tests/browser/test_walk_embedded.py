"""The embedded default as `./mehfooz run` starts it: SQLite, memory://, one process. Its files are searched as a thief would."""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cases.exchange.partners import Keys
from tests.browser import leaks
from tests.browser.look import Watch
from tests.browser.reporter import Reporter
from tests.cases.exchange.test_stock_client import StockClient
from tests.fixtures.browser import OpenPage
from tests.fixtures.jobs import wait_for

pytestmark = pytest.mark.browser          # both, so that they share a demonstration, which takes half a minute to prepare
OURS = ("MEHFOOZ", "DATABASE", "REDIS", "CELERY", "DJANGO", "PORTAL")
OUTSIDE = ("mail", "sms", "demo.json", "static")


@dataclass
class Demonstration:
    url: str
    data: Path
    log: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
            self.process.wait(30)


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Demonstration]:
    data = tmp_path_factory.mktemp("var")
    shutil.copyfile(migrated_sqlite, data / "mehfooz.sqlite3")                              # to save time
    log = data.parent / "run.log"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", "portal.serve"], stdout=output, stderr=output, start_new_session=True,
                                   env={**environment, "MEHFOOZ_DATA": str(data), "PORT": str(port), "LOG_LEVEL": "INFO"})
    found = Demonstration(f"http://127.0.0.1:{port}", data, log, process)
    try:
        wait_for(lambda: process.poll() is not None or healthy(found.url), seconds=180)
        assert process.poll() is None, log.read_text()
        yield found
    finally:
        found.stop()


def healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:  # noqa: S310  loopback
            return bool(answer.status == 200)
    except OSError:
        return False


def test_the_stock_client_pulls_the_demonstrations_list(demonstration: Demonstration, tmp_path: Path):
    """The README's fourth step, with the keys that var/demo.json gives to whoever tries the portal out."""
    partner = json.loads((demonstration.data / "demo.json").read_text())["partner"]
    keys = Keys(partner["fetch_key"], partner["subscription_key"])
    stock = StockClient(tmp_path, keys, f"{demonstration.url}/exchange/stopncii/v1")
    stock("config", "collab", "edit", "stop_ncii", "--create", "Mehfooz")
    stock("fetch")
    assert stock.holds()


def test_a_report_leaves_nothing_in_the_clear_in_the_files(demonstration: Demonstration, open_page: OpenPage):
    phone = open_page(width=360, height=740)
    watch = Watch(phone, demonstration.url)
    noor = Reporter(phone, demonstration.url)
    noor.report()
    noor.open_inbox()
    noor.reads("آپ کی رپورٹ مل گئی ہے؛ ابھی پڑھی نہیں گئی۔")
    noor.write("کیا آپ نے دیکھ لیا؟ وہ پھر گلگت سے لکھ رہا ہے")
    noor.left_nothing()
    assert watch.faults == []
    secrets = [*noor.typed, *leaks.of_code(noor.code)]
    for moment in ("while it runs, with its WAL", "after it stopped"):
        found = leaks.files(demonstration.data, but=OUTSIDE)
        assert leaks.found_in(found[demonstration.data / "mehfooz.sqlite3"], ["case_opened"])      # what is there is found
        leaked = {str(path): what for path, raw in found.items() if (what := leaks.found_in(raw, secrets))}
        assert not leaked, moment
        demonstration.stop()
    assert not leaks.found_in(demonstration.log.read_bytes(), secrets)
