"""What differs between two funds is data: no code, text or example names one, or the money of one."""

import re
from pathlib import Path

import pytest

from shared.funds.loading import DEFINITIONS
from tests.kit.contexts import shipped

ROOT = Path(__file__).parents[2]
FUNDS = shipped()
LATIN_NAMES = {
    name for fund in FUNDS.values() for name in fund.branding.short_names.values() if re.fullmatch("[A-Z]{3,}", name)
}
WORDS = re.compile(rf"\b(?:{'|'.join(re.escape(name) for name in (*FUNDS, *LATIN_NAMES))})\b")
CODES = re.compile(
    r"""["'](?:{countries})["']|Currency\.(?:{currencies})\b""".format(
        countries="|".join(sorted({fund.country for fund in FUNDS.values()})),
        currencies="|".join(sorted({fund.currency.value for fund in FUNDS.values()})),
    )
)
FILES = [
    path
    for folder in ("services", "shared")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".py", ".yaml", ".html", ".txt", ".css"} and DEFINITIONS not in path.parents
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_names_a_fund_that_ships(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert WORDS.findall(text) == []
    if path.suffix == ".py":
        assert CODES.findall(text) == []


def test_the_words_that_are_looked_for_are_found() -> None:
    fund = next(iter(FUNDS.values()))
    assert WORDS.search(f"such as {fund.fund_id}") and LATIN_NAMES
    assert CODES.search(f'country="{fund.country}"') and CODES.search(f"Currency.{fund.currency.value}")
