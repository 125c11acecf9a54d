"""How a service answers for an audience: page by page, once, and with a code where it cannot."""

from pathlib import Path

import pytest

from shared.audiences import answering
from shared.audiences.answering import Audiences
from shared.audiences.selection import Parameters
from shared.events.audiences import AudienceMember, AudienceRequested, AudienceSelected
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
    items = [AudienceMember(owner_id=f"p{number}") for number in range(first, first + wanted.limit) if number % 2]
    following = first + wanted.limit
    return Page(items, next=str(following) if following < MEMBERS * 2 else None)


def refused(uow: UnitOfWork, parameters: Parameters, wanted: PageRequest) -> Page[AudienceMember]:
    raise NoSuchPeriod


AUDIENCES = Audiences({"numbered": numbered, "refused": refused})


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


def ask(context: ServiceContext, service: Service[None], audience: str, **parameters: str) -> None:
    asked = AudienceRequested(
        selection_id="s1", campaign_id="c1", audience=audience, parameters=parameters, requested_at=AT
    )
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
    assert members == [f"p{number}" for number in range(1, MEMBERS * 2, 2)]
    assert max(len(page.members) for page in pages) <= answering.MEMBERS_MAX
    assert answered(context) == pages, "a job that runs again publishes nothing twice"


def test_what_cannot_be_selected_is_answered_with_its_code(context: ServiceContext, service: Service[None]) -> None:
    ask(context, service, "refused")
    (page,) = answered(context)
    assert (page.members, page.is_last, page.refused) == ((), True, "test.no-such-period")


def test_an_audience_of_another_service_is_left_to_it(context: ServiceContext, service: Service[None]) -> None:
    ask(context, service, "of-another")
    assert context.database["jobs"].count_documents({}) == 0
