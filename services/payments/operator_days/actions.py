"""What payments does with the days of operators of mobile money: keep what a file says, book what came for it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from services.payments.ledger import account
from services.payments.ledger import actions as ledger
from services.payments.operator_days import closing, rules, store
from services.payments.operator_days.operator_day import DayDifference, OperatorDay
from shared.kernel.outcome import Outcome
from shared.process.backfills import Backfill
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork


def find(uow: UnitOfWork, day_id: str) -> OperatorDay | None:
    return store.days.find(uow, day_id)


def read(uow: UnitOfWork, *, day_id: str) -> OperatorDay:
    return store.days.load(uow, day_id)


def page(uow: UnitOfWork, *, has_differences: bool | None, wanted: PageRequest) -> Page[OperatorDay]:
    """Days, newest first."""
    return store.page(uow, has_differences=has_differences, wanted=wanted)


def with_references(uow: UnitOfWork, references: Iterable[str]) -> list[OperatorDay]:
    """The days that these references name; unknown references are left out."""
    return store.with_references(uow, references)


def keep(uow: UnitOfWork, day: OperatorDay) -> OperatorDay:
    """Keep what the operator's file says of a day, and follow what differs; a later file takes the place of an earlier
    one until money came, and closes the differences that it no longer has."""
    before = store.days.find(uow, day.day_id)
    return _follow(uow, closing.named(rules.replace_file(before, day)), at=uow.at)


def compare_anew(uow: UnitOfWork, day: OperatorDay, found: Sequence[DayDifference]) -> OperatorDay:
    """More is known of a day than when its file or close came: what differs by now is followed instead."""
    return _follow(uow, closing.named(rules.compare_anew(day, found)), at=uow.at)


def last_close(uow: UnitOfWork, *, terminal_id: str, batch: str) -> OperatorDay | None:
    """The last close of a batch of a terminal, or None."""
    return store.last_close(uow, terminal_id=terminal_id, batch=batch)


def follow_older(uow: UnitOfWork, day_id: str) -> None:
    """Follow the differences of a day that an earlier release kept."""
    day = store.days.load(uow, day_id)
    _follow(uow, closing.named(day), at=day.taken_at)


backfills = Backfill(name="operator-days.differences", find=store.unfollowed, fill=follow_older)


def _follow(uow: UnitOfWork, day: OperatorDay, *, at: datetime) -> OperatorDay:
    before = {each.difference_id: each for each in store.of_day(uow, day.day_id)}
    changed, are_open = closing.follow(day, before, at=at)
    store.differences.save_many(uow, changed, part_of=day.day_id)
    return store.days.save(uow, Outcome(rules.with_open(day, open_differences=are_open)))


def settle(uow: UnitOfWork, *, day_id: str, entry_id: str, amount_minor: int, into: str, value_on: date) -> bool:
    """Book money that an operator paid in for a day: it owes the fund so much less, and once all of it is here, also
    less by the fee that it keeps. Whether it was booked: more than is expected a person has to look at."""
    day = store.days.find(uow, day_id)
    settled = rules.settle(day, entry_id=entry_id, amount_minor=amount_minor) if day else None
    if settled is None:
        return False
    kept = store.days.save(uow, Outcome(settled))
    owed_by = account.operator(kept.operator)
    ledger.move(
        uow,
        cause=f"operator-day:{day_id}:{entry_id}",
        debit=into,
        credit=owed_by,
        amount_minor=amount_minor,
        value_on=value_on,
    )
    if not kept.to_settle_minor and kept.fee_minor:
        ledger.move(
            uow,
            cause=f"operator-day:{day_id}:fee",
            debit=account.OPERATOR_CHARGES,
            credit=owed_by,
            amount_minor=kept.fee_minor,
            value_on=value_on,
        )
    return True
