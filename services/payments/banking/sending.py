"""Sends files of orders, whatever they order, and follows each until every order of it is settled.

A file has one payment block or several, and what is done with a long file is done block by block. A file is sent at
most once under its id; where the outcome is not known the bank is asked, and the same file is sent
again only if the bank has never seen it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Generic, Protocol, TypeVar

from services.payments.banking.bank import Bank, BankOf, BankOutcomeUnknown, BankRefused
from services.payments.banking.bank_calls import ATTEMPTS_MAX, BANK, LEASE_S, book, in_unit_of_work
from services.payments.banking.bank_file import StatusReport
from services.payments.order_files import rules
from services.payments.order_files.order_file import OVER, FileStatus, OrderBlock, OrderFile
from shared.funds.fund import Fund
from shared.jobs.job import JobKind
from shared.jobs.scheduling import JobScheduling
from shared.kernel.money import Currency, Money
from shared.kernel.moves import MoveNotAllowed
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass
from shared.storage import blobs
from shared.storage.pending_writes import ChangedMeanwhile
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.failpoints import failpoint

DAYS_BACK_MAX = 5

File = TypeVar("File", bound=OrderFile)
Answer = TypeVar("Answer")
Refusals = Iterable[tuple[str, str]]
"""EndToEndId and reason (ISO 20022) of each order that the bank refuses."""


class OrderFiles(Protocol[File]):
    """One kind of files, as its subject keeps them. `orders` opens the names of causes and failpoints."""

    @property
    def orders(self) -> str: ...

    @property
    def one_order(self) -> str: ...

    @property
    def scheduling(self) -> JobScheduling[File]: ...

    def blocks(self, uow: UnitOfWork, file: File) -> Sequence[OrderBlock]:
        """Its payment blocks, in their order."""
        ...

    def following(self, uow: UnitOfWork, file: File, *, to: FileStatus) -> Sequence[OrderBlock]:
        """Those whose orders follow it to a status: none where they were there before."""
        ...

    def follow(self, uow: UnitOfWork, block: OrderBlock, *, to: FileStatus) -> bool:
        """Have the orders of a block follow. False where what it says is no longer so: the file must not leave."""
        ...

    def refuse(self, uow: UnitOfWork, block: OrderBlock, *, refused: Refusals) -> None: ...

    def is_settled(self, uow: UnitOfWork, file: File) -> bool: ...

    def account(self, fund: Fund) -> str:
        """The number of the fund's account on which the bank books them."""
        ...

    def send(self, bank: Bank, body: bytes, *, message_id: str) -> None: ...


