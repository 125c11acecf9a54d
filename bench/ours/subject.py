"""A subject to measure the backbone with: a service that keeps one thing for every event that it hears."""

from dataclasses import dataclass
from pathlib import Path

from environs import Env

from shared.bus.reactions import Reactions
from shared.events.claims.claims import ClaimSubmitted
from shared.kernel.errors import Missing
from shared.kernel.outcome import Outcome
from shared.process.service import Service
from shared.storage.repository import Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Received:
    """What is kept of an event."""

    claim_id: str
    reference: str
    person_ref: str
    version: int = 0


class NotReceived(Missing):
    code = "bench.not-heard"


received = Repository("heard", Received, key="claim_id", missing=NotReceived, retention=BY_LAW)
reactions = Reactions()


@reactions.to(ClaimSubmitted)
def save(uow: UnitOfWork, event: ClaimSubmitted) -> None:
    """The effect: one thing an event."""
    thing = Received(claim_id=event.claim_id, reference=event.reference, person_ref=event.person_ref)
    received.save(uow, Outcome(thing, []))


def log(uow: UnitOfWork, event: ClaimSubmitted) -> None:
    """An effect under a fresh id: what is done twice is seen twice."""
    uow.collection("heard").insert(uow.new_id(), {"claim_id": event.claim_id})


def no_settings(env: Env) -> None:
    """There are none."""


def of(received_by: Reactions) -> Service[None]:
    """The service with these reactions."""
    return Service(
        name="bench",
        folder=Path(__file__).parent,
        settings=no_settings,
        reactions=[received_by],
        repositories=[received],
    )


service = of(reactions)
