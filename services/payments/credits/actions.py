"""What payments does with the credits of employers: open them, send them back, list them. Which debts they pay is said
where those debts change."""

from datetime import date

from services.payments.access_journal.accessed import AccessedKind
from services.payments.credits import rules, store
from services.payments.credits.credit import Credit, UseKind
from services.payments.ledger import account
from services.payments.ledger import actions as ledger
from services.payments.refunds import actions as refunds
from services.payments.refunds.refund import Refund, RefundDetails
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork


def read(uow: UnitOfWork, *, credit_id: str) -> Credit:
    """A credit, for the employer and the fund's agents."""
    found = store.credits.load(uow, credit_id)
    uow.by.must_act_for_employer(found.employer_id)
    return found


def look_at(uow: UnitOfWork, *, credit_id: str, purpose: Purpose) -> Credit:
    """As `read`; what an agent reads enters the access journal."""
    found = read(uow, credit_id=credit_id)
    journal.note_employer(uow, found.employer_id, looked_at=AccessedKind.CREDITS, reference=credit_id, purpose=purpose)
    return found


def refund(uow: UnitOfWork, *, credit_id: str, version: int, amount_minor: int, counterparty: str, note: str) -> Refund:
    """Send a part of a credit, or all of it, back to the employer. Raises `CreditChanged` where somebody else used it
    meanwhile, `CreditTooSmall`."""
    found = read(uow, credit_id=credit_id)
    if found.version != version:
        raise rules.CreditChanged(version=found.version)
    refund_id = uow.new_id()
    used = rules.use(found, kind=UseKind.REFUNDED, to=refund_id, amount_minor=amount_minor, at=uow.at)
    store.credits.save(uow, Outcome(used))
    return refunds.order(
        uow,
        refund_id=refund_id,
        amount_minor=amount_minor,
        source=account.credit(found.employer_id),
        origin=f"credit:{credit_id}",
        details=RefundDetails(counterparty=counterparty, note=note),
    )


def restore(uow: UnitOfWork, *, credit_id: str, amount_minor: int) -> Credit:
    """A refund of a credit was cancelled: the money is to the employer's credit again."""
    before = store.credits.load(uow, credit_id)
    return open_credit(uow, employer_id=before.employer_id, declaration_id="", amount_minor=amount_minor)


def page(
    uow: UnitOfWork, *, employer_id: str | None, is_open: bool, wanted: PageRequest, purpose: Purpose
) -> Page[Credit]:
    """An employer's credits; all of the fund's where an agent names no employer. One employer's enter the journal."""
    uow.by.must_act_for_employer(employer_id or "")
    if employer_id:
        journal.note_employer(uow, employer_id, looked_at=AccessedKind.CREDITS, purpose=purpose)
    return store.page(uow, employer_id=employer_id, is_open=is_open, wanted=wanted)


def grant(uow: UnitOfWork, *, employer_id: str, entry_id: str, amount_minor: int, into: str, value_on: date) -> Credit:
    """Book money to an employer's credit: it is the employer's, and for no declaration that is known."""
    ledger.move(
        uow,
        cause=f"credit:{employer_id}:{entry_id}",
        debit=into,
        credit=account.credit(employer_id),
        amount_minor=amount_minor,
        value_on=value_on,
    )
    return open_credit(uow, employer_id=employer_id, declaration_id="", amount_minor=amount_minor)


def open_credit(uow: UnitOfWork, *, employer_id: str, declaration_id: str, amount_minor: int) -> Credit:
    """An employer has money to its credit from now on; whoever calls this posts it to the ledger."""
    opened = Credit(
        credit_id=uow.new_id(),
        employer_id=employer_id,
        declaration_id=declaration_id,
        amount_minor=amount_minor,
        opened_at=uow.at,
    )
    return store.credits.save(uow, Outcome(opened))
