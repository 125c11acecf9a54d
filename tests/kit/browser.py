"""A person at a browser: Debian's Chromium, driven by Playwright. Every page that is `seen` is judged and kept as a
picture, so that what is looked at is what was tested."""

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from deploy.local.place import REPOSITORY

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
expect.set_options(timeout=60_000)
PICTURES = REPOSITORY / "var" / "browser"
AXE_OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]}
}
WIDE, PHONE = 1280, 360
HEIGHT = 900
PATIENCE_MS = 60_000
EXPECTED_REFUSALS = re.compile(r"status of (403|404|409|412|422)")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of its own, with nothing in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visitor:
    """Somebody with a window of a width, reading in a language. What the browser complains of is kept."""

    browser: Browser
    language: str
    width: int = WIDE
    theme: str = "light"
    has_script: bool = True
    complaints: list[str] = field(default_factory=list)
    context: BrowserContext = field(init=False)
    page: Page = field(init=False)

    def __post_init__(self) -> None:
        self.context = self.browser.new_context(
            viewport={"width": self.width, "height": HEIGHT},
            locale=self.language,
            color_scheme=self.theme,  # type: ignore[arg-type]
            java_script_enabled=self.has_script,
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._console)

    def go(self, address: str) -> "Visitor":
        """Open an address."""
        self.page.goto(address)
        return self

    def sign_in(self, address: str, *, login: str, password: str, code: str = "") -> None:
        """Through the fund's own form, and back."""
        self.page.goto(address)
        self.page.fill("#login", login)
        self.page.fill("#password", password)
        if code:
            self.page.fill("#one_time_code", code)
        self.page.click("main button")
        self.page.wait_for_selector(".masthead")

    def become(self, *, language: str, width: int, theme: str) -> None:
        """Read in another language, in a window of another width, in other colours."""
        self.language, self.width, self.theme = language, width, theme
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]

    def seen(self, name: str) -> None:
        """The page as it is: nothing wrong that a program can judge, nothing wider than the window; with a picture."""
        self.page.wait_for_load_state()
        self.page.mouse.move(0, 0)
        self.keep(name)
        faults = [*self.complaints, *self.too_wide(), *self.unfit()]
        assert faults == [], f"{name}: {faults}"

    def keep(self, name: str) -> None:
        """Its picture, by its name, language, width and colours."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        picture = PICTURES / f"{name}-{self.language}-{self.width}{'-dark' if self.theme == 'dark' else ''}.png"
        self.page.screenshot(path=picture, full_page=True)

    def too_wide(self) -> list[str]:
        """That the page is wider than its window, where it is."""
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        return [f"{wide} px wide in a window of {self.width}"] if wide > self.width else []

    def unfit(self) -> list[str]:
        """What axe finds."""
        if not self.has_script:
            return []
        violations = Axe().run(self.page, options=AXE_OPTIONS).response["violations"]
        return [_listed(violations)] if violations else []

    def close(self) -> None:
        """Shut the window."""
        self.context.close()

    def _console(self, message: Any) -> None:
        is_refusal = EXPECTED_REFUSALS.search(message.text) is not None  # a page that says no says so by its status too
        if message.type in ("error", "warning") and not is_refusal:
            self.complaints.append(message.text)


def one_time_code(secret: str) -> str:
    """A code of the second factor that was not used yet: each is good once, so that a second one takes a while."""
    factor = pyotp.TOTP(secret)
    while (code := factor.now()) == _used.get(secret):
        time.sleep(1)
    _used[secret] = code
    return code


_used: dict[str, str] = {}


def _listed(violations: list[dict[str, Any]]) -> str:
    return "; ".join(
        f"{each['id']} ({each['help']}): {[node['html'][:160] for node in each['nodes'][:3]]}" for each in violations
    )


def shared_platform() -> Path | None:
    """The state folder of a platform that runs already, for who writes these tests: `BROWSER_PLATFORM`."""
    return Path(os.environ["BROWSER_PLATFORM"]) if "BROWSER_PLATFORM" in os.environ else None
