"""Pays: writes files of what is ordered, sends them, and follows each until every payout is settled."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from services.payments.banking import payout_file
from services.payments.banking.bank import BankOf, BankOutcomeUnknown, BankRefused
from services.payments.banking.bank_file import CreditTransfer, StatusReport
from services.payments.banking.iso20022 import documents
from services.payments.banking.rounds import ATTEMPTS_MAX, BANK, LEASE_S, book, in_unit_of_work
from services.payments.payees import actions as payees
from services.payments.payouts import actions as payouts
from services.payments.payouts import rules, store
from services.payments.payouts.batch import PayoutBatch, PayoutBatchStatus
from services.payments.payouts.payout import Payout
from shared.jobs.job import JobKind
from shared.kernel.money import Currency, Money
from shared.kernel.moves import MoveNotAllowed
from shared.kernel.personal import DataClass
from shared.process.periodic_tasks import PeriodicTask
from shared.storage import blobs
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.failpoints import failpoint

DAYS_BACK_MAX = 5
GATHER_S, GATHER_REST_S = 0.5, 15.0


@dataclass(frozen=True)
class PayoutSender:
    """Writes files of payouts, sends them, and follows each until every payout is settled."""

    bank_of: BankOf

    @property
    def gathering(self) -> PeriodicTask:
        """What was ordered within a moment goes into one file: it has no thing of its own to wait for."""
        return PeriodicTask("payouts", GATHER_S, self.gather, rest_s=GATHER_REST_S, woken_by=("payouts",))

    @property
    def job(self) -> JobKind:
        return JobKind(name=store.FOLLOW, run=self.run, lease_s=LEASE_S, attempts_max=ATTEMPTS_MAX, at_once=1)

    def run(self, context: ServiceContext, fund_id: str, batch_id: str) -> None:
        """Do the next step of one batch. Without progress, it is scheduled again after a longer wait."""
        batch = store.batches.load(context.reading(fund_id, by=BANK), batch_id)
        if batch.status is not PayoutBatchStatus.CLOSED:
            self.follow(context, fund_id, batch)

    def follow(self, context: ServiceContext, fund_id: str, batch: PayoutBatch) -> None:
        try:
            self.look_at(context, fund_id, batch)
        except MoveNotAllowed:
            if not _has_moved(context, fund_id, batch):
                raise
            return  # another worker was faster
        self._keep(context, fund_id, batch, partial(payouts.check_later, seen=batch))

    def gather(self, context: ServiceContext, fund_id: str) -> int:
        """Put what is ordered into a file, store it encrypted, and only then write down that it is in there."""
        uow = context.reading(fund_id, by=BANK)
        ordered = store.ordered(uow)
        transfers, unusable = _transfers(uow, ordered)
        if unusable:
            in_unit_of_work(context, fund_id, "payouts:set-aside", partial(payouts.set_aside, unusable=unusable))
        if not transfers:
            return len(unusable)
        payable = [payout for payout in ordered if payout.payout_id in transfers]
        batch_id = context.new_id().replace("-", "")
        body = payout_file.write(
            list(transfers.values()),
            bank=self.bank_of(context.funds[fund_id]),
            fund=uow.fund,
            message_id=batch_id,
            at=uow.at,
        )
        blob = blobs.store(context, fund_id, [body], data_class=DataClass.BANK, size_max=documents.FILE_BYTES_MAX)
        failpoint("payout.stored")
        in_unit_of_work(
            context,
            fund_id,
            f"payouts:{batch_id}",
            partial(
                payouts.gather,
                payouts=payable,
                accounts={
                    payout_id: payees.index_of(line.creditor_account, keys=uow.keys)
                    for payout_id, line in transfers.items()
                },
                batch_id=batch_id,
                sha256=blob.sha256,
                size=blob.size,
            ),
        )
        return len(ordered)

    def look_at(self, context: ServiceContext, fund_id: str, batch: PayoutBatch) -> None:
        """Do what the state of one batch asks for."""
        match batch.status:
            case PayoutBatchStatus.READY:
                self._send(context, fund_id, batch)
            case PayoutBatchStatus.SENDING:
                # Somebody began to send it and did not live to write down what came of it.
                self._change(context, fund_id, batch, rule=rules.doubt)
            case PayoutBatchStatus.UNKNOWN:
                is_there = self.bank_of(context.funds[fund_id]).has_file(batch.batch_id)
                known = rules.taken if is_there else rules.never_taken
                self._change(context, fund_id, batch, rule=known)
            case PayoutBatchStatus.SENT:
                self._report(context, fund_id, batch)
            case _:
                self._settle(context, fund_id, batch)

    def _send(self, context: ServiceContext, fund_id: str, batch: PayoutBatch) -> None:
        blob = blobs.Blob(batch.sha256, batch.size, DataClass.BANK)
        body = b"".join(blobs.read(context, fund_id, blob))
        sending = self._change(context, fund_id, batch, rule=rules.begin_sending)
        failpoint("payout.sending")
        try:
            self.bank_of(context.funds[fund_id]).send_file(body, message_id=batch.batch_id)
        except BankOutcomeUnknown:
            self._change(context, fund_id, sending, rule=rules.doubt)
            raise
        except BankRefused as refused:
            sent = self._change(context, fund_id, sending, rule=rules.taken)
            nothing = _all_of(sent, reason=str(refused.parameters["reason"]))
            self._keep(context, fund_id, sent, lambda uow: payouts.report(uow, batch_id=sent.batch_id, refused=nothing))
            return
        failpoint("payout.sent")
        self._change(context, fund_id, sending, rule=rules.taken)

    def _report(self, context: ServiceContext, fund_id: str, batch: PayoutBatch) -> None:
        """Keep the bank's first verdict. While it is still at it, what it refuses already counts; and since some banks
        never say more than that a file is accepted, what they booked is looked up all the same."""
        report = self.bank_of(context.funds[fund_id]).report(batch.batch_id)
        refused = _refused(report, batch, context.funds[fund_id].currency) if report else []
        if report is not None and not report.is_pending:
            self._keep(
                context, fund_id, batch, lambda uow: payouts.report(uow, batch_id=batch.batch_id, refused=refused)
            )
            return
        self._refuse(context, fund_id, batch, refused)
        if report is not None and batch.looks:
            self._look_up(context, fund_id, batch)
        if payouts.is_settled(context.reading(fund_id, by=BANK), batch):
            self._change(context, fund_id, batch, rule=rules.reported)

    def _report_again(self, context: ServiceContext, fund_id: str, batch: PayoutBatch) -> None:
        """A bank may give its verdict in halves: what it refuses later counts as well."""
        report = self.bank_of(context.funds[fund_id]).report(batch.batch_id)
        if report is not None:
            self._refuse(context, fund_id, batch, _refused(report, batch, context.funds[fund_id].currency))

    def _refuse(
        self, context: ServiceContext, fund_id: str, batch: PayoutBatch, refused: Sequence[tuple[str, str]]
    ) -> None:
        if refused:
            self._keep(
                context, fund_id, batch, lambda uow: payouts.refuse(uow, batch_id=batch.batch_id, refused=refused)
            )

    @staticmethod
    def _keep(
        context: ServiceContext, fund_id: str, batch: PayoutBatch, action: Callable[[UnitOfWork], object]
    ) -> None:
        in_unit_of_work(context, fund_id, f"payouts:{batch.batch_id}", action)

    def _settle(self, context: ServiceContext, fund_id: str, batch: PayoutBatch) -> None:
        """Close the batch once all is settled; until then, look up what the bank booked, in case its webhook was
        lost."""
        uow = context.reading(fund_id, by=BANK)
        if payouts.is_settled(uow, batch):
            self._change(context, fund_id, batch, rule=rules.close)
            return
        self._look_up(context, fund_id, batch)
        self._report_again(context, fund_id, batch)

    def _look_up(self, context: ServiceContext, fund_id: str, batch: PayoutBatch) -> None:
        """Book what the bank booked on the days since the file was written."""
        number = context.funds[fund_id].payments.payouts.number
        for on in _days(batch, context.reading(fund_id, by=BANK).at.date()):
            notice = self.bank_of(context.funds[fund_id]).day(number, on=on)
            if notice is not None:
                book(context, fund_id, f"payouts:{batch.batch_id}", notice)

    @staticmethod
    def _change(
        context: ServiceContext, fund_id: str, seen: PayoutBatch, *, rule: Callable[..., PayoutBatch]
    ) -> PayoutBatch:
        return in_unit_of_work(
            context,
            fund_id,
            f"payouts:{seen.batch_id}",
            lambda uow: payouts.change_batch(uow, batch_id=seen.batch_id, rule=lambda batch: rule(batch, at=uow.at)),
        )


def _has_moved(context: ServiceContext, fund_id: str, seen: PayoutBatch) -> bool:
    return store.batches.load(context.reading(fund_id, by=BANK), seen.batch_id).status is not seen.status


def _transfers(uow: UnitOfWork, ordered: Sequence[Payout]) -> tuple[dict[str, CreditTransfer], list[Payout]]:
    """The lines of a file by payout, and the payouts of which none can be made: one must not hold up the others."""
    known = payees.find_many(uow, {payout.person_ref for payout in ordered})
    transfers, unusable = {}, []
    for payout in ordered:
        try:
            line = payout_file.transfer(payout, known.get(payout.person_ref), fund=uow.fund, keys=uow.keys)
        except payout_file.PayeeUnusable:
            unusable.append(payout)
        else:
            transfers[payout.payout_id] = line
    return transfers, unusable


def _check(report: StatusReport, batch: PayoutBatch, currency: Currency) -> None:
    """The report is about this file: its id, its count and its sum."""
    total = Money(batch.total_minor, currency).decimal()
    if (
        report.original_message_id != batch.batch_id
        or report.original_count not in (None, len(batch.payout_ids))
        or report.original_sum not in (None, total)
    ):
        raise rules.NotOfBatch(batch=batch.batch_id)


def _refused(report: StatusReport, batch: PayoutBatch, currency: Currency) -> list[tuple[str, str]]:
    """What of the file the bank refuses, EndToEndId and reason. Raises `NotOfBatch`."""
    _check(report, batch, currency)
    return report.refusals(payment_id=batch.batch_id, end_to_end_ids=_end_to_end_ids(batch))


def _all_of(batch: PayoutBatch, *, reason: str) -> list[tuple[str, str]]:
    """The bank refuses the whole file: every payout of it is returned, for an agent to look into."""
    return [(end_to_end_id, reason) for end_to_end_id in _end_to_end_ids(batch)]


def _end_to_end_ids(batch: PayoutBatch) -> list[str]:
    return [payout_id.replace("-", "") for payout_id in batch.payout_ids]


def _days(batch: PayoutBatch, until: date) -> Iterator[date]:
    """The days (UTC) on which the bank may have booked the file, as far back as is worth asking."""
    first = max(batch.steps[0].at.date(), until - timedelta(days=DAYS_BACK_MAX))
    for number in range((until - first).days + 1):
        yield first + timedelta(days=number)
