"""HTTP comes in for verification, from programs; people get the page (`pages`)."""

from services.documents.verification import actions
from services.documents.verification.schemas import VerificationView
from services.documents.verification.verification import Verification
from shared.http.routes import ANYONE, Routes
from shared.storage.work import Work

routes = Routes("verification")


@routes.get("/verifications/<path:number>", needs=ANYONE, shows=VerificationView)
def check(work: Work, number: str) -> Verification:
    """Whether the paper of this number holds, without an account.

    A number that is malformed and one that was never issued are answered alike: unknown.
    """
    return actions.check(work, number)
