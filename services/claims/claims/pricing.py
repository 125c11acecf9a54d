"""What the fund pays of each line of a claim for care: its percentage of the reference price, more by a cover, up to
the ceiling of the year, and no act more often than it is paid for. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from services.claims.benefits.explained import ExplainedLine, ExplainedSum, used_fact
from services.claims.benefits.fact import FactSource
from services.claims.claims.claim import Claim, ClaimLine, DecidedLine, Reduction
from shared.funds.benefits import ClaimType, Frequency, Percent, Price
from shared.funds.fund import Fund
from shared.funds.law import Confidence, Law, find_in_force, in_force
from shared.funds.rounding import RoundingRule
from shared.kernel.errors import Invalid
from shared.kernel.money import Money


class ActUnknown(Invalid):
    code = "claim.act-unknown"


@dataclass(frozen=True, kw_only=True)
class CoverInForce:
    """A cover that the person has on the day of care: its number, the acts that it is for, and what it bears."""

    reference: str
    acts: frozenset[str]
    percent: Decimal


@dataclass(frozen=True, kw_only=True)
class PricingFacts:
    """What a price depends on beside the bill: covers on the day of care, what was granted before for other claims of
    the type, and how many depend on the person, where that is known."""

    covers: tuple[CoverInForce, ...] = ()
    granted: tuple[Claim, ...] = ()
    dependants: int | None = None


NOTHING = PricingFacts()


def price_of(definition: ClaimType, line: ClaimLine, *, on: date) -> Price:
    """The price of a line's act on the day of care, or `ActUnknown`."""
    found = definition.price_on(line.act, day=on)
    if found is None:
        known = definition.acts.get(line.act)
        raise ActUnknown(act=known.names if known else line.act[:40])
    return found


def priced(
    claim: Claim,
    definition: ClaimType,
    *,
    rounding: RoundingRule,
    refused_lines: Mapping[int, str],
    facts: PricingFacts = NOTHING,
) -> tuple[DecidedLine, ...]:
    """Each line as the fund pays it, by the prices and percentages of the day of care.

    Never more than the percentage of what the person paid. What a cover bears is paid beside the year's ceiling.
    """
    one = partial(_line, claim, definition, facts=facts, rounding=rounding)
    left = _ceiling_left(claim, definition, facts)
    done: Counter[str] = Counter()
    lines = []
    for number, line in enumerate(claim.lines, start=1):
        if (reason := refused_lines.get(number)) is not None:
            lines.append(one(line, number=number, refused_for=reason))
            continue
        limit = _most_of(claim, definition, line.act, facts=facts)
        quantity = line.quantity if limit is None else min(line.quantity, max(limit[0] - done[line.act], 0))
        done[line.act] += quantity
        decided = one(line, number=number, quantity=quantity)
        if limit is not None and quantity < line.quantity:
            decided = _reduced(decided, Reduction.TOO_OFTEN, limit[1])
        if left is not None and decided.cover is None:
            if decided.reimbursed_minor > left[0]:
                decided = _reduced(replace(decided, reimbursed_minor=left[0]), Reduction.CEILING, left[1])
            left = left[0] - decided.reimbursed_minor, left[1]
        lines.append(decided)
    return tuple(lines)


def explained(
    claim: Claim, lines: Iterable[DecidedLine], definition: ClaimType, *, fund: Fund, on: date
) -> ExplainedSum:
    """What the lines come to, each with its rule, text and facts, as every sum of the fund is explained."""
    rounding = fund.rounding.of_prices(on=claim.care_on)
    explained_lines = tuple(
        _explained_line(claim, asked, line, definition, rounding=rounding)
        for asked, line in zip(claim.lines, lines, strict=True)
    )
    return ExplainedSum(
        lines=explained_lines,
        amount_minor=sum(line.amount_minor for line in explained_lines),
        currency=fund.currency.value,
        computed_on=on,
    )


