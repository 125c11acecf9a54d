"""Rights open, cards follow: page by page, counted, and never twice."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.identity.cards.store import cards
from services.identity.wiring import service
from shared.events.claims.entitlements import Right, RightDecided
from shared.storage.service_context import ServiceContext
from tests.identity.builders import KARIM_NSS, events, known_people, ref, rights
from tests.kit.clock import AT
from tests.kit.contexts import DZ, handle, make_unique_indexes, parked, published, reading, today

SOON = today() + timedelta(days=60)


@pytest.fixture
def people(context: ServiceContext, tmp_path: Path) -> ServiceContext:
    known_people(context, tmp_path)
    return context


def refreshed(context: ServiceContext) -> list[dict[str, Any]]:
    return events(context, "identity.cards-refreshed")


def valid_until(context: ServiceContext, person_ref: str) -> date | None:
    return cards.load(reading(context), person_ref).valid_until


def test_open_rights_refresh_their_cards_once(people: ServiceContext) -> None:
    handle(people, service, rights(ref(), ref(KARIM_NSS), until=SOON))
    assert valid_until(people, ref()) == valid_until(people, ref(KARIM_NSS)) == SOON
    published_once = refreshed(people)
    assert len(published_once) == 1 and published_once[0]["unknown"] == 0
    assert {(card["person_ref"], card["valid_until"]) for card in published_once[0]["cards"]} == {
        (ref(), SOON.isoformat()),
        (ref(KARIM_NSS), SOON.isoformat()),
    }
    assert parked(people) == []


def test_r4_a_right_that_closes_takes_the_card_back_and_is_told(people: ServiceContext) -> None:
    closed_at, last_on = people.clock(), today() - timedelta(days=1)
    handle(people, service, rights(ref(), ref(KARIM_NSS), until=SOON, version=1))
    handle(people, service, rights(ref(), status="closed", declaration_id="d2", decided_at=closed_at, version=2))
    assert valid_until(people, ref()) == last_on and valid_until(people, ref(KARIM_NSS)) == SOON
    last = refreshed(people)[-1]
    assert (last["declaration_id"], last["cards"], last["unknown"]) == ("d2", [], 0)
    assert [(card["person_ref"], card["valid_until"]) for card in last["closed"]] == [(ref(), last_on.isoformat())]
    assert parked(people) == []


def test_r4_a_decision_that_comes_late_changes_nothing(people: ServiceContext) -> None:
    at = people.clock()
    handle(people, service, rights(ref(), status="closed", declaration_id="d2", decided_at=at, version=3))
    handle(people, service, rights(ref(), until=SOON, version=2))
    assert valid_until(people, ref()) is None
    assert [(published["cards"], published["closed"]) for published in refreshed(people)] == [([], [])] * 2


def test_r4_who_holds_no_card_is_counted_where_the_right_is_open(people: ServiceContext) -> None:
    handle(people, service, rights("pnobody", status="closed"), rights("pnobody", until=SOON, declaration_id="d2"))
    assert [published["unknown"] for published in refreshed(people)] == [0, 1]


def test_a_fund_that_says_no_lifetime_of_cards_has_none(context: ServiceContext, tmp_path: Path) -> None:
    fund = context.funds[DZ]
    without = replace(fund.entitlements, card_lifetime=())
    cardless = replace(fund, sections=replace(fund.sections, entitlements=without))
    ground = replace(context, funds={**context.funds, DZ: cardless})
    known_people(ground, tmp_path)
    handle(ground, service, rights(ref(), until=SOON))
    assert cards.find(reading(ground), ref()) is None
    assert [(each["cards"], each["unknown"]) for each in refreshed(ground)] == [([], 1)]
    assert parked(ground) == []


def test_a_fund_that_gives_cards_up_leaves_them_as_they_are(people: ServiceContext) -> None:
    handle(people, service, rights(ref(), until=SOON, version=1))
    fund = people.funds[DZ]
    without = replace(fund.entitlements, card_lifetime=())
    cardless = replace(fund, sections=replace(fund.sections, entitlements=without))
    ground = replace(people, funds={**people.funds, DZ: cardless})
    handle(ground, service, rights(ref(), until=SOON + timedelta(days=9), declaration_id="d2", version=2))
    assert valid_until(ground, ref()) == SOON
    assert parked(ground) == []


def test_r13_what_was_not_refreshed_is_counted_by_why_and_who_is_gone_apart(people: ServiceContext) -> None:
    gone, good = ref(KARIM_NSS), ref()
    handle(people, service, rights(good, until=SOON))
    decided = rights(good, gone, "pnobody", until=SOON, declaration_id="d2")
    locked = rights("pshut", status="closed").rights
    gone_too = tuple(replace(each, is_withdrawn=each.person_ref == gone) for each in decided.rights)
    handle(people, service, replace(decided, rights=(*gone_too, *locked)))
    last = refreshed(people)[-1]
    assert [card["person_ref"] for card in last["cards"]] == [gone]
    assert (last["already_good"], last["unknown"], last["not_open"], last["withdrawn"]) == (1, 1, 1, 1)


def test_a_page_that_changes_no_card_is_told_all_the_same(people: ServiceContext) -> None:
    handle(people, service, rights(ref(), until=SOON), rights(ref(), until=SOON, declaration_id="d2", page=3, pages=4))
    last = refreshed(people)[-1]
    assert (last["declaration_id"], last["page"], last["pages"], last["cards"]) == ("d2", 3, 4, [])


def test_rights_of_people_whom_the_register_does_not_know_are_counted(context: ServiceContext) -> None:
    make_unique_indexes(service, context)
    handle(context, service, rights("pnobody", "pnooneeither", until=SOON))
    assert (refreshed(context)[0]["cards"], refreshed(context)[0]["unknown"]) == ([], 2)
    assert published(context) == ["identity.cards-refreshed"] and parked(context) == []


def test_a_later_right_moves_the_card_on(people: ServiceContext) -> None:
    later = SOON + timedelta(days=30)
    handle(people, service, rights(ref(), until=SOON), rights(ref(), until=later, declaration_id="d2"))
    assert valid_until(people, ref()) == later


def decided(person_ref: str, *, version: int, until: date | None = None, **facts: Any) -> RightDecided:
    """The right of one person, open until a day or closed."""
    status, reason = ("open", "enough-self-paid") if until else ("closed", "not-enough-work")
    right = Right(person_ref=person_ref, status=status, reason=reason, valid_until=until, version=version)
    return RightDecided(**{"person_ref": person_ref, "month": "2026-M01", "right": right, "decided_at": AT, **facts})


def test_the_right_of_one_person_refreshes_the_card_or_takes_it_back(people: ServiceContext) -> None:
    handle(people, service, decided(ref(), version=1, until=SOON))
    assert valid_until(people, ref()) == SOON and valid_until(people, ref(KARIM_NSS)) is None
    handle(people, service, decided(ref(), version=2, decided_at=people.clock()))
    assert valid_until(people, ref()) == today() - timedelta(days=1)
    handle(people, service, decided(ref(), version=1, until=SOON + timedelta(days=9)))
    assert valid_until(people, ref()) == today() - timedelta(days=1), "a decision that comes late changes nothing"
    assert refreshed(people) == [], "no declaration has cards to count"
    assert parked(people) == []


def test_of_who_holds_no_card_one_right_changes_nothing(people: ServiceContext) -> None:
    handle(people, service, decided("pnobody", version=1, until=SOON))
    assert cards.find(reading(people), "pnobody") is None and parked(people) == []
