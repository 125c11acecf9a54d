"""What may happen to a delegation: given with a code, taken up by who has the code, ended by either. Pure."""

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.identity.delegations.delegation import NAME_LENGTH_MAX, Bounds, Delegation, Power, Status
from shared.kernel import normalize
from shared.kernel.actors import Actor, ActorKind, Delegated, claim_of_delegations
from shared.kernel.errors import Conflict, Forbidden, Invalid, Missing

CODE_LIFE = timedelta(days=14)
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without signs that are read for one another."""
CODE_LENGTH = 12
_CODE = re.compile(f"[{CODE_ALPHABET}]{{{CODE_LENGTH}}}")
OPEN = frozenset({Status.OFFERED, Status.IN_FORCE})
"""Something may come of it still."""
LIFE_MAX = timedelta(days=2 * 366)
"""A delegation that nobody remembers must end by itself."""
OPEN_PER_EMPLOYER_MAX = 20
CLAIM_CHARACTERS_MAX = 4_000
"""What the delegations of one account may take of its access tokens, which travel in a header."""


class DelegationUnknown(Missing):
    """There is no delegation of this id."""

    code = "delegation.unknown"


class CodeUnknown(Invalid):
    """Nobody offers a delegation under this code, or no longer."""

    code = "delegation.code-unknown"


class NameEmpty(Invalid):
    """It is not said to whom."""

    code = "delegation.name-empty"


class PeriodsReversed(Invalid):
    """The last day of the periods is before the first."""

    code = "delegation.periods-reversed"


class DelegationTooLong(Invalid):
    """It would last longer than a delegation may, or is over already. `until_on` is the last day that may be named."""

    code = "delegation.too-long"


class TooManyOpen(Conflict):
    """The employer has as many open delegations as it may have."""

    code = "delegation.too-many-open"


class TooManyTaken(Conflict):
    """The account acts for as many employers as one sign-in may."""

    code = "delegation.too-many-taken"


class OwnEmployer(Conflict):
    """The account acts for the employer as its own user already, or by another delegation."""

    code = "delegation.own-employer"


class NotGivers(Forbidden):
    """Nobody gives what they may not do themselves, and only users of employers take it up."""

    code = "delegation.not-givers"


def read_name(typed: str) -> str:
    """What the employer calls the accountant, without what cannot be seen; `NameEmpty` where there is nothing."""
    name = normalize.text(typed)
    if not name or not name.isprintable() or len(name) > NAME_LENGTH_MAX:
        raise NameEmpty
    return name


def read_code(typed: str) -> str:
    """A code however it was typed: in small letters, with blanks or hyphens. Raises `CodeUnknown`."""
    code = normalize.reference(typed)
    if not _CODE.fullmatch(code):
        raise CodeUnknown
    return code


def code_of(entropy: bytes) -> str:
    """A code of so many random signs."""
    number, signs = int.from_bytes(entropy, "big"), []
    for _ in range(CODE_LENGTH):
        number, sign = divmod(number, len(CODE_ALPHABET))
        signs.append(CODE_ALPHABET[sign])
    return "".join(signs)


def written(code: str) -> str:
    """A code as it is shown: in groups of four."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def give(
    *,
    delegation_id: str,
    reference: str,
    employer_id: str,
    name: str,
    powers: Collection[Power],
    bounds: Bounds,
    code_hash: str,
    by: Actor,
    open_before: int,
    today: date,
    at: datetime,
) -> Delegation:
    """A user of the employer offers it. Raises `NotGivers`, `PeriodsReversed`, `DelegationTooLong`, `TooManyOpen`."""
    given = tuple(each for each in Power if each in powers or each is Power.DECLARATIONS_READ)
    if by.kind is not ActorKind.EMPLOYER or not {each.value for each in given} <= by.scopes:
        raise NotGivers
    if bounds.periods_from and bounds.periods_until and bounds.periods_until < bounds.periods_from:
        raise PeriodsReversed
    if not today <= bounds.ends_on <= today + LIFE_MAX:
        raise DelegationTooLong(until_on=today + LIFE_MAX)
    if open_before >= OPEN_PER_EMPLOYER_MAX:
        raise TooManyOpen(most=OPEN_PER_EMPLOYER_MAX)
    return Delegation(
        delegation_id=delegation_id,
        reference=reference,
        employer_id=employer_id,
        name=name,
        powers=given,
        bounds=bounds,
        code_hash=code_hash,
        code_expires_at=at + CODE_LIFE,
        given_by=by.subject,
        given_at=at,
    )


def take(
    offered: Delegation | None, *, by: Actor, others: Collection[Delegation], today: date, at: datetime
) -> Delegation:
    """The caller typed the code; `others` are in force for them. Raises `CodeUnknown`, `NotGivers`, `OwnEmployer`,
    `TooManyTaken`."""
    if offered is None or status(offered, today=today, at=at) is not Status.OFFERED:
        raise CodeUnknown
    if by.kind is not ActorKind.EMPLOYER:
        raise NotGivers
    if offered.given_by == by.subject or offered.employer_id in by.employer_ids:
        raise OwnEmployer
    taken = replace(offered, account_id=by.subject, taken_at=at)
    claim = claim_of_delegations(delegated(others) | delegated([taken]))
    if len(json.dumps(claim)) > CLAIM_CHARACTERS_MAX:
        raise TooManyTaken
    return taken


def end(known: Delegation, *, as_employer: bool, today: date, at: datetime) -> Delegation:
    """The employer, or else the accountant, ends it; one that is over stays as it ended."""
    if status(known, today=today, at=at) not in OPEN:
        return known
    return replace(known, ended=Status.WITHDRAWN if as_employer else Status.RENOUNCED, ended_at=at)


def status(known: Delegation, *, today: date, at: datetime) -> Status:
    """Where it stands at an instant, which falls on a day of the fund."""
    if known.ended is not None:
        return known.ended
    if known.bounds.ends_on < today:
        return Status.EXPIRED
    if known.account_id is not None:
        return Status.IN_FORCE
    return Status.OFFERED if at < known.code_expires_at else Status.LAPSED


def delegated(delegations: Iterable[Delegation]) -> dict[str, Delegated]:
    """What delegations in force let an account do, by employer."""
    return {each.employer_id: each.delegated for each in delegations}
