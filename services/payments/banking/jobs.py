"""What payments does by itself with its bank. Here alone, and in no request, is the bank called."""

from services.payments.banking import store as banking
from services.payments.banking.bank import BankOf
from services.payments.banking.collecting import Collecting
from services.payments.banking.fetching import Fetching
from services.payments.banking.paying import Paying
from services.payments.collections import store as collections
from services.payments.payouts import store as payouts
from shared.jobs.job import JobKind
from shared.process.leftovers import Leftovers


def jobs(bank_of: BankOf, *, return_url: str) -> list[JobKind]:
    """One kind for each thing whose state the bank decides."""
    return [Collecting(bank_of, return_url).job, Paying(bank_of).job, Fetching(bank_of).job]


leftovers = [
    Leftovers(name=collections.FOLLOW, find=collections.following.unscheduled, adopt=collections.following.schedule),
    Leftovers(name=payouts.FOLLOW, find=payouts.following.unscheduled, adopt=payouts.following.schedule),
    Leftovers(name=banking.FETCH, find=banking.following.unscheduled, adopt=banking.following.schedule),
]
