"""Which word of the register on a person counts: the one that was registered last."""

from dataclasses import replace
from datetime import datetime

from services.claims.insured.insured import Insured
from shared.events.identity import RegisteredPerson
from shared.kernel.errors import Missing


class InsuredUnknown(Missing):
    """The register has not published this person, or not yet."""

    code = "insured.unknown"


def registered(known: Insured | None, received: RegisteredPerson, *, at: datetime) -> Insured | None:
    """The person as registered at an instant; None where something newer is known or no family was published."""
    if received.family is None or (known is not None and known.registered_at >= at):
        return None
    new = Insured(
        person_ref=received.person_ref,
        family=received.family,
        dependant_count=received.dependants,
        registered_at=at,
        national_id=received.national_id,
    )
    return replace(new, version=known.version) if known else new
