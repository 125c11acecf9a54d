"""What documents does with uploads: clean and keep the bytes before the unit of work, then the upload inside it."""

from dataclasses import dataclass

from services.documents.access_journal.accessed import AccessedKind
from services.documents.uploads import rules, store
from services.documents.uploads.inspection import UPLOAD_BYTES_MAX, inspect
from services.documents.uploads.upload import Upload
from shared.http.files import UploadedFile
from shared.kernel.actors import NotYours
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class AcceptedFile:
    """A paper that passed inspection and whose bytes are stored."""

    media_type: str
    sha256: str
    size: int
    pages: int


def accept_file(context: ServiceContext, fund_id: str, sent: UploadedFile) -> AcceptedFile:
    """Rewrite a sent paper and store its bytes encrypted; one that is never referred to afterwards is removed."""
    content = sent.stream.read(UPLOAD_BYTES_MAX + 1)
    paper = inspect(content, media_type=sent.media_type, file_name=sent.name)
    store.save_bytes(context, fund_id, paper)
    return AcceptedFile(media_type=paper.media_type, sha256=paper.sha256, size=len(paper.content), pages=paper.pages)


def add(uow: UnitOfWork, accepted: AcceptedFile) -> Upload:
    """The caller gives a paper."""
    if uow.by.person_ref is None:
        raise NotYours
    outcome = rules.store(upload_id=uow.new_id(), person_ref=uow.by.person_ref, at=uow.at, **vars(accepted))
    journal.note_act(uow, uow.by.person_ref, done_with=AccessedKind.UPLOAD)
    return store.uploads.save(uow, outcome)


def read(uow: UnitOfWork, *, upload_id: str) -> Upload:
    """An upload, for the person whose it is and for the fund's agents."""
    upload = store.uploads.load(uow, upload_id)
    uow.by.must_act_for_person(upload.person_ref)
    return upload


def look_at(uow: UnitOfWork, *, upload_id: str, purpose: Purpose) -> Upload:
    """As `read`; what an agent reads enters the access journal."""
    upload = read(uow, upload_id=upload_id)
    journal.note_person(uow, upload.person_ref, looked_at=AccessedKind.UPLOAD, purpose=purpose)
    return upload
