"""What an entry of the bank does to money: handled once, booked to what it is for, or kept for a person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from services.payments.banking import matching, own_references, reported_entry, store
from services.payments.banking.bank_entry import (
    FOREIGN,
    PLATFORM,
    BankEntry,
    Details,
    EntryStatus,
    Match,
    MatchRule,
    Share,
    Target,
    WaitReason,
)
from services.payments.banking.bank_file import BankNotice, Direction
from services.payments.banking.matching import KnownCollection, KnownDebt, KnownPayment, MatchingFacts, MatchResult
from services.payments.banking.reported_entry import ReportedEntry
from services.payments.collections import actions as collections
from services.payments.collections import booking
from services.payments.collections import rules as collecting
from services.payments.collections.collection import Collection
from services.payments.credits import actions as credits
from services.payments.debits import actions as debits
from services.payments.ledger import account
from services.payments.ledger import actions as ledger
from services.payments.operator_days import actions as operator_days
from services.payments.payouts import actions as payouts
from services.payments.refunds import actions as refunds
from services.payments.repayments import actions as repayments
from services.payments.repayments.repayment import ExpectedRepayment
from services.payments.self_payers import paying as self_payments
from services.payments.self_payers.self_contribution import SELF_PAYMENT_PREFIX, SelfContribution
from shared.events.claims.overpayments import REPAYMENT_PREFIX
from shared.kernel.outcome import Outcome
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.propagation import continue_trace

REASON_CHARACTERS_MAX = 40
REASON_NOT_GIVEN = "NARR"
ZERO = "zero"
"""What an entry of no amount is booked as."""


def read_ahead(uow: UnitOfWork, entries: Sequence[tuple[str, ReportedEntry]]) -> None:
    """Ask at once for what the entries of a batch (`reported_entry.numbered`) look up, each by itself."""
    prefix = uow.fund.payments.transfer_prefix
    named = [own_references.named(each, prefix=prefix) for _, each in entries]
    store.read_ahead(
        uow,
        entry_ids=(entry_id for entry_id, _ in entries),
        bank_references=(each.bank_reference for _, each in entries),
    )
    names = {name for each in named for name in (*each.ids, *each.files)}
    payouts.read_ahead(uow, names)
    debits.read_ahead(uow, names)
    booking.read_ahead(
        uow,
        collection_ids={name for each in named for name in each.ids},
        references={name for each in named for name in each.beginning(prefix)},
        into={each.account for _, each in entries if each.account != FOREIGN},
    )


def movements(uow: UnitOfWork, notice: BankNotice) -> Sequence[tuple[str, ReportedEntry]]:
    """The movements that a file of the bank tells of, each with its id: as they are booked, and as they are tried."""
    reported = (reported_entry.of_line(line, fund=uow.fund) for line in notice.entries)
    return list(reported_entry.numbered(part for each in reported for part in in_blocks(uow, each)))


def in_blocks(uow: UnitOfWork, reported: ReportedEntry) -> Sequence[ReportedEntry]:
    """A credit for a whole file of debits that are not listed, as one entry for each payment block, so that each is
    booked in a unit of work of its own. As it is where it is for anything else, is not the sum of what the bank did not
    refuse, or was kept as it is before."""
    is_batch = reported.direction is Direction.CREDIT and reported.payment_information_id and not reported.end_to_end_id
    blocks = debits.blocks_named(uow, reported.payment_information_id) if is_batch else []
    if len(blocks) < 2 or reported.takes_back or store.entries.find(uow, reported_entry.identity(reported)):
        return [reported]
    parts = [
        replace(
            reported,
            amount_minor=debits.expected_minor(uow, block),
            payment_information_id=block.block_id,
            place=place,
            count=len(block.collection_ids),
            has_own_reference=False,
            charges_minor=0 if place else reported.charges_minor,
        )
        for place, block in enumerate(blocks)
    ]
    is_sum = sum(each.amount_minor for each in parts) == reported.amount_minor
    return [each for each in parts if each.amount_minor] if is_sum else [reported]


@dataclass(frozen=True, kw_only=True)
class TakenIn:
    """An entry as it is kept, and whether it was handled before: then it changed nothing."""

    entry: BankEntry
    is_known: bool


def take_in(uow: UnitOfWork, reported: ReportedEntry, *, entry_id: str = "") -> TakenIn:
    """Book one entry as the table of cases says (`matching.decide`). One that was handled before, by any report,
    changes nothing."""
    entry_id = entry_id or reported_entry.identity(reported)
    before = store.entries.find(uow, entry_id)
    if before is not None:
        return TakenIn(entry=before, is_known=True)
    prefix = uow.fund.payments.transfer_prefix
    named = own_references.named(reported, prefix=prefix)
    found = collections.with_references(uow, named.beginning(prefix))
    repaid = repayments.with_references(uow, named.beginning(REPAYMENT_PREFIX))
    months = self_payments.with_references(uow, named.beginning(SELF_PAYMENT_PREFIX))
    of_persons = [each.reference for each in repaid] + [each.reference for each in months]
    references = [each.reference for each in found] + of_persons
    reference = references[0] if len(references) == 1 else ""
    bearers = store.bearing(uow, reported.bank_reference)
    same = next((each for each in bearers if reported_entry.is_same(each, reported, reference=reference)), None)
    if same is not None:
        return TakenIn(entry=same, is_known=True)
    result = matching.decide(
        reported, _facts(uow, named, found, [*map(_repayment, repaid), *map(_month, months)], bearers)
    )
    entry = _kept(uow, reported, entry_id=entry_id, reference=reference, why=result.why)
    return TakenIn(entry=_booked_or_waiting(uow, entry, result, reason=reported.return_reason or ""), is_known=False)


def _booked_or_waiting(uow: UnitOfWork, entry: BankEntry, result: MatchResult, *, reason: str) -> BankEntry:
    """The entry as the rules leave it. What they say that it is for may be unable to take it: then it waits, too."""
    if result == matching.NOTHING_MOVED:
        return _keep(uow, replace(entry, match=Match(rule=MatchRule.ZERO, by=PLATFORM, at=uow.at)))
    if result.rule is not None and _book(uow, entry, result.shares, reason=reason):
        _post_charges(uow, entry)
        matched = _matched(uow, entry, rule=result.rule, booked_as=_booked_as(result))
        return _keep(uow, replace(matched, shares=result.shares))
    if entry.account != FOREIGN:
        _post_waiting(uow, entry)
        _post_charges(uow, entry)
    return _keep(uow, replace(entry, why=result.why or WaitReason.ALREADY_SETTLED))


def _matched(uow: UnitOfWork, entry: BankEntry, *, rule: MatchRule, booked_as: str) -> BankEntry:
    return replace(
        entry,
        status=EntryStatus.BOOKED,
        booked_as=booked_as,
        is_matched=True,
        why=None,
        match=Match(rule=rule, by=PLATFORM, at=uow.at),
    )


def book(uow: UnitOfWork, entry: BankEntry, shares: Iterable[Share], *, reason: str) -> bool:
    """Book an entry that waits to what a person says that it is for: what it was booked as till now is taken back."""
    waiting = f"bank-entry:{entry.entry_id}"
    ledger.take_back(uow, cause=f"{waiting}:allocated", of=waiting)
    return _book(uow, entry, shares, reason=reason)


def write_off(uow: UnitOfWork, entry: BankEntry) -> None:
    """Money that nobody claims becomes the fund's, money that nobody gives back is lost; of an account that is not the
    fund's the ledger has nothing."""
    if entry.account == FOREIGN:
        return
    cause, amount = f"bank-entry:{entry.entry_id}:written-off", entry.amount_minor
    if entry.direction is Direction.CREDIT:
        ledger.move(uow, cause=cause, debit=account.UNMATCHED, credit=account.WRITTEN_OFF_RECEIVED, amount_minor=amount)
    else:
        ledger.move(uow, cause=cause, debit=account.WRITTEN_OFF_LOST, credit=account.UNMATCHED, amount_minor=amount)


