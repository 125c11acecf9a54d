"""A valid scheme of settlement."""

from datetime import date
from decimal import Decimal
from typing import Any

from shared.funds.arrears import PlanBreach, SettlementScheme, WaivedShare
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
