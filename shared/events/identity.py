"""The events that identity publishes: who is known to a fund, who died, who may sign in, whose card was refreshed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from shared.events.declaring import event
from shared.kernel.personal import DataClass, Encrypted


@dataclass(frozen=True, kw_only=True)
class RegisteredPerson:
    """An insured person as the fund's register has it; each encrypted value belongs to the `person_ref`.

    `civil` is JSON {insurance_number, national_id, family_name, first_name, birth_on, and *_ar names where known}:
    `birth_on` as far as it is known (`1950-03-12`, `1950-03` or `1950`), one of the two names empty where there is one;
    `dependants` {dependant_id: name} where the register names any;
    `contact` is JSON {email, mobile} with what is known; `bank` is the account number (RIB).

    `family` is JSON {birth_on, dependants}: `dependants` are {dependant_id, relation, birth_on, condition where one was
    proved, died_on where they died}, and missing where the register knows only how many there are. It is of class
    health, so that claims, which decides by it, needs no key to anybody's name. For the same reason `national_id` is of
    that class: claims asks other registers by it, and by nothing else of the person. `is_death_in_family` says that
    what the register says of deaths among them is new: that one died, on which day, or that it was an error.
    """

    person_ref: str
    civil: Annotated[Encrypted, DataClass.CIVIL]
    contact: Annotated[Encrypted, DataClass.CONTACT] | None = None
    bank: Annotated[Encrypted, DataClass.BANK] | None = None
    language: str
    dependants: int = 0
    family: Annotated[Encrypted, DataClass.HEALTH] | None = None
    national_id: Annotated[Encrypted, DataClass.HEALTH] | None = None
    is_death_in_family: bool = False


@dataclass(frozen=True, kw_only=True)
class RegisteredEmployer:
    """An employer as the fund's register has it; `contact` is JSON {email, mobile} and belongs to the `employer_id`."""

    employer_id: str
    name: str
    sector: str
    is_open: bool
    affiliated_on: date
    contact: Annotated[Encrypted, DataClass.CONTACT] | None = None
    language: str


@event(case="page_id")
class PersonsRegistered:
    """A page of the fund's register was imported; documents, payments and notifications keep what each needs of it.

    A later `registered_at` replaces an earlier one, person by person.
    """

    page_id: str
    registered_at: datetime
    persons: tuple[RegisteredPerson, ...]


@event(case="person_ref")
class ContactCorrected:
    """At a counter a person said where they are reached from now on; notifications tells them where they were reached
    until then, in case it was somebody else. `former` is JSON {email, mobile} of class contact and belongs to the
    `person_ref`; `place` is the counter."""

    person_ref: str
    correction_id: str
    former: Annotated[Encrypted, DataClass.CONTACT]
    place: str
    corrected_at: datetime


@event(case="person_ref")
class BankAccountChangeAsked:
    """A person asked that benefits be paid to another account. It counts from `effective_on` at the earliest, and where
    `needs_agreement` not before an agent agrees. notifications tells the person, in case it was somebody else: also
    where the register has them reached, when that was corrected since (`former_contact`: JSON {email, mobile} of class
    contact, which belongs to the `person_ref`). The account itself is told when it counts, in `PersonsRegistered`."""

    person_ref: str
    change_id: str
    reference: str
    former_contact: Annotated[Encrypted, DataClass.CONTACT] | None = None
    effective_on: date
    needs_agreement: bool
    asked_at: datetime


@event(case="person_ref")
class BankAccountChanged:
    """Benefits of a person are paid to another account from now on. `PersonsRegistered` of the same transaction has
    it, and payments keeps it; notifications tells the person; `former_contact` is that of `BankAccountChangeAsked`."""

    person_ref: str
    change_id: str
    reference: str
    former_contact: Annotated[Encrypted, DataClass.CONTACT] | None = None
    changed_at: datetime


