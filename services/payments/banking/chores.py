"""What payments does by itself with its bank, every half second. Here alone, and in no request, is the bank called."""

from services.payments.banking.client import BankClient
from services.payments.banking.collecting import Collecting
from services.payments.banking.fetching import Fetching
from services.payments.banking.paying import Paying
from shared.process.chores import Chore

POLL_S, REST_S = 0.5, 15.0


def chores(bank: BankClient, *, return_url: str) -> list[Chore]:
    """What payments does by itself with its bank."""
    return [
        Chore("collections", POLL_S, Collecting(bank, return_url).run, rest_s=REST_S, woken_by=("collections",)),
        Chore("payouts", POLL_S, Paying(bank).run, rest_s=REST_S, woken_by=("payouts", "batches")),
        Chore("statements", POLL_S, Fetching(bank).run, rest_s=REST_S, woken_by=("bank_statements",)),
    ]
