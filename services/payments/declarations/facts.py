"""What the checks of a wage file are given: from the employer, the register and the fund's definition."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.payments.declarations.prefilled import Prefilled
from shared.funds.declarations import PlausibilityCheck, usual_wage_kind
from shared.funds.fund import Fund
from shared.funds.period import Period, PeriodKind


class EmployerStanding(StrEnum):
    """What the fund's register knows of the employer, for the period declared."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class DeclarationFacts:
    """What a file is held against. `wage_kind` says what each wage is of, None as usual; `plausibility` is the fund's
    table of what is looked at beyond its form; the control totals are what the employer typed beside the file, if
    anything; `prefilled` is whom the fund expects, where files answer that."""

    fund: Fund
    employer_id: str
    standing: EmployerStanding
    period: Period
    received_on: date
    plausibility: Mapping[str, PlausibilityCheck]
    control_workers: int | None = None
    control_wages_minor: int | None = None
    wage_kind: PeriodKind | None = None
    prefilled: Prefilled | None = None

    @property
    def parts(self) -> tuple[Period, ...]:
        """The periods that wages are told of."""
        return self.period.parts(self.wage_kind or usual_wage_kind(self.period.kind))
