"""How an employer's number is read. Pure."""

from shared.funds.fund import Fund, IdentifierKind
from shared.kernel.errors import Invalid


class EmployerMalformed(Invalid):
    code = "declaration.employer-malformed"


def employer_of(fund: Fund, employer_id: str) -> str:
    """An employer's number as it is kept, without the spaces and dashes that people put in."""
    found = fund.read_identifier(IdentifierKind.EMPLOYER_NUMBER, employer_id)
    if found is None:
        raise EmployerMalformed
    return found
