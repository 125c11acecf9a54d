"""Where overpayments are kept, one an award."""

from collections.abc import Iterable

from services.claims.overpayments.overpayment import Overpayment, Status
from services.claims.overpayments.rules import OverpaymentUnknown
from shared.kernel.batches import in_batches
from shared.storage.paging import Order, Page, PageRequest, concatenated
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

PERSONS_AT_ONCE, REFS_CHARACTERS_MAX = 250, 20_000
"""Of a page of awards, so that no query finds too many."""

NOT_EXPECTED_AT_ONCE_MAX = 200

OLDEST_FIRST = Order("award_id", "award_id")
NEWEST_FIRST = Order("award_id", "award_id", is_newest_first=True)

overpayments = Repository(
    "overpayments",
    Overpayment,
    key="award_id",
    missing=OverpaymentUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("status", "award_id")),
        Index(("status", "is_disputed", "award_id")),
        Index(("person_ref", "award_id")),
        Index(("reference", "award_id")),
        Index(("repayment_reference", "award_id")),
        Index(("person_ref", "status")),
        Index(("is_of_deceased", "status"), where={"is_of_deceased": True}),
    ],
)


def page(
    uow: UnitOfWork,
    *,
    status: Status | None,
    is_disputed: bool | None,
    person_ref: str | None,
    reference: str | None,
    wanted: PageRequest,
) -> Page[Overpayment]:
    """A page of those that match all that is asked for, in the order of their awards; of what is to be recovered, where
    neither a status, nor a person, nor a reference is."""
    if status is None and person_ref is None and reference is None:
        status = Status.OPEN
    filters: dict[str, object] = {} if status is None else {"status": status.value}
    if person_ref is not None:
        filters["person_ref"] = person_ref
    if is_disputed is not None:
        filters["is_disputed"] = True if is_disputed else {"$in": [False, None]}  # None: of an earlier release
    if reference is None:
        return overpayments.page(uow, order=OLDEST_FIRST, wanted=wanted, **filters)
    either = ({**filters, "reference": reference}, {**filters, "repayment_reference": reference})
    lists = [lambda asked, by=by: overpayments.page(uow, order=OLDEST_FIRST, wanted=asked, **by) for by in either]
    return concatenated(wanted, lists)


def not_expected(uow: UnitOfWork) -> list[str]:
    """Awards of persons who died for which something is owed that payments was never told of, some at most."""
    found = overpayments.find_all(
        uow,
        is_of_deceased=True,
        status=Status.OPEN.value,
        is_expected={"$in": [False, None]},
        limit=NOT_EXPECTED_AT_ONCE_MAX,
    )
    return [each.award_id for each in found]


def of_person(uow: UnitOfWork, person_ref: str, *, wanted: PageRequest) -> Page[Overpayment]:
    """A page of a person's, that of the newest award first."""
    return overpayments.page(uow, order=NEWEST_FIRST, wanted=wanted, person_ref=person_ref)


def open_of(uow: UnitOfWork, person_refs: Iterable[str]) -> list[Overpayment]:
    """What these persons owe, in the order of the awards: few by construction, one an award."""
    found: list[Overpayment] = []
    for some in in_batches(sorted(set(person_refs)), size=len, count_max=PERSONS_AT_ONCE, size_max=REFS_CHARACTERS_MAX):
        found += overpayments.find_all(uow, person_ref={"$in": some}, status=Status.OPEN.value)
    return sorted(found, key=lambda each: each.award_id)
