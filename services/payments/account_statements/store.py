"""Where statements are read from: the ledger's entries of one employer. Nothing is kept here."""

from services.payments.account_statements.rules import StatementTooLong
from services.payments.ledger.entry import LedgerEntry
from services.payments.ledger.store import of_employer
from shared.storage.unit_of_work import UnitOfWork

ENTRIES_MAX = 20_000
"""Of one employer that are read at once: at ten a month, those of more than a century."""


def entries_of(uow: UnitOfWork, *, employer_id: str) -> list[LedgerEntry]:
    """All entries that move an employer's accounts. Raises `StatementTooLong`."""
    found: list[LedgerEntry] = []
    for entry in of_employer(uow, employer_id=employer_id):
        found.append(entry)
        if len(found) > ENTRIES_MAX:
            raise StatementTooLong(entries_max=ENTRIES_MAX)
    return found
