"""What agents do with the differences of operators' days: take them, close them with a reason, agree or not."""

from services.payments.ledger import account
from services.payments.ledger import actions as ledger
from services.payments.operator_days import closing, rules, store
from services.payments.operator_days.operator_day import DifferenceKind
from services.payments.operator_days.operator_difference import ClosingReason, DifferenceStatus, OperatorDifference
from shared.kernel.outcome import Outcome
from shared.storage import operator_acts
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork


def page(
    uow: UnitOfWork,
    *,
    status: DifferenceStatus | None,
    kind: DifferenceKind | None,
    operator: str | None,
    day_id: str | None,
    assigned_to: str | None,
    wanted: PageRequest,
) -> Page[OperatorDifference]:
    """Differences, oldest first: of a day all, else those that are open unless another status is asked for.
    `assigned_to` is an agent, `me` for the caller, or `nobody`."""
    held_by = uow.by.subject if assigned_to == "me" else assigned_to
    return store.page_of_differences(
        uow, status=status, kind=kind, operator=operator, day_id=day_id, assigned_to=held_by, wanted=wanted
    )


def read(uow: UnitOfWork, *, difference_id: str) -> OperatorDifference:
    return store.differences.load(uow, difference_id)


def assign(uow: UnitOfWork, *, difference_id: str) -> OperatorDifference:
    """The caller, an agent, takes the difference."""
    found = read(uow, difference_id=difference_id)
    return _assigned(uow, "took", closing.assign(found, to=uow.by.subject))


def release(uow: UnitOfWork, *, difference_id: str) -> OperatorDifference:
    """The caller, who holds the difference, gives it back."""
    found = read(uow, difference_id=difference_id)
    return _assigned(uow, "released", closing.release(found, by=uow.by.subject))


def reassign(uow: UnitOfWork, *, difference_id: str, to: str | None, reason: str) -> OperatorDifference:
    """A supervisor gives the difference to an agent, or back to the queue, and says why."""
    found = read(uow, difference_id=difference_id)
    return _assigned(uow, "reassigned", closing.reassign(found, to=to), why=reason)


def close(uow: UnitOfWork, *, difference_id: str, reason: ClosingReason, note: str) -> OperatorDifference:
    """Close the difference for a reason; above the amount up to which one person decides (`one_person_up_to` of the
    fund) a second one has to agree."""
    found = read(uow, difference_id=difference_id)
    proposed = closing.propose(found, reason=reason, note=note, by=uow.by.subject, at=uow.at)
    _record(uow, "operator-difference-close", found, why=reason.value)
    if uow.fund.payments.needs_two(found.weight_minor):
        return store.differences.save(uow, Outcome(proposed))
    return _carry_out(uow, proposed)


def confirm(uow: UnitOfWork, *, difference_id: str) -> OperatorDifference:
    """A second person agrees: the difference is closed."""
    found = read(uow, difference_id=difference_id)
    confirmed = closing.confirm(found, by=uow.by.subject, at=uow.at)
    _record(uow, "operator-difference-confirmed", found)
    return _carry_out(uow, confirmed)


def reject(uow: UnitOfWork, *, difference_id: str) -> OperatorDifference:
    """A second person does not agree: the difference is open again."""
    found = read(uow, difference_id=difference_id)
    rejected = closing.reject(found)
    _record(uow, "operator-difference-rejected", found)
    return store.differences.save(uow, Outcome(rejected))


def _carry_out(uow: UnitOfWork, difference: OperatorDifference) -> OperatorDifference:
    closed = store.differences.save(uow, Outcome(closing.close(difference)))
    is_written_off = closed.closing is not None and closed.closing.reason is ClosingReason.WRITTEN_OFF
    written_off_minor = closed.balance_minor if is_written_off else 0
    if written_off_minor:
        _write_off(uow, closed, written_off_minor)
    day = store.days.load(uow, closed.day_id)
    store.days.save(uow, Outcome(rules.with_closed(day, written_off_minor=written_off_minor)))
    return closed


def _write_off(uow: UnitOfWork, difference: OperatorDifference, balance_minor: int) -> None:
    """Money that the operator does not pay is lost, money that it paid beyond what is known becomes the fund's."""
    owed_by, cause = account.operator(difference.operator), f"operator-difference:{difference.difference_id}"
    if balance_minor > 0:
        debit, credit = account.WRITTEN_OFF_LOST, owed_by
    else:
        debit, credit = owed_by, account.WRITTEN_OFF_RECEIVED
    ledger.move(uow, cause=cause, debit=debit, credit=credit, amount_minor=abs(balance_minor))


def _assigned(uow: UnitOfWork, verb: str, difference: OperatorDifference, *, why: str = "") -> OperatorDifference:
    kept = store.differences.save(uow, Outcome(difference))
    uow.note(verb, "assignments", kept.difference_id, version=kept.version, why=why)
    return kept


def _record(uow: UnitOfWork, verb: str, difference: OperatorDifference, *, why: str = "") -> None:
    name = store.differences.name
    operator_acts.record(uow, verb, name, difference.difference_id, version=difference.version, why=why)
