"""Where the bank is called: outside of any transaction, by what was kept before, with the answer kept after.

Each look is made of halves: find what waits, call the bank, keep what it said. A fall between two of them leaves a
state from which the next look goes on by asking. When the bank is silent, the round ends: the others wait a little.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TypeVar

import structlog

from services.payments.banking import actions, payout_file, store
from services.payments.banking.bank_entry import Statement
from services.payments.banking.bank_file import BookedEntry, Level, StatusReport, Verdict
from services.payments.banking.client import BankClient, BankRefused, BankSilent
from services.payments.banking.iso20022 import camt054, documents, pain002
from services.payments.collections import actions as collections
from services.payments.collections import rules as collecting
from services.payments.collections import store as collections_store
from services.payments.collections.collection import Collection, Rail, Status
from services.payments.payees import actions as payees
from services.payments.payouts import actions as payouts
from services.payments.payouts import rules as paying
from services.payments.payouts import store as payouts_store
from services.payments.payouts.batch import Batch, BatchStatus
from shared.kernel.actors import system
from shared.kernel.errors import Failure, Unavailable
from shared.kernel.money import Currency, Money
from shared.kernel.personal import DataClass
from shared.process.chores import Chore
from shared.storage import blobs
from shared.storage.platform import Platform
from shared.storage.work import Work
from shared.telemetry.traces import continued

POLL_S = 0.5
LINES_A_WORK = 50
DAYS_BACK_MAX = 5
REFUSED_WITHOUT_REASON = "NARR"

BANK = system("bank")

log = structlog.get_logger()

Answer = TypeVar("Answer")
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Collecting:
    """Opens checkouts, asks what became of payments, lets transfers expire."""

    bank: BankClient
    return_url: str

    def run(self, platform: Platform, fund_id: str) -> int:
        work = platform.reading(fund_id, by=BANK)
        due = collections_store.to_look_at(work, at=work.at)
        for collection in due:
            with continued("collection looked at", collection.traceparent):
                self.look_at(platform, fund_id, collection)
        return len(due)

    def look_at(self, platform: Platform, fund_id: str, collection: Collection) -> None:
        """Do what the state of one collection asks for."""
        if collection.rail is Rail.TRANSFER:
            self._keep(platform, fund_id, collection, lambda it, work: collecting.expire(it, at=work.at))
        elif collection.status is Status.REQUESTED:
            self._announce(platform, fund_id, collection)
        else:
            self._ask(platform, fund_id, collection)

    def call(self, platform: Platform, fund_id: str, collection: Collection) -> str:
        """The outside half of an announcement: the page, from the bank. Asked twice, it is the same page."""
        return self.bank.open_checkout(
            payment_id=collection.collection_id,
            fund_id=fund_id,
            amount_minor=collection.amount_minor,
            currency=platform.funds[fund_id].currency,
            return_url=self.return_url.format(fund=fund_id, collection_id=collection.collection_id),
        )

    def _announce(self, platform: Platform, fund_id: str, collection: Collection) -> None:
        try:
            url = self.call(platform, fund_id, collection)
        except BankSilent:
            self._keep(platform, fund_id, collection, lambda it, work: collecting.doubt(it, at=work.at))
            raise
        except BankRefused as refused:
            reason = str(refused.parameters["reason"])
            self._keep(platform, fund_id, collection, lambda it, work: collecting.refuse(it, reason=reason, at=work.at))
            return
        self._keep(
            platform, fund_id, collection, lambda it, work: collecting.announce(it, checkout_url=url, at=work.at)
        )

    def _ask(self, platform: Platform, fund_id: str, collection: Collection) -> None:
        try:
            payment = self.bank.payment(collection.collection_id, currency=platform.funds[fund_id].currency)
        except BankSilent:
            self._keep(platform, fund_id, collection, lambda it, work: collecting.look_later(it, at=work.at))
            raise
        _in_work(
            platform,
            fund_id,
            f"collections:{collection.collection_id}",
            lambda work: actions.know(work, collection_id=collection.collection_id, payment=payment),
        )

    @staticmethod
    def _keep(
        platform: Platform, fund_id: str, seen: Collection, rule: Callable[[Collection, Work], Collection]
    ) -> None:
        """Keep what a rule makes of the collection, unless a message of the bank was there first."""

        def keep(work: Work) -> None:
            now = collections.find(work, seen.collection_id)
            if now is not None and now.version == seen.version:
                collections.change(work, collection_id=seen.collection_id, rule=lambda it: rule(it, work))

        _in_work(platform, fund_id, f"collections:{seen.collection_id}", keep)


@dataclass(frozen=True)
class Paying:
    """Writes files of payouts, sends them, and follows each until every payout is settled."""

    bank: BankClient

    def run(self, platform: Platform, fund_id: str) -> int:
        gathered = self.gather(platform, fund_id)
        work = platform.reading(fund_id, by=BANK)
        due = payouts_store.to_look_at(work, at=work.at)
        _one_by_one(due, lambda batch: self.look_at(platform, fund_id, batch))
        return gathered + len(due)

    def gather(self, platform: Platform, fund_id: str) -> int:
        """Put what is ordered into a file, store it sealed, and only then write down that it is in there."""
        work = platform.reading(fund_id, by=BANK)
        ordered = payouts_store.ordered(work)
        if not ordered:
            return 0
        batch_id = platform.new_id().replace("-", "")
        body = payout_file.write(
            ordered,
            payees=payees.find_many(work, {payout.person_ref for payout in ordered}),
            fund=work.fund,
            keys=work.keys,
            message_id=batch_id,
            at=work.at,
        )
        blob = blobs.store(platform, fund_id, [body], as_=DataClass.BANK, size_max=documents.FILE_BYTES_MAX)
        _in_work(
            platform,
            fund_id,
            f"payouts:{batch_id}",
            lambda work: payouts.gather(work, ordered, batch_id=batch_id, sha256=blob.sha256, size=blob.size),
        )
        return len(ordered)

    def look_at(self, platform: Platform, fund_id: str, batch: Batch) -> None:
        """Do what the state of one batch asks for."""
        match batch.status:
            case BatchStatus.READY:
                self._send(platform, fund_id, batch)
            case BatchStatus.SENDING:
                # Somebody began to send it and did not live to write down what came of it.
                self._change(platform, fund_id, batch, paying_rule=paying.doubt)
            case BatchStatus.UNKNOWN:
                verdict = self._ask(platform, fund_id, batch, partial(self.bank.verdict, batch.batch_id))
                known = paying.never_taken if verdict is None else paying.taken
                self._change(platform, fund_id, batch, paying_rule=known)
            case BatchStatus.SENT:
                self._report(platform, fund_id, batch)
            case _:
                self._settle(platform, fund_id, batch)

    def _send(self, platform: Platform, fund_id: str, batch: Batch) -> None:
        blob = blobs.Blob(batch.sha256, batch.size, DataClass.BANK)
        body = b"".join(blobs.read(platform, fund_id, blob))
        sending = self._change(platform, fund_id, batch, paying_rule=paying.begin_sending)
        try:
            self.bank.send_file(body, message_id=batch.batch_id)
        except BankSilent:
            self._change(platform, fund_id, sending, paying_rule=paying.doubt)
            raise
        except BankRefused as refused:
            sent = self._change(platform, fund_id, sending, paying_rule=paying.taken)
            self._refuse_all(platform, fund_id, sent, reason=str(refused.parameters["reason"]))
            return
        self._change(platform, fund_id, sending, paying_rule=paying.taken)

    def _report(self, platform: Platform, fund_id: str, batch: Batch) -> None:
        body = self._ask(platform, fund_id, batch, partial(self.bank.verdict, batch.batch_id))
        report = pain002.read(body) if body is not None else None
        if report is None or any(each.verdict is Verdict.PENDING for each in report.statuses):
            self._change(platform, fund_id, batch, paying_rule=paying.look_later)
            return
        _check(report, batch, platform.funds[fund_id].currency)
        whole = next((each for each in report.statuses if each.level is Level.GROUP), None)
        if whole is not None and whole.verdict is Verdict.REFUSED and not _transfers(report):
            self._refuse_all(platform, fund_id, batch, reason=(*whole.reasons, REFUSED_WITHOUT_REASON)[0])
            return
        refused = [
            (each.original_id, (*each.reasons, REFUSED_WITHOUT_REASON)[0])
            for each in report.statuses
            if each.level is Level.TRANSFER and each.verdict is Verdict.REFUSED
        ]
        self._keep_report(platform, fund_id, batch, refused)

    def _refuse_all(self, platform: Platform, fund_id: str, batch: Batch, *, reason: str) -> None:
        """The bank wants nothing of the file: every payout of it is returned, for a person to look into."""
        refused = [(payout_id.replace("-", ""), reason) for payout_id in batch.payout_ids]
        self._keep_report(platform, fund_id, batch, refused)

    @staticmethod
    def _keep_report(platform: Platform, fund_id: str, batch: Batch, refused: Sequence[tuple[str, str]]) -> None:
        _in_work(
            platform,
            fund_id,
            f"payouts:{batch.batch_id}",
            lambda work: payouts.report(work, batch_id=batch.batch_id, refused=refused),
        )

    def _settle(self, platform: Platform, fund_id: str, batch: Batch) -> None:
        """Close the batch once all is settled; until then, look up what the bank booked, in case it told in vain."""
        work = platform.reading(fund_id, by=BANK)
        if payouts.is_settled(work, batch):
            self._change(platform, fund_id, batch, paying_rule=paying.close)
            return
        number = work.fund.payment.payouts.number
        for on in _days(batch, work.at.date()):
            body = self._ask(platform, fund_id, batch, partial(self.bank.day, number, on=on))
            if body is not None:
                _book(platform, fund_id, f"payouts:{batch.batch_id}", camt054.read(body).entries)
        self._change(platform, fund_id, batch, paying_rule=paying.look_later)

    def _ask(
        self, platform: Platform, fund_id: str, batch: Batch, question: Callable[[], bytes | None]
    ) -> bytes | None:
        try:
            return question()
        except BankSilent:
            self._change(platform, fund_id, batch, paying_rule=paying.look_later)
            raise

    @staticmethod
    def _change(platform: Platform, fund_id: str, seen: Batch, *, paying_rule: Callable[..., Batch]) -> Batch:
        return _in_work(
            platform,
            fund_id,
            f"payouts:{seen.batch_id}",
            lambda work: payouts.change_batch(
                work, batch_id=seen.batch_id, rule=lambda batch: paying_rule(batch, at=work.at)
            ),
        )


@dataclass(frozen=True)
class Fetching:
    """Fetches the files of booked entries that the bank told of."""

    bank: BankClient

    def run(self, platform: Platform, fund_id: str) -> int:
        work = platform.reading(fund_id, by=BANK)
        due = store.to_fetch(work, at=work.at)
        _one_by_one(due, lambda statement: self.fetch(platform, fund_id, statement))
        return len(due)

    def fetch(self, platform: Platform, fund_id: str, statement: Statement) -> None:
        cause = f"statements:{statement.statement_id}"
        try:
            body = self.bank.statement(statement.statement_id)
            lines = None if body is None else camt054.read(body).entries
        except Failure:
            _in_work(platform, fund_id, cause, lambda it: actions.look_later(it, statement_id=statement.statement_id))
            raise
        if lines is None:
            _in_work(platform, fund_id, cause, lambda it: actions.look_later(it, statement_id=statement.statement_id))
            return
        _book(platform, fund_id, cause, lines)
        _in_work(platform, fund_id, cause, lambda it: actions.take_statement(it, statement_id=statement.statement_id))


def chores(bank: BankClient, *, return_url: str) -> list[Chore]:
    """What payments does by itself with its bank."""
    return [
        Chore("collections", POLL_S, Collecting(bank, return_url).run),
        Chore("payouts", POLL_S, Paying(bank).run),
        Chore("statements", POLL_S, Fetching(bank).run),
    ]


def _in_work(platform: Platform, fund_id: str, cause: str, action: Callable[[Work], Answer]) -> Answer:
    return platform.work(fund_id, by=BANK, cause=f"chore:{cause}", action=action)


def _one_by_one(things: Sequence[Thing], do: Callable[[Thing], object]) -> None:
    """Do all of them: one that the bank, or we, made a mistake in does not hold up the others."""
    for thing in things:
        try:
            do(thing)
        except Unavailable:
            raise
        except Failure as failure:
            log.error("bank-file-not-taken", why=failure.code)


def _book(platform: Platform, fund_id: str, cause: str, lines: Sequence[BookedEntry]) -> None:
    """Book the lines of a file, some at a time: those that were taken in before a fall change nothing after it."""
    for first in range(0, len(lines), LINES_A_WORK):
        part = lines[first : first + LINES_A_WORK]
        _in_work(platform, fund_id, cause, partial(actions.book_lines, lines=part))


def _check(report: StatusReport, batch: Batch, currency: Currency) -> None:
    """The report is about this file: its id, its count and its sum."""
    total = Money(batch.total_minor, currency).decimal()
    if (
        report.original_message_id != batch.batch_id
        or report.original_count not in (None, len(batch.payout_ids))
        or report.original_sum not in (None, total)
    ):
        raise paying.NotOfBatch(batch=batch.batch_id)


def _transfers(report: StatusReport) -> bool:
    return any(each.level is Level.TRANSFER for each in report.statuses)


def _days(batch: Batch, today: date) -> Iterator[date]:
    """The days (UTC) on which the bank may have booked the file, as far back as is worth asking."""
    first = max(batch.steps[0].at.date(), today - timedelta(days=DAYS_BACK_MAX))
    for number in range((today - first).days + 1):
        yield first + timedelta(days=number)
