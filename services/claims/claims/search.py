"""What an agent types to find a claim or a person. Pure."""

from dataclasses import dataclass

from shared.funds.fund import Fund, IdentifierKind
from shared.kernel.errors import Missing


class NothingFound(Missing):
    """There is no claim of this reference, and no person of this number is known."""

    code = "search.nothing-found"


@dataclass(frozen=True, kw_only=True)
class Found:
    """Whose number it is, and which claim where it is a claim's."""

    person_ref: str
    claim_id: str | None = None


def insurance_number(text: str, *, fund: Fund) -> str:
    """An insured person's number as it is kept. Raises `NothingFound`: nobody has a number of another form."""
    found = fund.read_identifier(IdentifierKind.INSURANCE_NUMBER, text)
    if found is None:
        raise NothingFound
    return found