# --- What is known ----------------------------------------------------------------------------------------------------


def _facts(
    uow: UnitOfWork,
    named: own_references.NamedReferences,
    by_reference: list[Collection],
    debts: list[KnownDebt],
    bearers: list[BankEntry],
) -> MatchingFacts:
    by_id = [each for each in (collections.find(uow, collection_id) for collection_id in named.ids) if each]
    known = {each.collection_id: each for each in (*by_id, *by_reference)}
    ids = {each.collection_id for each in by_id}
    payout = next((each for each in (payouts.find(uow, name) for name in named.ids) if each), None)
    batch = next((each for each in (payouts.find_batch(uow, name) for name in named.files) if each), None)
    debit_file_id = next((name for name in named.files if debits.blocks_named(uow, name)), None)
    sent_back = refunds.with_references(uow, named.beginning(own_references.REFUND_PREFIX))
    paid_in = operator_days.with_references(uow, named.beginning(own_references.SETTLEMENT_PREFIX))
    return MatchingFacts(
        collections=tuple(
            KnownCollection(
                collection_id=each.collection_id,
                amount_minor=each.amount_minor,
                debited_minor=each.debited_minor,
                is_by_id=each.collection_id in ids,
                has_room=collecting.has_room(each),
            )
            for each in known.values()
        ),
        payout=KnownPayment(payment_id=payout.payout_id, amount_minor=payout.amount_minor) if payout else None,
        batch_id=batch.batch_id if batch else None,
        debit_file_id=debit_file_id,
        refund=KnownPayment(payment_id=sent_back[0].refund_id, amount_minor=sent_back[0].amount_minor)
        if len(sent_back) == 1
        else None,
        operator_day=KnownPayment(payment_id=paid_in[0].day_id, amount_minor=paid_in[0].to_settle_minor)
        if len(paid_in) == 1
        else None,
        debts=tuple(debts),
        bearers=tuple(bearers),
    )


