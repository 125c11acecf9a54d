"""Generated pages are as the code is."""

import re

from deploy.docs.pages import pages
from tests.house.test_layout import ROOT

MADE_AT_RUN_TIME = ("var/", "keys.json", "openapi.json", "served.json")
"""Files that pages name and that are not kept in the repository."""
OF_THEIR_DAY = ("CHANGELOG.md", "DECISIONS.md")
"""Pages that also name what is gone."""


def test_no_generated_page_is_stale() -> None:
    stale = [
        str(path.relative_to(ROOT))
        for path, text in pages()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run `make docs` and commit the result"


def _kept() -> list[str]:
    folders = ("bench", "deploy", "docs", "frontends", "services", "shared", "simulators", "tests")
    paths = [*ROOT.glob("*.*"), *(path for folder in folders for path in (ROOT / folder).rglob("*.*"))]
    return [str(path.relative_to(ROOT)) for path in paths]


def test_each_file_that_a_page_names_is_there() -> None:
    kept = _kept()
    gone = [
        f"{page}: {named}"
        for page in kept
        if page.endswith(".md") and page not in OF_THEIR_DAY
        for named in re.findall(
            r"`([\w./-]+\.(?:py|yaml|json|md))(?:::[^`]*)?`", (ROOT / page).read_text(encoding="utf-8")
        )
        if not any(each == named or each.endswith(f"/{named}") for each in kept)
        and not named.startswith(MADE_AT_RUN_TIME)
        and not named.endswith(MADE_AT_RUN_TIME)
    ]
    assert gone == []
