"""What a browser says that it is, as far as its owner needs it to know a sign-in of theirs again. Pure.

Of the header (RFC 9110, 10.1.5) two names are kept, never its text: versions and models would tell one phone from
another.
"""

from dataclasses import dataclass

USER_AGENT_CHARACTERS_MAX = 500

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
)
"""By what stands in the header, first match: most browsers also name those that they descend from."""

_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class Device:
    """A browser and what it runs on; empty where the header names none that is known here."""

    browser: str
    system: str


UNKNOWN = Device(browser="", system="")


def read(user_agent: str) -> Device:
    """The device that a User-Agent header names."""
    said = user_agent[:USER_AGENT_CHARACTERS_MAX]
    browser = next((name for mark, name in _BROWSERS if mark in said), "")
    system = next((name for mark, name in _SYSTEMS if mark in said), "")
    return Device(browser=browser, system=system)
