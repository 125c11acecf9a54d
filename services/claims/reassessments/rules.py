"""Whose awards a changed fact concerns, when ages change something, and what becomes of an award that is judged again.
Pure: definitions, judgements and what is held of a person are handed in.

Which facts a benefit is decided from is said by its page alone; from where each of them comes, by `shared.funds.facts`.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from services.claims.awards.award import Award, Status, SuspensionReason
from services.claims.benefits.judgement import ConditionResult, JudgedOutcome, Judgement
from services.claims.benefits.sources import MONTHS_A_YEAR, Sources, is_one_of
from services.claims.insured.insured import Dependant, FamilyRecord, birth_days
from services.claims.reassessments.reassessment import (
    CAUSES_MAX,
    STEPS_MAX,
    Cause,
    Conclusion,
    LastJudged,
    NotedCause,
    Reassessment,
    ReassessmentStep,
)
from services.claims.runs.computing import PeriodDue
from services.claims.runs.run import AwardAccount
from shared.events.claims.awards import AwardChanged
from shared.funds import facts
from shared.funds.benefits import ClaimType
from shared.funds.effects import Effect, JudgedOn
from shared.funds.entitlements import DependantRule
from shared.funds.facts import FactOrigin
from shared.funds.fund import Fund
from shared.funds.period import Period, later
from shared.kernel.errors import Missing
from shared.kernel.history import with_step

YEARS_MAX = 130


class ReassessmentUnknown(Missing):
    code = "reassessment.unknown"


@dataclass(frozen=True, kw_only=True)
class FactOwners:
    """Whose facts of one origin a benefit is decided from: the person's own, those of somebody who died."""

    own: bool = False
    deceased: bool = False

    def __bool__(self) -> bool:
        return self.own or self.deceased


def fact_owners(definition: ClaimType, origin: FactOrigin, *, cover: str = "") -> FactOwners:
    """Whose facts of that origin an award of the benefit depends on; nobody's where a grant of it opens none. With a
    `cover` only of that claim type."""
    if not definition.effect.opens_award or (cover and f"cover.{cover}" not in definition.fact_names()):
        return FactOwners()
    return FactOwners(own=origin in definition.origins, deceased=origin in definition.origins_of_deceased)


# --- Ages -------------------------------------------------------------------------------------------------------------


def next_age_on(definition: ClaimType, sources: Sources, *, after: date) -> date | None:
    """The next day on which somebody reaches an age, in a way that the benefit's facts look at; None where nobody does.
    Of a benefit that looks at the first day of its periods it is the first day of the period that the age changes."""
    names = definition.fact_names()
    found = [
        day
        for own, family in _families(names, sources)
        for day in _days(own, family, sources.fund.entitlements.dependants, after=after)
    ]
    found += _days_of_named(names, sources, after=after)
    return _next(found, definition.effect, after=after)


def next_death_on(definition: ClaimType, sources: Sources, *, after: date) -> date | None:
    """The next day from which a death in a family that the benefit's facts look at counts, as `next_age_on`."""
    found = [
        each.died_on + timedelta(days=1)
        for names, family in _families(definition.fact_names(), sources)
        if any(facts.DEPENDANTS.read(name) or facts.is_of_a_dependant(name) for name in names)
        for each in family.dependants or ()
        if each.died_on is not None
    ]
    return _next(found, definition.effect, after=after)


def _families(names: Collection[str], sources: Sources) -> Iterator[tuple[Collection[str], FamilyRecord]]:
    """The family of the person, and of who died and whom the claim names, each with the facts that look at it."""
    of_deceased = [read["fact"] for name in names if (read := facts.DECEASED.read(name))]
    for own, held in ((names, sources), (of_deceased, sources.deceased)):
        if held is not None and held.family is not None:
            yield own, held.family


def _next(found: Iterable[date], effect: Effect, *, after: date) -> date | None:
    days = [_counts_from(day, effect) for day in found]
    return min((day for day in days if day > after), default=None)


