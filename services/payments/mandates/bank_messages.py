"""The messages to the bank about a mandate: which one is to be sent, and when its answer is asked for. Pure."""

from dataclasses import replace
from datetime import datetime

from services.payments.mandates.deadlines import with_deadline
from services.payments.mandates.mandate import BankRequest, Mandate, RequestKind
from shared.funds.fund import Fund
from shared.kernel.schedule import RetrySchedule

STATUS_CHECK_WAITS = RetrySchedule((5, 20, 60, 300, 1_800, 7_200, 21_600))
"""After how long without the bank's answer it is asked for again; people at the bank take days."""


def sent(mandate: Mandate, *, at: datetime) -> Mandate:
    """The bank has our message; its answer is asked for after a while. Of a cancellation none is awaited."""
    request = mandate.request
    if request is None:
        return mandate
    if request.kind is RequestKind.CANCELLATION:
        return replace(mandate, request=None, next_look_at=None)
    return check_later(replace(mandate, request=replace(request, is_sent=True, looks=0)), at=at)


def not_taken(mandate: Mandate, *, fund: Fund) -> Mandate:
    """The bank takes no such messages: it answers by a call or on the form."""
    return with_deadline(replace(mandate, request=None), fund=fund)


def check_later(mandate: Mandate, *, at: datetime) -> Mandate:
    """The bank has not answered: it is asked again after a growing wait."""
    request = mandate.request
    if request is None:
        return mandate
    looks = request.looks + 1
    due_at = STATUS_CHECK_WAITS.next_at(at, tries=looks)
    if mandate.deadline_at is not None:
        due_at = min(due_at, mandate.deadline_at)
    return replace(mandate, request=replace(request, looks=looks), next_look_at=due_at)


def request(thing_id: str, kind: RequestKind, *, fund: Fund, at: datetime) -> BankRequest | None:
    """The message to the bank, where it takes any."""
    if fund.bindings.bank.mandate_messages is None:
        return None
    return BankRequest(message_id=thing_id.replace("-", ""), kind=kind, asked_at=at)
