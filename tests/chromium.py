"""The system's Chromium, driven over a pipe by its DevTools protocol: enough of it to test and to time a page.

Nothing is installed for this and nothing is downloaded. `find` says whether there is a browser at all.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

NAMES: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
_PATIENCE: Final = 60.0
"""Seconds that any one answer may take."""
_HIGH: Final = 10
"""The pipes must not sit on the numbers 3 and 4 themselves while they are put there."""
_OPTIONS: Final = (
    "--headless",
    "--no-sandbox",  # a container's root may not have one; the pages are our own
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--password-store=basic",
    "--remote-debugging-pipe",
    "about:blank",
)
_KEYS: Final = {
    "Enter": ("Enter", 13, "\r"),
    "Escape": ("Escape", 27, ""),
    "Tab": ("Tab", 9, ""),
    "Backspace": ("Backspace", 8, ""),
}


class BrowserError(Exception):
    """The browser did not do what it was asked to, or the page's script threw."""


def find() -> str | None:
    """The browser's program: `$CHROMIUM`, else the first of the usual names on the path. None where it cannot work."""
    if not hasattr(os, "posix_spawn"):
        return None
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


class Page:
    """One tab. Answers are awaited, so that each call finds the page in the state that the one before left."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> Any:
        """Any command of the protocol."""
        return self._browser.call(method, parameters, self._session)

    def open(self, address: str) -> None:
        """Load a page and wait until it has loaded. An address that differs in its hash alone only moves the page."""
        self._browser.forget(self._session)
        said = self.call("Page.navigate", url=address)
        if said.get("errorText"):
            raise BrowserError(f"{address}: {said['errorText']}")
        if said.get("loaderId"):
            self._browser.wait_for(self._session, "Page.loadEventFired")

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression; a promise's, when it is kept. Raises what the script throws."""
        said = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in said:
            thrown = said["exceptionDetails"]
            raise BrowserError(thrown.get("exception", {}).get("description") or thrown["text"])
        return said["result"].get("value")

    def wait_until(self, expression: str, seconds: float = _PATIENCE) -> None:
        """Wait until a JavaScript expression is true."""
        until = time.monotonic() + seconds
        while not self.evaluate(f"Boolean({expression})"):
            if time.monotonic() > until:
                raise BrowserError(f"not so after {seconds} seconds: {expression}")
            time.sleep(0.02)

    def press(self, key: str) -> None:
        """Press a key: one character, or `Enter`, `Escape`, `Tab`, `Backspace`."""
        name, code, text = _KEYS.get(key, (key, ord(key[0].upper()), key))
        common = {"key": name, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def write(self, text: str) -> None:
        """Put text in where the focus is, as a paste does."""
        self.call("Input.insertText", text=text)

    def click(self, selector: str) -> None:
        """Click in the middle of the first element that the selector means, as a mouse does."""
        place = self.evaluate(
            "(async (selector) => {"
            " const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));"
            " for (let time = 0; time < 2; time += 1) {"  # what comes into view may turn out to have another size
            "  document.querySelector(selector).scrollIntoView({ block: 'center' }); await drawn(); }"
            " const box = document.querySelector(selector).getBoundingClientRect();"
            f" return [box.x + box.width / 2, box.y + box.height / 2]; }})({json.dumps(selector)})"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call(
                "Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1
            )

    def media(self, kind: str = "", **features: str) -> None:
        """Show the page as `print`, or with preferences: `prefers_color_scheme="dark"`."""
        wishes = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.call("Emulation.setEmulatedMedia", media=kind, features=wishes)

    def javascript(self, *, on: bool) -> None:
        """Whether pages that are opened from now on may run scripts. `evaluate` works in any case."""
        self.call("Emulation.setScriptExecutionDisabled", value=not on)

    def begin_with(self, script: str) -> None:
        """Run a script in pages that are opened from now on, before their own."""
        self.call("Page.addScriptToEvaluateOnNewDocument", source=script)

    def size(self, width: int, height: int) -> None:
        """The size of the window, in CSS pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    def screenshot(self, file: Path, *, whole: bool = False) -> None:
        """A PNG of the window, or of the whole page."""
        image = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(image["data"]))

    def pdf(self) -> bytes:
        """The page as it is printed."""
        return base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"])

    def close(self) -> None:
        """Close the tab."""
        self.call("Page.close")

    def told(self, method: str) -> list[dict[str, Any]]:
        """The events of this kind since the page was opened."""
        return self._browser.told(self._session, method)


class Browser:
    """A running browser with a profile that is thrown away."""

    def __init__(self, program: str) -> None:
        self._profile = tempfile.mkdtemp(prefix="sfgov-chromium-")
        commands, write = _pipe()
        read, answers = _pipe()
        quiet = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0), (os.POSIX_SPAWN_DUP2, 1, 2)
        ends = (os.POSIX_SPAWN_DUP2, commands, 3), (os.POSIX_SPAWN_DUP2, answers, 4)
        command = [program, f"--user-data-dir={self._profile}", *_OPTIONS]
        self._process = os.posix_spawn(program, command, os.environ, file_actions=(*quiet, *ends))
        os.close(commands)
        os.close(answers)
        self._write, self._read = write, read
        self._rest = b""
        self._number = 0
        self._events: list[dict[str, Any]] = []

    def page(self) -> Page:
        """A new tab."""
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        return Page(self, session)

    def call(self, method: str, parameters: Mapping[str, Any], session: str | None = None) -> Any:
        """Send a command and wait for its answer; events that come meanwhile are kept."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters}
        self._send(message | ({"sessionId": session} if session else {}))
        answer = self._await(method, lambda said: said.get("id") == number)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def wait_for(self, session: str, method: str) -> None:
        """Wait for an event, unless it has come since the last `forget`."""
        if not self.told(session, method):
            self._await(
                method, lambda said: said.get("sessionId") == session and said.get("method") == method
            )

    def told(self, session: str, method: str) -> list[dict[str, Any]]:
        """What the events of a session said."""
        return [e["params"] for e in self._events if e.get("sessionId") == session and e["method"] == method]

    def forget(self, session: str) -> None:
        """Forget the events of a session."""
        self._events = [event for event in self._events if event.get("sessionId") != session]

    def close(self) -> None:
        """End the browser and remove its profile."""
        try:
            self.call("Browser.close", {})
        except (BrowserError, OSError):
            os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._write)
        os.close(self._read)
        shutil.rmtree(self._profile, ignore_errors=True)

    def _send(self, message: Mapping[str, Any]) -> None:
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._write, data) :]

    def _await(self, what: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        for said in self._messages(what, time.monotonic() + _PATIENCE):
            if "method" in said:
                self._events.append(said)
            if wanted(said):
                return said
        raise BrowserError(f"{what}: the browser has gone")

    def _messages(self, what: str, until: float) -> Iterator[dict[str, Any]]:
        while True:
            message, found, rest = self._rest.partition(b"\0")
            if found:
                self._rest = rest
                yield json.loads(message)
                continue
            if not select.select([self._read], [], [], max(0.0, until - time.monotonic()))[0]:
                raise BrowserError(f"{what}: no answer in {_PATIENCE:.0f} seconds")
            data = os.read(self._read, 1 << 20)
            if not data:
                return
            self._rest += data


@contextmanager
def running(program: str) -> Iterator[Browser]:
    """A browser for the length of a block."""
    browser = Browser(program)
    try:
        yield browser
    finally:
        browser.close()


def _pipe() -> tuple[int, int]:
    import fcntl  # not everywhere, but wherever `find` finds anything

    ends = os.pipe()
    high = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _HIGH) for end in ends)
    for end in ends:
        os.close(end)
    return high[0], high[1]
