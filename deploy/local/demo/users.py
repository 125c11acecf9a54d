"""Which of a fund's roles somebody of the demo has: by what they do, since the roles' names are the fund's."""

from collections.abc import Mapping

from shared.funds.fund import Fund
from shared.funds.roles import EmployerRole, EmployerScope, StaffRole, StaffScope

PAYROLL = (EmployerScope.DECLARATIONS_FILE, EmployerScope.COLLECTIONS_PAY)
AGENT = (StaffScope.CLAIMS_DECIDE,)
ACCOUNTANT = (StaffScope.LEDGER_READ,)
SETTLER = (StaffScope.BANK_SETTLE, StaffScope.DECLARATIONS_READ)
WRITER = (StaffScope.CAMPAIGNS_MANAGE,)
CASHIER = (StaffScope.TERMINALS_TAKE,)
SUPERVISOR = (StaffScope.CLAIMS_SUPERVISE,)
MEDICAL_OFFICER = (StaffScope.CLAIMS_MEDICAL,)
OPERATOR = (StaffScope.OPERATIONS_ACT,)


def of_employer(fund: Fund) -> str:
    """The role of an employer's user who declares and pays."""
    return _first(fund.roles.employers, PAYROLL) or next(iter(fund.roles.employers))


def of_staff(fund: Fund, *scopes: StaffScope) -> str | None:
    """The role of staff that may do that and the least beside it; None where the fund has none."""
    return _first(fund.roles.staff, scopes)


def _first(
    roles: Mapping[str, StaffRole] | Mapping[str, EmployerRole], scopes: tuple[StaffScope | EmployerScope, ...]
) -> str | None:
    fitting = [code for code, role in roles.items() if set(scopes) <= set(role.scopes)]
    return min(fitting, key=lambda code: len(roles[code].scopes), default=None)
