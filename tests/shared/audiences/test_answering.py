"""How a service answers for an audience: page by page, once, and with a code where it cannot."""

from pathlib import Path

import pytest

from shared.audiences import answering
from shared.audiences.answering import Audiences
from shared.audiences.selection import Parameters
from shared.events.audiences import AudienceCondition, AudienceMember, AudienceRequested, AudienceSelected
from shared.kernel.errors import Conflict
from shared.process.service import Service
from shared.storage.paging import Page, PageRequest
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.clock import AT
from tests.kit.contexts import DZ, handle, make_unique_indexes, published_events

MEMBERS = 1_250
SELECTED = "audiences.audience-selected"


class NoSuchPeriod(Conflict):
    code = "test.no-such-period"


def numbered(uow: UnitOfWork, parameters: Parameters, wanted: PageRequest) -> Page[AudienceMember]:
    """Every second of a list belongs to it."""
    first = int(wanted.cursor or 0)
    items = [AudienceMember(owner_id=f"p{number:04d}") for number in range(first, first + wanted.limit) if number % 2]
    following = first + wanted.limit
    return Page(items, next=str(following) if following < MEMBERS * 2 else None)


def refused(uow: UnitOfWork, parameters: Parameters, wanted: PageRequest) -> Page[AudienceMember]:
    raise NoSuchPeriod


def thirds(uow: UnitOfWork, parameters: Parameters, wanted: PageRequest) -> Page[AudienceMember]:
    """Every third number, all on one page."""
    return Page([AudienceMember(owner_id=f"p{number:04d}") for number in range(0, MEMBERS * 2, 3)])


AUDIENCES = Audiences({"numbered": numbered, "thirds": thirds, "refused": refused})


@pytest.fixture
def service(context: ServiceContext) -> Service[None]:
    made: Service[None] = Service(
        name="identity",
        folder=Path(__file__).parent,
        settings=lambda env: None,
        reactions=[AUDIENCES.reactions()],
        repositories=[answering.selections],
    )
    make_unique_indexes(made, context)
    return made


def ask(context: ServiceContext, service: Service[None], audience: str, *also: AudienceCondition) -> None:
    asked = AudienceRequested(selection_id="s1", campaign_id="c1", audience=audience, also=also, requested_at=AT)
    handle(context, service, asked)


def answered(context: ServiceContext) -> list[AudienceSelected]:
    run = AUDIENCES.answering().run
    for _ in range(100):
        if run(context, DZ, "s1") is None:
            break
    return published_events(context, SELECTED)


def test_every_member_comes_once_and_the_last_page_says_so(context: ServiceContext, service: Service[None]) -> None:
    ask(context, service, "numbered")
    ask(context, service, "numbered")
    pages = answered(context)
    assert [page.page for page in pages] == list(range(1, len(pages) + 1))
    assert [page.is_last for page in pages] == [False] * (len(pages) - 1) + [True]
    members = [member.owner_id for page in pages for member in page.members]
    assert members == [f"p{number:04d}" for number in range(1, MEMBERS * 2, 2)]
    assert max(len(page.members) for page in pages) <= answering.MEMBERS_MAX
    assert answered(context) == pages, "a job that runs again publishes nothing twice"


def test_what_cannot_be_selected_is_answered_with_its_code(context: ServiceContext, service: Service[None]) -> None:
    ask(context, service, "refused")
    (page,) = answered(context)
    assert (page.members, page.is_last, page.refused) == ((), True, "test.no-such-period")


def test_an_audience_of_another_service_is_left_to_it(context: ServiceContext, service: Service[None]) -> None:
    ask(context, service, "of-another")
    assert context.database["jobs"].count_documents({}) == 0


THIRDS, NO_THIRDS = AudienceCondition(audience="thirds"), AudienceCondition(audience="thirds", is_not=True)
OF_ANOTHER = AudienceCondition(audience="of-another")
ODD, OF_THREE = set(range(1, MEMBERS * 2, 2)), set(range(0, MEMBERS * 2, 3))


@pytest.mark.parametrize(
    ("audience", "also", "answers", "found", "is_excluding"),
    [
        ("numbered", (THIRDS,), (0, 1), ODD & OF_THREE, False),
        ("numbered", (NO_THIRDS,), (0, 1), ODD - OF_THREE, False),
        ("numbered", (OF_ANOTHER,), (0,), ODD, False),
        ("of-another", (THIRDS,), (1,), OF_THREE, False),
        ("of-another", (NO_THIRDS,), (1,), OF_THREE, True),
    ],
)
def test_the_conditions_that_a_service_knows_are_answered_together(
    context: ServiceContext,
    service: Service[None],
    audience: str,
    also: tuple[AudienceCondition, ...],
    answers: tuple[int, ...],
    found: set[int],
    is_excluding: bool,
) -> None:
    ask(context, service, audience, *also)
    pages = answered(context)
    assert {page.answers for page in pages} == {answers} and {page.is_excluding for page in pages} == {is_excluding}
    members = [member.owner_id for page in pages for member in page.members]
    assert members == [f"p{number:04d}" for number in sorted(found)]
    sizes = {"numbered": len(ODD), "thirds": len(OF_THREE)}
    asked = [audience, *(each.audience for each in also)]
    counted = [sum(counts) for counts in zip(*(page.counted for page in pages), strict=True)]
    assert counted == [sizes[asked[number]] for number in answers]


def test_a_selection_that_an_earlier_release_began_goes_on_where_it_stood(
    context: ServiceContext, service: Service[None]
) -> None:
    ask(context, service, "numbered")
    old = {"cursor": "100", "pages": 1}
    new = {"also": "", "answers": "", "place": ""}
    context.database["audience_selections"].update_one({}, {"$set": old, "$unset": new})
    pages = answered(context)
    assert (pages[0].page, pages[0].members[0].owner_id) == (2, "p0101")
