"""What documents does with uploads: clean and keep the bytes before the unit of work, then the upload inside it."""

from dataclasses import dataclass

from services.documents.access_journal.looked import Looked
from services.documents.uploads import rules, store
from services.documents.uploads.gate import UPLOAD_BYTES_MAX, admit
from services.documents.uploads.upload import Upload
from shared.http.files import SentFile
from shared.kernel.actors import NotYours
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """A paper that passed inspection and whose bytes are stored."""

    media_type: str
    sha256: str
    size: int
    pages: int


def admit_file(context: ServiceContext, fund_id: str, sent: SentFile) -> Admitted:
    """Rewrite a sent paper and store its bytes encrypted; one that is never referred to afterwards is removed."""
    content = sent.stream.read(UPLOAD_BYTES_MAX + 1)
    paper = admit(content, media_type=sent.media_type, file_name=sent.name)
    store.keep_bytes(context, fund_id, paper)
    return Admitted(media_type=paper.media_type, sha256=paper.sha256, size=len(paper.content), pages=paper.pages)


def add(uow: UnitOfWork, admitted: Admitted) -> Upload:
    """The caller gives a paper."""
    if uow.by.person_ref is None:
        raise NotYours
    outcome = rules.store(upload_id=uow.new_id(), person_ref=uow.by.person_ref, at=uow.at, **vars(admitted))
    return store.uploads.save(uow, outcome)


def read(uow: UnitOfWork, *, upload_id: str) -> Upload:
    """An upload, for the person whose it is and for the fund's agents."""
    upload = store.uploads.load(uow, upload_id)
    uow.by.must_act_for_person(upload.person_ref)
    return upload


def look_at(uow: UnitOfWork, *, upload_id: str, purpose: Purpose) -> Upload:
    """As `read`; what an agent reads enters the access journal."""
    upload = read(uow, upload_id=upload_id)
    journal.note_person(uow, upload.person_ref, looked_at=Looked.UPLOAD, purpose=purpose)
    return upload
