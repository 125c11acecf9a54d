"""Pays: writes files of what is ordered, which `sending.py` sends and follows until every payout is settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from services.payments.banking import payout_file
from services.payments.banking.bank import Bank, BankOf
from services.payments.banking.bank_calls import BANK, in_unit_of_work
from services.payments.banking.bank_file import CreditTransfer
from services.payments.banking.iso20022 import documents
from services.payments.banking.sending import FileSender, Refusals
from services.payments.order_files.order_file import FileStatus, OrderBlock
from services.payments.payees import actions as payees
from services.payments.payouts import actions as payouts
from services.payments.payouts import store
from services.payments.payouts.batch import PayoutBatch
from services.payments.payouts.payout import Payout
from shared.funds.fund import Fund
from shared.jobs.job import JobKind
from shared.jobs.scheduling import JobScheduling
from shared.kernel.personal import DataClass
from shared.process.periodic_tasks import PeriodicTask
from shared.storage import blobs
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.failpoints import failpoint

GATHER_S, GATHER_REST_S = 0.5, 15.0


@dataclass(frozen=True)
class PayoutFiles:
    """The files of payouts (`OrderFiles`)."""

    orders: str = "payouts"
    one_order: str = "payout"
    scheduling: JobScheduling[PayoutBatch] = store.scheduling

    def blocks(self, uow: UnitOfWork, file: PayoutBatch) -> Sequence[OrderBlock]:
        return (OrderBlock(block_id=file.batch_id, order_ids=file.payout_ids),)

    def following(self, uow: UnitOfWork, file: PayoutBatch, *, to: FileStatus) -> Sequence[OrderBlock]:
        return self.blocks(uow, file)

    def follow(self, uow: UnitOfWork, block: OrderBlock, *, to: FileStatus) -> bool:
        """What is owed to a person stays owed: nothing of it is looked at once more."""
        payouts.follow_batch(uow, block, to=to)
        return True

    def refuse(self, uow: UnitOfWork, block: OrderBlock, *, refused: Refusals) -> None:
        payouts.refuse(uow, batch_id=block.block_id, refused=refused)

    def is_settled(self, uow: UnitOfWork, file: PayoutBatch) -> bool:
        return payouts.is_settled(uow, file)

    def account(self, fund: Fund) -> str:
        return fund.payments.payouts.number

    def send(self, bank: Bank, body: bytes, *, message_id: str) -> None:
        bank.send_file(body, message_id=message_id)


@dataclass(frozen=True)
class PayoutSender:
    """Writes files of payouts, and has them sent."""

    bank_of: BankOf

    @property
    def sending(self) -> FileSender[PayoutBatch]:
        return FileSender(self.bank_of, PayoutFiles())

    @property
    def job(self) -> JobKind:
        return self.sending.job

    @property
    def gathering(self) -> PeriodicTask:
        """What was ordered within a moment goes into one file: it has no thing of its own to wait for."""
        return PeriodicTask("payouts", GATHER_S, self.gather, rest_s=GATHER_REST_S, woken_by=("payouts",))

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
