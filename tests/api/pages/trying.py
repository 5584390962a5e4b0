"""What the tests of the reference share that try its operations: signing in there, filling in, sending."""

import subprocess
from typing import Any

from tests.browser import Browser
from tests.conftest import PASSWORD

#: Says what a command would be called with, divided by zeros.
ARGUMENTS = 'curl() { for word in "$@"; do printf "%s\\0" "$word"; done; }\nTOKEN=secret\n'


def run(command: str) -> list[str]:
    """The arguments that a shell hands to `curl`."""
    shell = subprocess.run(["/bin/sh", "-c", ARGUMENTS + command], capture_output=True, check=True)  # noqa: S603
    return shell.stdout.decode().removesuffix("\0").split("\0")


def read(browser: Browser, service: Any, page: str) -> None:
    """Open a page of the reference."""
    browser.open(f"{service.url}/docs/{page}")
    browser.wait_for_script("return document.querySelector('.try:enabled')")


def enter(browser: Browser, username: str, password: str = PASSWORD) -> None:
    """Sign in at the reference, or try to."""
    browser.click("#who")
    browser.type("#session [name=username]", username)
    browser.type("#session [name=password]", password)
    browser.click("#session button")


def opened(browser: Browser, operation: str) -> str:
    """The trial of an operation, opened."""
    if not browser.run("return document.querySelector(arguments[0]) !== null", f"#{operation} .trial"):
        browser.click(f"#{operation} .try")
    browser.wait_for("Send", f"#{operation} .trial")
    return f"#{operation} .trial"


def send(browser: Browser, form: str, status: str) -> str:
    """What is shown of the answer to what the form says now."""
    browser.run("document.querySelector(arguments[0]).replaceChildren()", f"{form} .result")
    browser.click(f"{form} > button")
    return browser.wait_for(status, f"{form} .result")
