"""How the file of an operator's day is held against what the operator had reported. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal

from services.payments.mobile_money.day_file import DayLine
from services.payments.mobile_money.operator_payment import OperatorPayment, Status
from services.payments.operator_days.operator_day import DayDifference, DifferenceKind
from shared.funds.bindings import MobileOperator

FEE = "fee"
"""Stands for the day as a whole among its payments."""


def unknown(lines: Iterable[DayLine], known: Mapping[str, OperatorPayment]) -> list[DayLine]:
    """The payments of a file of which nobody was reported that the money was taken."""
    return [
        line
        for line in lines
        if line.amount_minor > 0 and (line.payment_id not in known or known[line.payment_id].taken is None)
    ]


def differences(
    lines: Sequence[DayLine],
    known: Mapping[str, OperatorPayment],
    reported: Iterable[OperatorPayment],
    *,
    operator: MobileOperator,
) -> list[DayDifference]:
    """All that differs between a file and what was reported. `known` are the payments of the file's ids as they were
    before it, by those ids; `reported` are those of which the operator had said that it took them on that day."""
    found = [difference for line in lines if (difference := _of_line(line, known.get(line.payment_id)))]
    stated = {line.payment_id for line in lines}
    found += [
        DayDifference(kind=DifferenceKind.NOT_IN_FILE, payment_id=each.payment_id, known_minor=each.terms.amount_minor)
        for each in reported
        if each.status is Status.TAKEN and each.payment_id not in stated
    ]
    agreed_minor, stated_minor = agreed_fee(lines, operator=operator), fee(lines, operator=operator)
    if agreed_minor != stated_minor:
        kind = DifferenceKind.FEE_DIFFERS
        found.append(DayDifference(kind=kind, payment_id=FEE, known_minor=agreed_minor, stated_minor=stated_minor))
    return found


def _of_line(line: DayLine, payment: OperatorPayment | None) -> DayDifference | None:
    stated_minor = line.amount_minor
    if payment is None or payment.taken is None:
        kind = DifferenceKind.NOT_KNOWN
        return DayDifference(kind=kind, payment_id=line.payment_id, stated_minor=stated_minor)
    known_minor = payment.taken.amount_minor
    found = {
        DifferenceKind.NOT_REVERSED: stated_minor < 0 and payment.status is not Status.REVERSED,
        DifferenceKind.AMOUNT_DIFFERS: abs(stated_minor) != known_minor,
        DifferenceKind.REFERENCE_DIFFERS: line.reference != payment.taken.reference,
    }
    first = next((kind for kind, differs in found.items() if differs), None)
    if first is None:
        return None
    return DayDifference(kind=first, payment_id=line.payment_id, known_minor=known_minor, stated_minor=stated_minor)


def total(lines: Iterable[DayLine]) -> int:
    """What was taken less what was given back, in minor units."""
    return sum(line.amount_minor for line in lines)


def fee(lines: Sequence[DayLine], *, operator: MobileOperator) -> int:
    """What the operator keeps by its file, in minor units; where the file does not say, what was agreed."""
    stated = [line.fee_minor for line in lines]
    if any(each is None for each in stated):
        return agreed_fee(lines, operator=operator)
    return sum(each for each in stated if each is not None)


def agreed_fee(lines: Iterable[DayLine], *, operator: MobileOperator) -> int:
    """What was agreed: of each payment that was taken a percentage, rounded up, and a fixed amount."""
    each_minor = operator.fee_each.amount_minor if operator.fee_each else 0
    return sum(
        int((line.amount_minor * operator.fee_percent / Decimal(100)).to_integral_value(ROUND_CEILING)) + each_minor
        for line in lines
        if line.amount_minor > 0
    )
