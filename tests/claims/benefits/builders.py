"""Benefits written in a test, and the facts that they are judged from."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from services.claims.benefits.fact import Fact, Facts, FactSource, FactValue, facts_of
from shared.funds.benefits import ClaimType
from shared.funds.loading import _Loader, _Reading
from shared.kernel.money import Currency, Money

ON = date(2026, 2, 10)
LAW = '{valid_from: 2000-01-01, reference: "Art. 1", confidence: "?"}'
TEXTS = "{ar: نص, fr: texte, en: text}"
HEAD = f"""
names: {TEXTS}
usual_days: [{{completeness: 2, decision: 15, payment: 7, law: {LAW}}}]
appeals: [{{body: {TEXTS}, days: 60, law: {LAW}}}]
"""


class PageRefused(Exception):
    """What is wrong with a page."""


def page(text: str, *, family: str = "allowance") -> ClaimType:
    """A benefit as its page says it; `LAW` and `TEXTS` stand for a law and for words."""
    head = HEAD + (f"family: {family}\n" if "family:" not in text else "")
    raw = yaml.load(head + text.replace("LAW", LAW).replace("TEXTS", TEXTS), Loader=_Loader)  # noqa: S506
    reading = _Reading(Path("tn-test"))
    reading.languages = ["ar", "fr", "en"]
    found = reading.read(raw, ClaimType, "")
    if reading.faults:
        raise PageRefused("; ".join(reading.faults))
    assert isinstance(found, ClaimType)
    return found


def tnd(amount: str) -> Money:
    return Money(int(Decimal(amount).scaleb(3)), Currency.TND)


def fact(name: str, value: FactValue | int, **more: Any) -> Fact:
    exact = Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return Fact(**{"name": name, "value": exact, "source": FactSource.REGISTER, "as_of": ON, **more})


def facts(**values: FactValue | int) -> Facts:
    """Facts by name, with `__` for a dot and `_` for a hyphen."""
    named = {name.replace("__", ".").replace("_", "-"): value for name, value in values.items()}
    return facts_of(*(fact(name, value) for name, value in named.items()), currency=Currency.TND)
