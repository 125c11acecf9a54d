"""What payments does with payouts: order them, batch them, follow their file, book what the bank did."""

from collections.abc import Iterable, Mapping, Sequence

from services.payments.access_journal.accessed import AccessedKind
from services.payments.ledger import account
from services.payments.ledger import actions as ledger
from services.payments.order_files import rules as order_files
from services.payments.order_files.order_file import FileStatus, OrderBlock
from services.payments.payees import actions as payees
from services.payments.payouts import rules, store
from services.payments.payouts.batch import PayoutBatch
from services.payments.payouts.payout import SETTLED, Owed, Payout, Status
from shared.events.claims.awards import BenefitDue
from shared.events.claims.claims import ClaimApproved
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage import operator_acts
from shared.storage.pending_writes import ChangedMeanwhile
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.propagation import continue_trace, current_traceparent


def order(uow: UnitOfWork, claim: ClaimApproved) -> None:
    """The fund owes a person the amount of an approved claim: booked as owed, ordered where an account is known."""
    if not any(not payout.payment_id for payout in store.of_claim(uow, claim.claim_id)):
        _order(uow, rules.owed_for_claim(claim))  # one that came back is ordered again, in its place


def order_award_payment(uow: UnitOfWork, due: BenefitDue) -> None:
    """The fund owes a person the payment of an award for a period, once for each payment. That it is booked under the
    payment's own id keeps two workers from ordering it at the same moment."""
    if not store.of_payment(uow, due.payment_id):
        _order(uow, rules.owed_for_award(due))


def _order(uow: UnitOfWork, owed: Owed) -> None:
    outcome = rules.order(
        owed,
        payout_id=uow.new_id(),
        has_account=payees.has_account(uow, owed.person_ref),
        at=uow.at,
        traceparent=current_traceparent(),
    )
    kept = store.payouts.save(uow, outcome)
    ledger.move(
        uow,
        cause=f"award-payment:{kept.payment_id}" if kept.payment_id else f"payout:{kept.payout_id}:ordered",
        debit=account.benefits(kept.claim_type),
        credit=account.payable(kept.person_ref),
        amount_minor=kept.amount_minor,
    )


def order_waiting(uow: UnitOfWork, person_refs: Iterable[str]) -> None:
    """Accounts of these persons may have become known: order what waited for them."""
    for payout in store.waiting_for_account(uow, person_refs):
        if payees.has_account(uow, payout.person_ref):
            with continue_trace("payout ordered", payout.traceparent):
                known = rules.account_known(payout, currency=uow.fund.currency.value, at=uow.at)
                store.payouts.save(uow, known)


def order_again(uow: UnitOfWork, *, payout_id: str) -> Payout:
    """An agent has a payout that came back ordered again, to the account that the register knows by now.
    `NotReturned`, `AlreadyReplaced`."""
    operator_acts.record(uow, "payout-replaced", store.payouts.name, payout_id)
    return _order_again(uow, payout_id=payout_id)


def _order_again(uow: UnitOfWork, *, payout_id: str) -> Payout:
    """Another one takes its place. There are never two, since the one that came back is kept with it, in the version
    that was read."""
    returned = store.payouts.load(uow, payout_id)
    with continue_trace("payout ordered again", returned.traceparent):
        replaced, again = rules.order_again(
            returned,
            payout_id=uow.new_id(),
            has_account=payees.has_account(uow, returned.person_ref),
            currency=uow.fund.currency.value,
            at=uow.at,
            traceparent=current_traceparent(),
        )
        store.payouts.save(uow, Outcome(replaced))
        return store.payouts.save(uow, again)


def order_to_other_accounts(uow: UnitOfWork, person_refs: Iterable[str]) -> None:
    """The register published these persons: what was returned is ordered again where it knows another account than the
    one from which it came back."""
    for returned in store.to_be_replaced(uow, person_refs):
        _order_to_other_account(uow, returned)


def _order_to_other_account(uow: UnitOfWork, returned: Payout) -> None:
    known = payees.account_index(uow, returned.person_ref)
    if known and returned.account_index and known != returned.account_index:
        _order_again(uow, payout_id=returned.payout_id)


def read(uow: UnitOfWork, *, payout_id: str) -> Payout:
    return store.payouts.load(uow, payout_id)


def look_at(uow: UnitOfWork, *, payout_id: str, purpose: Purpose) -> Payout:
    """As `read`; what an agent reads enters the access journal."""
    payout = read(uow, payout_id=payout_id)
    journal.note_person(
        uow, payout.person_ref, looked_at=AccessedKind.PAYOUT, reference=payout.reference, purpose=purpose
    )
    return payout


def set_aside(uow: UnitOfWork, unusable: Sequence[Payout]) -> None:
    """No line for the bank can be written of these: they wait where people see them."""
    for payout in unusable:
        store.payouts.save(uow, Outcome(rules.set_aside(payout, at=uow.at)))


def gather(
    uow: UnitOfWork, payouts: Sequence[Payout], *, accounts: Mapping[str, str], batch_id: str, sha256: str, size: int
) -> PayoutBatch:
    """The file of these payouts is stored: put them into its batch, all or none. `accounts` has the blind index of the
    account that each goes to. `ChangedMeanwhile` where one of them is no longer what the file was written from."""
    found = store.payouts.find_many(uow, [payout.payout_id for payout in payouts])
    if any(found[payout.payout_id] != payout for payout in payouts):
        raise ChangedMeanwhile
    batched = [
        rules.put_in_batch(payout, batch_id=batch_id, account_index=accounts[payout.payout_id], at=uow.at)
        for payout in payouts
    ]
    store.payouts.save_many(uow, batched, part_of=batch_id)
    return store.scheduling.save(
        uow, Outcome(rules.gather(payouts, batch_id=batch_id, sha256=sha256, size=size, at=uow.at))
    )


