"""What may happen at a counter, and what may not."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.identity.counter import rules
from services.identity.counter.rules import EndingMalformed, PersonIsDead, PlaceEmpty, VisitUnknown
from services.identity.counter.visit import Proof, Visit
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds


def begun(**changes: Any) -> Visit:
    return rules.begin(
        **{
            "visit_id": "v-1",
            "reference": "GV260000000123",
            "person_ref": "p-1",
            "died_on": None,
            "agent_id": "agent-1",
            "session_id": "s-1",
            "proof": Proof(kind="id-card", ending="4821"),
            "place": "Guichet 3",
            "ticket_hash": "h",
            "at": AT,
            **changes,
        }
    )


def test_what_is_a_proof_is_the_funds_to_say() -> None:
    usual = replace(funds()[DZ], counter_proofs={})
    own = replace(usual, counter_proofs={"family-book": {"ar": "دفتر", "fr": "Livret", "en": "Family book"}})
    assert rules.read_proof("driving-licence", "٤٨٢١", fund=usual) == Proof(kind="driving-licence", ending="4821")
    assert rules.read_proof("family-book", "4821", fund=own).kind == "family-book"
    for kind, fund in (("family-book", usual), ("id-card", own), ("", usual)):
        with pytest.raises(rules.ProofUnknown):
            rules.read_proof(kind, "4821", fund=fund)


def test_a_visit_lasts_an_hour_and_no_longer() -> None:
    visit = begun()
    assert rules.is_open(visit, at=AT)
    assert rules.is_open(visit, at=AT + timedelta(minutes=59))
    assert not rules.is_open(visit, at=AT + timedelta(hours=1))


def test_an_ended_visit_stays_as_it_ended() -> None:
    ended = rules.end(begun(), agent_id="agent-1", at=AT + timedelta(minutes=5))
    assert ended.ended_at == AT + timedelta(minutes=5)
    assert not rules.is_open(ended, at=AT + timedelta(minutes=6))
    assert rules.end(ended, agent_id="agent-1", at=AT + timedelta(minutes=9)) == ended


@pytest.mark.parametrize("agent_id", ["agent-2", None])
def test_nobody_ends_the_visit_of_another(agent_id: str | None) -> None:
    with pytest.raises(VisitUnknown):
        rules.end(begun(), agent_id=agent_id, at=AT)


def test_nobody_stands_at_a_counter_after_their_death() -> None:
    with pytest.raises(PersonIsDead):
        begun(died_on=date(2026, 1, 30))


@pytest.mark.parametrize("typed", ["4821", "٤٨٢١", "48 21", "\u200f4821", "ab12"])
def test_the_end_of_a_number_is_read_however_it_was_typed(typed: str) -> None:
    assert rules.read_ending(typed) in {"4821", "AB12"}


@pytest.mark.parametrize("typed", ["", " ", "482", "48215", "09004821", "é821", "48\n2"])
def test_neither_less_nor_more_than_the_end_of_a_number_is_kept(typed: str) -> None:
    with pytest.raises(EndingMalformed):
        rules.read_ending(typed)


@pytest.mark.parametrize("typed", ["", "\u200b", " \n", "x" * 81])
def test_a_counter_has_a_name(typed: str) -> None:
    with pytest.raises(PlaceEmpty):
        rules.read_place(typed)
    assert rules.read_place("  شباك\u200f 3 ") == "شباك 3"
