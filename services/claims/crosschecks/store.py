"""Where cross-checks are kept, each saved together with its job."""

from services.claims.crosschecks.crosscheck import CrossCheck, Status
from services.claims.crosschecks.rules import CrossCheckUnknown
from shared.funds.fund import Fund
from shared.jobs import queue
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import WITH_ITS_THING
from shared.storage.unit_of_work import UnitOfWork

ASK = "crosschecks.ask"
"""The kinds of the jobs that ask begin with it; each register has one of its own, so that none waits for another."""

OLDEST_FIRST = Order("check_id", "check_id")
"""Ids are ordered by time."""

crosschecks = Repository(
    "crosschecks",
    CrossCheck,
    key="check_id",
    missing=CrossCheckUnknown,
    retention=WITH_ITS_THING,
    indexes=[
        Index(("claim_id", "register", "field"), unique=True),
        Index(("claim_id", "check_id")),
        Index(("is_disputed", "check_id"), where={"is_disputed": True}),
    ],
    encrypted=dict.fromkeys(["answers", "dispute", "disputes", "corrections", "relied_on"], DataClass.HEALTH),
    associated_data="check_id",
)


def kind_of(settings: str) -> str:
    """The kind of the jobs that ask the register with these settings."""
    return f"{ASK}.{settings.lower()}"


def save(uow: UnitOfWork, outcome: Outcome[CrossCheck]) -> CrossCheck:
    """Save a cross-check and its job at the time for which it asks. What was asked in vain waits for an operator with
    its job, which stays as it is."""
    kept = crosschecks.save(uow, outcome)
    kind = _kind(uow.fund, kept.register)
    if kind is not None and kept.status is not Status.NOT_ANSWERED:
        queue.schedule_or_cancel(uow, kind, kept.check_id, due_at=kept.next_look_at)
    return kept


def of_claim(uow: UnitOfWork, claim_id: str) -> list[CrossCheck]:
    """What was asked for a claim, in the order of asking."""
    return crosschecks.find_all(uow, sort=OLDEST_FIRST.sort, claim_id=claim_id)


def disputed(uow: UnitOfWork, *, wanted: PageRequest) -> Page[CrossCheck]:
    """Those whose answer a person disputes and no agent has decided, the first asked first."""
    return crosschecks.page(uow, order=OLDEST_FIRST, wanted=wanted, is_disputed=True)


def _kind(fund: Fund, register: str) -> str | None:
    """None where the fund asks the register no more."""
    binding = fund.bindings.registers.get(register)
    return None if binding is None else kind_of(binding.settings)
