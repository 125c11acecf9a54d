"""What identity does with delegations: give one with its code, let who has the code take it up, end it, list them."""

from dataclasses import dataclass

from services.identity.accounts.account import Account
from services.identity.accounts.actions import hash_of
from services.identity.delegations import rules, store
from services.identity.delegations.delegation import Bounds, Delegation, Power, Status
from services.identity.register.store import employers
from shared.events.identity import DelegationEnded, DelegationTaken
from shared.kernel.actors import Delegated, NotYours
from shared.kernel.outcome import Outcome
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork

CODE_ENTROPY_BYTES = 16


@dataclass(frozen=True)
class DelegationStanding:
    """A delegation and where it stands now."""

    delegation: Delegation
    status: Status

    @property
    def version(self) -> int:
        return self.delegation.version


@dataclass(frozen=True)
class GivenDelegation:
    """A delegation and its code, which is said this once."""

    standing: DelegationStanding
    code: str


def give(uow: UnitOfWork, *, employer_id: str, name: str, powers: list[Power], bounds: Bounds) -> GivenDelegation:
    """The caller, a user of the employer, offers somebody to act for it. Raises `EmployerUnknown`."""
    uow.by.must_act_for_employer(employer_id)
    employers.load(uow, employer_id)
    open_before = [each for each in store.not_ended_of_employer(uow, employer_id) if _is_open(uow, each)]
    code = rules.code_of(uow.entropy(CODE_ENTROPY_BYTES))
    given = rules.give(
        delegation_id=uow.new_id(),
        reference=uow.new_reference("DG"),
        employer_id=employer_id,
        name=rules.read_name(name),
        powers=powers,
        bounds=bounds,
        code_hash=hash_of(code),
        by=uow.by,
        open_before=len(open_before),
        today=uow.today,
        at=uow.at,
    )
    return GivenDelegation(_standing(uow, store.delegations.save(uow, Outcome(given))), rules.written(code))


def take(uow: UnitOfWork, *, code: str) -> DelegationStanding:
    """The caller acts for an employer from the next access token on."""
    offered = store.delegations.find_only(uow, code_hash=hash_of(rules.read_code(code)))
    others = [each for each in store.not_ended_of_account(uow, uow.by.subject) if _is_open(uow, each)]
    taken = rules.take(offered, by=uow.by, others=others, today=uow.today, at=uow.at)
    published = DelegationTaken(
        delegation_id=taken.delegation_id,
        reference=taken.reference,
        employer_id=taken.employer_id,
        ends_on=taken.bounds.ends_on,
        taken_at=uow.at,
    )
    return _standing(uow, store.delegations.save(uow, Outcome(taken, (published,))))


def read(uow: UnitOfWork, *, delegation_id: str) -> DelegationStanding:
    """One, for the employer that gave it and the account that took it up."""
    found = store.delegations.load(uow, delegation_id)
    if not _is_giver(uow, found) and found.account_id != uow.by.subject:
        raise NotYours
    return _standing(uow, found)


def end(uow: UnitOfWork, *, delegation_id: str) -> DelegationStanding:
    """The employer takes it back, or the accountant gives it up. Tokens that were given before are good for at most ten
    minutes more."""
    known = read(uow, delegation_id=delegation_id).delegation
    ended = rules.end(known, as_employer=_is_giver(uow, known), today=uow.today, at=uow.at)
    if ended == known:
        return _standing(uow, known)
    published = DelegationEnded(
        delegation_id=ended.delegation_id,
        reference=ended.reference,
        employer_id=ended.employer_id,
        is_by_employer=ended.ended is Status.WITHDRAWN,
        ended_at=uow.at,
    )
    return _standing(uow, store.delegations.save(uow, Outcome(ended, (published,))))


def of_employer(uow: UnitOfWork, *, employer_id: str, wanted: PageRequest) -> Page[DelegationStanding]:
    """Those that an employer gave, newest first, for its own users."""
    uow.by.must_act_for_employer(employer_id)
    if employer_id in uow.by.delegated:
        raise NotYours
    return _standings(uow, store.of_employer(uow, employer_id, wanted=wanted))


def of_caller(uow: UnitOfWork, *, wanted: PageRequest) -> Page[DelegationStanding]:
    """Those that the caller took up, newest first."""
    return _standings(uow, store.of_account(uow, uow.by.subject, wanted=wanted))


def in_force_for(uow: UnitOfWork, account: Account) -> dict[str, Delegated]:
    """What employers let an account do today, by employer."""
    if not account.employer_ids:
        return {}
    taken = store.not_ended_of_account(uow, account.account_id)
    return rules.delegated(each for each in taken if _is_open(uow, each))


def _standing(uow: UnitOfWork, delegation: Delegation) -> DelegationStanding:
    return DelegationStanding(delegation, rules.status(delegation, today=uow.today, at=uow.at))


def _standings(uow: UnitOfWork, page: Page[Delegation]) -> Page[DelegationStanding]:
    return Page([_standing(uow, each) for each in page.items], page.next)


def _is_open(uow: UnitOfWork, delegation: Delegation) -> bool:
    return _standing(uow, delegation).status in rules.OPEN


def _is_giver(uow: UnitOfWork, delegation: Delegation) -> bool:
    return delegation.employer_id in uow.by.employer_ids - uow.by.delegated.keys()
