"""Runs of an invented allowance, computed by what a test says is right for each period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from services.claims.awards.award import Award
from services.claims.runs import computing, rules
from services.claims.runs.computing import PeriodDue
from services.claims.runs.run import AwardAccount, GrantedInRun, Run
from shared.funds.effects import Effect
from shared.funds.period import Period
from shared.funds.procedure import Recovery
from shared.storage.unit_of_work import UnitOfWork
from tests.claims.awards.builders import ALLOWANCE, PAYMENT_EFFECT, a_sum, award, fund_with

AT = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
FUND = fund_with({ALLOWANCE: PAYMENT_EFFECT})
Q = {number: Period(2026, number) for number in (1, 2, 3, 4)}


@dataclass
class Tariff:
    """What is right: so much a period, unless another amount is said for one; None where it cannot be decided. From the
    period `over_since` on the award has ended by a fact."""

    usual_minor: int | None = 20_000
    special: dict[str, int | None] = field(default_factory=dict)
    over_since: Period | None = None

    def judge(self, uow: UnitOfWork, award: Award, periods: Sequence[Period]) -> Mapping[Period, PeriodDue]:
        return {period: self.of(period) for period in periods}

    def of(self, period: Period) -> PeriodDue:
        if self.over_since is not None and period.first_on >= self.over_since.first_on:
            return PeriodDue(right_minor=0, reason=computing.AWARD_OVER, is_over=True)
        right_minor = self.special.get(str(period), self.usual_minor)
        if right_minor is None:
            return PeriodDue(right_minor=None, reason=computing.UNDECIDED)
        if right_minor == 0:
            return PeriodDue(right_minor=0, reason="has-children")
        return PeriodDue(right_minor=right_minor, sum=a_sum(right_minor, on=period.last_on))


def run(period: Period = Q[2], **facts: Any) -> Run:
    """A run of the second quarter, just made by agent-1."""
    whole: dict[str, Any] = {
        "run_id": "r1",
        "reference": "RN260000000101",
        "claim_type": ALLOWANCE,
        "period": period,
        "fund": FUND,
        "living": None,
        "by": "agent-1",
        "at": AT,
        **facts,
    }
    return rules.make(**whole).thing


def computed(
    account: AwardAccount | None = None,
    *,
    tariff: Tariff | None = None,
    upto: Period = Q[2],
    of: Award | None = None,
    recovery: Recovery | None = None,
    effect: Effect = PAYMENT_EFFECT,
) -> Any:
    """What a run pays for an award that began with the year."""
    it, says = of or award(), tariff or Tariff()
    judged = {period: says.of(period) for period in computing.periods_of(it, effect=effect, upto=upto)}
    return computing.compute(
        it,
        account or AwardAccount(award_id=it.award_id),
        judged,
        run=run(upto, fund=fund_with({ALLOWANCE: effect}), at=datetime(2027, 1, 1, 9, tzinfo=UTC)),
        upto=upto,
        payment_id="p1",
        page=1,
        at=AT,
        recovery=recovery,
    )


def granted(*periods: Period, amount_minor: int = 20_000, **facts: Any) -> AwardAccount:
    """What is granted for an award already."""
    rows = tuple(GrantedInRun(period=str(period), amount_minor=amount_minor) for period in periods)
    return AwardAccount(**{"award_id": "a1", "granted": rows, "last_minor": amount_minor, **facts})


__all__ = ["AT", "FUND", "Q", "Tariff", "computed", "date", "granted", "run"]
