"""What the contract's events count: a tally a claim, which refuses what comes out of its turn or twice.

So one look at the tallies and the dead letters says all: nothing lost, nothing doubled, each claim in order.
"""

import os
from collections.abc import Iterator, Sequence

from shared.bus.reactions import Reactions
from shared.events.claims.claims import ClaimSubmitted
from shared.kernel.errors import Invalid
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.contexts import DZ, someone

TOPIC = "claims"
BAD = "bad"
"""A claim so named is refused until it is let through."""

reactions = Reactions()


class OutOfTurn(Invalid):
    code = "tally.out-of-turn"


class Refused(Invalid):
    code = "tally.refused"


@reactions.to(ClaimSubmitted)
def count(uow: UnitOfWork, event: ClaimSubmitted) -> None:
    """The turn of an event stands in its reference."""
    if event.claim_id.startswith(BAD) and uow.collection("let").find_one(event.claim_id) is None:
        raise Refused
    tallies, turn = uow.collection("tallies"), int(event.reference)
    if turn == 1 and tallies.find_one(event.claim_id) is None:
        tallies.insert(event.claim_id, {"claim": event.claim_id, "turn": 1, "takers": [os.getpid()]})
        return
    change = {"$set": {"turn": turn}, "$addToSet": {"takers": os.getpid()}}
    if not tallies.update(event.claim_id, change, turn=turn - 1):
        raise OutOfTurn


class Publisher:
    """Tells the next event of each of some claims, in one unit of work a round."""

    def __init__(self, context: ServiceContext, claims: Sequence[str]) -> None:
        self.context = context
        self.turns = dict.fromkeys(claims, 0)

    def publish(self, *, rounds: int = 1) -> None:
        for _ in range(rounds):
            published = {claim: turn + 1 for claim, turn in self.turns.items()}
            self.context.run(
                DZ, by=someone(), cause="test", action=lambda uow, published=published: _publish(uow, published)
            )
            self.turns = published


def _publish(uow: UnitOfWork, published: dict[str, int]) -> None:
    for claim, turn in published.items():
        uow.publish(
            ClaimSubmitted(claim_id=claim, reference=str(turn), person_ref="p1", claim_type="care", submitted_at=uow.at)
        )


def tallies(context: ServiceContext) -> dict[str, int]:
    """How far each claim was counted."""
    return {str(row["claim"]): int(str(row["turn"])) for row in context.database["tallies"].find()}


def takers(context: ServiceContext) -> set[int]:
    """The processes that counted anything."""
    return set(_takers(context))


def _takers(context: ServiceContext) -> Iterator[int]:
    for row in context.database["tallies"].find():
        yield from row["takers"]  # type: ignore[attr-defined]


def forget_takers(context: ServiceContext) -> None:
    """From here on, see who counts anew."""
    context.database["tallies"].update_many({}, {"$set": {"takers": []}})