def _days(
    names: Iterable[str], family: FamilyRecord, covered: Sequence[DependantRule], *, after: date
) -> Iterator[date]:
    """The days on which facts of these names change with somebody's age: those before a day too, since what one of
    them changes may begin later."""
    for name in names:
        dependants = facts.DEPENDANTS.read(name)
        if facts.AGE.read(name) and family.birth_on is not None:
            yield from _birthdays(birth_days(family.birth_on), after=after)
        elif dependants is not None:
            for each in (one for one in family.dependants or () if is_one_of(one, dependants["relation"])):
                yield from _at_months(each, _months(dependants, _covered_until(each, covered)))


def _days_of_named(names: Iterable[str], sources: Sources, *, after: date) -> Iterator[date]:
    """The same, of facts of the dependants whom answers name."""
    covered = sources.fund.entitlements.dependants
    for name in names:
        each = sources.dependant_of(facts.question_of(name) or "") if facts.is_of_a_dependant(name) else None
        age = facts.DEPENDANT_AGE.read(name)
        if each is not None and age is not None:
            every = 1 if age["unit"] == "months" else MONTHS_A_YEAR
            birthdays = _birthdays(birth_days(each.birth_on), after=after, every_months=every)
            yield from (day for day in birthdays if each.lives_on(day))
        elif each is not None and name.endswith(".is-covered"):
            yield from _at_months(each, (until * MONTHS_A_YEAR for until in (0, *_covered_until(each, covered))))


def _covered_until(dependant: Dependant, covered: Iterable[DependantRule]) -> list[int]:
    """The ages until which the fund's rules cover such a dependant."""
    fitting = (rule for rule in covered if rule.relation == dependant.relation)
    ages = (rule.until_age for rule in fitting if rule.condition in (None, dependant.condition))
    return [age for age in ages if age is not None]


def _at_months(dependant: Dependant, months: Iterable[int]) -> list[date]:
    """The days on which a dependant has, or may have, these ages in months."""
    born = birth_days(dependant.birth_on)
    days = [later(born_on, months=each) for each in months for born_on in born]
    return [day for day in days if dependant.lives_on(day)]


def _months(read: "re.Match[str]", covered_until: Iterable[int]) -> Iterator[int]:
    """The ages in months at which a count of dependants changes: at birth, and as its name or the fund's rules say."""
    yield 0
    if read["months"]:
        first, _, last = read["months"].partition("-to-")
        yield from (int(first), int(last) + 1)
    elif read["years"]:
        first, _, last = read["years"].partition("-to-")
        yield from (int(first) * MONTHS_A_YEAR, (int(last) + 1) * MONTHS_A_YEAR)
    elif not read["condition"]:
        yield from (age * MONTHS_A_YEAR for age in covered_until)


def _birthdays(born: Iterable[date], *, after: date, every_months: int = MONTHS_A_YEAR) -> Iterator[date]:
    """The birthdays around a day, the one before it and the one after it, of each day on which somebody may be born; or
    the days on which another month is completed."""
    counts_max = YEARS_MAX * MONTHS_A_YEAR // every_months
    for born_on in born:
        months = max((after.year - born_on.year) * MONTHS_A_YEAR + after.month - born_on.month, 0)
        around = months // every_months
        counts = range(max(around - 1, 0), min(around + 2, counts_max))
        yield from (later(born_on, months=count * every_months) for count in counts)


def _counts_from(day: date, effect: Effect) -> date:
    payment = effect.payment_on(day)
    if payment is None or payment.judged_on is not JudgedOn.FIRST_DAY:
        return day
    period = Period.containing(day, kind=payment.every)
    return day if day == period.first_on else period.next.first_on


# --- Followed and noted -----------------------------------------------------------------------------------------------


