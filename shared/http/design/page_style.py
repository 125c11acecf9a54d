"""The style of a service's own pages for people, in the page itself and known to its policy by its hash.

The values are the frontends': `make docs` copies `tokens.css` and `colours.py` from there.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared.http.design import colours

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class PageStyle:
    """The text of a page's `<style>`."""

    text: str

    @property
    def source(self) -> str:
        """What `style-src` of a Content-Security-Policy says of it."""
        return f"'sha256-{base64.b64encode(hashlib.sha256(self.text.encode()).digest()).decode()}'"


@cache
def of_fund(own: Path, *, colour: str) -> PageStyle:
    """The design in the colour of a fund, what all pages share, and the sheet of a subject's own."""
    return PageStyle(f"{tokens()} {squeezed(colours.sheet(colour))} {_sheet(_HERE / 'page.css')} {_sheet(own)}")


@cache
def plain(own: Path) -> PageStyle:
    """The design for a page of no fund, and its own sheet."""
    return PageStyle(f"{tokens()} {_sheet(own)}")


def tokens() -> str:
    """Colours, sizes and spaces, light and dark."""
    return _sheet(_HERE / "tokens.css")


def squeezed(sheet: str) -> str:
    """A sheet without comments and line ends."""
    return re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)).strip()


def _sheet(path: Path) -> str:
    return squeezed(path.read_text(encoding="utf-8"))
