"""An upload is stored once and tells of it."""

from services.documents.uploads.rules import store
from services.documents.uploads.upload import Upload
from shared.events.documents import UploadStored
from tests.kit.clock import AT
from tests.kit.people import AMIRA


def test_what_is_stored_is_told() -> None:
    outcome = store(upload_id="u1", person_ref=AMIRA, media_type="image/png", sha256="5e", size=7, pages=1, at=AT)
    assert outcome.thing == Upload(
        upload_id="u1", person_ref=AMIRA, media_type="image/png", sha256="5e", size=7, pages=1, stored_at=AT
    )
    assert outcome.events == (
        UploadStored(upload_id="u1", person_ref=AMIRA, media_type="image/png", sha256="5e", stored_at=AT),
    )