def _repayment(it: ExpectedRepayment) -> KnownDebt:
    return KnownDebt(
        target=Target.REPAYMENT,
        target_id=it.reference,
        owed_minor=it.owed_minor,
        received_minor=it.received_minor,
    )


def _month(it: SelfContribution) -> KnownDebt:
    return KnownDebt(
        target=Target.SELF_CONTRIBUTION,
        target_id=it.reference,
        owed_minor=it.left_minor,
        received_minor=it.received_minor,
    )


# --- Booking ----------------------------------------------------------------------------------------------------------


def _book(uow: UnitOfWork, entry: BankEntry, shares: Iterable[Share], *, reason: str) -> bool:
    """Whether all shares were booked. A rule's are one, or collections that have room, so that none is half done."""
    return all(_book_share(uow, entry, share, reason=reason[:REASON_CHARACTERS_MAX]) for share in shares)


def _book_share(uow: UnitOfWork, entry: BankEntry, share: Share, *, reason: str) -> bool:
    is_credit = entry.direction is Direction.CREDIT
    match share.target:
        case Target.COLLECTION:
            collection = collections.load(uow, share.target_id)
            with continue_trace("money collected" if is_credit else "money taken back", collection.traceparent):
                return _book_collection(uow, entry, share, collection, reason=reason)
        case Target.DECLARATION:
            booking.pay(
                uow,
                declaration_id=share.target_id,
                entry_id=entry.entry_id,
                amount_minor=share.amount_minor,
                into=entry.account,
                value_on=entry.value_on,
            )
            return True
        case Target.EMPLOYER:
            credits.grant(
                uow,
                employer_id=share.target_id,
                entry_id=entry.entry_id,
                amount_minor=share.amount_minor,
                into=entry.account,
                value_on=entry.value_on,
            )
            return True
        case Target.PAYOUT:
            payout = payouts.read(uow, payout_id=share.target_id)
            if payout.amount_minor != share.amount_minor:
                return False
            if is_credit:
                return payouts.book_returned(uow, payout, entry_id=entry.entry_id, reason=reason or REASON_NOT_GIVEN)
            return payouts.book_paid(uow, payout, entry_id=entry.entry_id)
        case Target.BATCH:
            batch = payouts.find_batch(uow, share.target_id)
            return batch is not None and payouts.book_batch_paid(
                uow, batch, entry_id=entry.entry_id, amount_minor=share.amount_minor
            )
        case Target.DEBIT_FILE:
            blocks = debits.blocks_named(uow, share.target_id)
            return bool(blocks) and debits.book_together(
                uow,
                blocks,
                bank_reference=entry.bank_reference,
                entry_id=entry.entry_id,
                amount_minor=share.amount_minor,
                into=entry.account,
                value_on=entry.value_on,
            )
        case Target.REFUND:
            if refunds.read(uow, refund_id=share.target_id).amount_minor != share.amount_minor:
                return False
            if is_credit:
                return refunds.book_returned(
                    uow, refund_id=share.target_id, entry_id=entry.entry_id, reason=reason, into=entry.account
                )
            return refunds.book_paid(uow, refund_id=share.target_id, entry_id=entry.entry_id, out_of=entry.account)
        case Target.OPERATOR_DAY:
            return operator_days.settle(
                uow,
                day_id=share.target_id,
                entry_id=entry.entry_id,
                amount_minor=share.amount_minor,
                into=entry.account,
                value_on=entry.value_on,
            )
        case Target.REPAYMENT:
            _book_repayment(uow, entry, share)
            return True
        case Target.SELF_CONTRIBUTION:
            return _book_self_contribution(uow, entry, share)
        case Target.ENTRY:
            return _undo_entry(uow, entry, share)


