"""Where the bank's messages, its entries and the files to be fetched are kept."""

from collections.abc import Iterable

from services.payments.banking.bank_entry import BankEntry, BankMessage, BankStatement, EntryStatus
from services.payments.banking.bank_file import bare_account
from shared.jobs.scheduling import JobScheduling
from shared.kernel import normalize
from shared.kernel.errors import Missing
from shared.kernel.personal import DataClass
from shared.storage.paging import Order, Page, PageRequest, concatenated
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW, for_days
from shared.storage.unit_of_work import UnitOfWork

FETCH = "statements.fetch"
"""The kind of the job that fetches and books a file of booked entries; its thing is the statement."""

IN_ORDER = Order("taken_at", "_id")
"""The id that the database knows a document by: entries of earlier releases have no `entry_id` of their own."""
BY_ID = Order("_id", "_id")


SAME_ACCOUNT_MAX = 50
"""Entries of one account that are looked at for whom it paid."""


class BankEntryUnknown(Missing):
    code = "bank.entry-unknown"


messages = Repository(
    "bank_messages",
    BankMessage,
    key="message_id",
    missing=BankEntryUnknown,
    retention=for_days(400, since="taken_at", why="a message that comes again is known; banks replay for months"),
)
entries = Repository(
    "bank_entries",
    BankEntry,
    key="entry_id",
    missing=BankEntryUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("is_matched", "taken_at", "_id")),
        Index(("is_matched", "assigned_to", "taken_at", "_id")),
        Index(("account", "is_matched", "taken_at", "_id")),
        Index(("day", "is_matched", "taken_at", "_id")),
        Index(("amount_minor", "taken_at", "_id")),
        Index(("reference", "taken_at", "_id")),
        Index(("bank_reference", "taken_at", "_id")),
        Index(("bank_reference", "_id")),
        Index(("payer_index", "_id")),
    ],
    encrypted={"details": DataClass.BANK},
    associated_data="bank_reference",
)
statements = Repository(
    "bank_statements",
    BankStatement,
    key="statement_id",
    missing=BankEntryUnknown,
    retention=for_days(
        400, since="told_at", why="what the bank told of is booked; its entries are kept", next_look_at=None
    ),
    indexes=[Index(("is_scheduled", "next_look_at"))],
)
scheduling = JobScheduling(statements, FETCH)
"""Every writer of statements saves through it: a thing and its job go together."""


def unmatched(uow: UnitOfWork, *, wanted: PageRequest, **held: str | None) -> Page[BankEntry]:
    """A page of the money that moved and nobody knows for what, oldest first; `held` where one agent's is wanted, or
    nobody's (`assigned_to`)."""
    return entries.page(uow, order=IN_ORDER, wanted=wanted, is_matched=False, **held)


def bearing(uow: UnitOfWork, bank_reference: str) -> list[BankEntry]:
    """Every entry of which the bank gave this reference."""
    return list(entries.each(uow, order=BY_ID, bank_reference=bank_reference)) if bank_reference else []


def from_account(uow: UnitOfWork, payer_index: str) -> list[BankEntry]:
    """Some of the entries that came from the same account (`payer_index`), or left to it."""
    return entries.find_all(uow, limit=SAME_ACCOUNT_MAX, payer_index=payer_index) if payer_index else []


def payer_index(uow: UnitOfWork, account: str) -> str:
    """The blind index of the other side's account, however the bank wrote it; empty where it named none."""
    bare = bare_account(account)
    return uow.keys.blind_index(bare, of="payer-account") if bare else ""


def read_ahead(uow: UnitOfWork, *, entry_ids: Iterable[str], bank_references: Iterable[str]) -> None:
    """Ask at once whether entries were handled before, and who else bears their references."""
    entries.read_ahead(uow, entry_ids)
    entries.read_ahead_among(uow, "bank_reference", (each for each in bank_references if each))


def page(
    uow: UnitOfWork,
    *,
    status: EntryStatus | None,
    account: str | None,
    day: str | None,
    reference: str | None,
    amount_minor: int | None,
    wanted: PageRequest,
) -> Page[BankEntry]:
    """Entries in a state, oldest first; unless another is asked for, those that wait for a person in any way, but of a
    reference or an amount all. Those that bear the reference in their text come before those of which it is the bank's.
    """
    filters: dict[str, object] = {}
    match status:
        case None if reference is not None or amount_minor is not None:
            pass
        case None:
            filters["is_matched"] = False
        case EntryStatus.WAITING:
            filters |= {"is_matched": False, "status": {"$ne": EntryStatus.PROPOSED.value}}
        case EntryStatus.PROPOSED:
            filters |= {"is_matched": False, "status": status.value}
        case EntryStatus.BOOKED:
            filters |= {"is_matched": True, "status": {"$in": [status.value, None]}}
        case _:
            filters |= {"is_matched": True, "status": status.value}
    filters |= {"account": account} if account else {}
    filters |= {"day": day} if day else {}
    filters |= {} if amount_minor is None else {"amount_minor": amount_minor}
    if reference is None:
        return entries.page(uow, order=IN_ORDER, wanted=wanted, **filters)
    ours, banks = {"reference": normalize.reference(reference)}, {"bank_reference": reference}
    named = ({**filters, **ours}, {**filters, **banks, "reference": {"$ne": ours["reference"]}})
    lists = [lambda asked, by=by: entries.page(uow, order=IN_ORDER, wanted=asked, **by) for by in named]
    return concatenated(wanted, lists)
