"""What may happen to a mandate. Pure: the fund's definition, the time and who acts are handed in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.payments.mandates.mandate import (
    ACCEPTED,
    FINDINGS_MAX,
    MOVES,
    STEPS_MAX,
    Amendment,
    AnswerChannel,
    BankAgreement,
    BankRequest,
    Mandate,
    MandateAccount,
    MandateFinding,
    MandateParty,
    MandateProposal,
    MandateStep,
    RequestKind,
    SignedForm,
    Status,
)
from services.payments.mandates.verification import findings_of
from shared.events.payments import (
    MandateAccepted,
    MandateAmended,
    MandateCancelled,
    MandateDoubted,
    MandateExpired,
    MandateIssued,
    MandateRefused,
    MandateResumed,
    MandateSuspended,
)
from shared.funds.fund import Fund
from shared.funds.identifiers import AccountRule, read_account
from shared.funds.payments import DebitMandates
from shared.kernel import normalize
from shared.kernel.errors import Conflict, Forbidden, Invalid, Missing
from shared.kernel.history import with_step
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome
from shared.kernel.personal import Encrypted
from shared.kernel.schedule import RetrySchedule

REFERENCE_KIND = "MD"
TEXT_CHARACTERS_MAX = 70
"""ISO 20022 `Max70Text`: banks keep no longer name of an account."""
ABOUT_CHARACTERS_MAX = 40
UNSAID = "MS03"
"""ISO 20022: the bank does not say why."""
SILENT = "mandate.bank-silent"
"""The bank has not answered in time: of a mandate a finding, of an amendment the reason why it ended."""
CHECKS = RetrySchedule((5, 20, 60, 300, 1_800, 7_200, 21_600))
"""After how long without the bank's answer it is asked for again; people at the bank take days."""
CANCELS = "cxl"
"""Ends the id of the message that cancels a mandate, of which the rest is the mandate's, without dashes: 35 characters,
as many as ISO 20022 allows. A beginning of our ids is shared by all that are made within a minute."""
RESUMED = {each: frozenset({Status.ACTIVE} if each is Status.SUSPENDED else ()) for each in Status}
"""What may be resumed."""


class MandateUnknown(Missing):
    code = "mandate.unknown"


class MandatesNotOffered(Conflict):
    """The fund debits no accounts."""

    code = "mandate.not-offered"


class MandateAlreadyOpen(Conflict):
    """The employer has a mandate of which something may still come. `reference` names it."""

    code = "mandate.already-open"


class MandateChanged(Conflict):
    """It was changed concurrently. `version` is the current one."""

    code = "mandate.changed"


class AccountNotOffered(Invalid):
    """The fund debits no accounts of this kind."""

    code = "mandate.account-not-offered"


class AccountKeyWrong(Invalid):
    """The number of the account does not have the form or the key of its country."""

    code = "mandate.account-malformed"


class AccountNameless(Invalid):
    """The account has no holder or no bank."""

    code = "mandate.account-nameless"


class LimitMissing(Invalid):
    """The fund asks for a limit, and none was given."""

    code = "mandate.limit-missing"


class LimitTooHigh(Invalid):
    code = "mandate.limit-too-high"


class EndTooEarly(Invalid):
    """The mandate would end before it begins."""

    code = "mandate.end-too-early"


class NothingAmended(Invalid):
    """The terms that were asked for are those in force."""

    code = "mandate.nothing-amended"


class AmendmentPending(Conflict):
    """The bank has not answered the last amendment."""

    code = "mandate.amendment-pending"


class FormMissing(Conflict):
    """Nobody has seen a form with the bank's signature."""

    code = "mandate.form-missing"


class FormNotAwaited(Conflict):
    """The mandate is in force, or over: no form is needed any more."""

    code = "mandate.form-not-awaited"


class NotDoubtful(Conflict):
    """There is nothing to decide about it."""

    code = "mandate.not-doubtful"


class NotInForce(Conflict):
    """Only the terms of a mandate in force are changed."""

    code = "mandate.not-in-force"


class MandateSamePerson(Forbidden):
    """The same person must not propose and confirm."""

    code = "mandate.same-person"


class NoteMissing(Invalid):
    """The employer is told why a mandate is refused, so the agent has to say it."""

    code = "mandate.note-missing"


class NothingProposed(Conflict):
    """Nobody proposed to accept it, or what was proposed was taken back."""

    code = "mandate.nothing-proposed"


