"""Prints papers: content in, PDF/A bytes out. The only place that knows typst; signing comes after."""

import json
from datetime import UTC, datetime, time
from importlib.resources import files
from pathlib import Path

import typst

from services.documents.papers.content import PaperContent
from services.documents.papers.printing.facts import facts_of

_TEMPLATES = Path(__file__).parent / "templates"


class Printer:
    """A press with its fonts laid out. Make one per process and keep it: finding fonts costs more than printing."""

    def __init__(self) -> None:
        fonts = files("fontpkg_amiri") / "files"
        self._fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts)])

    def print(self, content: PaperContent) -> bytes:
        """The paper as PDF. The same content gives the same bytes: the file is dated by the day of issue.

        Values reach the template as JSON text only and are never read as markup.
        """
        return typst.compile(
            _TEMPLATES / f"{content.kind}.typ",
            root=_TEMPLATES,
            font_paths=self._fonts,
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"facts": json.dumps(facts_of(content), ensure_ascii=False)},
            pdf_standards=["a-2b", "ua-1"],  # readable in thirty years, and readable aloud
            timestamp=int(datetime.combine(content.issued_on, time(), tzinfo=UTC).timestamp()),
        )
