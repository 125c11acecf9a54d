"""What claims does with simulations: what is known of the caller already, so that it need not be typed."""

from services.claims.benefits.fact import Fact
from services.claims.benefits.facts import sources_of
from services.claims.simulations import rules
from shared.kernel.actors import NotYours
from shared.storage.unit_of_work import UnitOfWork


def read_known(uow: UnitOfWork, *, claim_type: str) -> tuple[Fact, ...]:
    """What is known of the caller today of what a benefit's estimate asks for. Raises `ClaimTypeUnknown`,
    `NotSimulated` and `NotYours`."""
    if uow.by.person_ref is None:
        raise NotYours
    today = uow.today
    benefit = rules.must_be_simulated(uow.fund, claim_type=claim_type, on=today)
    sources = sources_of(uow, person_ref=uow.by.person_ref, claim_type=claim_type, answers=(), filed_on=today)
    return rules.known_of(benefit, sources, on=today)
