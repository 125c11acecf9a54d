"""Where files of direct debits are kept."""

from services.payments.debits.debit_file import DebitFile
from services.payments.debits.rules import DebitFileUnknown
from shared.jobs.scheduling import JobScheduling
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW

FOLLOW = "debits.follow"
"""The kind of the job that sends a file of debits and follows it until each is settled; its thing is the file."""

files = Repository(
    "debit_files",
    DebitFile,
    key="batch_id",
    missing=DebitFileUnknown,
    retention=BY_LAW,
    indexes=[Index(("is_scheduled", "next_look_at"))],
)
scheduling = JobScheduling(files, FOLLOW)
"""Every writer of files saves through it: a thing and its job go together."""