def _explained_line(
    claim: Claim, asked: ClaimLine, line: DecidedLine, definition: ClaimType, *, rounding: RoundingRule
) -> ExplainedLine:
    price = price_of(definition, asked, on=claim.care_on)
    rate = in_force(definition.reimbursement, on=claim.care_on)
    currency = price.price.currency
    weakest = max((price.law, rate.law), key=lambda law: list(Confidence).index(law.confidence))

    facts = [
        used_fact("care.quantity", Decimal(asked.quantity), source=FactSource.ANSWER, as_of=claim.care_on),
        used_fact("care.paid", Money(asked.paid_minor, currency), source=FactSource.ANSWER, as_of=claim.care_on),
        used_fact("price", price.price, source=FactSource.FUND, as_of=price.law.valid_from),
        used_fact("percent", Decimal(line.percent), source=FactSource.FUND, as_of=rate.law.valid_from),
    ]
    if line.cover is not None:
        facts.append(used_fact("cover", line.cover, source=FactSource.FUND, as_of=claim.care_on))
    if line.reduced_for is not None:
        facts.append(used_fact("reduced-for", line.reduced_for.value, source=FactSource.FUND, as_of=claim.care_on))
    if line.refused_for is not None:
        facts.append(used_fact("refused-for", line.refused_for, source=FactSource.FUND, as_of=claim.care_on))
    return ExplainedLine(
        rule=asked.act,
        article=line.law,
        valid_from=max(price.law.valid_from, rate.law.valid_from),
        confidence=weakest.confidence.value,
        facts=tuple(facts),
        rounding=str(rounding),
        amount_minor=line.reimbursed_minor,
        names=definition.acts[asked.act].names,
    )


def _line(
    claim: Claim,
    definition: ClaimType,
    line: ClaimLine,
    *,
    number: int,
    facts: PricingFacts,
    rounding: RoundingRule,
    quantity: int = 0,
    refused_for: str | None = None,
) -> DecidedLine:
    """A line of which so many are paid; the person's share of what they paid goes with the number."""
    price = price_of(definition, line, on=claim.care_on)
    rate = in_force(definition.reimbursement, on=claim.care_on)
    cover = _best(facts.covers, line.act, rate=rate)
    percent = rate.percent if cover is None else cover.percent
    paid_minor = line.paid_minor * quantity // line.quantity
    base_minor = min(price.price.amount_minor * quantity, paid_minor)
    return DecidedLine(
        number=number,
        reimbursed_minor=0 if refused_for else min(rounding.share(base_minor, percent), base_minor),
        price_minor=price.price.amount_minor,
        percent=str(percent),
        law=f"{rate.law.reference}; {price.law.reference}",
        is_to_be_confirmed=rate.law.is_to_be_confirmed or price.law.is_to_be_confirmed,
        refused_for=refused_for,
        cover=None if cover is None or refused_for else cover.reference,
    )


def _best(covers: Iterable[CoverInForce], act: str, *, rate: Percent) -> CoverInForce | None:
    """The cover that bears most of an act, where it bears more than the fund does without it."""
    fitting = [cover for cover in covers if act in cover.acts and cover.percent > rate.percent]
    return max(fitting, key=lambda cover: cover.percent, default=None)


def _reduced(line: DecidedLine, reduction: Reduction, law: Law) -> DecidedLine:
    return replace(
        line,
        reduced_for=reduction,
        law=f"{line.law}; {law.reference}",
        is_to_be_confirmed=line.is_to_be_confirmed or law.is_to_be_confirmed,
    )


def _ceiling_left(claim: Claim, definition: ClaimType, facts: PricingFacts) -> tuple[int, Law] | None:
    """What is left of the ceiling of the year of care; None where there is none. Of whom it is not known how many
    depend on them, the highest ceiling holds: nobody loses by what the fund does not know."""
    ceiling = find_in_force(definition.ceilings, on=claim.care_on)
    if ceiling is None:
        return None
    most = len(ceiling.amounts) if facts.dependants is None else facts.dependants
    used = sum(_uncovered_minor(each) for each in facts.granted if each.care_on.year == claim.care_on.year)
    return max(ceiling.amount_for(most).amount_minor - used, 0), ceiling.law


def _uncovered_minor(claim: Claim) -> int:
    """What was granted for a claim within the ceiling; for an appeal, what it gave beyond the first decision."""
    if claim.appealed is not None or claim.decision is None:
        return claim.approved_minor
    return sum(line.reimbursed_minor for line in claim.decision.lines if line.cover is None)


def _most_of(claim: Claim, definition: ClaimType, act: str, *, facts: PricingFacts) -> tuple[int, Law] | None:
    """How many of an act may still be paid, by the strictest rule in force; None where nothing limits them."""
    rules = [rule for rule in definition.frequencies if rule.act in (None, act) and rule.law.holds_on(claim.care_on)]
    found = [(max(rule.count_max - _count(claim, rule, act, facts.granted), 0), rule.law) for rule in rules]
    return min(found, key=lambda each: each[0], default=None)


def _count(claim: Claim, rule: Frequency, act: str, granted: Iterable[Claim]) -> int:
    """How many of the act were paid for within the days before the care, or on the same day."""
    since = claim.care_on - timedelta(days=rule.within_days)
    within = (each for each in granted if since < each.care_on <= claim.care_on and each.decision is not None)
    return sum(
        line.quantity
        for each in within
        for line, decided in zip(each.lines, each.decision.lines if each.decision else (), strict=False)
        if line.act == act and decided.reimbursed_minor > 0
    )
