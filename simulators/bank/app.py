"""The bank put together: its routes, what tests may do to it (`/_faults`), and what it did (`/_log`)."""

import json
import time

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue

from simulators.bank import accounts, checkouts, crafted, debits, mandates, payouts, wallet
from simulators.bank.bank import Bank, Refused, fields
from simulators.bank.book import Book, note, take_fault
from simulators.bank.files import FILE_BYTES_MAX
from simulators.bank.fund import Asker, Postman
from simulators.bank.settings import Settings

FAULTS = {
    "request-lost": "nothing is done, the answer comes late and is 504",
    "answer-lost": "the thing is done, its answer comes late",
    "webhook-delayed": "sent some seconds later",
    "file-refused": "a file of orders is refused when it is handed in, and nothing of it is kept",
    "batch-not-listed": "a file that is booked as one credit is told without its debits",
    "webhook-doubled": "sent twice with one id",
    "webhook-wrong-amount": "an amount one too high",
    "webhook-not-sent": "never sent",
    "webhook-wrong-signature": "one attempt with a signature that is none",
    "webhook-old-timestamp": "one attempt signed an hour ago",
}
FAULT_SECONDS = 30.0
FAULT_SECONDS_MAX = 600.0
LOG_LINES_MAX = 1000


def open_bank(settings: Settings) -> Bank:
    """The bank over its state folder, with the accounts that the settings name."""
    book = Book(settings.state_dir)
    accounts.open_fund_accounts(book, settings.accounts)
    postman = Postman(book, secrets=settings.webhook_secrets, retry_s=settings.retry_s)
    return Bank(
        settings=settings,
        book=book,
        postman=postman,
        asker=Asker(settings.lookup),
        wallet=Asker(settings.wallet),
    )


def application(bank: Bank) -> Flask:
    """The bank's HTTP application; a body is refused above the size of a payment file."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = FILE_BYTES_MAX + 1024
    for subject in (accounts, checkouts, payouts, debits, mandates, wallet, crafted):
        app.register_blueprint(subject.routes(bank))

    @app.errorhandler(Refused)
    def refuse(error: Refused) -> ResponseReturnValue:
        return {"code": error.code, "detail": error.detail}, error.status

    @app.before_request
    def lose_request() -> ResponseReturnValue | None:
        if _is_for_tests() or (seconds := _take(bank, "request-lost")) is None:
            return None
        time.sleep(seconds)
        return {"code": "lost", "detail": "Nothing was done."}, 504

    @app.after_request
    def lose_answer(response: Response) -> Response:
        if not _is_for_tests() and (seconds := _take(bank, "answer-lost")) is not None:
            time.sleep(seconds)
        return response

    @app.get("/health/live")
    @app.get("/health/ready")
    def health() -> ResponseReturnValue:
        return {"status": "ready"}

    @app.post("/_faults")
    def fault() -> ResponseReturnValue:
        """The next `count` (1) things of a `kind` go wrong, for `seconds` where the kind is about time; 0 ends it."""
        (kind,) = fields("kind")
        if kind not in FAULTS:
            raise Refused(422, "fault-unknown", f"One of {', '.join(FAULTS)}.")
        body = request.get_json()
        count, seconds = int(body.get("count", 1)), min(float(body.get("seconds", FAULT_SECONDS)), FAULT_SECONDS_MAX)
        with bank.book.transaction() as uow:
            uow.execute("insert or replace into faults values (?, ?, ?)", (kind, count, seconds))
            note(uow, "fault-asked", kind=kind, count=count, seconds=seconds)
        return {"kind": kind, "count": count, "seconds": seconds}, 201

    @app.get("/_faults")
    def faults() -> ResponseReturnValue:
        left = {row["kind"]: row["remaining"] for row in bank.book.all("select * from faults")}
        return {
            "faults": [{"kind": kind, "means": means, "remaining": left.get(kind, 0)} for kind, means in FAULTS.items()]
        }

    @app.post("/_webhooks/<webhook_id>/again")
    def again(webhook_id: str) -> ResponseReturnValue:
        """Send a webhook once more, as an operator of the bank may; also one that was never sent."""
        with bank.book.transaction() as uow:
            sent = uow.execute(
                "update deliveries set state = 'waiting', copies = 1, attempts = 0, due_at = 0 where webhook_id = ?",
                (webhook_id,),
            )
            if sent.rowcount == 0:
                raise Refused(404, "webhook-unknown", "There is no such webhook.")
        bank.postman.wake()
        return {"webhook_id": webhook_id, "state": "waiting"}, 202

    @app.get("/_log")
    def log() -> ResponseReturnValue:
        """What happened, oldest first, after the line numbered `after`."""
        lines = bank.book.all(
            "select * from log where number > ? order by number limit ?",
            request.args.get("after", 0, int),
            LOG_LINES_MAX,
        )
        return {"log": [{**dict(line), "facts": json.loads(line["facts"])} for line in lines]}

    return app


def _take(bank: Bank, kind: str) -> float | None:
    with bank.book.transaction() as uow:
        return take_fault(uow, kind)


def _is_for_tests() -> bool:
    return request.path.startswith(("/_", "/health/"))
