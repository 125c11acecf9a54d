"""The person at a browser, so that the examples run by themselves.

A frontend has no such code: it never sees a password.
"""

from html.parser import HTMLParser
from urllib.parse import urljoin

import requests


def sign_in(address: str, *, login: str, password: str) -> str:
    """Open the fund's sign-in page, fill the form in and follow it: the address at which the frontend is called."""
    browser = requests.Session()
    page = browser.get(address, timeout=30)
    form = _Form(page.text)
    filled = {**form.hidden, "login": login, "password": password}
    sent = browser.post(urljoin(page.url, form.action), data=filled, allow_redirects=False, timeout=30)
    if sent.status_code != 303:
        raise WrongPassword(f"the sign-in page answered {sent.status_code}")
    return sent.headers["Location"]


class WrongPassword(Exception):
    """The page is shown again, and says so."""


class _Form(HTMLParser):
    """The form of a page: where it goes and what it carries."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action, self.hidden = "", dict[str, str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given.get("action", "")
        if tag == "input" and given.get("type") == "hidden":
            self.hidden[given["name"]] = given.get("value", "")
