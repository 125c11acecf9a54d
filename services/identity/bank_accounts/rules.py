"""What may become of a change of account: asked for, agreed to, in force, or over without. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.identity.bank_accounts.change import MOVES, BankAccountChange, ChangeRefusal, Status
from services.identity.register.person import Person
from shared.events.identity import BankAccountChangeAsked, BankAccountChanged, BankAccountChangeEnded
from shared.funds.fund import Fund
from shared.funds.identifiers import digits_of
from shared.funds.payments import AccountChanges
from shared.kernel import normalize
from shared.kernel.errors import Conflict, Invalid, Missing
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome
from shared.kernel.personal import Encrypted


class ChangeUnknown(Missing):
    code = "bank-account.change-unknown"


class NotChangedHere(Conflict):
    """The fund lets nobody change the account alone: its register says it."""

    code = "bank-account.not-changed-here"


class GivenAccountLengthWrong(Invalid):
    """It has not as many digits as an account of the country."""

    code = "bank-account.length-wrong"


class GivenAccountKeyWrong(Invalid):
    """Its check digits are not those of the rest: something was mistyped."""

    code = "bank-account.key-wrong"


class AccountUnchanged(Invalid):
    """It is the one that benefits are paid to already."""

    code = "bank-account.unchanged"


class ProofMissing(Invalid):
    """The fund wants the bank's statement of the account with the change."""

    code = "bank-account.proof-missing"


class ChangeOpen(Conflict):
    """Another change waits: it is withdrawn first."""

    code = "bank-account.change-open"


def terms(fund: Fund) -> AccountChanges:
    """On what terms persons change their account at a fund, or `NotChangedHere`."""
    section = fund.sections.payments
    if section is None or section.account_changes is None:
        raise NotChangedHere
    return section.account_changes


def read(text: str, *, fund: Fund) -> str:
    """The account as it is kept, by the rule of the account that the fund pays from, or what is wrong with it."""
    rule = fund.payments.payouts.rule
    number = fund.payments.read_account(text, rule=rule)
    if number is not None:
        return number
    digits, given = digits_of(rule), normalize.number(text)
    if digits is not None and (len(given) != digits or not given.isdigit()):
        raise GivenAccountLengthWrong(digits=digits)
    raise GivenAccountKeyWrong


def ask(
    person: Person,
    account: str,
    *,
    fund: Fund,
    known: BankAccountChange | None,
    change_id: str,
    reference: str,
    former_contact: Encrypted | None,
    at: datetime,
    proof_upload_id: str = "",
) -> Outcome[BankAccountChange]:
    """A change that waits: always for the fund's days, and for an agent where the fund wants one to agree."""
    offered = terms(fund)
    if known is not None:
        raise ChangeOpen
    if account == person.bank:
        raise AccountUnchanged
    if offered.needs_proof and not proof_upload_id:
        raise ProofMissing
    effective_at = at + timedelta(days=offered.waiting_days)
    change = BankAccountChange(
        change_id=change_id,
        reference=reference,
        person_ref=person.person_ref,
        account=account,
        former=person.bank,
        status=Status.ASKED if offered.needs_agreement else Status.AGREED,
        asked_at=at,
        effective_at=effective_at,
        next_look_at=None if offered.needs_agreement else effective_at,
        proof_upload_id=proof_upload_id,
    )
    asked = BankAccountChangeAsked(
        person_ref=person.person_ref,
        change_id=change_id,
        reference=reference,
        former_contact=former_contact,
        effective_on=fund.day_of(effective_at),
        needs_agreement=offered.needs_agreement,
        asked_at=at,
    )
    return Outcome(change, (asked,))


def agree(change: BankAccountChange, *, by: str, at: datetime) -> BankAccountChange:
    """An agent found nothing against it: it comes into force at its time, which may have come."""
    status = moved(MOVES, change.status, to=Status.AGREED)
    return replace(change, status=status, decided_by=by, decided_at=at, next_look_at=max(at, change.effective_at))


def refuse(change: BankAccountChange, *, reason: ChangeRefusal, by: str, at: datetime) -> Outcome[BankAccountChange]:
    """An agent says no, also to what another had agreed to, while it is not in force."""
    status = moved(MOVES, change.status, to=Status.REFUSED)
    refused = replace(change, status=status, refused_for=reason, decided_by=by, decided_at=at, ended_at=at)
    return _over(refused, at=at)


def withdraw(change: BankAccountChange, *, at: datetime) -> Outcome[BankAccountChange]:
    """The person does not want it any more, or never asked for it."""
    status = moved(MOVES, change.status, to=Status.WITHDRAWN)
    return _over(replace(change, status=status, ended_at=at), at=at)


def is_due(change: BankAccountChange, *, at: datetime) -> bool:
    """Whether nothing but the register stands between it and being in force."""
    return change.status is Status.AGREED and change.effective_at <= at


def holds(change: BankAccountChange, person: Person, *, is_dead: bool) -> bool:
    """Whether the register says what it said when the change was asked for. An account that it came to say since is
    newer knowledge of the fund's own: it wins, unless it is the very one."""
    return not is_dead and person.bank in (change.former, change.account)


def overtake(change: BankAccountChange, *, at: datetime) -> Outcome[BankAccountChange]:
    status = moved(MOVES, change.status, to=Status.OVERTAKEN)
    return _over(replace(change, status=status, ended_at=at), at=at)


def take_effect(
    change: BankAccountChange, *, former_contact: Encrypted | None, at: datetime
) -> Outcome[BankAccountChange]:
    """From now on the account counts; the register publishes it in the same transaction."""
    status = moved(MOVES, change.status, to=Status.IN_FORCE)
    done = replace(change, status=status, ended_at=at, next_look_at=None)
    changed = BankAccountChanged(
        person_ref=change.person_ref,
        change_id=change.change_id,
        reference=change.reference,
        former_contact=former_contact,
        changed_at=at,
    )
    return Outcome(done, (changed,))


def _over(change: BankAccountChange, *, at: datetime) -> Outcome[BankAccountChange]:
    ended = BankAccountChangeEnded(
        person_ref=change.person_ref,
        change_id=change.change_id,
        reference=change.reference,
        status=change.status.value,
        ended_at=at,
    )
    return Outcome(replace(change, next_look_at=None), (ended,))