def follow(
    award: Award,
    *,
    conditions: Iterable[ConditionResult],
    deceased_ref: str | None,
    definition: ClaimType,
    sources: Sources,
    fund: Fund,
    at: datetime,
) -> Reassessment:
    """From now on facts are watched for an award that was granted with these conditions: what an agent granted all the
    same, or though a fact was not known, is not taken back for that."""
    results = tuple(conditions)
    failed = next((each.code for each in results if each.holds is False), "")
    undecided = any(each.holds is None for each in results)
    granted = JudgedOutcome.UNDECIDED if undecided else JudgedOutcome.GRANTED
    explained = award.terms.sum
    today = fund.day_of(at)
    followed = Reassessment(
        award_id=award.award_id,
        claim_type=award.claim_type,
        person_ref=award.person_ref,
        deceased_ref=deceased_ref or None,
        last=LastJudged(
            outcome=JudgedOutcome.REFUSED if failed else granted,
            on=today,
            amount_minor=explained.amount_minor if explained else 0,
            failed=failed,
            sum=explained,
        ),
    )
    return _looked_after(followed, award, definition=definition, sources=sources, fund=fund, today=today)


def note(reassessment: Reassessment, cause: NotedCause) -> Reassessment:
    """A fact that the award depends on has changed: it is judged again at once, once for all that waits."""
    causes = (*reassessment.causes, cause)[:CAUSES_MAX]
    return replace(reassessment, causes=causes, next_look_at=cause.at)


def wait(reassessment: Reassessment, *, until: datetime) -> Reassessment:
    """A register has been asked and has not answered yet: with its answer the award is judged, or after a while."""
    return replace(reassessment, next_look_at=until)


def reopen(reassessment: Reassessment, cause: NotedCause) -> Reassessment:
    """The end of the award was undone."""
    return note(replace(reassessment, is_living=True), cause)


def close(reassessment: Reassessment) -> Reassessment:
    """The award has ended: nothing is watched for it any more."""
    return replace(reassessment, is_living=False, causes=(), next_look_at=None)


# --- Judged again -----------------------------------------------------------------------------------------------------


def judged_as(judgement: Judgement) -> LastJudged:
    """What a judgement says of a cover, or of a payment that has not begun."""
    return LastJudged(
        outcome=judgement.outcome,
        on=judgement.judged_on,
        amount_minor=judgement.sum.amount_minor if judgement.sum else 0,
        failed=judgement.failed or "",
        sum=judgement.sum,
    )


def judged_by_period(judged: Mapping[Period, PeriodDue], account: AwardAccount, *, on: date) -> LastJudged:
    """What the judgements of its periods say of a payment: the last of them, whether a fact has ended it, and by how
    much what runs granted differs from what is right by now."""
    in_order = sorted(judged.items(), key=lambda each: each[0].first_on)
    over_since = next((period.first_on for period, found in in_order if found.is_over), None)
    rights = [(0 if found.is_over else found.right_minor, str(period)) for period, found in in_order]
    difference_minor = sum(
        right_minor - granted_minor
        for right_minor, period in rights
        if right_minor is not None and (granted_minor := account.granted_minor(period)) is not None
    )
    last = in_order[-1][1]
    is_refused = last.right_minor == 0
    granted = JudgedOutcome.UNDECIDED if last.right_minor is None else JudgedOutcome.GRANTED
    return LastJudged(
        outcome=JudgedOutcome.REFUSED if is_refused else granted,
        on=on,
        amount_minor=last.right_minor or 0,
        difference_minor=difference_minor,
        failed=last.reason if is_refused else "",
        over_since_on=over_since,
        sum=last.sum,
    )


