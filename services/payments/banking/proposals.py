"""Looks up whose money an entry that waits could be (`proposing`)."""

from collections.abc import Iterable
from dataclasses import replace

from services.payments.access_journal.accessed import AccessedKind
from services.payments.banking import proposing, store
from services.payments.banking.bank_entry import FOREIGN, BankEntry, EntryStatus, Share, Target
from services.payments.banking.bank_file import Direction
from services.payments.banking.proposing import CandidateDebt, CandidateEmployer, Proposal, ProposalRule
from services.payments.collections import actions as collections
from services.payments.collections import store as collections_store
from services.payments.collections.collection import Collection
from services.payments.employers import actions as employers
from services.payments.obligations import actions as obligations
from services.payments.obligations.obligation import Obligation
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.unit_of_work import UnitOfWork

EMPLOYERS_MAX = 10
"""Of which the debts are read: those that numbers and accounts point to are one or two."""
DEBTS_MAX = 24
"""Of one employer that are proposed, the oldest: two years of months."""


def of_entry(uow: UnitOfWork, *, entry_id: str, purpose: Purpose) -> list[Proposal]:
    """Whose money an entry that waits could be; none of money that left, or that is on no account of the fund. Each
    employer that is shown enters the access journal."""
    entry = store.entries.load(uow, entry_id)
    if entry.status is not EntryStatus.WAITING or entry.direction is not Direction.CREDIT or entry.account == FOREIGN:
        return []
    found = _proposals(uow, entry)
    shown = (each.employer_id for each in found)
    journal.note_employers(uow, shown, looked_at=AccessedKind.COLLECTION, purpose=purpose, part_of=entry_id)
    return found


def _proposals(uow: UnitOfWork, entry: BankEntry) -> list[Proposal]:
    texts = (entry.details.text, entry.details.counterparty)
    near = collections.with_references(uow, proposing.near_references(texts, prefix=uow.fund.payments.transfer_prefix))
    debts: dict[str, CandidateDebt] = {}
    for each in near:
        _add(debts, _of_collection(uow, each), ProposalRule.REFERENCE_NEAR)
    for each in collections_store.live_with_amount(uow, entry.amount_minor):
        _add(debts, _of_collection(uow, each))
    pointed = _pointed_to(uow, entry, texts)
    for employer_id in list(pointed)[:EMPLOYERS_MAX]:
        for owed in _open_debts(uow, employer_id):
            _add(debts, _of_debt(uow, owed))
    known = {**{each.employer_id: frozenset[ProposalRule]() for each in debts.values()}, **pointed}
    found = employers.find_many(uow, known)
    return list(
        proposing.propose(
            amount_minor=entry.amount_minor,
            texts=texts,
            debts=debts.values(),
            employers={
                employer_id: CandidateEmployer(
                    employer_id=employer_id,
                    name=found[employer_id].name if employer_id in found else "",
                    rules=rules,
                )
                for employer_id, rules in known.items()
            },
        )
    )


def _pointed_to(uow: UnitOfWork, entry: BankEntry, texts: Iterable[str]) -> dict[str, frozenset[ProposalRule]]:
    """The employers whose numbers stand in the texts, or for whom the same account paid before."""
    found: dict[str, frozenset[ProposalRule]] = {}
    by_number = employers.find_many(uow, proposing.numbers_in(texts))
    by_account = {
        employer_id
        for each in store.from_account(uow, entry.payer_index)
        for share in each.shares
        if (employer_id := _employer_of(uow, share))
    }
    for rule, ids in ((ProposalRule.EMPLOYER_NUMBER, by_number), (ProposalRule.ACCOUNT_KNOWN, by_account)):
        for employer_id in sorted(ids):
            found[employer_id] = found.get(employer_id, frozenset()) | {rule}
    return found


def _employer_of(uow: UnitOfWork, share: Share) -> str:
    """The employer for whom money was booked; empty where it was for none."""
    match share.target:
        case Target.COLLECTION:
            return collections.load(uow, share.target_id).employer_id
        case Target.DECLARATION:
            return obligations.current(uow, declaration_id=share.target_id).employer_id
        case Target.EMPLOYER:
            return share.target_id
        case _:
            return ""


def _open_debts(uow: UnitOfWork, employer_id: str) -> list[Obligation]:
    return [each for each in obligations.of_employer(uow, employer_id=employer_id) if each.to_pay_minor][:DEBTS_MAX]


def _of_collection(uow: UnitOfWork, collection: Collection) -> CandidateDebt | None:
    """The debt that a try to collect is for; none where nothing of it is left to pay."""
    owed = obligations.current(uow, declaration_id=collection.declaration_id)
    return _of_debt(uow, owed) if owed.to_pay_minor else None


def _of_debt(uow: UnitOfWork, owed: Obligation) -> CandidateDebt:
    tries = collections_store.of_period(uow, employer_id=owed.employer_id, period=owed.period)
    live = next((each for each in tries if each.is_live and each.declaration_id == owed.declaration_id), None)
    return CandidateDebt(
        target=Target.COLLECTION if live else Target.DECLARATION,
        target_id=live.collection_id if live else owed.declaration_id,
        employer_id=owed.employer_id,
        period=owed.period,
        to_pay_minor=owed.to_pay_minor,
    )


def _add(debts: dict[str, CandidateDebt], debt: CandidateDebt | None, *rules: ProposalRule) -> None:
    if debt is not None:
        before = debts.get(debt.target_id, debt)
        debts[debt.target_id] = replace(before, rules=before.rules | set(rules))
