"""What may happen to an upload: it is stored, once, and stays as it is."""

from datetime import datetime

from services.documents.uploads.upload import Upload
from shared.events.documents import UploadStored
from shared.kernel.errors import Missing
from shared.kernel.outcome import Outcome


class UploadUnknown(Missing):
    code = "upload.unknown"


def store(
    *, upload_id: str, person_ref: str, media_type: str, sha256: str, size: int, pages: int, at: datetime
) -> Outcome[Upload]:
    """A person's paper, clean and stored encrypted, becomes an upload that claims may refer to."""
    upload = Upload(
        upload_id=upload_id,
        person_ref=person_ref,
        media_type=media_type,
        sha256=sha256,
        size=size,
        pages=pages,
        stored_at=at,
    )
    published = UploadStored(
        upload_id=upload_id, person_ref=person_ref, media_type=media_type, sha256=sha256, stored_at=at
    )
    return Outcome(upload, (published,))
