"""What payments does with files of direct debits: gather them block by block, let them leave, follow them, book what
they brought. A file may be long: each of its blocks is handled in a unit of work of its own."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

from services.payments.collections import booking, debiting, requesting
from services.payments.collections import store as collections_store
from services.payments.collections.collection import Collection, Status
from services.payments.debits import rules, store
from services.payments.debits.debit_file import DebitBlock, DebitFile
from services.payments.mandates import store as mandates
from services.payments.mandates.mandate import Mandate
from services.payments.order_files import rules as order_files
from services.payments.order_files.order_file import FileStatus, OrderBlock
from shared.kernel.outcome import Outcome
from shared.storage.pending_writes import ChangedMeanwhile
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.propagation import continue_trace

TOGETHER_MAX = 1_000
"""Debits that one transaction books, slowly. A longer file that the bank books as one credit comes as an entry
for each of its blocks (`settling.in_blocks`)."""

Line = TypeVar("Line")


def gather(uow: UnitOfWork, debits: Sequence[Collection], *, debit_on: date, sequence: str) -> DebitFile:
    """These debits become a block of the file that is being filled, all or none; where there is no such file, of a new
    one. `ChangedMeanwhile` where one of them is no longer what was looked at, or another worker has just filled the
    file."""
    found = collections_store.collections.find_many(uow, [each.collection_id for each in debits])
    if any(found.get(each.collection_id) != each for each in debits):
        raise ChangedMeanwhile
    file, block_id = store.gathering(uow), _new_id(uow)
    if file is not None and file.is_full(uow.fund.bindings.bank):
        raise ChangedMeanwhile
    in_file = [debiting.put_in_file(each, block_id=block_id, debit_on=debit_on, at=uow.at) for each in debits]
    collections_store.collections.save_many(uow, in_file, part_of=block_id)
    batch_id = _new_id(uow) if file is None else file.batch_id
    block = rules.block(in_file, block_id=block_id, batch_id=batch_id, debit_on=debit_on, sequence=sequence)
    store.blocks.save(uow, Outcome(block))
    return store.scheduling.save(
        uow, Outcome(rules.begin(block, at=uow.at) if file is None else rules.add(file, block))
    )


def end_gathering(uow: UnitOfWork, *, batch_id: str) -> DebitFile:
    """No block is added to the file any more; it is sent as soon as it is written. Another worker may have said so
    before."""
    file = store.files.load(uow, batch_id)
    if file.status is not FileStatus.GATHERING:
        return file
    return store.scheduling.save(uow, Outcome(order_files.gathered(file, at=uow.at)))


def let_go(
    uow: UnitOfWork, file: DebitFile, block: DebitBlock, *, line: Callable[[Collection, Mandate], Line | None]
) -> tuple[DebitFile, list[Line]]:
    """From now on the bank may have the debits of a block of a file that is not written yet: nothing of them is
    withdrawn. Each is looked at once more, in this unit of work: one that was paid in another way by now, has no
    mandate in force (I11), or cannot be written (`line` makes what is written of it), leaves the block, and goes into
    the next file where it still stands. The mandates are kept as they are, in their next version: who ends one at this
    very moment meets with it, and one of the two comes first. The file is kept as well: two workers that are at its
    blocks meet there."""
    debits = _debits_of(uow, block)
    in_force = mandates.active_of_each(uow, (each.employer_id for each in debits))
    standing: list[Collection] = []
    lines: list[Line] = []
    for each in debits:
        mandate = in_force.get(each.employer_id)
        if mandate is not None and rules.stands(each, mandate, block=block) and (written := line(each, mandate)):
            standing.append(each)
            lines.append(written)
    stands = {each.collection_id for each in standing}
    gone = [each for each in debits if each.collection_id not in stands]
    _keep(uow, block, standing, rule=lambda it: debiting.follow_file(it, to=Status.SENT, at=uow.at))
    _keep(uow, block, _not_left(block, gone), rule=lambda it: debiting.take_out(it, at=uow.at))
    _touch(uow, block, [in_force[each.employer_id] for each in standing])
    if gone:
        store.blocks.save(uow, Outcome(rules.keep_of(block, standing)))
    return store.scheduling.save(uow, Outcome(order_files.in_hand(file, at=uow.at))), lines


def begin_sending(uow: UnitOfWork, file: DebitFile, *, sha256: str, size: int) -> DebitFile:
    """The file is written and stored, all of whose blocks were let go. `ChangedMeanwhile` where another worker was at
    one of them since."""
    blocks = store.blocks_of(uow, file)
    return store.scheduling.save(uow, Outcome(rules.begin_sending(file, blocks, sha256=sha256, size=size, at=uow.at)))


def follow(uow: UnitOfWork, *, block_id: str, to: FileStatus) -> bool:
    """The debits of a block that is written follow their file. False where what the block says is no longer so, looked
    at as in `let_go`: the file must not leave."""
    block = store.block(uow, block_id)
    debits = _debits_of(uow, block)
    match to:
        case FileStatus.SENDING:
            in_force = mandates.active_of_each(uow, (each.employer_id for each in debits))
            if not rules.is_as_written(block, debits, in_force):
                return False
            _touch(uow, block, in_force.values())
            _keep(uow, block, debits, rule=lambda it: debiting.follow_file(it, to=Status.SENT, at=uow.at))
        case FileStatus.SENT:
            _keep(uow, block, debits, rule=lambda it: debiting.follow_file(it, to=Status.SENT, at=uow.at))
        case FileStatus.READY:
            _keep(uow, block, debits, rule=lambda it: debiting.follow_file(it, to=Status.IN_FILE, at=uow.at))
        case FileStatus.DISCARDED:
            _keep(uow, block, _not_left(block, debits), rule=lambda it: debiting.take_out(it, at=uow.at))
    return True


def is_settled(uow: UnitOfWork, file: DebitFile) -> bool:
    """Whether the bank said of every debit of the file what came of it."""
    return all(each.status in rules.SETTLED for block in store.blocks_of(uow, file) for each in _debits_of(uow, block))


def refuse(uow: UnitOfWork, block: OrderBlock, *, refused: Iterable[tuple[str, str]]) -> None:
    """What the bank refuses of a block: `refused` pairs EndToEndIds with ISO 20022 reasons. Nothing was debited."""
    debits = {order_files.end_to_end_id(each): each for each in block.order_ids}
    reasons = {debits[end_to_end_id]: reason for end_to_end_id, reason in refused}
    for debit_id, debit in collections_store.collections.find_many(uow, reasons).items():
        if debit.status not in rules.SETTLED:
            _refuse(uow, debit, reason=reasons[debit_id])


def refuse_unsent(uow: UnitOfWork, debits: Sequence[Collection], *, reason: str) -> None:
    """These debits go into no file: no mandate in force allows them any more, or what it says cannot be written. The
    employers are told. One that has changed meanwhile is left for the next look."""
    found = collections_store.collections.find_many(uow, [each.collection_id for each in debits])
    for each in debits:
        if found.get(each.collection_id) == each:
            _refuse(uow, each, reason=reason)


def blocks_named(uow: UnitOfWork, name: str) -> list[DebitBlock]:
    """The blocks that the bank books as one credit under their PmtInfId, or under the MsgId of their file."""
    block = store.blocks.find(uow, name)
    if block is not None:
        return [block]
    file = store.files.find(uow, name)
    return [] if file is None else store.blocks_of(uow, file)


def expected_minor(uow: UnitOfWork, block: DebitBlock) -> int:
    """What the bank books of a block where it books it as one credit."""
    return sum(each.amount_minor for each in rules.expected(_debits_of(uow, block)))


def read_ahead(uow: UnitOfWork, names: Iterable[str]) -> None:
    """Ask at once for the blocks and files that entries of the bank name."""
    ids = list(names)
    store.blocks.read_ahead(uow, ids)
    store.files.read_ahead(uow, ids)


def book_together(
    uow: UnitOfWork,
    blocks: Sequence[DebitBlock],
    *,
    bank_reference: str,
    entry_id: str,
    amount_minor: int,
    into: str,
    value_on: date,
) -> bool:
    """The bank booked blocks as one credit. Whether it was booked here: every debit of theirs that the bank did not
    refuse is paid by it, or, where these do not add up to the amount, one of them was paid before, or they are more
    than one transaction takes, none is and a person has to look."""
    if sum(len(block.collection_ids) for block in blocks) > TOGETHER_MAX:
        return False
    expected = rules.expected(each for block in blocks for each in _debits_of(uow, block))
    if sum(each.amount_minor for each in expected) != amount_minor or any(each.debits for each in expected):
        return False
    for each in expected:
        with continue_trace("money collected", each.traceparent):
            booking.book(
                uow,
                each,
                bank_reference=bank_reference,
                entry_id=entry_id,
                amount_minor=each.amount_minor,
                into=into,
                value_on=value_on,
            )
    return True


def _refuse(uow: UnitOfWork, debit: Collection, *, reason: str) -> None:
    with continue_trace("debit refused", debit.traceparent):
        requesting.refuse_debit(uow, debit, reason=reason)


def _touch(uow: UnitOfWork, block: DebitBlock, some: Iterable[Mandate]) -> None:
    once = {each.mandate_id: each for each in some}
    if once:
        mandates.mandates.touch_many(uow, once.values(), part_of=block.block_id)


def _keep(
    uow: UnitOfWork, block: DebitBlock, debits: Iterable[Collection], *, rule: Callable[[Collection], Collection]
) -> None:
    changed = [after for each in debits if (after := rule(each)) is not each]
    if changed:
        collections_store.collections.save_many(uow, changed, part_of=block.block_id)


def _not_left(block: DebitBlock, debits: Iterable[Collection]) -> list[Collection]:
    """Those that still wait in the block for the bank to have it."""
    return [each for each in debits if each.batch_id == block.block_id and each.status in rules.LEAVES]


def _debits_of(uow: UnitOfWork, block: DebitBlock) -> list[Collection]:
    found = collections_store.collections.find_many(uow, block.collection_ids)
    return [found[each] for each in block.collection_ids]


def _new_id(uow: UnitOfWork) -> str:
    """As it is written into files."""
    return uow.new_id().replace("-", "")
