"""Prints papers: content in, PDF/A bytes out. The only place that knows typst; signing comes after."""

import json
import unicodedata
from datetime import UTC, datetime, time
from importlib.resources import files
from pathlib import Path

import typst

from services.documents.papers.content import CannotBePrinted, LettersNotPrintable, PaperContent
from services.documents.papers.printing.facts import facts_of
from services.documents.papers.printing.wording import shown

_TEMPLATES = Path(__file__).parent / "templates"
_FONTS = ("Amiri", "Libertinus Serif", "New Computer Modern", "New Computer Modern Math", "DejaVu Sans Mono")
"""Amiri sets all that papers usually say; what it lacks (™, №, →, ✓) comes from the families that typst brings."""


class Printer:
    """A printer with its fonts laid out. Make one per process and keep it: finding fonts costs more than printing."""

    def __init__(self) -> None:
        fonts = files("fontpkg_amiri") / "files"
        self._fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(fonts)])
        if missing := set(_FONTS) - set(self._fonts.families()):  # without them typst would print empty pages
            raise RuntimeError(f"the press lacks fonts: {', '.join(sorted(missing))}")

    def print(self, content: PaperContent) -> bytes:
        """The paper as PDF. The same content gives the same bytes: the file is dated by the day of issue.

        Values reach the template as JSON text only and are never read as markup. Signs without a font (🌴) are left
        out; `LettersNotPrintable` where letters have none, since a name would not be the same without them, and
        `CannotBePrinted` for what else the printer refuses to set.
        """
        _must_stay_names(content, without_font=set())
        facts = json.dumps(facts_of(content), ensure_ascii=False)
        try:
            return self._compiled(content, facts)
        except typst.TypstError:
            if not self._can_print("A"):  # the printer itself is broken, not the paper
                raise
        without_font = {each for each in set(facts) if not each.isascii() and not self._can_print(each)}
        _must_stay_names(content, without_font=without_font)
        try:
            return self._compiled(content, facts.translate({ord(each): None for each in without_font}))
        except typst.TypstError:
            raise CannotBePrinted from None

    def _compiled(self, content: PaperContent, facts: str) -> bytes:
        return typst.compile(
            _TEMPLATES / f"{content.kind}.typ",
            root=_TEMPLATES,
            font_paths=self._fonts,
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"facts": facts, "fonts": json.dumps(_FONTS)},
            pdf_standards=["a-2b", "ua-1"],  # readable in thirty years, and readable aloud
            timestamp=int(datetime.combine(content.issued_on, time(), tzinfo=UTC).timestamp()),
        )

    def _can_print(self, text: str) -> bool:
        """Whether a font has what the text needs."""
        try:
            typst.compile(
                _TEMPLATES / "probe.typ",
                root=_TEMPLATES,
                font_paths=self._fonts,
                ignore_system_fonts=True,
                format="pdf",
                sys_inputs={"text": text, "fonts": json.dumps(_FONTS)},
                pdf_standards="a-2b",
            )
        except typst.TypstError:
            return False
        return True


def _must_stay_names(content: PaperContent, *, without_font: set[str]) -> None:
    """`LettersNotPrintable` where what would be left out is more than signs, or all of a name."""
    if any(unicodedata.category(each)[0] in "LMN" for each in without_font):
        raise LettersNotPrintable
    for name in content.names:
        if not any(unicodedata.category(each)[0] in "LNPS" for each in shown(name) if each not in without_font):
            raise LettersNotPrintable