def _book_collection(uow: UnitOfWork, entry: BankEntry, share: Share, collection: Collection, *, reason: str) -> bool:
    if entry.direction is Direction.CREDIT:
        return booking.book(
            uow,
            collection,
            bank_reference=entry.bank_reference,
            entry_id=entry.entry_id,
            amount_minor=share.amount_minor,
            into=entry.account,
            value_on=entry.value_on,
        )
    return booking.take_back(
        uow,
        collection,
        bank_reference=entry.bank_reference,
        entry_id=entry.entry_id,
        amount_minor=share.amount_minor,
        reason=reason,
        out_of=entry.account,
        value_on=entry.value_on,
    )


def _book_repayment(uow: UnitOfWork, entry: BankEntry, share: Share) -> None:
    which = {"reference": share.target_id, "entry_id": entry.entry_id}
    if entry.direction is Direction.CREDIT:
        repayments.receive(uow, **which, amount_minor=share.amount_minor, into=entry.account, value_on=entry.value_on)
    else:
        repayments.take_back(
            uow, **which, amount_minor=share.amount_minor, out_of=entry.account, value_on=entry.value_on
        )


def _book_self_contribution(uow: UnitOfWork, entry: BankEntry, share: Share) -> bool:
    which = {"reference": share.target_id, "entry_id": entry.entry_id}
    if entry.direction is Direction.CREDIT:
        return self_payments.receive(
            uow, **which, amount_minor=share.amount_minor, into=entry.account, value_on=entry.value_on
        )
    return self_payments.take_back(
        uow, **which, amount_minor=share.amount_minor, out_of=entry.account, value_on=entry.value_on
    )


def _undo_entry(uow: UnitOfWork, entry: BankEntry, share: Share) -> bool:
    """The bank takes back money of which nobody knew what it was for: both are done with."""
    earlier = store.entries.load(uow, share.target_id)
    if earlier.status is not EntryStatus.WAITING:
        return False
    _post_waiting(uow, entry)
    undone = _matched(uow, earlier, rule=MatchRule.BANK_REFERENCE, booked_as=f"{Target.ENTRY}:{entry.entry_id}")
    store.entries.save(uow, Outcome(undone))
    return True


def _post_waiting(uow: UnitOfWork, entry: BankEntry) -> None:
    """Booked, for nobody knows what."""
    debit, credit = entry.account, account.UNMATCHED
    if entry.direction is Direction.DEBIT:
        debit, credit = account.UNMATCHED, entry.account
    ledger.move(uow, cause=f"bank-entry:{entry.entry_id}", debit=debit, credit=credit, amount_minor=entry.amount_minor)


def _post_charges(uow: UnitOfWork, entry: BankEntry) -> None:
    """What the bank kept for itself: the payer paid all of it, or the payee got all of it, and the account moved
    otherwise."""
    if entry.charges_minor:
        ledger.move(
            uow,
            cause=f"bank-entry:{entry.entry_id}:charges",
            debit=account.BANK_CHARGES,
            credit=entry.account,
            amount_minor=entry.charges_minor,
        )


# --- Keeping ----------------------------------------------------------------------------------------------------------


def _kept(
    uow: UnitOfWork, reported: ReportedEntry, *, entry_id: str, reference: str, why: WaitReason | None
) -> BankEntry:
    """The entry as it is kept, waiting until something is known of it."""
    taken_on = uow.today
    is_zero = reported.amount_minor == 0
    return BankEntry(
        entry_id=entry_id,
        bank_reference=reported.bank_reference or entry_id,
        account=reported.account,
        direction=reported.direction,
        amount_minor=reported.amount_minor,
        currency=reported.currency,
        stated=reported.stated,
        charges_minor=reported.charges_minor,
        booked_on=reported.booked_on,
        place=None if reported.has_own_reference else reported.place,
        end_to_end_id=reported.end_to_end_id,
        reference=reference,
        payer_index=store.payer_index(uow, reported.counterparty),
        day=(reported.booked_on or reported.reported_on or taken_on).isoformat(),
        booked_as=ZERO if is_zero else "",
        is_matched=is_zero,
        status=EntryStatus.NOTED if is_zero else EntryStatus.WAITING,
        why=why,
        details=Details(
            counterparty=reported.counterparty,
            text=" ".join(reported.texts),
            account=reported.number if reported.account == FOREIGN else "",
        ),
        taken_at=uow.at,
    )


def _keep(uow: UnitOfWork, entry: BankEntry) -> BankEntry:
    return store.entries.save(uow, Outcome(entry))


def _booked_as(result: MatchResult) -> str:
    first = result.shares[0]
    return f"{first.target}:{first.target_id}" if len(result.shares) == 1 else "several"
