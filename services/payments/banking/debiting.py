"""Debits: writes files of the debits whose time it is, which `sending.py` sends and follows until each is settled."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from services.payments.banking import debit_lines
from services.payments.banking.bank import Bank, BankOf
from services.payments.banking.bank_calls import BANK, in_unit_of_work
from services.payments.banking.bank_file import DebitInstruction, DebitOrder, DebitSequence, Totals
from services.payments.banking.sending import FileSender, Refusals
from services.payments.collections import debiting
from services.payments.collections import store as collections
from services.payments.collections.collection import Collection
from services.payments.debits import actions as debits
from services.payments.debits import store
from services.payments.debits.debit_file import DebitBlock, DebitFile
from services.payments.mandates import store as mandates
from services.payments.mandates.mandate import Mandate
from services.payments.order_files import rules as order_files
from services.payments.order_files.order_file import FileStatus, OrderBlock
from shared.funds.bindings import DEBITS_PER_BLOCK_MAX
from shared.funds.fund import Fund
from shared.jobs.job import JobKind
from shared.jobs.scheduling import JobScheduling
from shared.kernel.money import Money
from shared.kernel.personal import DataClass
from shared.process.periodic_tasks import PeriodicTask
from shared.storage import blobs
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.failpoints import failpoint

GATHER_S, GATHER_REST_S = 0.5, 60.0
DEBITS_AT_ONCE = 20 * DEBITS_PER_BLOCK_MAX
"""Debits that one look gathers: the embedded engine reads all that are due to say which are the first."""
FILE_BYTES_MAX = 96 * 1024 * 1024
"""Of the longest file that a bank takes here, as wordy as its lines may be."""
_NEWS_OF_DEBITS = {
    (FileStatus.READY, FileStatus.SENDING),
    (FileStatus.READY, FileStatus.DISCARDED),
    (FileStatus.UNKNOWN, FileStatus.READY),
    (FileStatus.UNKNOWN, FileStatus.SENT),
}


@dataclass(frozen=True)
class DebitFiles:
    """The files of direct debits (`OrderFiles`)."""

    orders: str = "debits"
    one_order: str = "debit"
    scheduling: JobScheduling[DebitFile] = store.scheduling

    def blocks(self, uow: UnitOfWork, file: DebitFile) -> Sequence[OrderBlock]:
        return [_order_block(each) for each in store.blocks_of(uow, file)]

    def following(self, uow: UnitOfWork, file: DebitFile, *, to: FileStatus) -> Sequence[OrderBlock]:
        """Whether the bank has a file that may have been sent is not known of its debits either: they stay sent."""
        return self.blocks(uow, file) if (file.status, to) in _NEWS_OF_DEBITS else ()

    def follow(self, uow: UnitOfWork, block: OrderBlock, *, to: FileStatus) -> bool:
        return debits.follow(uow, block_id=block.block_id, to=to)

    def refuse(self, uow: UnitOfWork, block: OrderBlock, *, refused: Refusals) -> None:
        debits.refuse(uow, block, refused=refused)

    def is_settled(self, uow: UnitOfWork, file: DebitFile) -> bool:
        return debits.is_settled(uow, file)

    def account(self, fund: Fund) -> str:
        return fund.payments.collections.number

    def send(self, bank: Bank, body: bytes, *, message_id: str) -> None:
        bank.send_debits(body, message_id=message_id)


@dataclass(frozen=True)
class DebitSender:
    """Writes files of debits, and has them sent."""

    bank_of: BankOf

    @property
    def sending(self) -> FileSender[DebitFile]:
        return FileSender(self.bank_of, DebitFiles())

    @property
    def job(self) -> JobKind:
        return replace(self.sending.job, run=self.run)

    @property
    def gathering(self) -> PeriodicTask:
        """The debits of a day go into few files: none has a thing of its own to wait for."""
        return PeriodicTask("debits", GATHER_S, self.gather, rest_s=GATHER_REST_S, woken_by=("collections",))

    def gather(self, context: ServiceContext, fund_id: str) -> int:
        """Put debits that the bank must have by today into the file that is being filled, in blocks: one for each day
        of debit, and apart those that are the first of their mandate. It is whole when it is full, or no more are due;
        who dies before leaves it to the next look."""
        uow = context.reading(fund_id, by=BANK)
        if uow.fund.sections.payments is None or uow.fund.payments.direct_debit is None:
            return 0
        bank = uow.fund.bindings.bank
        self._end_gathering(context, fund_id, is_over=lambda file: file.is_full(bank))
        due = collections.debits_due(uow, until=uow.today, limit=DEBITS_AT_ONCE)
        lines = _lines(uow, due)
        for reason, unsent in lines.unsent.items():
            for some in _in_blocks(unsent, DEBITS_PER_BLOCK_MAX):
                in_unit_of_work(
                    context, fund_id, "debits:unsent", partial(debits.refuse_unsent, debits=some, reason=reason)
                )
        for (debit_on, sequence), some_due in lines.by_block.items():
            for some in _in_blocks(some_due, bank.debits_per_block_max):
                add = partial(debits.gather, debits=some, debit_on=debit_on, sequence=sequence.value)
                in_unit_of_work(context, fund_id, "debits:gather", add)
                failpoint("debit.block-gathered")
                self._end_gathering(context, fund_id, is_over=lambda file: file.is_full(bank))
        self._end_gathering(context, fund_id, is_over=lambda _: len(due) < DEBITS_AT_ONCE)
        return len(due)

    def _end_gathering(self, context: ServiceContext, fund_id: str, *, is_over: Callable[[DebitFile], bool]) -> None:
        """The file that is being filled, where there is one, may be sent."""
        file = store.gathering(context.reading(fund_id, by=BANK))
        if file is not None and is_over(file):
            in_unit_of_work(
                context, fund_id, f"debits:{file.batch_id}", partial(debits.end_gathering, batch_id=file.batch_id)
            )
            failpoint("debit.gathered")

    def run(self, context: ServiceContext, fund_id: str, batch_id: str) -> None:
        """Do the next step of one file (`FileSender.run`); one that is whole is written, and sent."""
        file = store.files.load(context.reading(fund_id, by=BANK), batch_id)
        if file.status is FileStatus.READY and not file.is_written:
            self.sending.take_step(context, fund_id, file, self._write)
        else:
            self.sending.run(context, fund_id, batch_id)

    def _write(self, context: ServiceContext, fund_id: str, file: DebitFile) -> None:
        """Let the blocks go, one after the other, write what is left of them, and send it. It is stored encrypted, and
        only then is written down that the bank may have it: who dies before has sent nothing, and the next attempt
        looks at all of it anew. The head is made first: where that fails, nothing is let go."""
        uow, cause = context.reading(fund_id, by=BANK), f"debits:{file.batch_id}"
        gathered = Totals(file.debit_count, Money(file.total_minor, uow.fund.currency))
        heading = debit_lines.heading(uow.fund, message_id=file.batch_id, totals=gathered, at=uow.at)
        instructions: list[DebitInstruction] = []
        for block in store.blocks_of(uow, file):
            let_go = partial(debits.let_go, file=file, block=block, line=partial(_line, fund=uow.fund))
            file, lines = in_unit_of_work(context, fund_id, cause, let_go)
            failpoint("debit.let-go")
            if lines:
                instructions.append(
                    DebitInstruction(block.block_id, block.debit_on, DebitSequence(block.sequence), lines)
                )
        if not instructions:
            self.sending.change(context, fund_id, file, rule=order_files.discard)
            return
        left = replace(heading, totals=Totals.together(each.totals for each in instructions))
        body = self.bank_of(uow.fund).write_debits(left, instructions)
        blob = blobs.store(context, fund_id, [body], data_class=DataClass.BANK, size_max=FILE_BYTES_MAX)
        failpoint("debit.stored")
        begin = partial(debits.begin_sending, file=file, sha256=blob.sha256, size=blob.size)
        self.sending.hand_in(context, fund_id, in_unit_of_work(context, fund_id, cause, begin), body)


@dataclass(frozen=True)
class _Lines:
    """What goes into which blocks, and what goes into none, by the reason."""

    by_block: dict[tuple[date, DebitSequence], list[Collection]]
    unsent: dict[str, list[Collection]]


def _lines(uow: UnitOfWork, due: Sequence[Collection]) -> _Lines:
    """Which debits go together: one that cannot be written must not hold up the others."""
    found = _Lines(defaultdict(list), defaultdict(list))
    in_force = mandates.active_of_each(uow, (each.employer_id for each in due))
    for each in due:
        mandate = in_force.get(each.employer_id)
        debit_on = debiting.day_of_debit(each, fund=uow.fund, at=uow.at)
        if mandate is None or not debiting.may_be_sent(each, mandate, debit_on=debit_on):
            found.unsent[debiting.reason_against(each, mandate)].append(each)
            continue
        if _line(each, mandate, fund=uow.fund) is None:
            found.unsent[debiting.MANDATE_INCOMPLETE].append(each)
        else:
            found.by_block[debit_on, debit_lines.sequence(mandate)].append(each)
    return found


def _line(collection: Collection, mandate: Mandate, *, fund: Fund) -> DebitOrder | None:
    """The line of a debit; None where what its mandate says cannot be written."""
    try:
        return debit_lines.line(collection, mandate, fund=fund)
    except debit_lines.DebtorUnusable:
        return None


def _in_blocks(some: Sequence[Collection], count: int) -> Iterator[Sequence[Collection]]:
    for first in range(0, len(some), count):
        yield some[first : first + count]


def _order_block(block: DebitBlock) -> OrderBlock:
    return OrderBlock(block_id=block.block_id, order_ids=block.collection_ids)
