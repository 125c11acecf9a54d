"""A debt of 3,150.25 for a year, of which nothing was paid."""

from datetime import date
from typing import Any

from services.payments.obligations.obligation import Obligation
from tests.kit.clock import AT

DUE = 315_025


def obligation(**facts: Any) -> Obligation:
    """What the declaration `d1` made due, with these facts instead."""
    return Obligation(
        **{
            "declaration_id": "d1",
            "revision": 1,
            "employer_id": "1600000001",
            "form": "das",
            "period": "2025",
            "due_on": date(2026, 1, 31),
            "due_minor": DUE,
            "opened_at": AT,
            **facts,
        }
    )
