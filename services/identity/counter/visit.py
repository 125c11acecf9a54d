"""A visit: an insured person stands at a counter, and an agent of the fund acts for them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

PLACE_LENGTH_MAX = 80


class UsualProof(StrEnum):
    """By what a person shows who they are where the fund says nothing else; each has a sentence under
    `counter.proof.<kind>`."""

    ID_CARD = "id-card"
    PASSPORT = "passport"
    RESIDENCE_PERMIT = "residence-permit"
    DRIVING_LICENCE = "driving-licence"


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What was shown, and the last signs of its number: enough to ask about it later, too little to misuse."""

    kind: str
    """A code of the fund (`counter_proofs`), or a usual one."""
    ending: str


@dataclass(frozen=True, kw_only=True)
class Visit:
    """An agent acts for a person who is present. `session_id` is the agent's sign-in: the visit does not outlive it.

    `ticket_hash` is that of the secret which the agent's frontend exchanges for the tokens of the visit.
    """

    visit_id: str
    reference: str
    person_ref: str
    agent_id: str
    session_id: str
    proof: Proof
    place: str
    ticket_hash: str
    began_at: datetime
    ended_at: datetime | None = None
    version: int = 0
