"""The values of the pages' design, for pages that are not the frontends' own: those of services, and of the proxy.

They stand in `frontends/kit` and nowhere else. Services import nothing of the frontends: they read copies.
"""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
KIT = ROOT / "frontends" / "kit"
COPIES = ROOT / "shared" / "http" / "design"
BOOTSTRAP = "/* Bootstrap"
"""Where the part of the sheet begins that Bootstrap alone reads."""


def copies() -> Iterator[tuple[Path, str]]:
    """Each copy with its text as it should be now."""
    tokens = (KIT / "static" / "tokens.css").read_text(encoding="utf-8").partition(BOOTSTRAP)[0]
    yield COPIES / "tokens.css", f"/* Written by `make docs` from frontends/kit/static/tokens.css. */\n{tokens}"
    colours = (KIT / "colours.py").read_text(encoding="utf-8")
    yield COPIES / "colours.py", f"# Written by `make docs` from frontends/kit/colours.py.\n{colours}"
