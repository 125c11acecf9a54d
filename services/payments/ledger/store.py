"""Where entries are kept, and the running balances that are written with them.

A balance that everybody writes to would let one transaction at a time through: two that change one document conflict,
and one of them runs again. So the balance of an account that is nobody's own (`bank:…`, `contributions:…`) is kept in
`SHARDS` parts; an entry writes the same part of each such account, picked by its id, and who asks adds them up. Two
entries at once then meet one time in sixteen, and a balance costs at most sixteen small documents to read.
"""

from collections.abc import Iterable, Iterator

from services.payments.ledger.account import is_owned
from services.payments.ledger.balance import Balance
from services.payments.ledger.entry import LedgerEntry, Side
from services.payments.ledger.rules import EntryUnknown
from shared.storage.connection import Document
from shared.storage.paging import Order
from shared.storage.repository import FIND_MAX, Index, Repository, TooManyFound
from shared.storage.retention import BY_LAW
from shared.storage.tenant_collection import TenantCollection
from shared.storage.unit_of_work import UnitOfWork

SHARDS = 16
BALANCES = "ledger_balances"
SUMS = (*(f"{side}_minor" for side in Side), "postings")
BALANCE_INDEXES = [["fund", "account"], ["fund", "parent"]]

entries = Repository(
    "ledger_entries",
    LedgerEntry,
    key="entry_id",
    missing=EntryUnknown,
    retention=BY_LAW,
    indexes=[Index(("cause",), unique=True), Index(("employer_id", "entry_id")), Index(("at", "entry_id"))],
)
IN_ORDER = Order("entry_id", "entry_id")
"""Ids of ours begin with the time at which they were made."""


def of_employer(uow: UnitOfWork, *, employer_id: str) -> Iterator[LedgerEntry]:
    """The entries that move an employer's accounts, in the order in which they were booked."""
    return entries.each(uow, order=IN_ORDER, employer_id=employer_id)


def add_to_balances(uow: UnitOfWork, entry: LedgerEntry) -> None:
    """Count an entry in, in the transaction that keeps it: two that count in one part meet, and one runs again."""
    tenant_collection = uow.collection(BALANCES)
    for posting in entry.postings:
        shard = 0 if is_owned(posting.account) else int(entry.entry_id[-2:], 16) % SHARDS
        local_id = f"{posting.account}/{shard}"
        part = tenant_collection.find_one(local_id) or {
            "account": posting.account,
            "parent": posting.account.rpartition(":")[0],
            **dict.fromkeys(SUMS, 0),
        }
        more = {f"{posting.side}_minor": posting.amount.amount_minor, "postings": 1}
        counted = {name: int(str(part[name])) + more.get(name, 0) for name in SUMS}
        tenant_collection.put(local_id, {**part, **counted})


def read_ahead(uow: UnitOfWork, *, causes: Iterable[str], accounts: Iterable[str]) -> None:
    """Ask at once whether some causes have their entries, and what some accounts stand at."""
    entries.read_ahead_among(uow, "cause", causes)
    tenant_collection, codes = uow.collection(BALANCES), sorted(set(accounts))
    owned = [code for code in codes if is_owned(code)]
    for name in ("account", "parent"):
        tenant_collection.read_ahead_among(name, owned, {})
    tenant_collection.read_ahead(f"{code}/{part}" for code in codes for part in range(1 if is_owned(code) else SHARDS))


def balance(uow: UnitOfWork, code: str) -> Balance:
    """What an account, or all that begin with its code, stand at. Without postings: all zeros."""
    tenant_collection = uow.collection(BALANCES)
    parts = [*_all(tenant_collection, account=code), *_all(tenant_collection, parent=code)]
    return Balance(
        account=code,
        debit_minor=_sum(parts, "debit_minor"),
        credit_minor=_sum(parts, "credit_minor"),
        postings=_sum(parts, "postings"),
    )


def _all(tenant_collection: TenantCollection, **equal: str) -> list[Document]:
    found = tenant_collection.find(equal, limit=FIND_MAX + 1)
    if len(found) > FIND_MAX:
        raise TooManyFound(f"{BALANCES}: more than {FIND_MAX} of one account")
    return found


def _sum(parts: list[Document], field: str) -> int:
    return sum(int(str(part[field])) for part in parts)
