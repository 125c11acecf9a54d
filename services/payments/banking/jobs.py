"""What payments does by itself with its bank. Here alone, and in no request, is the bank called."""

from services.payments.banking import store as banking
from services.payments.banking.bank import BankOf
from services.payments.banking.collecting import Collecting
from services.payments.banking.fetching import Fetching
from services.payments.banking.paying import Paying
from services.payments.collections import store as collections
from services.payments.payouts import store as payouts
from shared.jobs.job import JobKind
from shared.process.backfills import Backfill


def jobs(bank_of: BankOf, *, return_url: str) -> list[JobKind]:
    """One kind for each thing whose state the bank decides."""
    return [Collecting(bank_of, return_url).job, Paying(bank_of).job, Fetching(bank_of).job]


backfills = [
    Backfill(name=collections.FOLLOW, find=collections.scheduling.unscheduled, fill=collections.scheduling.schedule),
    Backfill(name=payouts.FOLLOW, find=payouts.scheduling.unscheduled, fill=payouts.scheduling.schedule),
    Backfill(name=banking.FETCH, find=banking.scheduling.unscheduled, fill=banking.scheduling.schedule),
]
