"""Where careers are kept, one a person, and whom each page of declared wages spoke of."""

from services.documents.careers.career import Career, DeclaredPage
from services.documents.careers.rules import CareerUnknown
from shared.kernel.personal import DataClass
from shared.storage.retention import BY_LAW
from shared.storage.shelf import Index, Shelf

careers = Shelf(
    "careers",
    Career,
    key="person_ref",
    missing=CareerUnknown,
    retention=BY_LAW,
    sealed={"entries": DataClass.CIVIL},
    whose="person_ref",
)

pages = Shelf(
    "declared_pages", DeclaredPage, key="page_id", missing=CareerUnknown, retention=BY_LAW, indexes=[Index(("scope",))]
)
