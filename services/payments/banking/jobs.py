"""What payments does by itself with its bank. Here alone, and in no request, is the bank called."""

from services.payments.banking import store as banking
from services.payments.banking.bank import BankOf
from services.payments.banking.collecting import CollectionFollower
from services.payments.banking.debiting import DebitSender
from services.payments.banking.fetching import StatementFetcher
from services.payments.banking.mandating import MandateFollower
from services.payments.banking.paying import PayoutSender
from services.payments.collections import store as collections
from services.payments.mandates import store as mandates
from services.payments.payouts import store as payouts
from shared.jobs.job import JobKind
from shared.process.backfills import Backfill


def jobs(bank_of: BankOf, *, return_url: str) -> list[JobKind]:
    """One kind for each thing whose state the bank decides."""
    return [
        CollectionFollower(bank_of, return_url).job,
        PayoutSender(bank_of).job,
        DebitSender(bank_of).job,
        StatementFetcher(bank_of).job,
        *MandateFollower(bank_of).jobs,
    ]


backfills = [
    Backfill(name=collections.FOLLOW, find=collections.scheduling.unscheduled, fill=collections.scheduling.schedule),
    Backfill(name=mandates.FOLLOW, find=mandates.scheduling.unscheduled, fill=mandates.scheduling.schedule),
    Backfill(name=payouts.FOLLOW, find=payouts.scheduling.unscheduled, fill=payouts.scheduling.schedule),
    Backfill(name=banking.FETCH, find=banking.scheduling.unscheduled, fill=banking.scheduling.schedule),
]
