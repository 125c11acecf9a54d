"""What may happen at a counter: a visit begins with a proof, lasts for a while, and ends. Pure."""

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.identity.counter.visit import PLACE_LENGTH_MAX, Proof, UsualProof, Visit
from shared.funds.fund import Fund
from shared.kernel import normalize
from shared.kernel.errors import Conflict, Invalid, Missing

VISIT_LIFE = timedelta(hours=1)
ENDING = re.compile("[0-9A-Z]{4}", re.ASCII)
"""So many last signs of a number are written down, no fewer and no more."""


class VisitUnknown(Missing):
    """There is no such visit, or it is another agent's."""

    code = "counter.visit-unknown"


class VisitOver(Conflict):
    """The visit was ended, or lasted too long."""

    code = "counter.visit-over"


class PersonIsDead(Conflict):
    """Nobody stands at a counter after the day on which the register says that they died."""

    code = "counter.person-died"


class EndingMalformed(Invalid):
    """The end of the number of what was shown is not four letters or digits."""

    code = "counter.ending-malformed"


class ProofUnknown(Invalid):
    """The fund does not take this as a proof of who somebody is."""

    code = "counter.proof-unknown"


class PlaceEmpty(Invalid):
    """It is not said at which counter."""

    code = "counter.place-empty"


def read_ending(typed: str) -> str:
    """The last four signs of a number, in any script and however they were typed; `EndingMalformed` for all else."""
    ending = normalize.reference(typed)
    if not ENDING.fullmatch(ending):
        raise EndingMalformed
    return ending


def proofs_of(fund: Fund) -> Collection[str]:
    """By what people show who they are at a counter of the fund, by code."""
    return fund.counter_proofs or [each.value for each in UsualProof]


def read_proof(kind: str, ending: str, *, fund: Fund) -> Proof:
    """What the person showed. Raises `ProofUnknown`, `EndingMalformed`."""
    if kind not in proofs_of(fund):
        raise ProofUnknown(proof=kind[:40])
    return Proof(kind=kind, ending=read_ending(ending))


def read_place(typed: str) -> str:
    """The name of the counter as it was typed, without what cannot be seen; `PlaceEmpty` where there is none."""
    place = normalize.text(typed)
    if not place or not place.isprintable() or len(place) > PLACE_LENGTH_MAX:
        raise PlaceEmpty
    return place


def begin(
    *,
    visit_id: str,
    reference: str,
    person_ref: str,
    died_on: date | None,
    agent_id: str,
    session_id: str,
    proof: Proof,
    place: str,
    ticket_hash: str,
    at: datetime,
) -> Visit:
    """The agent saw who the person is and acts for them from now on."""
    if died_on is not None:
        raise PersonIsDead
    return Visit(
        visit_id=visit_id,
        reference=reference,
        person_ref=person_ref,
        agent_id=agent_id,
        session_id=session_id,
        proof=proof,
        place=place,
        ticket_hash=ticket_hash,
        began_at=at,
    )


def ends_at(visit: Visit) -> datetime:
    """When a visit is over that nobody ends."""
    return visit.began_at + VISIT_LIFE


def is_open(visit: Visit, *, at: datetime) -> bool:
    """Whether the agent may still act for the person."""
    return visit.ended_at is None and at < ends_at(visit)


def end(visit: Visit, *, agent_id: str | None, at: datetime) -> Visit:
    """The person has left; only the agent who began a visit ends it. One that is over stays as it ended."""
    if visit.agent_id != agent_id:
        raise VisitUnknown
    return replace(visit, ended_at=at) if is_open(visit, at=at) else visit