@dataclass(frozen=True)
class FileSender(Generic[File]):
    """Sends and follows the files of one kind."""

    bank_of: BankOf
    files: OrderFiles[File]

    @property
    def job(self) -> JobKind:
        return JobKind(
            name=self.files.scheduling.kind, run=self.run, lease_s=LEASE_S, attempts_max=ATTEMPTS_MAX, at_once=1
        )

    def run(self, context: ServiceContext, fund_id: str, batch_id: str) -> None:
        """Do the next step of one file. Without progress, it is scheduled again after a longer wait."""
        file = self._load(context.reading(fund_id, by=BANK), batch_id)
        if file.status not in OVER:
            self.follow(context, fund_id, file)

    def follow(self, context: ServiceContext, fund_id: str, file: File) -> None:
        self.take_step(context, fund_id, file, self.look_at)

    def take_step(
        self, context: ServiceContext, fund_id: str, file: File, step: Callable[[ServiceContext, str, File], None]
    ) -> None:
        """Do something for a file; nothing where another worker was faster."""
        try:
            step(context, fund_id, file)
        except (MoveNotAllowed, ChangedMeanwhile):
            if self._load(context.reading(fund_id, by=BANK), file.batch_id).status is file.status:
                raise
            return  # another worker was faster
        self._keep(context, fund_id, file, partial(self._check_later, seen=file))

    def look_at(self, context: ServiceContext, fund_id: str, file: File) -> None:
        """Do what the state of one file asks for."""
        match file.status:
            case FileStatus.GATHERING:
                return  # who gathers it goes on, or the next one does
            case FileStatus.READY:
                self._send(context, fund_id, file)
            case FileStatus.SENDING:
                # Somebody began to send it and did not live to write down what came of it.
                self.change(context, fund_id, file, rule=rules.doubt)
            case FileStatus.UNKNOWN:
                is_there = self.bank_of(context.funds[fund_id]).has_file(file.batch_id)
                known = rules.taken if is_there else rules.never_taken
                self.change(context, fund_id, file, rule=known)
            case FileStatus.SENT:
                self._report(context, fund_id, file)
            case _:
                self._settle(context, fund_id, file)

    def _send(self, context: ServiceContext, fund_id: str, file: File) -> None:
        body = b"".join(blobs.read(context, fund_id, blobs.Blob(file.sha256, file.size, DataClass.BANK)))
        sending = self.change(context, fund_id, file, rule=rules.begin_sending)
        if sending.status not in OVER:
            self.hand_in(context, fund_id, sending, body)

    def hand_in(self, context: ServiceContext, fund_id: str, sending: File, body: bytes) -> None:
        """Send a file of which is written down that the bank may have it."""
        failpoint(f"{self.files.one_order}.sending")
        try:
            self.files.send(self.bank_of(context.funds[fund_id]), body, message_id=sending.batch_id)
        except BankOutcomeUnknown:
            self.change(context, fund_id, sending, rule=rules.doubt)
            raise
        except BankRefused as refused:
            refusal = partial(rules.refused_whole, reason=str(refused.parameters["reason"]))
            self._refuse_all(context, fund_id, self.change(context, fund_id, sending, rule=refusal))
            return
        failpoint(f"{self.files.one_order}.sent")
        self.change(context, fund_id, sending, rule=rules.taken)

    def _report(self, context: ServiceContext, fund_id: str, file: File) -> None:
        """Keep the bank's first verdict. While it is still at it, what it refuses already counts; and since some banks
        never say more than that a file is accepted, what they booked is looked up all the same."""
        if file.refused_for is not None:
            self._refuse_all(context, fund_id, file)
            return
        report = self.bank_of(context.funds[fund_id]).report(file.batch_id)
        if report is not None:
            self._refuse(context, fund_id, file, report)
            if not report.is_pending:
                self.change(context, fund_id, file, rule=rules.reported)
                return
            if file.looks:
                self._look_up(context, fund_id, file)
        if self.files.is_settled(context.reading(fund_id, by=BANK), file):
            self.change(context, fund_id, file, rule=rules.reported)

    def _report_again(self, context: ServiceContext, fund_id: str, file: File) -> None:
        """A bank may give its verdict in halves: what it refuses later counts as well."""
        report = self.bank_of(context.funds[fund_id]).report(file.batch_id)
        if report is not None:
            self._refuse(context, fund_id, file, report)

    def _refuse(self, context: ServiceContext, fund_id: str, file: File, report: StatusReport) -> None:
        """What of the file the bank refuses. `NotOfBatch`."""
        _check(report, file, context.funds[fund_id].currency)
        blocks = self.files.blocks(context.reading(fund_id, by=BANK), file)
        refused = report.refusals({each.block_id: _end_to_end_ids(each) for each in blocks})
        self._refuse_in(context, fund_id, file, blocks, refused=refused)

    def _refuse_all(self, context: ServiceContext, fund_id: str, file: File) -> None:
        """The bank refuses the whole file: each of its orders is refused, for a person to look into."""
        blocks = self.files.blocks(context.reading(fund_id, by=BANK), file)
        reason = file.refused_for or ""
        refused = {block.block_id: [(each, reason) for each in _end_to_end_ids(block)] for block in blocks}
        self._refuse_in(context, fund_id, file, blocks, refused=refused)
        self.change(context, fund_id, file, rule=rules.reported)

    def _refuse_in(
        self,
        context: ServiceContext,
        fund_id: str,
        file: File,
        blocks: Iterable[OrderBlock],
        *,
        refused: Mapping[str, Sequence[tuple[str, str]]],
    ) -> None:
        """Each block in a unit of work of its own; what was refused before a crash changes nothing after it."""
        for block in blocks:
            if of_block := refused[block.block_id]:
                self._keep(context, fund_id, file, partial(self.files.refuse, block=block, refused=of_block))
                failpoint(f"{self.files.one_order}.block-refused")

    def _settle(self, context: ServiceContext, fund_id: str, file: File) -> None:
        """Close the file once all is settled; until then, look up what the bank booked, in case its webhook was
        lost."""
        uow = context.reading(fund_id, by=BANK)
        if self.files.is_settled(uow, file):
            self.change(context, fund_id, file, rule=rules.close)
            return
        self._look_up(context, fund_id, file)
        self._report_again(context, fund_id, file)

    def _look_up(self, context: ServiceContext, fund_id: str, file: File) -> None:
        """Book what the bank booked on the days since the file was written."""
        number = self.files.account(context.funds[fund_id])
        for on in _days(file, context.reading(fund_id, by=BANK).at.date()):
            notice = self.bank_of(context.funds[fund_id]).day(number, on=on)
            if notice is not None:
                book(context, fund_id, self._cause(file), notice)

    def _load(self, uow: UnitOfWork, batch_id: str) -> File:
        return self.files.scheduling.repository.load(uow, batch_id)

    def _check_later(self, uow: UnitOfWork, *, seen: File) -> None:
        """No news of a file: check again later. Where the check had a result, that sets the time."""
        file = self._load(uow, seen.batch_id)
        if file.version == seen.version:
            self.files.scheduling.save(uow, Outcome(rules.check_later(file, at=uow.at)))

    def change(self, context: ServiceContext, fund_id: str, seen: File, *, rule: Callable[..., File]) -> File:
        """Keep what a rule makes of the file now. Its blocks follow first, each in a unit of work of its own, the last
        one together with the file: a file has no status that is not true of all its blocks. Who dies in between leaves
        some ahead of it, and the next attempt begins with the first. Where what a block says is no longer so, the file
        is discarded."""
        reading = context.reading(fund_id, by=BANK)
        to = rule(seen, at=reading.at).status
        *first, last = self.files.following(reading, seen, to=to) or (None,)
        file = seen
        for block, then in [*((each, rules.in_hand) for each in first), (last, rule)]:
            kept = self._keep(context, fund_id, seen, partial(self._follow, file=file, block=block, to=to, then=then))
            if kept is None:
                return self._discard(context, fund_id, seen)
            file = kept
        return file

    def _follow(
        self, uow: UnitOfWork, *, file: File, block: OrderBlock | None, to: FileStatus, then: Callable[..., File]
    ) -> File | None:
        """Have a block follow, and keep what a rule makes of the file as it was seen: two workers that are at it meet
        here. None where what the block says is no longer so."""
        if block is not None and not self.files.follow(uow, block, to=to):
            return None
        return self.files.scheduling.save(uow, Outcome(then(file, at=uow.at)))

    def _discard(self, context: ServiceContext, fund_id: str, seen: File) -> File:
        now = self._load(context.reading(fund_id, by=BANK), seen.batch_id)
        return self.change(context, fund_id, now, rule=rules.discard)

    def _keep(
        self, context: ServiceContext, fund_id: str, file: File, action: Callable[[UnitOfWork], Answer]
    ) -> Answer:
        return in_unit_of_work(context, fund_id, self._cause(file), action)

    def _cause(self, file: File) -> str:
        return f"{self.files.orders}:{file.batch_id}"


def _check(report: StatusReport, file: OrderFile, currency: Currency) -> None:
    """The report is about this file: its id, its count and its sum."""
    total = Money(file.total_minor, currency).decimal()
    if (
        report.original_message_id != file.batch_id
        or report.original_count not in (None, file.order_count)
        or report.original_sum not in (None, total)
    ):
        raise rules.NotOfBatch(batch=file.batch_id)


def _end_to_end_ids(block: OrderBlock) -> list[str]:
    return [rules.end_to_end_id(order_id) for order_id in block.order_ids]


def _days(file: OrderFile, until: date) -> Iterator[date]:
    """The days (UTC) on which the bank may have booked the file, as far back as is worth asking."""
    first = max(file.steps[0].at.date(), until - timedelta(days=DAYS_BACK_MAX))
    for number in range((until - first).days + 1):
        yield first + timedelta(days=number)
