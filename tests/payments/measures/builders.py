"""Valid measures, and funds that have them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from shared.funds.arrears import Arrears, Measure, MeasureKind, MeasureProof, SettlementScheme
from shared.funds.contributions import ContributionSide
from shared.funds.fund import Fund
from shared.funds.law import Confidence, Law
from tests.kit.contexts import TN, funds

NAMES = {"ar": "تأجيل", "fr": "Report", "en": "Deferral"}
LAW = Law(valid_from=date(2025, 4, 1), reference="An invented decree", confidence=Confidence.HIGH)
FROM, UNTIL = date(2025, 4, 5), date(2025, 5, 31)


def measure(**facts: Any) -> Measure:
    """A deferral of the employer's side of a quarter until 15 July, on the employer's word."""
    return Measure(
        **{
            "kind": MeasureKind.DEFER,
            "names": NAMES,
            "conditions": NAMES,
            "form": "quarterly-wages",
            "periods": ("2025-Q1",),
            "ask_from_on": FROM,
            "ask_until_on": UNTIL,
            "proof": MeasureProof.DECLARED,
            "law": LAW,
            "side": ContributionSide.EMPLOYER,
            "new_due_on": date(2025, 7, 15),
            **facts,
        }
    )


def split(*days: date, **facts: Any) -> Measure:
    """All of a quarter in equal parts: by 15 June, 15 July and 15 August where no days are named."""
    usual = (date(2025, 6, 15), date(2025, 7, 15), date(2025, 8, 15))
    return measure(
        **{"kind": MeasureKind.SPLIT, "side": None, "new_due_on": None, "part_days": days or usual, **facts},
    )


def fund_with(
    *, fund_id: str = TN, settlements: Mapping[str, SettlementScheme] | None = None, **measures: Measure
) -> Fund:
    fund = funds()[fund_id]
    arrears = Arrears(penalties=fund.arrears.penalties, measures=measures, settlements=settlements or {})
    return replace(fund, sections=replace(fund.sections, arrears=arrears))
