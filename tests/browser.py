"""A real browser, headless, driven over the HTTP interface that browsers have for it (W3C WebDriver)."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.waiting import PATIENCE, eventually

T = TypeVar("T")

#: Nothing but the pages under test is fetched, and nothing is kept.
_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: The name under which WebDriver refers to an element.
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def why_none() -> str | None:
    """Why there is no browser here; None if there is one."""
    missing = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    return f"{' and '.join(missing)} not installed (Debian: chromium, chromium-driver)" if missing else None


@contextmanager
def opened_browser() -> Iterator["Browser"]:
    """A browser that closes with the block; skips the test where none is installed."""
    if reason := why_none():
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="mipos-browser-", ignore_cleanup_errors=True) as folder:
        log = Path(folder) / "driver.log"
        command = ["chromedriver", "--port=0", f"--log-path={log}"]
        with (
            log.open("wb"),
            subprocess.Popen(  # noqa: S603 our own arguments
                command, stdout=subprocess.PIPE, env={**os.environ, "HOME": folder, "TMPDIR": folder}
            ) as driver,
        ):
            try:
                yield from _session(_port_of(driver), folder)
            finally:
                driver.terminate()


def _port_of(driver: subprocess.Popen[bytes]) -> int:
    assert driver.stdout is not None
    for line in driver.stdout:
        if b"started successfully on port " in line:
            return int(line.rpartition(b" ")[2].strip().rstrip(b"."))
    raise AssertionError("chromedriver ended before it listened")


def _session(port: int, folder: str) -> Iterator["Browser"]:
    options = {"args": [*_ARGUMENTS, f"--user-data-dir={folder}/profile"], "binary": shutil.which("chromium")}
    wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
    made = _call(port, "POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
    browser = Browser(port, f"/session/{made['sessionId']}")
    browser.resize(1280, 900)
    try:
        yield browser
    finally:
        browser.call("DELETE", "")


def _call(port: int, method: str, path: str, body: Any = None) -> Any:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        sent = None if method in ("GET", "DELETE") else json.dumps({} if body is None else body)
        connection.request(method, path, sent, {"Content-Type": "application/json"})
        value = json.loads(connection.getresponse().read())["value"]
    finally:
        connection.close()
    if isinstance(value, dict) and "error" in value:
        raise WebDriverError(value["error"], value["message"].partition("\n")[0])
    return value


#: Has the page know whether a click comes to what it is meant for; a page that it leads to knows nothing.
_AIM = """
    const aimed = arguments[0];
    aimed.scrollIntoView({ block: "center" });
    window.missed = true;
    aimed.addEventListener("click", () => { window.missed = false; }, { once: true, capture: true });
"""


class WebDriverError(Exception):
    """What the browser was told cannot be done, or not at this moment."""


@dataclass(frozen=True)
class Browser:
    """One window. An element is named by a CSS selector, and waited for until it is there."""

    port: int
    session: str

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Send it a command of WebDriver. Raises WebDriverError."""
        return _call(self.port, method, self.session + path, body)

    def open(self, address: str) -> None:
        """Open a page, with an empty memory."""
        self.log()
        self.call("POST", "/url", {"url": address})

    def run(self, script: str, *arguments: Any) -> Any:
        """What a function body returns in the page; it may return a promise."""
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def click(self, selector: str) -> None:
        """Click on it as a person does, once it is there, in sight and under nothing else."""

        def press() -> None:
            found = self._find(selector)
            self.run(_AIM, {_ELEMENT: found})
            self.call("POST", f"/element/{found}/click")
            if self.run("return window.missed === true"):
                raise WebDriverError("missed", f"what is above {selector} has moved it away")

        self._patiently(press)

    def type(self, selector: str, text: str) -> None:
        """Put a text into a field, in place of what was there."""

        def enter() -> None:
            found = self._find(selector)
            self.call("POST", f"/element/{found}/clear")
            self.call("POST", f"/element/{found}/value", {"text": text})

        self._patiently(enter)

    def press(self, selector: str, key: str) -> None:
        """Press one key in it, such as "\\ue007" for Enter."""
        self._patiently(lambda: self.call("POST", f"/element/{self._find(selector)}/value", {"text": key}))

    def attach(self, selector: str, file: Path) -> None:
        """Choose a file in a field for files."""
        self._patiently(
            lambda: self.call("POST", f"/element/{self._find(selector)}/value", {"text": str(file)})
        )

    def text(self, selector: str) -> str:
        """What a person reads of it; nothing while it is not there, or not in sight."""
        return str(
            self.run(
                "const found = document.querySelector(arguments[0]);"
                "return found?.checkVisibility() ? found.innerText : ''",
                selector,
            )
        )

    def wait_for(self, text: str, selector: str = "body") -> str:
        """All that is read of it, once this text is among it."""
        return self.wait(lambda: read if text in (read := self.text(selector)) else "")

    def wait_for_script(self, script: str, *arguments: Any) -> Any:
        """What a function body returns in the page, once that is true."""
        return self.wait(lambda: self.run(script, *arguments))

    def wait(self, is_so: Callable[[], T]) -> T:
        """What it says as soon as that is true."""
        return eventually(is_so)

    def log(self) -> list[str]:
        """What the page complained of since it was last asked: errors, and what its policy refused."""
        entries = self.call("POST", "/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries if entry["level"] in ("SEVERE", "WARNING")]

    def resize(self, width: int, height: int, *, dark: bool = False) -> None:
        """Show the page at this size, to somebody who likes it light or dark and dislikes motion.

        What scrolls smoothly is still on its way when it is clicked on.
        """
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.devtools("Emulation.setDeviceMetricsOverride", **metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        motion = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.devtools("Emulation.setEmulatedMedia", features=[scheme, motion])

    def devtools(self, command: str, **parameters: Any) -> Any:
        """Send a command of the browser's own protocol."""
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def _find(self, selector: str) -> str:
        found = self.call("POST", "/element", {"using": "css selector", "value": selector})
        return str(found[_ELEMENT])

    def _patiently(self, act: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                act()
            except WebDriverError as error:
                if error.args[0] not in _PASSING or time.monotonic() > end:
                    raise
                time.sleep(0.05)
            else:
                return


#: What may be otherwise in a moment: a page is still being built.
_PASSING = (
    "no such element",
    "stale element reference",
    "element not interactable",
    "element click intercepted",
    "missed",
)
