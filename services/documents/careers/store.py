"""Where careers are kept, one a person, and whom each page of declared wages spoke of."""

from services.documents.careers.career import Career, DeclaredPage
from services.documents.careers.rules import CareerUnknown
from shared.kernel.personal import DataClass
from shared.storage.paging import Order
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

careers = Repository(
    "careers",
    Career,
    key="person_ref",
    missing=CareerUnknown,
    retention=BY_LAW,
    encrypted={"entries": DataClass.CIVIL},
    associated_data="person_ref",
)

pages = Repository(
    "declared_pages",
    DeclaredPage,
    key="page_id",
    missing=CareerUnknown,
    retention=BY_LAW,
    indexes=[Index(("scope", "revision", "page_id")), Index(("scope", "is_last", "revision"))],
)


BY_REVISION = Order("revision", "page_id")


def pages_that_decide(
    uow: UnitOfWork, scope: str, *, page_id: str, revision: int, pages_wanted: int
) -> list[DeclaredPage]:
    """Of the pages of a scope, those that a page of a revision is held against: itself and the newest, and where all
    others of its revision are there, these and what earlier ones named since a revision came whole.

    What stands before that was settled with it, so that the hundredth correction reads as little as the second.
    """
    newest = pages.find_all(uow, limit=1, sort=[("revision", -1)], scope=scope)
    itself = pages.find(uow, page_id)
    if itself is not None or not newest or newest[0].revision > revision:
        return [*newest, *([itself] if itself is not None else [])]
    if pages_wanted > 1 and uow.collection(pages.name).count({"scope": scope, "revision": revision}) + 1 < pages_wanted:
        return newest
    whole = pages.find_all(uow, limit=1, sort=[("revision", -1)], scope=scope, is_last=True, revision={"$lt": revision})
    since = whole[0].revision if whole else 0
    return list(pages.each(uow, order=BY_REVISION, scope=scope, revision={"$gte": since, "$lte": revision}))
