"""What payments does with disputes: take, decide, confirm, withdraw. The debt is changed in the same unit of work."""

from dataclasses import replace

from services.payments.access_journal.accessed import AccessedKind
from services.payments.collections import debt_changes
from services.payments.disputes import rules, store
from services.payments.disputes.dispute import DebtDispute, DisputeStatus
from services.payments.obligations import actions as obligations
from services.payments.obligations.rules import RelievedTooMuch
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage import operator_acts
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork

# --- The employer -----------------------------------------------------------------------------------------------------


def file(uow: UnitOfWork, *, declaration_id: str, ground: str, explanation: str, amount_minor: int) -> DebtDispute:
    """An employer disputes so much of what a declaration, or an assessment, made due: nobody asks for it until the fund
    has decided. Raises what `rules.file` and `debt_changes.dispute` raise."""
    owed = obligations.read(uow, declaration_id=declaration_id)
    filed = rules.file(
        owed,
        dispute_id=uow.new_id(),
        reference=uow.new_reference(rules.REFERENCE_KIND),
        ground=ground,
        explanation=explanation,
        amount_minor=amount_minor,
        fund=uow.fund,
        by=uow.by.subject,
        today=uow.today,
        at=uow.at,
    )
    debt_changes.dispute(
        uow, owed, dispute_id=filed.dispute_id, amount_minor=amount_minor, is_paused=rules.is_paused(uow.fund)
    )
    return store.disputes.save(uow, Outcome(filed))


def withdraw(uow: UnitOfWork, *, dispute_id: str) -> DebtDispute:
    """The employer takes it back: the debt is asked for again."""
    withdrawn = rules.withdraw(read(uow, dispute_id=dispute_id), by=uow.by.subject, at=uow.at)
    return _ended(uow, Outcome(withdrawn))


def read(uow: UnitOfWork, *, dispute_id: str) -> DebtDispute:
    """A dispute, for the employer and the fund's agents."""
    found = store.disputes.load(uow, dispute_id)
    uow.by.must_act_for_employer(found.employer_id)
    return found


def look_at(uow: UnitOfWork, *, dispute_id: str, purpose: Purpose) -> DebtDispute:
    """As `read`; what an agent reads enters the access journal."""
    found = read(uow, dispute_id=dispute_id)
    journal.note_employer(
        uow, found.employer_id, looked_at=AccessedKind.DISPUTE, reference=found.reference, purpose=purpose
    )
    return found


def of_employer(uow: UnitOfWork, *, employer_id: str, purpose: Purpose, wanted: PageRequest) -> Page[DebtDispute]:
    """An employer's disputes, newest first; an agent's look enters the access journal."""
    uow.by.must_act_for_employer(employer_id)
    journal.note_employer(uow, employer_id, looked_at=AccessedKind.DISPUTE, purpose=purpose)
    return store.of_employer(uow, employer_id=employer_id, wanted=wanted)


# --- The fund's agents ------------------------------------------------------------------------------------------------


def page(uow: UnitOfWork, *, status: DisputeStatus, wanted: PageRequest) -> Page[DebtDispute]:
    """Disputes in a state, for agents: first those that are to be decided first."""
    return store.page(uow, status=status, wanted=wanted)


def decide(uow: UnitOfWork, *, dispute_id: str, version: int, relieved_minor: int, reason: str) -> DebtDispute:
    """An agent decides how much of it is not owed, or proposes it where that is much. Raises `DisputeChanged`, and
    `RelievedTooMuch` where no more so much is disputed."""
    found = _as_seen(uow, dispute_id, version)
    _must_be_disputed(uow, found, relieved_minor=relieved_minor)
    outcome = rules.decide(
        found, relieved_minor=relieved_minor, reason=reason, fund=uow.fund, by=uow.by.subject, at=uow.at
    )
    return _act(uow, outcome)


def confirm(uow: UnitOfWork, *, dispute_id: str, version: int) -> DebtDispute:
    """A second person agrees to what was proposed. Raises `DisputeChanged`, `SameDisputePerson`."""
    found = _as_seen(uow, dispute_id, version)
    return _act(uow, rules.confirm(found, fund=uow.fund, by=uow.by.subject, at=uow.at))


def reject(uow: UnitOfWork, *, dispute_id: str, version: int) -> DebtDispute:
    """A second person does not agree: it waits for a decision again. Raises `DisputeChanged`."""
    found = _as_seen(uow, dispute_id, version)
    return _act(uow, Outcome(rules.reject(found, by=uow.by.subject, at=uow.at)))


def _as_seen(uow: UnitOfWork, dispute_id: str, version: int) -> DebtDispute:
    found = read(uow, dispute_id=dispute_id)
    if found.version != version:
        raise rules.DisputeChanged(version=found.version)
    return found


def _must_be_disputed(uow: UnitOfWork, dispute: DebtDispute, *, relieved_minor: int) -> None:
    """A newer declaration may have lowered the debt since, so that less of it is disputed. Raises `RelievedTooMuch`."""
    owed = obligations.current(uow, declaration_id=dispute.declaration_id)
    if relieved_minor > min(dispute.amount_minor, owed.disputed_minor):
        raise RelievedTooMuch(disputed_minor=owed.disputed_minor)


def _act(uow: UnitOfWork, outcome: Outcome[DebtDispute]) -> DebtDispute:
    acted = outcome.thing
    is_over = acted.status not in (DisputeStatus.OPEN, DisputeStatus.PROPOSED)
    kept = _ended(uow, outcome) if is_over else store.disputes.save(uow, outcome)
    operator_acts.record(uow, f"dispute-{kept.status}", store.disputes.name, kept.dispute_id, version=kept.version)
    return kept


def _ended(uow: UnitOfWork, outcome: Outcome[DebtDispute]) -> DebtDispute:
    owed = obligations.current(uow, declaration_id=outcome.thing.declaration_id)
    ended = replace(outcome.thing, declaration_id=owed.declaration_id)
    debt_changes.end_dispute(
        uow,
        owed,
        dispute_id=ended.dispute_id,
        relieved_minor=ended.relieved_minor,
        is_spared=rules.is_spared(ended, fund=uow.fund),
    )
    return store.disputes.save(uow, Outcome(ended, outcome.events))