_FOLLOWED = {
    FileStatus.READY: Status.BATCHED,
    FileStatus.SENT: Status.SENT,
    FileStatus.UNKNOWN: Status.UNKNOWN,
}


def follow_batch(uow: UnitOfWork, block: OrderBlock, *, to: FileStatus) -> None:
    """The payouts of a batch follow it to a status where the news is about them too."""
    if to in _FOLLOWED:
        before = store.payouts.find_many(uow, block.order_ids)
        after = [rules.follow_batch(payout, to=_FOLLOWED[to], at=uow.at) for payout in before.values()]
        changed = [payout for payout in after if payout is not before[payout.payout_id]]
        store.payouts.save_many(uow, changed, part_of=block.block_id)


def is_settled(uow: UnitOfWork, batch: PayoutBatch) -> bool:
    """Whether every payout of the batch is paid or returned."""
    return all(payout.status in SETTLED for payout in store.payouts.find_many(uow, batch.payout_ids).values())


def refuse(uow: UnitOfWork, *, batch_id: str, refused: Iterable[tuple[str, str]]) -> None:
    """What the bank refuses of a file: `refused` pairs EndToEndIds with ISO 20022 reasons. No money moved for these,
    so the ledger still says that the fund owes it."""
    for end_to_end_id, reason in refused:
        payout = find(uow, end_to_end_id)
        if payout is None or payout.batch_id != batch_id:
            raise order_files.NotOfBatch(batch=batch_id)
        if payout.status not in SETTLED:
            with continue_trace("payout refused", payout.traceparent):
                kept = store.payouts.save(uow, rules.give_back(payout, entry_id=None, reason=reason, at=uow.at))
            _order_to_other_account(uow, kept)


def find(uow: UnitOfWork, end_to_end_id: str) -> Payout | None:
    """The payout that the bank refers to, or None."""
    return store.payouts.find_only(uow, end_to_end_id=end_to_end_id)


def read_ahead(uow: UnitOfWork, named: Iterable[str]) -> None:
    """Ask at once for the payouts and the files of payouts that entries of the bank name."""
    names = list(named)
    store.payouts.read_ahead_among(uow, "end_to_end_id", names)
    store.batches.read_ahead(uow, names)


def book_paid(uow: UnitOfWork, payout: Payout, *, entry_id: str) -> bool:
    """The bank booked the payout's money out. Whether it was booked here: money that leaves twice is not, nor money
    that leaves although the bank said that it would not, so that a person sees it before it is paid again."""
    if payout.paid_by is not None:
        return payout.paid_by == entry_id
    if rules.is_refused(payout):
        return False
    with continue_trace("payout paid", payout.traceparent):
        store.payouts.save(uow, rules.pay(payout, entry_id=entry_id, currency=uow.fund.currency.value, at=uow.at))
    ledger.move(
        uow,
        cause=f"payout:{payout.payout_id}",
        debit=account.payable(payout.person_ref),
        credit=account.BANK_PAYOUTS,
        amount_minor=payout.amount_minor,
    )
    return True


def find_batch(uow: UnitOfWork, message_id: str) -> PayoutBatch | None:
    """The file that the bank refers to by its MsgId, which is its PmtInfId as well, or None."""
    return store.batches.find(uow, message_id)


def book_batch_paid(uow: UnitOfWork, batch: PayoutBatch, *, entry_id: str, amount_minor: int) -> bool:
    """The bank booked a whole file as one debit. Whether it was booked here: every payout of the file that the bank
    did not refuse is paid by it, or, where these do not add up to the amount or one of them was paid before by another
    entry, none is and a person has to look."""
    payouts = store.payouts.find_many(uow, batch.payout_ids).values()
    expected = [payout for payout in payouts if not rules.is_refused(payout)]
    if sum(payout.amount_minor for payout in expected) != amount_minor:
        return False
    if any(payout.paid_by not in (None, entry_id) for payout in expected):
        return False
    for payout in expected:
        book_paid(uow, payout, entry_id=entry_id)
    return True


def book_returned(uow: UnitOfWork, payout: Payout, *, entry_id: str, reason: str) -> bool:
    """The payout's money came back. Whether it was booked here. The fund owes it to the person again, and orders it at
    once where the register has published another account meanwhile."""
    if payout.returned_by is not None or payout.status is Status.RETURNED:
        return payout.returned_by == entry_id
    with continue_trace("payout returned", payout.traceparent):
        kept = store.payouts.save(uow, rules.give_back(payout, entry_id=entry_id, reason=reason, at=uow.at))
    _post_returned(uow, payout)
    _order_to_other_account(uow, kept)
    return True


def _post_returned(uow: UnitOfWork, payout: Payout) -> None:
    cause = f"payout:{payout.payout_id}"
    if payout.paid_by is not None:
        ledger.take_back(uow, cause=f"{cause}:returned", of=cause)
        return
    ledger.move(
        uow,
        cause=f"{cause}:returned",
        debit=account.BANK_PAYOUTS,
        credit=account.payable(payout.person_ref),
        amount_minor=payout.amount_minor,
    )
