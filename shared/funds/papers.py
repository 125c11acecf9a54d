"""The papers that a fund issues, as data."""

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shared.funds.faults import refuse
from shared.funds.law import Law
from shared.funds.texts import Texts

STATEMENT_NAMES = frozenset({"by", "benefit", "number", "starts", "ends"})
"""What the statement of a certificate may name in braces: who certifies, the benefit, the number of the award, its
first day and, of a cover, its last."""


CLEARANCE_CERTIFICATE = "clearance-certificate"
"""The code of the paper by which a fund certifies that an employer has declared and paid what was due."""
ACCOUNT_STATEMENT = "account-statement"
"""The code of the paper that says what was booked to an employer in a time, and what it owes after it."""
MANDATE_FORM = "mandate-form"
"""The code of the form by which an employer lets the fund debit its account, for the employer and its bank to sign."""


@dataclass(frozen=True, kw_only=True)
class CertificateWording:
    """What the certificate of an award is called and says, where its benefit says it in words of its own."""

    names: Texts
    statement: Texts | None = None
    """The sentence by which the fund certifies, with `{by}`, `{benefit}`, `{number}`, `{starts}`, `{ends}`."""
    dependant_statement: Texts | None = None
    """The same where the right is for a dependant of the insured person, who stands below it with them."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        yield from _statement_faults(self.statement)
        yield from _statement_faults(self.dependant_statement)


@dataclass(frozen=True, kw_only=True)
class PaperType:
    """A paper that the fund issues. One about an award holds for `validity_days` at most, and never longer than the
    award."""

    names: Texts
    languages: tuple[str, ...]
    validity_days: int
    law: Law
    statement: Texts | None = None
    """Of the certificate of an award or of a clearance, the sentence by which the fund certifies; the platform's own
    where it says none. Of a clearance, `{starts}` is the day of its answer and `{benefit}` its purpose."""
    dependant_statement: Texts | None = None
    """The same where the right is for a dependant of the insured person, who stands below it with them."""
    is_bilingual: bool = False
    """Whether the form of a mandate says all that it says in a second language of the fund too."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        yield from _statement_faults(self.statement)
        yield from _statement_faults(self.dependant_statement)


@dataclass(frozen=True, kw_only=True)
class Papers:
    """The section `papers` of a fund."""

    types: Mapping[str, PaperType]


def issued(papers: Papers | None, code: str) -> PaperType | None:
    """A paper that a fund issues; None where it issues no such paper, or none at all."""
    return papers.types.get(code) if papers else None


def _statement_faults(statement: Texts | None) -> Iterator[str]:
    """Where a statement names what nobody could put in."""
    for language, text in (statement or {}).items():
        named = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        if unknown := sorted(named - STATEMENT_NAMES):
            known = ", ".join(sorted(STATEMENT_NAMES))
            yield f"statement.{language} names {', '.join(unknown)}; known are {known}"
