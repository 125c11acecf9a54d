"""Who acts: read from a token by the edge, handed to rules as a fact."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
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


class PeriodNotDelegated(Forbidden):
    """The employer lets the accountant act for other periods. `from_on` and `until_on` are the first and the last
    day."""

    code = "access.period-not-delegated"


class AmountNotDelegated(Forbidden):
    """The employer lets the accountant pay less at a time. `most` says how much."""

    code = "access.amount-not-delegated"


@dataclass(frozen=True, kw_only=True)
class Delegated:
    """What an employer lets an accountant do for it: which operations, for which periods, and up to which amount it
    pays at a time. None where it sets no bound."""

    scopes: frozenset[str]
    periods_from: date | None = None
    periods_until: date | None = None
    payment_max_minor: int | None = None


def claim_of_delegations(delegated: Mapping[str, Delegated]) -> list[dict[str, object]]:
    """As an access token says it: employers with the same bounds together, since a token has to stay short."""
    alike: dict[tuple[object, ...], list[str]] = {}
    for employer_id, it in sorted(delegated.items()):
        bounds = (" ".join(sorted(it.scopes)), _said(it.periods_from), _said(it.periods_until), it.payment_max_minor)
        alike.setdefault(bounds, []).append(employer_id)
    names = ("scope", "from", "until", "payment_max")
    return [
        {name: value for name, value in zip(names, bounds, strict=True) if value is not None} | {"employers": employers}
        for bounds, employers in alike.items()
    ]


def delegations_of_claim(claim: object) -> dict[str, Delegated]:
    """What `claim_of_delegations` said. Raises ValueError, TypeError or KeyError for anything else."""
    read: dict[str, Delegated] = {}
    if not isinstance(claim, list):
        raise TypeError("delegations are a list")
    for each in claim:
        if not isinstance(each, dict) or not isinstance(each["scope"], str):
            raise TypeError("a delegation names its scopes")
        most = each.get("payment_max")
        if most is not None and not isinstance(most, int):
            raise TypeError("an amount is a whole number of minor units")
        bounds = Delegated(
            scopes=frozenset(each["scope"].split()),
            periods_from=_read(each.get("from")),
            periods_until=_read(each.get("until")),
            payment_max_minor=most,
        )
        if not isinstance(each["employers"], list) or not all(isinstance(one, str) for one in each["employers"]):
            raise TypeError("employers are texts")
        read |= dict.fromkeys(each["employers"], bounds)
    return read


def _said(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _read(day: str | None) -> date | None:
    return date.fromisoformat(day) if day is not None else None


@dataclass(frozen=True)
class Actor:
    """A caller of one fund, with the scopes that the fund gave and whom they may act for.

    `session_id` is the sign-in that their token is of; a machine has none. `agent` is the account of the agent who acts
    for a person who is present at a counter, `visit_id` that visit; both are empty where people act for themselves.
    `delegated` are the bounds of what an accountant may do for some of the employers, by employer.
    """

    kind: ActorKind
    subject: str
    scopes: frozenset[str] = frozenset()
    person_ref: str | None = None
    employer_ids: frozenset[str] = field(default_factory=frozenset)
    session_id: str | None = None
    agent: str | None = None
    visit_id: str | None = None
    delegated: Mapping[str, Delegated] = field(default_factory=dict, hash=False)

    @property
    def agent_id(self) -> str | None:
        """The agent of the fund whose hand it is, be it for a person at a counter; None where no agent acts. What such
        a hand looks at enters the person's access journal."""
        return self.subject if self.kind is ActorKind.STAFF else self.agent

    def must_act_for_employer(self, employer_id: str) -> None:
        """Staff act for every employer of their fund, a firm's user only for the firms that it was given."""
        if self.kind is not ActorKind.STAFF and employer_id not in self.employer_ids:
            raise NotYours

    def must_act_for_period(self, employer_id: str, *, begins_on: date, ends_on: date) -> None:
        """Whether the caller may declare a period for the employer, or pay for it. Raises `PeriodNotDelegated`."""
        self.must_act_for_employer(employer_id)
        bounds = self.delegated.get(employer_id)
        if bounds is None:
            return
        if begins_on < (bounds.periods_from or date.min) or ends_on > (bounds.periods_until or date.max):
            raise PeriodNotDelegated(from_on=bounds.periods_from or "", until_on=bounds.periods_until or "")

    def must_pay_for_employer(self, employer_id: str, *, amount_minor: int | None) -> None:
        """Whether the caller may have so much taken from the employer at a time; None is any amount. Raises
        `AmountNotDelegated`."""
        self.must_act_for_employer(employer_id)
        bounds = self.delegated.get(employer_id)
        most = bounds.payment_max_minor if bounds else None
        if most is not None and (amount_minor is None or amount_minor > most):
            raise AmountNotDelegated(most=most)

    def asking_with(self, scope: str) -> "Actor":
        """The caller as an operation sees them that asks for a scope: without the employers who do not let them do
        that."""
        barred = {each for each, bounds in self.delegated.items() if scope not in bounds.scopes}
        return replace(self, employer_ids=self.employer_ids - barred) if barred else self

    def must_act_for_person(self, person_ref: str) -> None:
        """Staff act for every person of their fund, everybody else only for themselves."""
        if self.kind is not ActorKind.STAFF and self.person_ref != person_ref:
            raise NotYours


def system(name: str) -> Actor:
    """The platform acting by itself: a reaction to an event, a periodic task, an operator's command."""
    return Actor(kind=ActorKind.SYSTEM, subject=f"system:{name}")
