"""A period of which parts are owed, or of which parts are owed by other values: each judged on its own, and paid by its
days. Pure: judgements are handed in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from services.claims.awards.award import Award
from services.claims.benefits.explained import ExplainedLine, ExplainedSum, used_fact
from services.claims.benefits.fact import FactSource, FactValue
from services.claims.benefits.judgement import JudgedOutcome, Judgement
from services.claims.runs.computing import UNDECIDED, PeriodDue
from shared.funds.benefits import ClaimType
from shared.funds.law import Law
from shared.funds.period import Period
from shared.funds.proration import Proration, counted_days, share
from shared.funds.rounding import RoundingRules


@dataclass(frozen=True)
class Part:
    """Some days of a period, both ends included, on each of which the same laws hold."""

    first_on: date
    last_on: date


def parts_of(period: Period, award: Award, definition: ClaimType) -> tuple[Part, ...]:
    """The days of a period on which the award holds, cut where a value of its benefit changes."""
    first_on = max(period.first_on, award.from_on)
    last_on = min(period.last_on, award.until_on or period.last_on)
    if last_on < first_on:
        return ()
    cuts = sorted({day for day in _days_of_change(definition) if first_on < day <= last_on})
    ends = [*(day - timedelta(days=1) for day in cuts), last_on]
    return tuple(Part(begin, end) for begin, end in zip([first_on, *cuts], ends, strict=True))


def _days_of_change(definition: ClaimType) -> Iterator[date]:
    """Each day on which a value of its formula or one of its conditions begins to hold, or holds no more."""
    laws = [value.law for step in definition.formula for value in step.values]
    for law in (*laws, *(each.law for each in definition.conditions)):
        yield law.valid_from
        if law.valid_to is not None:
            yield law.valid_to + timedelta(days=1)


def prorated(
    judged: Mapping[Part, Judgement], *, period: Period, proration: Proration, law: Law, rounding: RoundingRules
) -> PeriodDue:
    """What is right for a period by its parts: nothing for one that is refused, and not known where one is not. A part
    that is the whole period is paid as it was judged."""
    sums: list[ExplainedSum] = []
    for part, judgement in judged.items():
        if judgement.outcome is JudgedOutcome.REFUSED:
            continue
        if judgement.outcome is JudgedOutcome.UNDECIDED or judgement.sum is None:
            return PeriodDue(right_minor=None, reason=UNDECIDED)
        is_whole = (part.first_on, part.last_on) == (period.first_on, period.last_on)
        sums.append(
            judgement.sum if is_whole else _of_part(judgement.sum, part, period, proration, law=law, rounding=rounding)
        )
    if not sums:
        return PeriodDue(right_minor=0, reason=next((each.failed or "" for each in judged.values()), ""))
    total = _together(sums)
    return PeriodDue(right_minor=total.amount_minor, sum=total, law=law)


def _of_part(
    whole: ExplainedSum, part: Part, period: Period, proration: Proration, *, law: Law, rounding: RoundingRules
) -> ExplainedSum:
    """The sum of a whole period as it leads to that of a part of it."""
    by, rule = proration.by, rounding.of_benefits(on=part.last_on)
    owed = share(part.first_on, part.last_on, of_first_on=period.first_on, of_last_on=period.last_on, by=by)
    of_days: dict[str, FactValue] = {
        "part-from": part.first_on,
        "part-until": part.last_on,
        "part-days": Decimal(counted_days(part.first_on, part.last_on, by=by)),
        "period-days": Decimal(counted_days(period.first_on, period.last_on, by=by)),
    }
    line = ExplainedLine(
        rule=by.value,
        article=law.reference,
        valid_from=law.valid_from,
        confidence=law.confidence.value,
        facts=tuple(
            used_fact(name, value, source=FactSource.COMPUTED, as_of=part.last_on) for name, value in of_days.items()
        ),
        rounding=str(rule),
        amount_minor=rule.rounded(whole.amount_minor * owed),
        names=proration.names,
    )
    leading = (replace(each, is_counted=False) for each in whole.lines)
    return replace(whole, lines=(*leading, line), amount_minor=line.amount_minor)


def _together(sums: Sequence[ExplainedSum]) -> ExplainedSum:
    return replace(
        sums[-1],
        lines=tuple(line for each in sums for line in each.lines),
        amount_minor=sum(each.amount_minor for each in sums),
    )
