"""What payments does with files of direct debits: gather them, let them leave, follow them, book what they brought."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from services.payments.collections import booking, debiting, requesting
from services.payments.collections import store as collections_store
from services.payments.collections.collection import Collection, Status
from services.payments.debits import rules, store
from services.payments.debits.debit_file import DebitFile
from services.payments.mandates import store as mandates
from services.payments.order_files import rules as order_files
from services.payments.order_files.order_file import FileStatus
from shared.kernel.outcome import Outcome
from shared.storage.pending_writes import ChangedMeanwhile
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.propagation import continue_trace


def gather(
    uow: UnitOfWork,
    debits: Sequence[Collection],
    *,
    batch_id: str,
    debit_on: date,
    sequence: str,
    sha256: str,
    size: int,
) -> DebitFile:
    """The file of these debits is stored: write down that they are in it, all or none. `ChangedMeanwhile` where one of
    them is no longer what the file was written from."""
    found = collections_store.collections.find_many(uow, [each.collection_id for each in debits])
    if any(found.get(each.collection_id) != each for each in debits):
        raise ChangedMeanwhile
    in_file = [debiting.put_in_file(each, batch_id=batch_id, debit_on=debit_on, at=uow.at) for each in debits]
    collections_store.collections.save_many(uow, in_file, part_of=batch_id)
    made = rules.gather(
        in_file, batch_id=batch_id, debit_on=debit_on, sequence=sequence, sha256=sha256, size=size, at=uow.at
    )
    return store.scheduling.save(uow, Outcome(made))


def begin_sending(uow: UnitOfWork, *, batch_id: str) -> DebitFile:
    """From now on the bank may have the file. Its debits are looked at once more, in the same unit of work: where one
    of them is paid in another way by now, or has no mandate in force (I11), the file is discarded, and what still
    stands goes into the next one. The mandates are kept as they are, in their next version: who ends one at this very
    moment meets with it, and one of the two comes first."""
    file = store.files.load(uow, batch_id)
    debits = _debits_of(uow, file)
    in_force = mandates.active_of_each(uow, (each.employer_id for each in debits))
    if rules.is_as_written(file, debits, in_force):
        mandates.mandates.touch_many(uow, in_force.values(), part_of=batch_id)
        return change(uow, batch_id=batch_id, rule=lambda it: order_files.begin_sending(it, at=uow.at))
    return change(uow, batch_id=batch_id, rule=lambda it: order_files.discard(it, at=uow.at))


_FOLLOWED = {
    FileStatus.READY: Status.IN_FILE,
    FileStatus.SENDING: Status.SENT,
    FileStatus.SENT: Status.SENT,
    FileStatus.UNKNOWN: Status.UNKNOWN,
}


def change(uow: UnitOfWork, *, batch_id: str, rule: Callable[[DebitFile], DebitFile]) -> DebitFile:
    """Keep what a rule makes of a file; its debits follow where the news is about them too."""
    file = store.scheduling.save(uow, Outcome(rule(store.files.load(uow, batch_id))))
    before = [each for each in _debits_of(uow, file) if each.batch_id == batch_id]
    if file.status is FileStatus.DISCARDED:
        after = [debiting.take_out(each, at=uow.at) for each in before if each.status is Status.IN_FILE]
    elif file.status in _FOLLOWED:
        followed = [debiting.follow_file(each, to=_FOLLOWED[file.status], at=uow.at) for each in before]
        after = [each for each, seen in zip(followed, before, strict=True) if each is not seen]
    else:
        return file
    collections_store.collections.save_many(uow, after, part_of=batch_id)
    return file


def is_settled(uow: UnitOfWork, file: DebitFile) -> bool:
    """Whether the bank said of every debit of the file what came of it."""
    return all(each.status in rules.SETTLED for each in _debits_of(uow, file))


def refuse(uow: UnitOfWork, *, batch_id: str, refused: Iterable[tuple[str, str]]) -> None:
    """What the bank refuses of a file: `refused` pairs EndToEndIds with ISO 20022 reasons. Nothing was debited."""
    debits = {_end_to_end_id(each): each for each in _debits_of(uow, store.files.load(uow, batch_id))}
    for end_to_end_id, reason in refused:
        if end_to_end_id not in debits:
            raise order_files.NotOfBatch(batch=batch_id)
        if debits[end_to_end_id].status not in rules.SETTLED:
            _refuse(uow, debits[end_to_end_id], reason=reason)


def refuse_unsent(uow: UnitOfWork, debits: Sequence[Collection], *, reason: str) -> None:
    """These debits go into no file: no mandate in force allows them any more, or what it says cannot be written. The
    employers are told. One that has changed meanwhile is left for the next look."""
    found = collections_store.collections.find_many(uow, [each.collection_id for each in debits])
    for each in debits:
        if found.get(each.collection_id) == each:
            _refuse(uow, each, reason=reason)


def find(uow: UnitOfWork, message_id: str) -> DebitFile | None:
    """The file that the bank refers to by its MsgId, which is its PmtInfId as well, or None."""
    return store.files.find(uow, message_id)


def read_ahead(uow: UnitOfWork, message_ids: Iterable[str]) -> None:
    """Ask at once for the files that entries of the bank name."""
    store.files.read_ahead(uow, message_ids)


def book_file(
    uow: UnitOfWork,
    file: DebitFile,
    *,
    bank_reference: str,
    entry_id: str,
    amount_minor: int,
    into: str,
    value_on: date,
) -> bool:
    """The bank booked a whole file as one credit. Whether it was booked here: every debit of the file that the bank did
    not refuse is paid by it, or, where these do not add up to the amount or one of them was paid before, none is and a
    person has to look."""
    expected = rules.expected(file, _debits_of(uow, file))
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


def _debits_of(uow: UnitOfWork, file: DebitFile) -> list[Collection]:
    found = collections_store.collections.find_many(uow, file.collection_ids)
    return [found[each] for each in file.collection_ids]


def _end_to_end_id(debit: Collection) -> str:
    return debit.collection_id.replace("-", "")
