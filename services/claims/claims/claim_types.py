"""What a fund knows of a claim type, by its code. Pure."""

from shared.funds.benefits import ClaimType
from shared.funds.fund import Fund
from shared.kernel.errors import Invalid


class ClaimTypeUnknown(Invalid):
    code = "claim.type-unknown"


def type_of(fund: Fund, claim_type: str) -> ClaimType:
    """The fund's definition of a claim type."""
    found = fund.claim_types.get(claim_type)
    if found is None:
        raise ClaimTypeUnknown(claim_type=claim_type[:40])
    return found
