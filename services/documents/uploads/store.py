"""Where uploads are kept, and their bytes."""

from services.documents.uploads.inspection import CleanPaper
from services.documents.uploads.rules import UploadUnknown
from services.documents.uploads.upload import Upload
from shared.kernel.personal import DataClass
from shared.storage import blobs
from shared.storage.blobs import Blob
from shared.storage.repository import Repository
from shared.storage.retention import BY_LAW
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

CLEAN_BYTES_MAX = 64 * 1024 * 1024
"""A picture made anew may take more bytes than the sender's program needed for it."""

uploads = Repository("uploads", Upload, key="upload_id", missing=UploadUnknown, retention=BY_LAW)


def save_bytes(context: ServiceContext, fund_id: str, paper: CleanPaper) -> None:
    """Seal the bytes away, once for the fund however often they come."""
    blobs.store(context, fund_id, [paper.content], data_class=DataClass.HEALTH, size_max=CLEAN_BYTES_MAX)


def bytes_of(uow: UnitOfWork, upload: Upload) -> bytes:
    """The clean bytes again."""
    return b"".join(blobs.read_in(uow, Blob(upload.sha256, upload.size, DataClass.HEALTH)))
