"""Who is covered through an insured person, by the fund's rules of relation, age and what was proved. Pure."""

from collections.abc import Iterator
from datetime import date

from shared.funds.entitlements import DependantRule
from shared.funds.fund import Fund
from shared.funds.period import MONTHS_A_YEAR

Months = tuple[int, int]
"""The least and the most completed months of age: two where a birth is only partly known."""


def rules_for(fund: Fund, *, relation: str, condition: str | None, on: date) -> Iterator[DependantRule]:
    """The rules that fit a relation and what was proved, of those in force on a day."""
    for rule in fund.entitlements.dependants:
        if rule.relation == relation and rule.condition in (None, condition) and rule.law.holds_on(on):
            yield rule


def is_covered(fund: Fund, *, relation: str, condition: str | None, months: Months, on: date) -> bool | None:
    """Whether somebody is covered through the person on a day, by any rule that fits; None where the least and the most
    that the age may be differ on it."""
    if months[1] < 0:
        return False
    found = [is_under(rule, months) for rule in rules_for(fund, relation=relation, condition=condition, on=on)]
    return True if True in found else None if None in found else False


def is_under(rule: DependantRule, months: Months) -> bool | None:
    """Whether somebody of such an age is below the age to which a rule covers."""
    if rule.until_age is None:
        return True
    least, most = (age < rule.until_age * MONTHS_A_YEAR for age in months)
    return least if least is most else None
