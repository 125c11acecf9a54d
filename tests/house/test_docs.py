"""Generated pages are as the code is."""

from pathlib import Path

import pytest

from deploy.docs.pages import pages


@pytest.mark.parametrize(("path", "text"), list(pages()), ids=lambda it: it.name if isinstance(it, Path) else "")
def test_no_generated_page_is_stale(path: Path, text: str) -> None:
    assert path.exists() and path.read_text(encoding="utf-8") == text, "stale: run `make docs` and commit the result"
