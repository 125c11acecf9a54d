"""A fund with two invented benefits that open awards, and awards of them, so that a test says only what it is about."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.claims.awards import actions, rules, store
from services.claims.awards.award import Award
from services.claims.benefits.explained import ExplainedLine, ExplainedSum
from services.claims.claims.claim import Claim
from shared.funds.benefits import ClaimType, Family
from shared.funds.effects import Cover, Effect, EffectKind, PeriodicPayment
from shared.funds.fund import Fund
from shared.funds.law import Confidence, Law
from shared.funds.period import PeriodKind
from shared.kernel.outcome import Outcome
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.claims.builders import claim
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds, someone
from tests.kit.people import AMIRA

ALLOWANCE, COVER = "invented-allowance", "invented-cover"
FROM_ON, UNTIL_ON = date(2026, 1, 1), date(2026, 12, 31)
LAW = Law(valid_from=date(2000, 1, 1), reference="invented", confidence=Confidence.UNKNOWN)
NAMES = {"ar": "منحة", "fr": "Allocation", "en": "Allowance"}

PAYMENT_EFFECT = Effect(
    kind=EffectKind.PAY_PERIODICALLY,
    payment=(PeriodicPayment(every=PeriodKind.QUARTER, life_certificate_months=12, law=LAW),),
)
COVER_EFFECT = Effect(
    kind=EffectKind.COVER, cover=(Cover(months=12, covers=("medicine",), percent=Decimal(100), law=LAW),)
)


def fund_with(benefits: Mapping[str, Effect], *, fund_id: str = DZ) -> Fund:
    """The fund, with a benefit more for each effect."""
    shipped = funds()[fund_id]
    model = next(iter(shipped.claim_types.values()))
    more: dict[str, ClaimType] = {
        code: ClaimType(
            names=NAMES,
            usual_days=model.usual_days,
            appeals=model.appeals,
            family=Family.COVERAGE if effect.cover else Family.ALLOWANCE,
            effect=effect,
        )
        for code, effect in benefits.items()
    }
    return replace(shipped, claim_types={**shipped.claim_types, **more})


def with_benefits(context: ServiceContext, *, at: datetime | None = None) -> ServiceContext:
    """The same ground, with the two benefits in the fund, and the clock at an instant if one is given."""
    more = {DZ: fund_with({ALLOWANCE: PAYMENT_EFFECT, COVER: COVER_EFFECT})}
    clock = context.clock if at is None else ticking(at)
    return replace(context, funds={**context.funds, **more}, clock=clock)


def ticking(at: datetime) -> Callable[[], datetime]:
    """A clock that begins at an instant and is a millisecond later each time, so that ids come in order."""
    ticks = itertools.count()
    return lambda: at + timedelta(milliseconds=next(ticks))


def a_sum(amount_minor: int = 20_000, *, on: date = date(2026, 2, 10), rule: str = "invented") -> ExplainedSum:
    """A sum of one line."""
    line = ExplainedLine(
        rule=rule,
        article="invented",
        valid_from=LAW.valid_from,
        confidence="?",
        facts=(),
        rounding="none",
        amount_minor=amount_minor,
        names=NAMES,
    )
    return ExplainedSum(lines=(line,), amount_minor=amount_minor, currency="DZD", computed_on=on)


def award(claim_type: str = ALLOWANCE, *, award_id: str = "a1", at: datetime = AT, **facts: Any) -> Award:
    """An award just opened: an allowance without an end, or a cover of the year."""
    effect = COVER_EFFECT if claim_type == COVER else PAYMENT_EFFECT
    whole: dict[str, Any] = {
        "award_id": award_id,
        "reference": "AW260000000132" if award_id == "a1" else f"reference-of-{award_id}",
        "code": "7K3QZ0AB",
        "person_ref": AMIRA,
        "claim_id": f"claim-of-{award_id}",
        "claim_type": claim_type,
        "effect": effect,
        "decision_sum": None if claim_type == COVER else a_sum(),
        "from_on": FROM_ON,
        "until_on": UNTIL_ON if claim_type == COVER else None,
        "fund": funds()[DZ],
        "at": at,
        **facts,
    }
    return rules.open_award(**whole).thing


def opened(
    context: ServiceContext,
    claim_type: str = ALLOWANCE,
    *,
    claim_id: str = "c1",
    person_ref: str = AMIRA,
    from_on: date = FROM_ON,
    until_on: date | None = None,
) -> Award:
    """An award that the grant of a claim opened."""
    granted = replace(claim(claim_id=claim_id, person_ref=person_ref), claim_type=claim_type)
    last_on = UNTIL_ON if claim_type == COVER and until_on is None else until_on
    decision_sum = None if claim_type == COVER else a_sum()
    return context.run(
        DZ,
        by=someone(),
        cause=f"test:open:{claim_id}",
        action=lambda uow: actions.open_award(uow, granted, decision_sum, from_on=from_on, until_on=last_on),
    )


def since(uow: UnitOfWork, claim: Claim, from_on: date) -> Award:
    """The award that a claim opens, or has opened where rules granted it by themselves, as if it began on a day."""
    made = actions.open_award(uow, claim, None, from_on=from_on, until_on=None)
    return store.following.save(uow, Outcome(replace(made, from_on=from_on)))
