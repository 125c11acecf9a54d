"""Money that does not agree, and money that waits: declared, called, collected, booked; entries, payouts, refunds."""

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import payments
from frontends.kit.api import Api, together
from frontends.kit.codes import Codes
from frontends.kit.pages import api, render
from frontends.operations.guard import LEDGER, operators

pages = Blueprint("reconciliation", __name__)

PAGE = 25
COUNTED_MAX = 100
ENTRIES_WAITING = ("waiting", "proposed")
PAYOUTS_WAITING = ("waiting-account", "ordered", "batched", "sent", "unknown", "returned")
REFUNDS_WAITING = ("proposed", "ordered")
URGENT = frozenset({"unknown", "returned"})


@pages.get("/reconciliation")
@operators(LEDGER)
def index() -> Response:
    """What differs first, then how much waits, by where it stands."""
    cursor = request.args.get("cursor") or None
    asked = api()
    differences, codes, *counted = together(
        lambda: payments.bank_list_differences(asked, limit=PAGE, cursor=cursor),
        lambda: payments.codes_list_sets(asked),
        *(lambda each=each: _entries(asked, each) for each in ENTRIES_WAITING),
        *(lambda each=each: _payouts(asked, each) for each in PAYOUTS_WAITING),
        *(lambda each=each: _refunds(asked, each) for each in REFUNDS_WAITING),
    )
    kinds = [
        *(("entries", "bank-entry-statuses", each) for each in ENTRIES_WAITING),
        *(("payouts", "payout-statuses", each) for each in PAYOUTS_WAITING),
        *(("refunds", "refund-statuses", each) for each in REFUNDS_WAITING),
    ]
    texts = Codes(codes)
    waiting = [
        (kind, status, texts.text(codes_of, status), count)
        for (kind, codes_of, status), count in zip(kinds, counted, strict=True)
    ]
    return render(
        "operations/reconciliation.html",
        differences=differences,
        waiting=waiting,
        urgent=URGENT,
        is_first=cursor is None,
    )


@pages.get("/reconciliation/entries")
@operators(LEDGER)
def entries() -> Response:
    """Movements of the bank that nobody expected, by where they stand."""
    return _listed("entries", _entries, "bank-entry-statuses", "waiting")


@pages.get("/reconciliation/payouts")
@operators(LEDGER)
def payouts() -> Response:
    """Payments to people, by where they stand."""
    return _listed("payouts", _payouts, "payout-statuses", PAYOUTS_WAITING[0])


@pages.get("/reconciliation/refunds")
@operators(LEDGER)
def refunds() -> Response:
    """Sums that go back to who paid them, by where they stand."""
    return _listed("refunds", _refunds, "refund-statuses", "ordered")


def _listed(kind: str, ask: Any, codes_of: str, status: str) -> Response:
    status = request.args.get("status") or status
    cursor = request.args.get("cursor") or None
    asked = api()
    found, codes = together(
        lambda: ask(asked, status, limit=PAGE, cursor=cursor), lambda: payments.codes_list_sets(asked)
    )
    return render(
        f"operations/{kind}.html",
        kind=kind,
        found=found,
        statuses=Codes(codes).choices(codes_of),
        status=status,
        is_first=cursor is None,
    )


def _entries(asked: Api, status: str, *, limit: int = COUNTED_MAX, cursor: str | None = None) -> Any:
    return payments.bank_list_entries(asked, status=status, limit=limit, cursor=cursor)


def _payouts(asked: Api, status: str, *, limit: int = COUNTED_MAX, cursor: str | None = None) -> Any:
    return payments.payouts_list_by_status(asked, status=status, limit=limit, cursor=cursor)


def _refunds(asked: Api, status: str, *, limit: int = COUNTED_MAX, cursor: str | None = None) -> Any:
    return payments.refunds_list_by_status(asked, status=status, limit=limit, cursor=cursor)
