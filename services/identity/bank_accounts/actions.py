"""What identity does with the account that a person's benefits are paid to: shown masked, changed by the person, agreed
to by an agent."""

from dataclasses import dataclass

from services.identity.access_journal.accessed import AccessedKind
from services.identity.bank_accounts import rules, store
from services.identity.bank_accounts.change import BankAccountChange, ChangeRefusal, Status
from services.identity.deaths import store as deaths
from services.identity.register import actions as register
from services.identity.register import store as persons
from services.identity.register.person import Person
from services.identity.upkeep import actions as upkeep
from shared.funds.payments import AccountChanges
from shared.kernel.actors import NotYours
from shared.kernel.errors import Failure
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class OwnAccount:
    """The account of a person, on what terms they change it, and the change that they asked for last. No terms: it is
    what the register says, and nothing else."""

    account: str | None
    terms: AccountChanges | None
    change: BankAccountChange | None


@dataclass(frozen=True, kw_only=True)
class ChangeWithPerson:
    """A change and who asked for it, for an agent."""

    change: BankAccountChange
    person: Person

    @property
    def version(self) -> int:
        return self.change.version


def read_own(uow: UnitOfWork) -> OwnAccount:
    """The caller's."""
    person = persons.persons.load(uow, _own_ref(uow))
    payments = uow.fund.sections.payments
    asked = store.of_person(uow, person.person_ref, wanted=PageRequest(limit=1))
    return OwnAccount(
        account=person.bank,
        terms=payments.account_changes if payments else None,
        change=next(iter(asked.items), None),
    )


def ask(uow: UnitOfWork, *, account: str, password: str, proof_upload_id: str) -> BankAccountChange | Failure:
    """The caller asks that benefits be paid to another account, and proves with the password to be its owner. A wrong
    password is answered, not raised: it counts."""
    person_ref = _own_ref(uow)
    rules.terms(uow.fund)
    number = rules.read(account, fund=uow.fund)
    refused = upkeep.prove(uow, password=password)
    if refused is not None:
        return refused
    person = persons.persons.load(uow, person_ref)
    asked = rules.ask(
        person,
        number,
        fund=uow.fund,
        known=store.open_of(uow, person_ref),
        change_id=uow.new_id(),
        reference=uow.new_reference("BA"),
        former_contact=register.former_contact(uow, person),
        at=uow.at,
        proof_upload_id=proof_upload_id,
    )
    return store.scheduling.save(uow, asked)


def load_own(uow: UnitOfWork, *, change_id: str) -> BankAccountChange:
    """The change that was asked for in the caller's name."""
    change = store.changes.load(uow, change_id)
    if change.person_ref != _own_ref(uow):
        raise NotYours
    return change


def withdraw(uow: UnitOfWork, *, change_id: str) -> BankAccountChange:
    """The caller takes back what was asked for in their name. No password is asked for: it only keeps things as they
    are."""
    return store.scheduling.save(uow, rules.withdraw(load_own(uow, change_id=change_id), at=uow.at))


def list_for_agent(
    uow: UnitOfWork, *, status: Status | None, reference: str | None, wanted: PageRequest
) -> Page[BankAccountChange]:
    """Changes in a state, oldest first, those that wait for an agent where none is named; or the one that a reference
    names. Of the accounts nothing is shown."""
    if reference is None:
        return store.page(uow, status=status or Status.ASKED, wanted=wanted)
    return Page([each for each in store.with_reference(uow, reference) if status in (None, each.status)])


def load(uow: UnitOfWork, *, change_id: str) -> BankAccountChange:
    """The change that an agent has seen and decides."""
    return store.changes.load(uow, change_id)


def look_at(uow: UnitOfWork, *, change_id: str, purpose: Purpose) -> ChangeWithPerson:
    """A change with its account and who asked for it; that an agent looked enters the journal."""
    change = store.changes.load(uow, change_id)
    _noted(uow, change, purpose=purpose)
    return ChangeWithPerson(change=change, person=persons.persons.load(uow, change.person_ref))


def agree(uow: UnitOfWork, *, change_id: str) -> ChangeWithPerson:
    """An agent agrees. Where the waiting time is over it counts at once, and where the register says something else by
    now it is over."""
    change = store.changes.load(uow, change_id)
    agreed = store.scheduling.save(uow, Outcome(rules.agree(change, by=uow.by.subject, at=uow.at)))
    return _decided(uow, _take_effect(uow, agreed))


def refuse(uow: UnitOfWork, *, change_id: str, reason: ChangeRefusal) -> ChangeWithPerson:
    """An agent refuses; benefits are paid as before."""
    change = store.changes.load(uow, change_id)
    refused = rules.refuse(change, reason=reason, by=uow.by.subject, at=uow.at)
    return _decided(uow, store.scheduling.save(uow, refused))


def take_effect(uow: UnitOfWork, *, change_id: str) -> None:
    """The time of a change has come. What is not open any more stays as it is."""
    _take_effect(uow, store.changes.load(uow, change_id))


def _take_effect(uow: UnitOfWork, change: BankAccountChange) -> BankAccountChange:
    if not change.is_open:
        return change
    person = persons.persons.load(uow, change.person_ref)
    if not rules.holds(change, person, is_dead=deaths.died_on(uow, change.person_ref) is not None):
        return store.scheduling.save(uow, rules.overtake(change, at=uow.at))
    if not rules.is_due(change, at=uow.at):
        return change
    register.change_bank(uow, person_ref=change.person_ref, account=change.account)
    former_contact = register.former_contact(uow, person)
    return store.scheduling.save(uow, rules.take_effect(change, former_contact=former_contact, at=uow.at))


def _decided(uow: UnitOfWork, change: BankAccountChange) -> ChangeWithPerson:
    _noted(uow, change, purpose=Purpose.HANDLING)
    return ChangeWithPerson(change=change, person=persons.persons.load(uow, change.person_ref))


def _noted(uow: UnitOfWork, change: BankAccountChange, *, purpose: Purpose) -> None:
    journal.note_person(
        uow, change.person_ref, looked_at=AccessedKind.BANK_ACCOUNT, reference=change.reference, purpose=purpose
    )


def _own_ref(uow: UnitOfWork) -> str:
    """Whose account it is: the person's who is signed in, at no counter."""
    if uow.by.person_ref is None or uow.by.agent is not None:
        raise NotYours
    return uow.by.person_ref