class NotYoursToResume(Forbidden):
    """Whoever suspended it resumes it, or the fund."""

    code = "mandate.not-yours-to-resume"


@dataclass(frozen=True, kw_only=True)
class MandateAct:
    """Who does something, and when."""

    party: MandateParty
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class MandateTerms:
    """What an employer asks for, as it was typed. The account's number may be written in any way, as an IBAN too."""

    account: str
    rule: AccountRule
    holder: str
    bank: str
    amount_max_minor: int | None
    ends_on: date | None


# --- Debits -----------------------------------------------------------------------------------------------------------


def may_debit(mandate: Mandate, *, amount_minor: int, on: date) -> bool:
    """Whether so much may be debited by this mandate on a day: it is in force, the day is within it, and the amount
    within its limit. Everything that is sent to a bank asks this, when it is made and again when it is sent."""
    if mandate.status is not Status.ACTIVE or mandate.bank_agreement is None or mandate.accepted_at is None:
        return False
    if on < mandate.starts_on or (mandate.ends_on is not None and on > mandate.ends_on):
        return False
    return amount_minor > 0 and (mandate.amount_max_minor is None or amount_minor <= mandate.amount_max_minor)


def debited(mandate: Mandate, *, on: date, fund: Fund) -> Mandate:
    """A debit by it came: those that failed before count no more, and it stays in use."""
    if mandate.status not in ACCEPTED:
        return mandate
    return _with_deadline(replace(mandate, failures=0, last_debit_on=on), fund=fund)


