"""Where the bank's messages, its entries and the files to be fetched are kept."""

from datetime import datetime

from services.payments.banking.bank_entry import BankEntry, Message, Statement
from shared.kernel.errors import Missing
from shared.kernel.personal import DataClass
from shared.storage.retention import BY_LAW, for_days
from shared.storage.shelf import Index, Shelf
from shared.storage.work import Work

DUE_MAX = 20
UNMATCHED_MAX = 500


class BankEntryUnknown(Missing):
    code = "bank.entry-unknown"


messages = Shelf(
    "bank_messages",
    Message,
    key="message_id",
    missing=BankEntryUnknown,
    retention=for_days(400, since="taken_at", why="a message that comes again is known; banks replay for months"),
)
entries = Shelf(
    "bank_entries",
    BankEntry,
    key="bank_reference",
    missing=BankEntryUnknown,
    retention=BY_LAW,
    indexes=[Index(("is_matched",))],
    sealed={"details": DataClass.BANK},
    whose="bank_reference",
)
statements = Shelf(
    "bank_statements",
    Statement,
    key="statement_id",
    missing=BankEntryUnknown,
    retention=for_days(
        400, since="told_at", why="what the bank told of is booked; its entries are kept", next_look_at=None
    ),
    indexes=[Index(("next_look_at",))],
)


def unmatched(work: Work) -> list[BankEntry]:
    """Money that moved and nobody knows for what."""
    return entries.find_all(work, limit=UNMATCHED_MAX, is_matched=False)


def to_fetch(work: Work, *, at: datetime) -> list[Statement]:
    """Files that time has come for, oldest first."""
    return statements.find_all(work, limit=DUE_MAX, sort=[("next_look_at", 1)], next_look_at={"$lte": at})
