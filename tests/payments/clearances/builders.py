"""Debts and employers of which a clearance is asked, right by default."""

from datetime import date
from decimal import Decimal
from typing import Any

from services.payments.arrears.penalty import Penalties, PenaltyForecast, PenaltyLine
from services.payments.employers.employer import Employer
from shared.funds.arrears import PenaltyReason
from tests.kit.clock import AT
from tests.payments.builders import FIRM
from tests.payments.measures.builders import LAW


def employer(**facts: Any) -> Employer:
    """A firm that was affiliated long ago."""
    return Employer(
        **{
            "employer_id": FIRM,
            "name": "SARL El Amel",
            "sector": "retail",
            "is_open": True,
            "affiliated_on": date(2015, 1, 1),
            "language": "fr",
            "registered_at": AT,
            **facts,
        }
    )


def unpaid(due_on: date, *, left: int = 1_000_000, penalty: int = 0, **facts: Any) -> PenaltyForecast:
    """A debt of a year, of which something is left."""
    line = PenaltyLine(
        reason=PenaltyReason.LATE_PAYMENT,
        from_on=due_on,
        until_on=due_on,
        months=1,
        base_minor=left,
        percent=Decimal(1),
        amount_minor=penalty,
        law=LAW,
    )
    return PenaltyForecast(
        **{
            "employer_id": FIRM,
            "declaration_id": f"d-{due_on}",
            "form": "das",
            "period": "2025",
            "due_on": due_on,
            "left_minor": left,
            "charged_minor": penalty,
            "penalty_paid_minor": 0,
            "today": Penalties(as_of=due_on, lines=(line,) if penalty else ()),
            "tomorrow_minor": penalty,
            "next_on": None,
            "next_minor": penalty,
            **facts,
        }
    )
