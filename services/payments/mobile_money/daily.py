"""What payments does with an operator's file of a day: hold it against what was reported, and book what was not."""

import hashlib
from dataclasses import replace
from datetime import date

from services.payments.banking.own_references import SETTLEMENT_PREFIX
from services.payments.mobile_money import actions, day_file, reconciling, rules, store
from services.payments.mobile_money.day_file import DayLine
from services.payments.mobile_money.operator_payment import Terms
from services.payments.operator_days import actions as operator_days
from services.payments.operator_days.operator_day import DIFFERENCES_MAX, OperatorDay
from shared.kernel.errors import Conflict, Invalid
from shared.storage.unit_of_work import UnitOfWork

UNREPORTED_MAX = 100
"""Payments of a file that were never reported and are booked from it; beyond it something else is wrong."""


class DayInvalid(Invalid):
    """The address names no day, or one that is still to come."""

    code = "mobile-money.day-invalid"


class TooManyUnreported(Conflict):
    """So many payments of a file were never reported that they are to be reported first (`PUT …/confirmation`)."""

    code = "mobile-money.too-many-unreported"


def take_file(uow: UnitOfWork, *, day: str, content: bytes) -> OperatorDay:
    """The operator's file of a day: what differs from what it had reported is named for a person to see, and money that
    it had not reported is booked from the file. Sent again, it changes nothing; another takes its place until the day
    is paid in."""
    code, operator = actions.operator_of(uow)
    on = _day(day, today=uow.today)
    sha256, day_id = hashlib.sha256(content).hexdigest(), f"{code}-{on.isoformat()}"
    before = operator_days.find(uow, day_id)
    if before is not None and before.sha256 == sha256:
        return before
    lines = [_ours(uow, line) for line in day_file.read(content, layout=operator.day_file, fund=uow.fund)]
    found = store.payments.find_many(uow, [rules.payment_key(code, line.payment_id) for line in lines])
    known = {payment.payment_id: payment for payment in found.values()}
    reported = list(store.taken_on(uow, operator=code, day=on))
    unreported = reconciling.unknown(lines, known)
    if len(unreported) > UNREPORTED_MAX:
        raise TooManyUnreported(unreported_max=UNREPORTED_MAX)
    differences = reconciling.differences(lines, known, reported, operator=operator)
    for line in unreported:
        terms = Terms(reference=line.reference, amount_minor=line.amount_minor, taken_at=line.taken_at)
        actions.book_taken(uow, operator=code, payment_id=line.payment_id, terms=terms)
    return operator_days.keep(
        uow,
        OperatorDay(
            day_id=day_id,
            operator=code,
            day=on,
            reference=uow.new_reference(SETTLEMENT_PREFIX),
            sha256=sha256,
            payments=len(lines),
            total_minor=reconciling.total(lines),
            fee_minor=reconciling.fee(lines, operator=operator),
            differences=tuple(differences[:DIFFERENCES_MAX]),
            differences_count=len(differences),
            has_differences=bool(differences),
            taken_at=uow.at,
        ),
    )


def _day(written: str, *, today: date) -> date:
    try:
        day = date.fromisoformat(written)
    except ValueError as malformed:
        raise DayInvalid from malformed
    if day > today:
        raise DayInvalid
    return day


def _ours(uow: UnitOfWork, line: DayLine) -> DayLine:
    return replace(line, reference=actions.written(uow, line.reference))