def debit_failed(mandate: Mandate, *, reason: str, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    """A debit by it was refused by the bank or came back. After as many in a row as the fund allows it is suspended;
    where the bank says that there is no such mandate, at once."""
    failed = replace(mandate, failures=mandate.failures + 1)
    is_gone = reason in GONE_REASONS
    if failed.status is not Status.ACTIVE or (failed.failures < offered(fund).failures_max and not is_gone):
        return Outcome(failed)
    return suspend(failed, act=act, reason=reason, fund=fund)


GONE_REASONS = frozenset({"MD01", "AC04", "AC06"})
"""ISO 20022 status reasons: no mandate, account closed, account blocked. More debits would fail as well."""


# --- Given ------------------------------------------------------------------------------------------------------------


def offered(fund: Fund) -> DebitMandates:
    """How the fund takes mandates. Raises `MandatesNotOffered`."""
    found = fund.payments.mandates
    if found is None:
        raise MandatesNotOffered
    return found


def issue(
    terms: MandateTerms,
    *,
    mandate_id: str,
    reference: str,
    employer_id: str,
    fund: Fund,
    act: MandateAct,
    language: str,
    encrypted: Callable[[MandateAccount], Encrypted],
    traceparent: str,
) -> Outcome[Mandate]:
    """An employer wants to give a mandate: its form is issued in the language that it reads, and its bank is asked.
    `encrypted` makes of the account what the form's printer reads."""
    account = _account(terms, fund=fund)
    _check_limit(terms, fund=fund)
    today = fund.day_of(act.at)
    if terms.ends_on is not None and terms.ends_on <= today:
        raise EndTooEarly
    issued = Mandate(
        mandate_id=mandate_id,
        reference=reference,
        employer_id=employer_id,
        account=account,
        amount_max_minor=terms.amount_max_minor,
        status=Status.ISSUED,
        starts_on=today,
        ends_on=terms.ends_on,
        issued_at=act.at,
        steps=(MandateStep(status=Status.ISSUED, at=act.at, party=act.party, by=act.by),),
        request=_asked(mandate_id, RequestKind.INITIATION, fund=fund, at=act.at),
        traceparent=traceparent,
    )
    published = MandateIssued(
        mandate_id=mandate_id,
        reference=reference,
        employer_id=employer_id,
        amount_max_minor=terms.amount_max_minor,
        currency=fund.currency.value,
        starts_on=today,
        ends_on=terms.ends_on,
        issued_at=act.at,
        language=language,
        valid_until=today + timedelta(days=offered(fund).form_days_max),
        account=encrypted(account),
    )
    return Outcome(_with_deadline(issued, fund=fund), (published,))


def upload(mandate: Mandate, form: SignedForm, *, holder: str, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    """The employer sends in the form that its bank signed. `holder` is the employer's name in the register."""
    with_form = replace(mandate, signed_form=form)
    if mandate.status in (Status.UPLOADED, Status.DOUBTFUL):  # a better picture of it
        return Outcome(_noted(with_form, act=act, about="form"))
    if mandate.status is Status.ISSUED:
        return Outcome(_with_deadline(_moved(with_form, to=Status.UPLOADED, act=act), fund=fund))
    if mandate.status is not Status.BANK_AGREED:
        raise FormNotAwaited
    sent = _noted(with_form, act=act, about="form")
    return _verified(sent, holder=holder, act=_by_platform(act), fund=fund)


# --- What the bank says -----------------------------------------------------------------------------------------------


def agree(mandate: Mandate, agreement: BankAgreement, *, holder: str, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    """The bank agrees to be debited. Once the signed form is here too, where the fund asks for it, the platform
    verifies by itself what the bank said. An answer that nobody awaits any more is kept as a step and changes
    nothing, nor does the same answer that comes again."""
    if mandate.bank_agreement is not None and mandate.bank_agreement.evidence == agreement.evidence:
        return Outcome(mandate)
    if mandate.amendment is not None:
        return _amended(mandate, agreement, act=act, fund=fund)
    if mandate.status not in AWAITING:
        return Outcome(_noted(mandate, act=act, about="answer-late"))
    agreed = replace(mandate, bank_agreement=agreement, request=None, next_look_at=None)
    if offered(fund).is_form_required and mandate.signed_form is None:
        if mandate.status is Status.BANK_AGREED:
            return Outcome(_with_deadline(_noted(agreed, act=act), fund=fund))
        return Outcome(_with_deadline(_moved(agreed, to=Status.BANK_AGREED, act=act), fund=fund))
    return _verified(_noted(agreed, act=act, about="agreed"), holder=holder, act=_by_platform(act), fund=fund)


AWAITING = frozenset({Status.ISSUED, Status.BANK_AGREED, Status.UPLOADED, Status.DOUBTFUL})
"""The bank's answer, or a better one, is still good for something."""


def bank_refuses(mandate: Mandate, *, reason: str, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    """The bank does not agree: to the mandate, or to its amendment, whose terms are then those from before."""
    reason = reason[:ABOUT_CHARACTERS_MAX] or UNSAID
    if mandate.amendment is not None:
        return _amendment_ended(mandate, reason=reason, act=act, fund=fund)
    if mandate.status not in AWAITING:
        return Outcome(_noted(mandate, act=act, about="answer-late"))
    refused = _moved(replace(mandate, request=None), to=Status.BANK_REFUSED, act=act, about=reason)
    return _ended(refused, MandateRefused(**_ids(mandate), is_by_bank=True, reason=reason, refused_at=act.at))


def is_silent(mandate: Mandate, *, act: MandateAct) -> Outcome[Mandate]:
    """The signed form is here, and the bank has not said anything for as long as the fund waits: a person looks."""
    return _doubted(mandate, [MandateFinding(code=SILENT)], act=act)


def _verified(mandate: Mandate, *, holder: str, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    """The platform holds the bank's agreement against what the employer signed."""
    agreement = mandate.bank_agreement
    if agreement is None:
        raise FormMissing
    found = findings_of(mandate, agreement, account=mandate.account, holder=holder, fund=fund)
    return _doubted(mandate, found, act=act) if found else _accepted(mandate, act=act, fund=fund)


def _accepted(mandate: Mandate, *, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    ready = replace(mandate, accepted_at=act.at, findings=(), proposal=None, request=None)
    accepted = _moved(ready, to=Status.ACTIVE, act=act)
    published = MandateAccepted(
        **_ids(mandate),
        amount_max_minor=mandate.amount_max_minor,
        currency=fund.currency.value,
        starts_on=mandate.starts_on,
        ends_on=mandate.ends_on,
        accepted_at=act.at,
    )
    return Outcome(_with_deadline(accepted, fund=fund), (published,))


def _doubted(mandate: Mandate, found: Iterable[MandateFinding], *, act: MandateAct) -> Outcome[Mandate]:
    findings = tuple(found)[:FINDINGS_MAX]
    doubted = replace(mandate, findings=findings, deadline_at=None, next_look_at=None, request=None, proposal=None)
    if mandate.status is Status.DOUBTFUL:
        return Outcome(_noted(doubted, act=act, about=findings[0].code))
    after = _moved(doubted, to=Status.DOUBTFUL, act=act, about=findings[0].code)
    codes = tuple(each.code for each in findings)
    return Outcome(after, (MandateDoubted(**_ids(mandate), findings=codes, doubted_at=act.at),))


# --- What the fund decides --------------------------------------------------------------------------------------------


def propose(mandate: Mandate, *, note: str, act: MandateAct) -> Outcome[Mandate]:
    """An agent would accept a doubtful mandate all the same. Without the bank's own answer the form has to be here."""
    if mandate.status is not Status.DOUBTFUL:
        raise NotDoubtful
    if mandate.bank_agreement is None and mandate.signed_form is None:
        raise FormMissing
    proposal = MandateProposal(by=act.by, at=act.at, note=note)
    return Outcome(_noted(replace(mandate, proposal=proposal), act=act, about="proposed"))


def confirm(mandate: Mandate, *, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    """Another agent agrees: the mandate is accepted. Where the bank never answered, the form is what it agreed by."""
    if mandate.status is not Status.DOUBTFUL or mandate.proposal is None:
        raise NothingProposed
    if act.by == mandate.proposal.by:
        raise MandateSamePerson
    agreed = mandate if mandate.bank_agreement is not None else replace(mandate, bank_agreement=_by_form(mandate, act))
    return _accepted(agreed, act=act, fund=fund)


def refuse(mandate: Mandate, *, reason: str, act: MandateAct) -> Outcome[Mandate]:
    """An agent refuses a doubtful mandate; the employer reads the reason."""
    if not normalize.text(reason):
        raise NoteMissing
    refused = _moved(replace(mandate, proposal=None), to=Status.REFUSED, act=act, about=reason)
    return _ended(refused, MandateRefused(**_ids(mandate), is_by_bank=False, reason=reason, refused_at=act.at))


def _by_form(mandate: Mandate, act: MandateAct) -> BankAgreement:
    form = mandate.signed_form
    if form is None:
        raise FormMissing
    return BankAgreement(
        at=form.at, channel=AnswerChannel.FORM, evidence=f"form:{form.sha256}", reference=mandate.reference
    )


# --- In force ---------------------------------------------------------------------------------------------------------


def amend(mandate: Mandate, terms: MandateTerms, *, amendment_id: str, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    """The employer asks for another account, limit or end. The terms in force stay so until the bank has agreed."""
    if mandate.status not in ACCEPTED:
        raise NotInForce
    if mandate.amendment is not None:
        raise AmendmentPending
    account = _account(terms, fund=fund)
    _check_limit(terms, fund=fund)
    if terms.ends_on is not None and terms.ends_on <= fund.day_of(act.at):
        raise EndTooEarly
    wanted = (account, terms.amount_max_minor, terms.ends_on)
    if wanted == (mandate.account, mandate.amount_max_minor, mandate.ends_on):
        raise NothingAmended
    amendment = Amendment(
        amendment_id=amendment_id,
        asked_at=act.at,
        account=account,
        amount_max_minor=terms.amount_max_minor,
        ends_on=terms.ends_on,
    )
    asked = replace(
        mandate,
        amendment=amendment,
        request=_asked(amendment_id, RequestKind.AMENDMENT, fund=fund, at=act.at),
    )
    return Outcome(_with_deadline(_noted(asked, act=act, about="amendment-asked"), fund=fund))


def amendment_over_at(amendment: Amendment, *, fund: Fund) -> datetime:
    """Until when the bank's answer to other terms is awaited."""
    return amendment.asked_at + timedelta(days=offered(fund).amendment_days_max)


def _amended(mandate: Mandate, agreement: BankAgreement, *, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    """The bank agrees to the new terms; what it says has to fit them, or they are not taken."""
    wanted = mandate.amendment
    if wanted is None:
        return Outcome(mandate)
    new = replace(
        mandate,
        account=wanted.account,
        amount_max_minor=wanted.amount_max_minor,
        ends_on=wanted.ends_on,
        amendment=None,
    )
    found = findings_of(new, agreement, account=wanted.account, holder="", fund=fund)
    if found:
        return _amendment_ended(mandate, reason=found[0].code, act=_by_platform(act), fund=fund)
    taken = _noted(replace(new, bank_agreement=agreement, request=None), act=act, about="amended")
    published = MandateAmended(**_ids(mandate), is_agreed=True, reason="", amended_at=act.at)
    return Outcome(_with_deadline(taken, fund=fund), (published,))


def _amendment_ended(mandate: Mandate, *, reason: str, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    before = _noted(replace(mandate, amendment=None, request=None), act=act, about=reason)
    published = MandateAmended(**_ids(mandate), is_agreed=False, reason=reason, amended_at=act.at)
    return Outcome(_with_deadline(before, fund=fund), (published,))


def suspend(mandate: Mandate, *, act: MandateAct, reason: str, fund: Fund) -> Outcome[Mandate]:
    """Nothing is debited until it is resumed: the employer's or an agent's wish, or too many debits came back."""
    suspended = _moved(mandate, to=Status.SUSPENDED, act=act, about=reason, suspended_by=act.party)
    is_by_failures = act.party is MandateParty.PLATFORM
    published = MandateSuspended(
        **_ids(mandate), is_by_failures=is_by_failures, failures=mandate.failures, suspended_at=act.at
    )
    return Outcome(_with_deadline(suspended, fund=fund), (published,))


def resume(mandate: Mandate, *, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    """It may be debited again. The employer resumes what it suspended itself; an agent any. Only what was in force
    before is: other states lead to it as well, but by the bank's agreement."""
    moved(RESUMED, mandate.status, to=Status.ACTIVE)
    if act.party is MandateParty.EMPLOYER and mandate.suspended_by not in (None, MandateParty.EMPLOYER):
        raise NotYoursToResume
    resumed = _moved(replace(mandate, failures=0), to=Status.ACTIVE, act=act)
    return Outcome(_with_deadline(resumed, fund=fund), (MandateResumed(**_ids(mandate), resumed_at=act.at),))


def cancel(mandate: Mandate, *, reason: str, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    """It ends: by the employer, its bank or the fund. A bank that holds it, or may come to, is told."""
    is_held = mandate.bank_agreement is not None or mandate.request is not None
    about = reason[:ABOUT_CHARACTERS_MAX]
    over = replace(mandate, amendment=None, proposal=None)
    cancelled = _moved(over, to=Status.CANCELLED, act=act, about=about)
    request = None
    if is_held and act.party is not MandateParty.BANK:
        request = _asked(f"{mandate.mandate_id}{CANCELS}", RequestKind.CANCELLATION, fund=fund, at=act.at)
    after = replace(cancelled, request=request, deadline_at=None, next_look_at=act.at if request else None)
    published = MandateCancelled(**_ids(mandate), cancelled_by=act.party.value, reason=about, cancelled_at=act.at)
    return Outcome(after, (published,))


def expire(mandate: Mandate, *, act: MandateAct) -> Outcome[Mandate]:
    """Its time is over: the form waited too long, its last day has passed, or it was not used for too long."""
    over = replace(mandate, amendment=None, proposal=None, request=None)
    was_accepted = mandate.status in ACCEPTED
    expired = _moved(over, to=Status.EXPIRED, act=act)
    return _ended(expired, MandateExpired(**_ids(mandate), was_accepted=was_accepted, expired_at=act.at))


# --- Messages to the bank ---------------------------------------------------------------------------------------------


def sent(mandate: Mandate, *, at: datetime) -> Mandate:
    """The bank has our message; its answer is asked for after a while. Of a cancellation none is awaited."""
    request = mandate.request
    if request is None:
        return mandate
    if request.kind is RequestKind.CANCELLATION:
        return replace(mandate, request=None, next_look_at=None)
    return check_later(replace(mandate, request=replace(request, is_sent=True, looks=0)), at=at)


def not_taken(mandate: Mandate, *, fund: Fund) -> Mandate:
    """The bank takes no such messages: it answers by a call or on the form."""
    return _with_deadline(replace(mandate, request=None), fund=fund)


def check_later(mandate: Mandate, *, at: datetime) -> Mandate:
    """The bank has not answered: it is asked again after a growing wait."""
    request = mandate.request
    if request is None:
        return mandate
    looks = request.looks + 1
    due_at = CHECKS.next_at(at, tries=looks)
    if mandate.deadline_at is not None:
        due_at = min(due_at, mandate.deadline_at)
    return replace(mandate, request=replace(request, looks=looks), next_look_at=due_at)


def is_due(mandate: Mandate, *, fund: Fund, at: datetime) -> bool:
    """Whether what it waits for should have come by now."""
    if mandate.amendment is not None and amendment_over_at(mandate.amendment, fund=fund) <= at:
        return True
    return mandate.deadline_at is not None and mandate.deadline_at <= at


def end_due(mandate: Mandate, *, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    """What waited too long ends: the mandate, or other terms that the bank never answered, whose answer changes nothing
    if it comes later; where only the bank is silent about a signed form, a person looks."""
    if mandate.status is Status.UPLOADED:
        return is_silent(mandate, act=act)
    if mandate.amendment is not None and act.at < _last_day_over(mandate, offered(fund), fund=fund):
        return _amendment_ended(mandate, reason=SILENT, act=act, fund=fund)
    return expire(mandate, act=act)


# ----------------------------------------------------------------------------------------------------------------------


def _account(terms: MandateTerms, *, fund: Fund) -> MandateAccount:
    if terms.rule not in offered(fund).accounts:
        raise AccountNotOffered
    number = read_account(terms.account, rule=terms.rule)
    if number is None:
        raise AccountKeyWrong
    holder, bank = (normalize.name(each)[:TEXT_CHARACTERS_MAX] for each in (terms.holder, terms.bank))
    if not holder or not bank:
        raise AccountNameless
    return MandateAccount(number=number, rule=terms.rule, holder=holder, bank=bank)


def _check_limit(terms: MandateTerms, *, fund: Fund) -> None:
    own = offered(fund)
    if terms.amount_max_minor is None:
        if own.is_limit_required:
            raise LimitMissing
    elif own.amount_max is not None and terms.amount_max_minor > own.amount_max.amount_minor:
        raise LimitTooHigh


def _asked(thing_id: str, kind: RequestKind, *, fund: Fund, at: datetime) -> BankRequest | None:
    """The message to the bank, where it takes any."""
    if fund.bindings.bank.mandate_messages is None:
        return None
    return BankRequest(message_id=thing_id.replace("-", ""), kind=kind, asked_at=at)


def _with_deadline(mandate: Mandate, *, fund: Fund) -> Mandate:
    """When something ends by itself, and when it is looked at next."""
    own = offered(fund)
    if mandate.status in (Status.ISSUED, Status.BANK_AGREED):
        deadline = mandate.issued_at + timedelta(days=own.form_days_max)
    elif mandate.status is Status.UPLOADED:
        deadline = mandate.steps[-1].at + timedelta(days=own.answer_days_max)
    elif mandate.status in ACCEPTED:
        deadline = _last_day_over(mandate, own, fund=fund)
        if mandate.amendment is not None:
            deadline = min(deadline, amendment_over_at(mandate.amendment, fund=fund))
    else:
        return replace(mandate, deadline_at=None, next_look_at=None)
    if mandate.request is not None and not mandate.request.is_sent:
        return replace(mandate, deadline_at=deadline, next_look_at=mandate.request.asked_at)
    look_at = deadline
    if mandate.request is not None and mandate.next_look_at is not None:
        look_at = min(deadline, mandate.next_look_at)
    return replace(mandate, deadline_at=deadline, next_look_at=look_at)


def _last_day_over(mandate: Mandate, own: DebitMandates, *, fund: Fund) -> datetime:
    used_on = mandate.last_debit_on or fund.day_of(mandate.accepted_at or mandate.issued_at)
    last_on = used_on + timedelta(days=own.unused_days_max)
    if mandate.ends_on is not None:
        last_on = min(last_on, mandate.ends_on)
    return fund.bounds_of(last_on)[1]


def _by_platform(act: MandateAct) -> MandateAct:
    return MandateAct(party=MandateParty.PLATFORM, by=act.by, at=act.at)


def _ended(mandate: Mandate, event: object) -> Outcome[Mandate]:
    return Outcome(replace(mandate, deadline_at=None, next_look_at=None), (event,))


def _ids(mandate: Mandate) -> dict[str, str]:
    return {"mandate_id": mandate.mandate_id, "reference": mandate.reference, "employer_id": mandate.employer_id}


def _moved(
    mandate: Mandate, *, to: Status, act: MandateAct, about: str = "", suspended_by: MandateParty | None = None
) -> Mandate:
    status = moved(MOVES, mandate.status, to=to)
    return _noted(replace(mandate, status=status, suspended_by=suspended_by), act=act, about=about)


def _noted(mandate: Mandate, *, act: MandateAct, about: str = "") -> Mandate:
    step = MandateStep(status=mandate.status, at=act.at, party=act.party, by=act.by, about=about)
    return replace(mandate, steps=with_step(mandate.steps, step, limit=STEPS_MAX))
