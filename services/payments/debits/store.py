"""Where files of direct debits, and their payment blocks, are kept."""

from services.payments.debits import rules
from services.payments.debits.debit_file import DebitBlock, DebitFile
from services.payments.order_files.order_file import FileStatus
from shared.jobs.scheduling import JobScheduling
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

FOLLOW = "debits.follow"
"""The kind of the job that sends a file of debits and follows it until each is settled; its thing is the file."""

files = Repository(
    "debit_files",
    DebitFile,
    key="batch_id",
    missing=rules.DebitFileUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("is_scheduled", "next_look_at")),
        # Two workers that gather at the same moment fill one file.
        Index(("status",), unique=True, where={"status": FileStatus.GATHERING.value}),
    ],
)
blocks = Repository("debit_blocks", DebitBlock, key="block_id", missing=rules.DebitFileUnknown, retention=BY_LAW)
scheduling = JobScheduling(files, FOLLOW)
"""Every writer of files saves through it: a thing and its job go together."""


def gathering(uow: UnitOfWork) -> DebitFile | None:
    """The file that is being filled, or None."""
    return files.find_only(uow, status=FileStatus.GATHERING.value)


def block(uow: UnitOfWork, block_id: str) -> DebitBlock:
    """A block by its PmtInfId, which is the MsgId of a file of an earlier release."""
    return blocks.find(uow, block_id) or rules.only_block(files.load(uow, block_id))


def blocks_of(uow: UnitOfWork, file: DebitFile) -> list[DebitBlock]:
    """The blocks of a file that have debits, in their order."""
    if file.collection_ids:
        return [rules.only_block(file)]
    found = blocks.find_many(uow, file.block_ids)
    return [found[each] for each in file.block_ids if found[each].collection_ids]
