"""The roles of a fund that says nothing of its roles, and what each may do."""

from collections.abc import Mapping
from enum import StrEnum

from services.identity.accounts.account import PERSON_SCOPES
from shared.funds.roles import USUAL_ROLES
from shared.kernel.actors import ActorKind


class Role(StrEnum):
    PERSON = "person"
    EMPLOYER = "employer"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    MEDICAL_OFFICER = "medical-officer"
    OPERATOR = "operator"

    @property
    def actor(self) -> ActorKind:
        return {Role.PERSON: ActorKind.PERSON, Role.EMPLOYER: ActorKind.EMPLOYER}.get(self, ActorKind.STAFF)

    @property
    def scopes(self) -> frozenset[str]:
        if self is Role.PERSON:
            return PERSON_SCOPES
        return USUAL_ROLES.employer_scopes(self) if self is Role.EMPLOYER else USUAL_ROLES.staff_scopes(self)

    @property
    def has_second_factor(self) -> bool:
        return self.actor is ActorKind.STAFF


SCOPES: Mapping[Role, frozenset[str]] = {role: role.scopes for role in Role}
