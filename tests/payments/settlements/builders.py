"""Valid schemes and plans of settlement."""

from datetime import date
from decimal import Decimal
from typing import Any

from services.payments.settlements.settlement_plan import (
    PlanDebt,
    PlanInstalment,
    PlanStatus,
    PlanStep,
    SettlementPlan,
)
from shared.funds.arrears import PlanBreach, SettlementScheme, WaivedShare
from tests.kit.clock import AT
from tests.payments.builders import FIRM
from tests.payments.measures.builders import LAW, NAMES


def scheme(**facts: Any) -> SettlementScheme:
    """Up to a year, all penalties waived, broken by three missed instalments; always open."""
    return SettlementScheme(
        **{
            "names": NAMES,
            "ask_from_on": date.min,
            "ask_until_on": date.max,
            "waived": (WaivedShare(months_max=12, percent=Decimal(100)),),
            "breach": PlanBreach.MISSED,
            "missed_max": 3,
            "law": LAW,
            **facts,
        }
    )


def instalment(number: int, due_on: date, **facts: Any) -> PlanInstalment:
    return PlanInstalment(**{"number": number, "due_on": due_on, "amount_minor": 1_000, **facts})


def plan(**facts: Any) -> SettlementPlan:
    """Agreed on 20 May 2025: a debt of 3,000 with penalties of 300, all waived, in three instalments."""
    status = facts.get("status", PlanStatus.AGREED)
    debt = PlanDebt(
        debt_id="d1",
        declaration_id="d1",
        form="quarterly-wages",
        period="2025-Q1",
        due_on=date(2025, 4, 15),
        left_minor=3_000,
        penalty_minor=300,
        spared_minor=300,
        paid_before_minor=0,
    )
    return SettlementPlan(
        **{
            "plan_id": "p1",
            "reference": "SP250000000145",
            "employer_id": FIRM,
            "scheme": "instalments",
            "months": 3,
            "status": status,
            "steps": (PlanStep(status=status, at=AT, by="firm-1"),),
            "as_of": date(2025, 5, 20),
            "debts": (debt,),
            "instalments": tuple(instalment(number, date(2025, 5 + number, 20)) for number in (1, 2, 3)),
            "waived_percent": Decimal(100),
            **facts,
        }
    )
