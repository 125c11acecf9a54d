"""Debits: writes files of the debits whose time it is, which `sending.py` sends and follows until each is settled."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeVar

from services.payments.banking import debit_lines
from services.payments.banking.bank import Bank, BankOf
from services.payments.banking.bank_calls import BANK, in_unit_of_work
from services.payments.banking.bank_file import DebitOrder, DebitSequence
from services.payments.banking.iso20022 import documents
from services.payments.banking.sending import FileSender, Refusals
from services.payments.collections import debiting
from services.payments.collections import store as collections
from services.payments.collections.collection import Collection
from services.payments.debits import actions as debits
from services.payments.debits import store
from services.payments.debits.debit_file import DEBITS_IN_FILE_MAX, DebitFile
from services.payments.mandates import store as mandates
from shared.funds.fund import Fund
from shared.jobs.job import JobKind
from shared.jobs.scheduling import JobScheduling
from shared.kernel.personal import DataClass
from shared.process.periodic_tasks import PeriodicTask
from shared.storage import blobs
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.failpoints import failpoint

Line = TypeVar("Line")

GATHER_S, GATHER_REST_S = 0.5, 60.0
DEBITS_AT_ONCE = 20 * DEBITS_IN_FILE_MAX
"""Debits that one look puts into files: the embedded engine reads all that are due to say which are the first."""


@dataclass(frozen=True)
class DebitFiles:
    """The files of direct debits (`OrderFiles`)."""

    orders: str = "debits"
    one_order: str = "debit"
    scheduling: JobScheduling[DebitFile] = store.scheduling

    def change(self, uow: UnitOfWork, *, batch_id: str, rule: Callable[[DebitFile], DebitFile]) -> DebitFile:
        return debits.change(uow, batch_id=batch_id, rule=rule)

    def begin_sending(self, uow: UnitOfWork, *, batch_id: str) -> DebitFile:
        return debits.begin_sending(uow, batch_id=batch_id)

    def refuse(self, uow: UnitOfWork, *, batch_id: str, refused: Refusals) -> None:
        debits.refuse(uow, batch_id=batch_id, refused=refused)

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
        return self.sending.job

    @property
    def gathering(self) -> PeriodicTask:
        """The debits of a day go into few files: none has a thing of its own to wait for."""
        return PeriodicTask("debits", GATHER_S, self.gather, rest_s=GATHER_REST_S, woken_by=("collections",))

    def gather(self, context: ServiceContext, fund_id: str) -> int:
        """Put the debits that the bank must have by today into files: one for each day of debit, and apart those that
        are the first of their mandate. A file is stored encrypted, and only then is written down what is in it."""
        uow = context.reading(fund_id, by=BANK)
        if uow.fund.sections.payments is None or uow.fund.payments.direct_debit is None:
            return 0
        due = collections.debits_due(uow, until=uow.today, limit=DEBITS_AT_ONCE)
        lines = _lines(uow, due)
        for reason, unsent in lines.unsent.items():
            for some in _in_files(unsent):
                in_unit_of_work(
                    context, fund_id, "debits:unsent", partial(debits.refuse_unsent, debits=some, reason=reason)
                )
        for (debit_on, sequence), written in lines.by_file.items():
            for part in _in_files(written):
                self._store(context, fund_id, part, debit_on=debit_on, sequence=sequence)
        return len(due)

    def _store(
        self,
        context: ServiceContext,
        fund_id: str,
        lines: Sequence[tuple[Collection, DebitOrder]],
        *,
        debit_on: date,
        sequence: DebitSequence,
    ) -> None:
        batch_id = context.new_id().replace("-", "")
        fund = context.funds[fund_id]
        body = debit_lines.write(
            [order for _, order in lines],
            bank=self.bank_of(fund),
            fund=fund,
            message_id=batch_id,
            collect_on=debit_on,
            sequence=sequence,
            at=context.reading(fund_id, by=BANK).at,
        )
        blob = blobs.store(context, fund_id, [body], data_class=DataClass.BANK, size_max=documents.FILE_BYTES_MAX)
        failpoint("debit.stored")
        in_unit_of_work(
            context,
            fund_id,
            f"debits:{batch_id}",
            partial(
                debits.gather,
                debits=[collection for collection, _ in lines],
                batch_id=batch_id,
                debit_on=debit_on,
                sequence=sequence.value,
                sha256=blob.sha256,
                size=blob.size,
            ),
        )


@dataclass(frozen=True)
class _Lines:
    """What goes into which file, and what goes into none, by the reason."""

    by_file: dict[tuple[date, DebitSequence], list[tuple[Collection, DebitOrder]]]
    unsent: dict[str, list[Collection]]


def _lines(uow: UnitOfWork, due: Sequence[Collection]) -> _Lines:
    """The lines of the files: one that cannot be written must not hold up the others."""
    found = _Lines(defaultdict(list), defaultdict(list))
    in_force = mandates.active_of_each(uow, (each.employer_id for each in due))
    for each in due:
        mandate = in_force.get(each.employer_id)
        debit_on = debiting.day_of_debit(each, fund=uow.fund, at=uow.at)
        if mandate is None or not debiting.may_be_sent(each, mandate, debit_on=debit_on):
            found.unsent[debiting.reason_against(each, mandate)].append(each)
            continue
        try:
            order = debit_lines.line(each, mandate, fund=uow.fund)
        except debit_lines.DebtorUnusable:
            found.unsent[debiting.MANDATE_INCOMPLETE].append(each)
        else:
            found.by_file[debit_on, debit_lines.sequence(mandate)].append((each, order))
    return found


def _in_files(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """As many as one file holds: each is stored, and written down, by itself."""
    for first in range(0, len(lines), DEBITS_IN_FILE_MAX):
        yield lines[first : first + DEBITS_IN_FILE_MAX]