@event(case="person_ref")
class BankAccountChangeEnded:
    """A change of account will not count: the person withdrew it (`status` is `withdrawn`), an agent refused it
    (`refused`), or the fund's register came to say something else (`overtaken`). Benefits are paid as before;
    notifications tells the person."""

    person_ref: str
    change_id: str
    reference: str
    status: str
    ended_at: datetime


@event(case="page_id")
class EmployersRegistered:
    """A page of the fund's register of employers was imported; payments, documents and notifications keep it."""

    page_id: str
    registered_at: datetime
    employers: tuple[RegisteredEmployer, ...]


@event(case="person_ref")
class PersonDied:
    """The register knows that a person died, or that it was on another day than was said before; claims ends what was
    theirs, notifications writes to them no more.

    `revision` counts the reports of the death: of this event and `DeathTakenBack` the one with the
    greater number holds, in whatever order they come. `died_on` is the day (ISO 8601), of class health.
    """

    person_ref: str
    revision: int
    died_on: Annotated[Encrypted, DataClass.HEALTH]
    recorded_at: datetime


@event(case="person_ref")
class DeathTakenBack:
    """A death was an error: the person lives. What was ended by it holds again; claims and notifications undo it.

    `revision` is that of `PersonDied`.
    """

    person_ref: str
    revision: int
    recorded_at: datetime


@event(case="account_id")
class ActivationRequested:
    """Somebody known to the register asks for an account; notifications sends the link, once, before it expires.

    `link` is of class contact and belongs to the `person_ref`.
    """

    account_id: str
    person_ref: str
    link: Annotated[Encrypted, DataClass.CONTACT]
    expires_at: datetime
    language: str


@event(case="account_id")
class AccountActivated:
    """The link was followed in time; the account may sign in."""

    account_id: str
    person_ref: str
    activated_at: datetime


@event(case="account_id")
class RecoveryRequested:
    """An insured person forgot the password of their account; notifications sends the link, once, before it expires.

    `link` is of class contact and belongs to the `person_ref`.
    """

    account_id: str
    person_ref: str
    link: Annotated[Encrypted, DataClass.CONTACT]
    expires_at: datetime
    language: str


@event(case="account_id")
class PasswordChanged:
    """An account has a new password; notifications informs its owner, or the employers for whom a user acts.

    Staff of the fund have neither `person_ref` nor `employer_ids`.
    """

    account_id: str
    person_ref: str | None
    employer_ids: tuple[str, ...]
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class RefreshedCard:
    """A card and the last day on which it is good."""

    person_ref: str
    card_number: str
    valid_until: date


@event(case="declaration_id")
class CardsRefreshed:
    """Cards were refreshed from the rights that a declaration opened; payments counts them for the employer and
    notifications informs the persons.

    `page` is that of the wages. Of the workers whom the declaration names on that page, `not_open` counts those whose
    right is not open; of the others, `already_good` those whose card was good for as long before, and `unknown` those
    who hold no card. `withdrawn` of the `cards` are of persons whom the declaration no longer names.
    `closed` are the cards of those whose right the declaration closed: each was good up to and including its
    `valid_until`.
    """

    declaration_id: str
    employer_id: str
    page: int
    pages: int
    cards: tuple[RefreshedCard, ...]
    unknown: int = 0
    closed: tuple[RefreshedCard, ...] = ()
    already_good: int = 0
    not_open: int = 0
    withdrawn: int = 0


@event(case="delegation_id")
class DelegationTaken:
    """Somebody took up what an employer delegated and may act for it from now on; notifications informs the
    employer."""

    delegation_id: str
    reference: str
    employer_id: str
    ends_on: date
    taken_at: datetime


@event(case="delegation_id")
class DelegationEnded:
    """A delegation was taken back by the employer (`is_by_employer`), or given up by who had it; notifications informs
    the employer."""

    delegation_id: str
    reference: str
    employer_id: str
    is_by_employer: bool
    ended_at: datetime
