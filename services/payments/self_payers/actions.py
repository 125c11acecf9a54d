"""What payments does with self-payers: admit them, change what they pay on, end it, call their months."""

from services.payments.access_journal.accessed import AccessedKind
from services.payments.ledger import account
from services.payments.ledger import actions as ledger
from services.payments.payees import actions as payees
from services.payments.self_payers import rules, store
from services.payments.self_payers.self_contribution import SELF_PAYMENT_PREFIX, SelfContribution, id_of
from services.payments.self_payers.self_payer import SelfPayer, SelfPayerStatus
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage import operator_acts
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork

CALLED_AT_ONCE_MAX = 12
"""Months that one run of the job calls; what is left follows in the next."""


def admit(uow: UnitOfWork, *, person_ref: str, ground: str, from_month: str, base_minor: int, note: str) -> SelfPayer:
    """An agent admits a person of the register; its job calls what has begun. Raises what `rules.admit` does, and
    `SelfPayerPersonUnknown`."""
    rules.offered(uow.fund)
    if person_ref not in payees.find_many(uow, [person_ref]):
        raise rules.SelfPayerPersonUnknown
    admitted = rules.admit(
        uow.fund,
        before=store.self_payers.find(uow, person_ref),
        person_ref=person_ref,
        ground=ground,
        from_month=rules.month_of(from_month),
        base_minor=base_minor,
        note=note,
        by=uow.by.subject,
        at=uow.at,
    )
    return _save(uow, admitted, act="self-payer-admitted")


def change_base(uow: UnitOfWork, *, person_ref: str, from_month: str, base_minor: int, note: str) -> SelfPayer:
    """An agent records another base from a month on."""
    known = read(uow, person_ref=person_ref)
    changed = rules.change_base(
        known,
        fund=uow.fund,
        from_month=rules.month_of(from_month),
        base_minor=base_minor,
        note=note,
        by=uow.by.subject,
        at=uow.at,
    )
    return _save(uow, changed, act="self-payer-base-changed")


def end(uow: UnitOfWork, *, person_ref: str, last_month: str, reason: str) -> SelfPayer:
    """An agent ends it with a month: what was called for later ones is cancelled. Raises `MonthPaid` where money came
    for one of them."""
    ended = rules.end(
        read(uow, person_ref=person_ref), fund=uow.fund, last_month=rules.month_of(last_month), reason=reason
    )
    for each in store.after(uow, person_ref, last_month):
        cancelled = rules.cancel(each)
        ledger.take_back(uow, cause=f"{each.cause}:cancelled", of=each.cause)
        store.contributions.save(uow, Outcome(cancelled))
    return _save(uow, ended, act="self-payer-ended")


def call(uow: UnitOfWork, *, person_ref: str) -> None:
    """Call the months of one person that have begun, each once."""
    known = store.self_payers.load(uow, person_ref)
    for _ in range(CALLED_AT_ONCE_MAX):
        month = rules.month_to_call(known, today=uow.today)
        if month is None:
            break
        before = store.contributions.find(uow, id_of(person_ref, str(month)))
        reference = uow.new_reference(SELF_PAYMENT_PREFIX)
        made = rules.call(known, fund=uow.fund, month=month, before=before, reference=reference, at=uow.at)
        _post(uow, store.contributions.save(uow, made))
        known = rules.called(known, fund=uow.fund)
    store.scheduling.save(uow, Outcome(known))


def read(uow: UnitOfWork, *, person_ref: str) -> SelfPayer:
    """A self-payer, for that person and the fund's agents. Raises `SelfPayersNotOffered`, `SelfPayerUnknown`."""
    rules.offered(uow.fund)
    uow.by.must_act_for_person(person_ref)
    return store.self_payers.load(uow, person_ref)


def look_at(uow: UnitOfWork, *, person_ref: str, purpose: Purpose) -> SelfPayer:
    """As `read`; what an agent reads enters the access journal."""
    found = read(uow, person_ref=person_ref)
    journal.note_person(uow, person_ref, looked_at=AccessedKind.SELF_PAYER, purpose=purpose)
    return found


def page(
    uow: UnitOfWork, *, status: SelfPayerStatus | None, reference: str | None, wanted: PageRequest
) -> Page[SelfPayer]:
    """Self-payers in a state, those who are admitted where none is named, or who pays a month by a reference; for
    agents."""
    rules.offered(uow.fund)
    if reference is None:
        return store.page(uow, status=status or SelfPayerStatus.ADMITTED, wanted=wanted)
    months = store.with_references(uow, [reference])
    found = store.self_payers.find_many(uow, (month.person_ref for month in months))
    return Page([each for each in found.values() if status in (None, each.status)])


def months_of(uow: UnitOfWork, *, person_ref: str, purpose: Purpose, wanted: PageRequest) -> Page[SelfContribution]:
    """The months of a self-payer, newest first; what an agent reads enters the access journal."""
    look_at(uow, person_ref=person_ref, purpose=purpose)
    return store.of_person(uow, person_ref, wanted=wanted)


def months_of_caller(uow: UnitOfWork, *, wanted: PageRequest) -> Page[SelfContribution]:
    """The caller's own months, newest first; none of who never was a self-payer."""
    rules.offered(uow.fund)
    return store.of_person(uow, uow.by.person_ref, wanted=wanted) if uow.by.person_ref else Page([])


def _save(uow: UnitOfWork, changed: SelfPayer, *, act: str) -> SelfPayer:
    operator_acts.record(uow, act, store.self_payers.name, changed.person_ref, version=changed.version)
    return store.scheduling.save(uow, Outcome(changed))


def _post(uow: UnitOfWork, made: SelfContribution) -> None:
    owed = account.self_payer(made.person_ref, month=made.month)
    branches = made.assessment.branches.items()
    entry = ledger.entry(
        uow,
        cause=made.cause,
        debits={owed: made.due_minor},
        credits={account.contributions(branch): amount for branch, amount in branches},
    )
    ledger.post(uow, entry)