def conclude(award: Award, before: LastJudged, now: LastJudged) -> Conclusion:
    """What becomes of an award, given what it was judged as before and what it is judged as now.

    A fact that ends the benefit ends it. A condition that does not hold, or cannot be said any more, suspends it: an
    agent ends it, or it holds again by itself once the facts are back. What somebody of the fund suspended stays so,
    and what they resumed or granted knowing all this is not suspended for the same.
    """
    if award.status is Status.ENDED or award.before_death is not None:
        return Conclusion.SAME  # with a death it ends by itself, and nobody is told of their own
    if now.over_since_on is not None:
        return Conclusion.ENDED
    if award.status is Status.SUSPENDED:
        is_back = now.outcome is JudgedOutcome.GRANTED and award.is_by_facts
        return Conclusion.RESUMED if is_back else Conclusion.SAME
    if now.outcome is not JudgedOutcome.GRANTED:
        is_known = (now.outcome, now.failed) == (before.outcome, before.failed)
        return Conclusion.SAME if is_known else Conclusion.SUSPENDED
    is_other = (now.amount_minor, now.difference_minor) != (before.amount_minor, before.difference_minor)
    return Conclusion.CHANGED if is_other else Conclusion.SAME


def suspended_for(now: LastJudged) -> SuspensionReason:
    """The reason for which an award is suspended that is no longer granted."""
    is_refused = now.outcome is JudgedOutcome.REFUSED
    return SuspensionReason.CONDITIONS_NOT_MET if is_refused else SuspensionReason.FACTS_NOT_KNOWN


def with_judgement(
    reassessment: Reassessment,
    award: Award,
    *,
    now: LastJudged,
    conclusion: Conclusion,
    definition: ClaimType,
    sources: Sources,
    fund: Fund,
    at: datetime,
) -> Reassessment:
    """The reassessment after the award was judged: all that waited is done, and the next age, or the day from which a
    death counts, is awaited. `award` is what came of it."""
    awaited = _awaited(reassessment, definition=definition, sources=sources, fund=fund)
    step = ReassessmentStep(
        at=at,
        causes=reassessment.causes or (NotedCause(cause=awaited, at=at),),
        conclusion=conclusion,
        before_minor=reassessment.last.amount_minor,
        amount_minor=now.amount_minor,
        difference_minor=now.difference_minor,
        failed=now.failed,
    )
    judged = replace(
        reassessment,
        last=now,
        causes=(),
        steps=with_step(reassessment.steps, step, limit=STEPS_MAX),
    )
    if award.status is Status.ENDED:
        return close(judged)
    return _looked_after(judged, award, definition=definition, sources=sources, fund=fund, today=fund.day_of(at))


def _awaited(reassessment: Reassessment, *, definition: ClaimType, sources: Sources, fund: Fund) -> Cause:
    """For what an award is judged that nobody has noted anything for: a day that was awaited has come."""
    if reassessment.next_look_at is not None:
        look_on = fund.day_of(reassessment.next_look_at)
        if next_death_on(definition, sources, after=look_on - timedelta(days=1)) == look_on:
            return Cause.DEATH
    return Cause.AGE_REACHED


def changed_event(award: Award, before: LastJudged, now: LastJudged, *, currency: str, at: datetime) -> AwardChanged:
    return AwardChanged(
        award_id=award.award_id,
        reference=award.reference,
        person_ref=award.person_ref,
        claim_type=award.claim_type,
        before_minor=before.amount_minor,
        amount_minor=now.amount_minor,
        difference_minor=now.difference_minor,
        has_other_amount=before.amount_minor != now.amount_minor,
        currency=currency,
        changed_at=at,
    )


def _looked_after(
    reassessment: Reassessment, award: Award, *, definition: ClaimType, sources: Sources, fund: Fund, today: date
) -> Reassessment:
    """With the instant of the next day on which an age, a death, or that the award begins, changes something."""
    days = [
        next_age_on(definition, sources, after=today),
        next_death_on(definition, sources, after=today),
        award.from_on if award.from_on > today else None,
    ]
    first = min((day for day in days if day is not None), default=None)
    return replace(
        reassessment, next_look_at=None if first is None else datetime.combine(first, time(), tzinfo=fund.zone)
    )


REGISTER_WAIT = timedelta(days=1)
"""How long a judgement waits for a register, at most, before it looks again."""
