"""Who acts: read from a token by the edge, handed to rules as a fact."""

from dataclasses import dataclass, field
from enum import StrEnum

from shared.kernel.errors import Forbidden


class ActorKind(StrEnum):
    """Whose hand it is: an insured person, a firm's user, an agent of the fund, a machine, the platform itself."""

    PERSON = "person"
    EMPLOYER = "employer"
    STAFF = "staff"
    CLIENT = "client"
    SYSTEM = "system"


class NotYours(Forbidden):
    """The thing belongs to another person or employer."""

    code = "access.not-yours"


@dataclass(frozen=True)
class Actor:
    """A caller of one fund, with the scopes that the fund gave and whom they may act for.

    `session_id` is the sign-in that their token is of; a machine has none. `agent` is the account of the agent who acts
    for a person who is present at a counter, `visit_id` that visit; both are empty where people act for themselves.
    """

    kind: ActorKind
    subject: str
    scopes: frozenset[str] = frozenset()
    person_ref: str | None = None
    employer_ids: frozenset[str] = field(default_factory=frozenset)
    session_id: str | None = None
    agent: str | None = None
    visit_id: str | None = None

    @property
    def agent_id(self) -> str | None:
        """The agent of the fund whose hand it is, be it for a person at a counter; None where no agent acts. What such
        a hand looks at enters the person's access journal."""
        return self.subject if self.kind is ActorKind.STAFF else self.agent

    def must_act_for_employer(self, employer_id: str) -> None:
        """Staff act for every employer of their fund, a firm's user only for the firms that it was given."""
        if self.kind is not ActorKind.STAFF and employer_id not in self.employer_ids:
            raise NotYours

    def must_act_for_person(self, person_ref: str) -> None:
        """Staff act for every person of their fund, everybody else only for themselves."""
        if self.kind is not ActorKind.STAFF and self.person_ref != person_ref:
            raise NotYours


def system(name: str) -> Actor:
    """The platform acting by itself: a reaction to an event, a periodic task, an operator's command."""
    return Actor(kind=ActorKind.SYSTEM, subject=f"system:{name}")
