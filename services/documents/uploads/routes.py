"""HTTP routes of uploads."""

from collections.abc import Mapping
from typing import Any

from services.documents.uploads import actions, store
from services.documents.uploads.actions import AcceptedFile
from services.documents.uploads.inspection import UPLOAD_BYTES_MAX, MediaType
from services.documents.uploads.schemas import UploadBody, UploadView
from services.documents.uploads.upload import Upload
from shared.http.files import Files, SubmittedForm
from shared.http.routes import Download, Downloads, Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("uploads", about="Supporting papers that persons upload.")

BODY_BYTES_MAX = UPLOAD_BYTES_MAX + 10 * 1024 * 1024
"""Larger than inspection allows, so that the refusal can name the limit, and what people can do about it."""

ONE_PAPER = Files(fields=UploadBody, part="file", count_max=1, size_max=BODY_BYTES_MAX, save=actions.accept_file)
ENDINGS = {MediaType.PDF: "pdf", MediaType.JPEG: "jpg", MediaType.PNG: "png"}


@routes.post("/uploads", scope="uploads:add", request=ONE_PAPER, response=UploadView, status=201, is_keyed=True)
def add(uow: UnitOfWork, sent: SubmittedForm[AcceptedFile]) -> Upload:
    """Give the fund a supporting paper: PDF, JPEG, PNG, HEIC, WebP or TIFF; the first bytes decide.

    It is rewritten without active or hidden content and metadata, or refused with the reason; the file's name is not
    kept. A claim refers to it by `upload_id`.
    """
    return actions.add(uow, sent.files[0])


@routes.get("/uploads/<upload_id>", scope="uploads:read", response=UploadView, query=PurposeQuery, is_journaled=True)
def read(uow: UnitOfWork, query: Mapping[str, Any], upload_id: str) -> Upload:
    """What is known of an upload, for the person whose it is and for the fund's agents, whose look enters the access
    journal."""
    return actions.look_at(uow, upload_id=upload_id, purpose=query["purpose"])


@routes.get(
    "/uploads/<upload_id>/content",
    scope="uploads:read",
    response=Downloads("*/*"),
    query=PurposeQuery,
    is_journaled=True,
)
def read_content(uow: UnitOfWork, query: Mapping[str, Any], upload_id: str) -> Download:
    """The paper itself, as it was rewritten."""
    upload = actions.look_at(uow, upload_id=upload_id, purpose=query["purpose"])
    file_name = f"{upload.upload_id}.{ENDINGS[MediaType(upload.media_type)]}"
    return Download(store.bytes_of(uow, upload), upload.media_type, file_name)
