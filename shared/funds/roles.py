"""Which roles a fund's staff and employers' users have, as data, and what each lets them do."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from shared.funds.faults import refuse
from shared.funds.texts import Texts

ROLES_MAX = 50
"""Roles of one kind of user."""
PERSON = "person"
"""The role of every insured person; what it may do is the same at every fund."""
MANAGE = "account:manage"
"""What everybody may do: see to their own password and sessions. It need not be written."""
_CODE = re.compile("[a-z][a-z0-9-]{0,39}", re.ASCII)


class StaffScope(StrEnum):
    """What one of the fund's staff may be let do. Each is asked for by routes of the services."""

    ACCOUNT_MANAGE = MANAGE
    CLAIMS_READ = "claims:read"
    CLAIMS_DECIDE = "claims:decide"
    CLAIMS_SUPERVISE = "claims:supervise"
    CLAIMS_MEDICAL = "claims:medical"
    AWARDS_READ = "awards:read"
    AWARDS_MANAGE = "awards:manage"
    RUNS_MAKE = "runs:make"
    RUNS_READ = "runs:read"
    RUNS_APPROVE = "runs:approve"
    RIGHTS_READ = "rights:read"
    UPLOADS_READ = "uploads:read"
    DECLARATIONS_READ = "declarations:read"
    COLLECTIONS_READ = "collections:read"
    CARDS_READ = "cards:read"
    CAREERS_READ = "careers:read"
    PAPERS_READ = "papers:read"
    LEDGER_READ = "ledger:read"
    PAYOUTS_ORDER = "payouts:order"
    BANK_SETTLE = "bank:settle"
    BANK_SUPERVISE = "bank:supervise"
    REGISTER_READ = "register:read"
    REGISTER_RECORD = "register:record"
    COUNTER_ACT = "counter:act"
    TERMINALS_TAKE = "terminals:take"
    CAMPAIGNS_MANAGE = "campaigns:manage"
    OPERATIONS_READ = "operations:read"
    OPERATIONS_ACT = "operations:act"


class EmployerScope(StrEnum):
    """What a user of an employer may be let do, for the employers that the account names."""

    ACCOUNT_MANAGE = MANAGE
    DECLARATIONS_FILE = "declarations:file"
    DECLARATIONS_READ = "declarations:read"
    COLLECTIONS_PAY = "collections:pay"
    MESSAGES_READ = "messages:read"
    DELEGATIONS_GIVE = "delegations:give"


APART = (
    (StaffScope.CLAIMS_MEDICAL, StaffScope.CLAIMS_DECIDE),
    (StaffScope.CLAIMS_MEDICAL, StaffScope.OPERATIONS_ACT),
)
"""Scopes that no role gives together: who gives a medical opinion does not decide what follows from it, and who repairs
the platform reads no medical papers."""
_LEADS_TO = {
    StaffScope.CLAIMS_DECIDE: StaffScope.CLAIMS_READ,
    StaffScope.CLAIMS_SUPERVISE: StaffScope.CLAIMS_READ,
    StaffScope.BANK_SUPERVISE: StaffScope.LEDGER_READ,
    StaffScope.AWARDS_MANAGE: StaffScope.AWARDS_READ,
    StaffScope.REGISTER_RECORD: StaffScope.REGISTER_READ,
    StaffScope.COUNTER_ACT: StaffScope.REGISTER_READ,
    StaffScope.TERMINALS_TAKE: StaffScope.DECLARATIONS_READ,
    StaffScope.RUNS_MAKE: StaffScope.RUNS_READ,
    StaffScope.RUNS_APPROVE: StaffScope.RUNS_READ,
    StaffScope.OPERATIONS_ACT: StaffScope.OPERATIONS_READ,
}
"""Nobody decides what they may not read."""


@dataclass(frozen=True, kw_only=True)
class StaffRole:
    """A role of the fund's staff."""

    scopes: tuple[StaffScope, ...]
    names: Texts = field(default_factory=dict)
    """What the fund calls it; a role of the platform's own set has a name of the platform's."""

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        yield from _scope_faults(self.scopes)
        for one, other in APART:
            if one in self.scopes and other in self.scopes:
                yield f"scopes: {one.value} and {other.value} are not given together"
        for scope, reading in _LEADS_TO.items():
            if scope in self.scopes and reading not in self.scopes:
                yield f"scopes: {scope.value} needs {reading.value}"


@dataclass(frozen=True, kw_only=True)
class EmployerRole:
    """A role of employers' users."""

    scopes: tuple[EmployerScope, ...]
    names: Texts = field(default_factory=dict)
    """What the fund calls it; a role of the platform's own set has a name of the platform's."""

    def __post_init__(self) -> None:
        refuse(_scope_faults(self.scopes))


