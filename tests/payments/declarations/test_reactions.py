"""Cards are counted page by page: twice is once, and what is broken or unknown is parked."""

from dataclasses import replace
from datetime import date

import pytest

from services.payments.declarations.pages import WAGES_A_PAGE
from services.payments.wiring import service
from shared.events.identity import CardsRefreshed, RefreshedCard
from shared.storage.service_context import ServiceContext
from tests.kit.contexts import handle, parked
from tests.payments.declarations.builders import DZ_EMPLOYER, das_b, workers
from tests.payments.declarations.harness import DeclarationsHarness


@pytest.fixture
def harness(context: ServiceContext) -> DeclarationsHarness:
    return DeclarationsHarness(context)


def cards(declaration_id: str, *, page: int = 1, pages: int = 1, count: int = 0, unknown: int = 0) -> CardsRefreshed:
    refreshed = tuple(
        RefreshedCard(person_ref=f"p{number}", card_number=f"C{number}", valid_until=date(2027, 1, 20))
        for number in range(count)
    )
    return CardsRefreshed(
        declaration_id=declaration_id,
        employer_id=DZ_EMPLOYER,
        page=page,
        pages=pages,
        cards=refreshed,
        unknown=unknown,
    )


def test_cards_are_counted_while_it_goes_on(harness: DeclarationsHarness, context: ServiceContext) -> None:
    declaration_id = harness.declare(das_b(workers(WAGES_A_PAGE + 3)))["declaration_id"]
    handle(context, service, cards(declaration_id, page=2, pages=2, count=2, unknown=1))
    seen = harness.see(declaration_id)["cards"]
    assert seen == {
        "refreshed": 2,
        "of": 503,
        "already_good": 0,
        "without_card": 1,
        "right_not_open": 0,
        "is_complete": False,
        "text": "2 cartes sur 503 actualisées jusqu'ici. 1 salarié n'a pas de carte.",
    }
    handle(context, service, cards(declaration_id, page=1, pages=2, count=500))
    seen = harness.see(declaration_id, language="ar")["cards"]
    assert (seen["refreshed"], seen["is_complete"]) == (502, True)
    assert seen["text"] == "502 من 503 بطاقات صحية جددت. اكتملت العملية. دون بطاقة: أجير واحد."


def test_r13_cards_count_workers_with_an_open_right_and_say_why_others_are_not_refreshed(
    harness: DeclarationsHarness, context: ServiceContext
) -> None:
    harness.declare(das_b(workers(60)))
    declaration_id = harness.declare(das_b(workers(55)))["declaration_id"]  # five fall out, who are told of too
    harness.confirm(declaration_id)
    page = cards(declaration_id, count=6, unknown=1)
    handle(context, service, replace(page, already_good=40, not_open=9, withdrawn=1))
    seen = harness.see(declaration_id, language="en")["cards"]
    assert seen == {
        "refreshed": 5,
        "of": 46,
        "already_good": 40,
        "without_card": 1,
        "right_not_open": 9,
        "is_complete": True,
        "text": "5 of 46 cards refreshed. All have been looked at. 40 cards were good already. "
        "1 worker holds no card. 9 workers have no open right.",
    }
    assert seen["refreshed"] + seen["already_good"] + seen["without_card"] == seen["of"]


def test_a_page_that_is_told_again_counts_once(harness: DeclarationsHarness, context: ServiceContext) -> None:
    declaration_id = harness.declare(das_b())["declaration_id"]
    page = cards(declaration_id, count=2)
    handle(context, service, page)
    handle(context, service, page)  # another event of the same page, as after a republication under new ids
    assert harness.see(declaration_id)["cards"]["refreshed"] == 2
    assert parked(context) == []


def test_cards_of_a_declaration_that_nobody_filed_are_parked(context: ServiceContext) -> None:
    handle(context, service, cards("none", count=1))
    assert parked(context) == ["declaration.unknown"]
    assert context.database["declaration_cards"].count_documents({}) == 0
