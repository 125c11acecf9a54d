"""Funds that admit self-payers, and self-payers, valid by default."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from services.payments.self_payers import rules
from services.payments.self_payers.jobs import calling
from services.payments.self_payers.self_contribution import SelfContribution
from services.payments.self_payers.self_payer import SelfPayer
from services.payments.wiring import service
from shared.funds.contributions import ContributionRates, ContributionSide, SelfPayers, ShareBounds
from shared.funds.declarations import Due
from shared.funds.fund import Fund
from shared.funds.law import Confidence, Law
from shared.kernel.money import Money
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds, handle
from tests.kit.due_jobs import run_due
from tests.kit.people import AMIRA
from tests.payments import builders as of_payments
from tests.payments.bank import office

NAMES = {"ar": "تجربة", "fr": "Essai", "en": "Trial"}
LAW = Law(valid_from=date(2005, 8, 18), reference="An invented law", confidence=Confidence.UNKNOWN)
GROUND = "unpaid-leave"
ADMISSION: Mapping[str, Any] = {
    "person_ref": AMIRA,
    "ground": GROUND,
    "from_month": "2026-M01",
    "base": "4000.00",
    "note": "Decision 12/2026",
}


def fund(fund_id: str = DZ) -> Fund:
    return admitting(funds()[fund_id])


def admitting(own: Fund) -> Fund:
    """A fund whose self-payers bear two shares of 2.5 %, each between 70 and 400 a month, due on the tenth."""
    bounds = ShareBounds(floor=Money(7_000, own.currency), ceiling=Money(40_000, own.currency))
    sides = (ContributionSide.EMPLOYER, ContributionSide.EMPLOYEE)
    branch = next(iter(own.contributions.branches))
    section = SelfPayers(
        grounds={GROUND: NAMES},
        base=NAMES,
        due=Due(days=10),
        rates=(
            ContributionRates(
                percents={side: {branch: Decimal("2.50")} for side in sides},
                totals=dict.fromkeys(sides, Decimal("2.50")),
                bounds=dict.fromkeys(sides, bounds),
                law=LAW,
            ),
        ),
    )
    contributions = replace(own.contributions, self_payers=section)
    return replace(own, sections=replace(own.sections, contributions=contributions))


def admitted(**facts: Any) -> SelfPayer:
    """Amira, from January 2026 on, on 4 000.00."""
    return rules.admit(
        fund(),
        **{
            "before": None,
            "person_ref": AMIRA,
            "ground": GROUND,
            "from_month": rules.month_of("2026-M01"),
            "base_minor": 400_000,
            "note": "Decision 12/2026",
            "by": "agent-1",
            "at": AT,
            **facts,
        },
    )


def called(**facts: Any) -> SelfContribution:
    """What Amira owes for January 2026, called in February."""
    month = rules.month_of("2026-M01")
    made = rules.call(admitted(), fund=fund(), month=month, before=None, reference="CI260000000000", at=AT)
    return replace(made.thing, **facts)


def offering(context: ServiceContext, clock: Any = None) -> ServiceContext:
    """The context of a fund that admits self-payers, and knows Amira."""
    made = replace(context, funds={**context.funds, DZ: fund()}, **({"clock": clock} if clock else {}))
    handle(made, service, of_payments.persons({AMIRA: None}))
    return made


def call(context: ServiceContext) -> int:
    """A round of the job."""
    return run_due(context, DZ, calling())


def admit(context: ServiceContext, **facts: Any) -> Office:
    """Amira is admitted, and what has begun is called."""
    made = office(context)
    answer = made.staff().post("/self-payers", {**ADMISSION, **facts})
    assert answer.status_code == 201, answer.text
    call(context)
    return made
