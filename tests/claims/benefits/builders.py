"""Benefits written in a test, and the facts that they are judged from."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from services.claims.benefits.fact import Fact, Facts, FactSource, FactValue, facts_of
from shared.events.identity import PersonsRegistered, RegisteredPerson
from shared.events.payments.wages import DeclaredWage, WagePeriod, WagesDeclared
from shared.funds.benefits import ClaimType
from shared.funds.loading import Reading, _Loader
from shared.kernel.money import Currency, Money
from shared.kernel.personal import DataClass, Encrypted
from tests.kit.clock import AT
from tests.kit.contexts import keys

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
    reading = Reading(Path("tn-test"))
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


def registered(person_ref: str, *, birth_on: str, fund_id: str, dependants: Sequence[Mapping[str, str]] = ()) -> Any:
    """A page of the register with one person and who depends on them."""
    family = {
        "birth_on": birth_on,
        "dependants": [{"dependant_id": f"d{i}", **each} for i, each in enumerate(dependants)],
    }
    keyring = keys()[fund_id]
    return PersonsRegistered(
        page_id=f"page-{person_ref}",
        registered_at=AT,
        persons=(
            RegisteredPerson(
                person_ref=person_ref,
                civil=Encrypted("k1.nobody-here-opens-it"),
                language="fr",
                dependants=len(dependants),
                family=keyring.encrypt(json.dumps(family), data_class=DataClass.HEALTH, associated_data=person_ref),
            ),
        ),
    )


def quarters_of_wages(
    person_ref: str, *, count: int, wage_minor: int, last: tuple[int, int], currency: str = "TND"
) -> WagesDeclared:
    """The wages of so many quarters up to the last one, each worked in full."""
    number = last[0] * 4 + last[1] - 1
    periods = tuple(
        WagePeriod(year=each // 4, quarter=each % 4 + 1, duration=3, unit="M", wage_minor=wage_minor)
        for each in range(number - count + 1, number + 1)
    )
    return WagesDeclared(
        declaration_id=f"wages-{person_ref}",
        employer_id="0012345678",
        form="quarterly-wages",
        period=str(last[0]),
        revision=1,
        page=1,
        pages=1,
        currency=currency,
        wages=(DeclaredWage(person_ref=person_ref, periods=periods),),
        accepted_at=AT,
    )
