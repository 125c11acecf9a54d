"""What a person asks for when they ask for a paper."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.documents.awards.award import KnownAwardKind
from services.documents.papers.content import PaperKind, PaperLanguage
from shared.funds.period import Period
from shared.kernel.errors import Invalid

CERTIFIES: Mapping[PaperKind, KnownAwardKind] = {
    PaperKind.COVERAGE_CERTIFICATE: KnownAwardKind.COVER,
    PaperKind.PAYMENT_CERTIFICATE: KnownAwardKind.PAYMENT,
}
"""The papers about an award, and about which kind of award."""


class PeriodNotWanted(Invalid):
    """A certificate of affiliation speaks of no period."""

    code = "paper.period-not-wanted"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a person asks for. The period is for a salary certificate; left out, it is the whole career. `award` is the
    number of an award; left out, it is the only one that holds."""

    kind: PaperKind
    language: PaperLanguage
    from_period: Period | None = None
    to_period: Period | None = None
    award: str = ""


def takes_period(kind: PaperKind) -> bool:
    """Whether such a paper is about a period that is chosen."""
    return kind is PaperKind.SALARY_CERTIFICATE
