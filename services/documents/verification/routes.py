"""HTTP routes of verification, from programs; people get the page (`pages`)."""

from collections.abc import Mapping
from typing import Any

from services.documents.papers.store import PDF_BYTES_MAX
from services.documents.verification import actions
from services.documents.verification.schemas import CertifiedView, CodeBody, FileBody, FileView, VerificationView
from services.documents.verification.verification import Verification
from shared.http.files import Files, SubmittedForm
from shared.http.routes import ANYONE, Routes
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("verification", about="Whether a paper holds: for anybody who is shown one. Open to everybody.")

ONE_PDF = Files(
    fields=FileBody,
    part="file",
    count_max=1,
    size_max=2 * PDF_BYTES_MAX,
    save=lambda context, fund_id, sent: actions.hash_of(sent.stream),
)


@routes.get("/verifications/<path:number>", scope=ANYONE, response=VerificationView)
def check(uow: UnitOfWork, number: str) -> Verification:
    """Whether the paper of this number holds, without an account.

    A number that is malformed and one that was never issued are answered alike: unknown.
    """
    return actions.check(uow, number)


@routes.post("/verifications/<path:number>", scope=ANYONE, request=CodeBody, response=CertifiedView)
def check_code(uow: UnitOfWork, body: Mapping[str, Any], number: str) -> Verification:
    """The same, and what the paper certifies where the control code is right that is printed on it.

    A wrong code, a paper without one and a number that was never issued show nothing: `code` says `wrong`.
    """
    return actions.check_code(uow, number, code_typed=body["code"])


@routes.post("/verifications", scope=ANYONE, request=ONE_PDF, response=FileView)
def check_file(uow: UnitOfWork, sent: SubmittedForm[str]) -> Mapping[str, object]:
    """Whether a file is exactly one that the fund signed, and if so whether its paper holds. The file is not kept."""
    verification = actions.check_file(uow, sent.files[0])
    return {"is_genuine": verification is not None, "paper": verification}