def _scope_faults(scopes: tuple[StrEnum, ...]) -> Iterator[str]:
    if not set(scopes) - {MANAGE}:
        yield "scopes is empty: the role lets nobody do anything"
    if len(set(scopes)) < len(scopes):
        yield "scopes says the same twice"


_AGENT = (
    StaffScope.CLAIMS_DECIDE,
    StaffScope.CLAIMS_READ,
    StaffScope.AWARDS_READ,
    StaffScope.AWARDS_MANAGE,
    StaffScope.RUNS_MAKE,
    StaffScope.RUNS_READ,
    StaffScope.RIGHTS_READ,
    StaffScope.UPLOADS_READ,
    StaffScope.DECLARATIONS_READ,
    StaffScope.COLLECTIONS_READ,
    StaffScope.CARDS_READ,
    StaffScope.CAREERS_READ,
    StaffScope.PAPERS_READ,
    StaffScope.LEDGER_READ,
    StaffScope.PAYOUTS_ORDER,
    StaffScope.BANK_SETTLE,
    StaffScope.REGISTER_READ,
    StaffScope.REGISTER_RECORD,
    StaffScope.COUNTER_ACT,
    StaffScope.TERMINALS_TAKE,
    StaffScope.CAMPAIGNS_MANAGE,
)
USUAL_STAFF: Mapping[str, StaffRole] = {
    "agent": StaffRole(scopes=_AGENT),
    "supervisor": StaffRole(
        scopes=(*_AGENT, StaffScope.CLAIMS_SUPERVISE, StaffScope.BANK_SUPERVISE, StaffScope.RUNS_APPROVE)
    ),
    "medical-officer": StaffRole(scopes=(StaffScope.CLAIMS_MEDICAL, StaffScope.UPLOADS_READ)),
    "operator": StaffRole(scopes=(*_AGENT, StaffScope.OPERATIONS_ACT, StaffScope.OPERATIONS_READ)),
}
USUAL_EMPLOYERS: Mapping[str, EmployerRole] = {
    "employer": EmployerRole(
        scopes=(
            EmployerScope.DECLARATIONS_FILE,
            EmployerScope.DECLARATIONS_READ,
            EmployerScope.COLLECTIONS_PAY,
            EmployerScope.MESSAGES_READ,
            EmployerScope.DELEGATIONS_GIVE,
        )
    )
}


@dataclass(frozen=True, kw_only=True)
class Roles:
    """The section `roles` of a fund: the roles of its staff and of employers' users, by code. Each of the two lists
    takes the place of the platform's own. A role that goes lets its accounts do nothing any more."""

    staff: Mapping[str, StaffRole] = field(default_factory=lambda: USUAL_STAFF)
    employers: Mapping[str, EmployerRole] = field(default_factory=lambda: USUAL_EMPLOYERS)

    def __post_init__(self) -> None:
        refuse(self.faults())

    def faults(self, unread: Collection[str] = ()) -> Iterator[str]:
        """What does not fit together in the file."""
        for name, roles in (("staff", self.staff), ("employers", self.employers)):
            if not 0 < len(roles) <= ROLES_MAX and name not in unread:
                yield f"{name} has 1 to {ROLES_MAX} roles"
        codes = [*self.staff, *self.employers]
        for code in codes:
            if not _CODE.fullmatch(code) or code == PERSON:
                yield f"{code}: a role is letters, digits and dashes, and not {PERSON}"
        if twice := set(self.staff) & set(self.employers):
            yield f"{', '.join(sorted(twice))}: a role is of staff or of employers"

    def staff_scopes(self, role: str) -> frozenset[str]:
        """What a role of staff may do; nothing where there is no such role."""
        found = self.staff.get(role)
        return frozenset({MANAGE, *(scope.value for scope in found.scopes)}) if found else frozenset()

    def employer_scopes(self, role: str) -> frozenset[str]:
        """What a role of employers' users may do; nothing where there is no such role."""
        found = self.employers.get(role)
        return frozenset({MANAGE, *(scope.value for scope in found.scopes)}) if found else frozenset()

    @property
    def scopes(self) -> frozenset[str]:
        """Everything that any of its roles may do."""
        staff = (self.staff_scopes(role) for role in self.staff)
        return frozenset().union(*staff, *(self.employer_scopes(role) for role in self.employers))


USUAL_ROLES = Roles()
"""Where a fund's definition says nothing."""
