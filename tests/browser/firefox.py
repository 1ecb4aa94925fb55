"""Firefox as a person has it, driven through Marionette, its own remote protocol: a TCP port that takes `length:[0, id, command,
parameters]` in JSON. Playwright drives only a Firefox of its own build."""
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"          # W3C WebDriver: how an element is named in JSON
PATIENCE = 60                                            # seconds, for a start and for an answer
PREFERENCES = {"marionette.port": 0, "browser.shell.checkDefaultBrowser": False,
               "datareporting.policy.dataSubmissionEnabled": False, "app.update.disabledForTesting": True,
               "network.captive-portal-service.enabled": False,
               "network.connectivity-service.enabled": False, "browser.safebrowsing.malware.enabled": False,
               "services.settings.server": "data:,", "toolkit.telemetry.reportingpolicy.firstRun": False,
               "dom.file.createInChild": True}


class Firefox:
    """One window of one profile."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.stream, self.id = self.socket.makefile("rb"), 0
        self._read()                                     # it introduces itself
        self.ask("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {}}})

    def ask(self, command: str, parameters: dict[str, Any]) -> Any:
        self.id += 1
        message = json.dumps([0, self.id, command, parameters])
        self.socket.sendall(f"{len(message.encode())}:{message}".encode())
        _kind, _id, error, result = self._read()
        if error:
            raise RuntimeError(f"{command}: {error['message']}")
        return result.get("value", result) if isinstance(result, dict) else result

    def _read(self) -> Any:
        digits = b""
        while (char := self.stream.read(1)) != b":":
            if not char:
                raise EOFError("Firefox has gone")
            digits += char
        return json.loads(self.stream.read(int(digits)))

    def goto(self, url: str) -> None:
        self.ask("WebDriver:Navigate", {"url": url})

    def run(self, script: str, *arguments: object) -> Any:
        """The value of a script's `return`."""
        return self.ask("WebDriver:ExecuteScript", {"script": script, "args": list(arguments)})

    def until(self, script: str, patience: float = PATIENCE) -> None:
        end = time.monotonic() + patience
        while not self.run(script):
            if time.monotonic() > end:
                raise TimeoutError(script)
            time.sleep(0.1)

    def choose(self, selector: str, files: Sequence[Path]) -> None:
        """As a person does in the dialogue that a file field opens."""
        found = self.ask("WebDriver:FindElement", {"using": "css selector", "value": selector})
        self.ask("WebDriver:ElementSendKeys", {"id": found[ELEMENT], "text": "\n".join(map(str, files))})


def path() -> str | None:
    names = (os.environ.get("FIREFOX", ""), "firefox-esr", "firefox")
    return next((found for name in names if name and (found := shutil.which(name))), None)


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """A window without a screen; `profile` is an empty directory of its own."""
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))
    command = [path() or "firefox", "--headless", "--no-remote", "--marionette", "--profile", str(profile)]
    process = subprocess.Popen(command, env={**os.environ, "HOME": str(profile)}, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        yield Firefox(port_of(profile))
    finally:
        process.terminate()
        process.wait(PATIENCE)


def port_of(profile: Path) -> int:
    end = time.monotonic() + PATIENCE
    while not (told := profile / "MarionetteActivePort").exists() or not told.read_text():
        if time.monotonic() > end:
            raise TimeoutError("Firefox did not start")
        time.sleep(0.1)
    return int(told.read_text())
