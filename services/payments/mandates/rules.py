"""What may happen to a mandate. Pure: the fund's definition, the time and who acts are handed in."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta

from services.payments.mandates import amending, bank_messages, mandate_terms
from services.payments.mandates.deadlines import last_day_over, with_deadline
from services.payments.mandates.mandate import (
    ACCEPTED,
    FINDINGS_MAX,
    AnswerChannel,
    BankAgreement,
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
from services.payments.mandates.mandate_terms import EndTooEarly, MandateTerms, offered
from services.payments.mandates.moving import MandateAct, by_platform, ended, ids_of, moved_to, noted
from services.payments.mandates.verification import findings_of
from shared.events.payments.mandates import (
    MandateAccepted,
    MandateCancelled,
    MandateDoubted,
    MandateExpired,
    MandateIssued,
    MandateRefused,
    MandateResumed,
    MandateSuspended,
)
from shared.funds.fund import Fund
from shared.kernel import normalize
from shared.kernel.errors import Conflict, Forbidden, Invalid, Missing
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome
from shared.kernel.personal import Encrypted

REFERENCE_KIND = "MD"
ABOUT_CHARACTERS_MAX = 40
UNSAID = "MS03"
"""ISO 20022: the bank does not say why."""
SILENT = "mandate.bank-silent"
"""The bank has not answered in time: of a mandate a finding, of an amendment the reason why it ended."""
CANCELS = "cxl"
"""Ends the id of the message that cancels a mandate, of which the rest is the mandate's, without dashes: 35 characters,
as many as ISO 20022 allows. A beginning of our ids is shared by all that are made within a minute."""
RESUMED = {each: frozenset({Status.ACTIVE} if each is Status.SUSPENDED else ()) for each in Status}
"""What may be resumed."""


class MandateUnknown(Missing):
    code = "mandate.unknown"


class MandateAlreadyOpen(Conflict):
    """The employer has a mandate of which something may still come. `reference` names it."""

    code = "mandate.already-open"


class MandateChanged(Conflict):
    """It was changed concurrently. `version` is the current one."""

    code = "mandate.changed"


class FormMissing(Conflict):
    """Nobody has seen a form with the bank's signature."""

    code = "mandate.form-missing"


class FormNotAwaited(Conflict):
    """The mandate is in force, or over: no form is needed any more."""

    code = "mandate.form-not-awaited"


class NotDoubtful(Conflict):
    """There is nothing to decide about it."""

    code = "mandate.not-doubtful"


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
    return with_deadline(replace(mandate, failures=0, last_debit_on=on), fund=fund)


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
    account = mandate_terms.account_of(terms, fund=fund)
    mandate_terms.check_limit(terms, fund=fund)
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
        request=bank_messages.request(mandate_id, RequestKind.INITIATION, fund=fund, at=act.at),
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
    return Outcome(with_deadline(issued, fund=fund), (published,))


def upload(mandate: Mandate, form: SignedForm, *, holder: str, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    """The employer sends in the form that its bank signed. `holder` is the employer's name in the register."""
    with_form = replace(mandate, signed_form=form)
    if mandate.status in (Status.UPLOADED, Status.DOUBTFUL):  # a better picture of it
        return Outcome(noted(with_form, act=act, about="form"))
    if mandate.status is Status.ISSUED:
        return Outcome(with_deadline(moved_to(with_form, to=Status.UPLOADED, act=act), fund=fund))
    if mandate.status is not Status.BANK_AGREED:
        raise FormNotAwaited
    sent = noted(with_form, act=act, about="form")
    return _verified(sent, holder=holder, act=by_platform(act), fund=fund)


# --- What the bank says -----------------------------------------------------------------------------------------------


def agree(mandate: Mandate, agreement: BankAgreement, *, holder: str, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    """The bank agrees to be debited. Once the signed form is here too, where the fund asks for it, the platform
    verifies by itself what the bank said. An answer that nobody awaits any more is kept as a step and changes
    nothing, nor does the same answer that comes again."""
    if mandate.bank_agreement is not None and mandate.bank_agreement.evidence == agreement.evidence:
        return Outcome(mandate)
    if mandate.amendment is not None:
        return amending.amended(mandate, agreement, act=act, fund=fund)
    if mandate.status not in AWAITING:
        return Outcome(noted(mandate, act=act, about="answer-late"))
    agreed = replace(mandate, bank_agreement=agreement, request=None, next_look_at=None)
    if offered(fund).is_form_required and mandate.signed_form is None:
        if mandate.status is Status.BANK_AGREED:
            return Outcome(with_deadline(noted(agreed, act=act), fund=fund))
        return Outcome(with_deadline(moved_to(agreed, to=Status.BANK_AGREED, act=act), fund=fund))
    return _verified(noted(agreed, act=act, about="agreed"), holder=holder, act=by_platform(act), fund=fund)


AWAITING = frozenset({Status.ISSUED, Status.BANK_AGREED, Status.UPLOADED, Status.DOUBTFUL})
"""The bank's answer, or a better one, is still good for something."""


def bank_refuses(mandate: Mandate, *, reason: str, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    """The bank does not agree: to the mandate, or to its amendment, whose terms are then those from before."""
    reason = reason[:ABOUT_CHARACTERS_MAX] or UNSAID
    if mandate.amendment is not None:
        return amending.amendment_ended(mandate, reason=reason, act=act, fund=fund)
    if mandate.status not in AWAITING:
        return Outcome(noted(mandate, act=act, about="answer-late"))
    refused = moved_to(replace(mandate, request=None), to=Status.BANK_REFUSED, act=act, about=reason)
    return ended(refused, MandateRefused(**ids_of(mandate), is_by_bank=True, reason=reason, refused_at=act.at))


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
    accepted = moved_to(ready, to=Status.ACTIVE, act=act)
    published = MandateAccepted(
        **ids_of(mandate),
        amount_max_minor=mandate.amount_max_minor,
        currency=fund.currency.value,
        starts_on=mandate.starts_on,
        ends_on=mandate.ends_on,
        accepted_at=act.at,
    )
    return Outcome(with_deadline(accepted, fund=fund), (published,))


def _doubted(mandate: Mandate, found: Iterable[MandateFinding], *, act: MandateAct) -> Outcome[Mandate]:
    findings = tuple(found)[:FINDINGS_MAX]
    doubted = replace(mandate, findings=findings, deadline_at=None, next_look_at=None, request=None, proposal=None)
    if mandate.status is Status.DOUBTFUL:
        return Outcome(noted(doubted, act=act, about=findings[0].code))
    after = moved_to(doubted, to=Status.DOUBTFUL, act=act, about=findings[0].code)
    codes = tuple(each.code for each in findings)
    return Outcome(after, (MandateDoubted(**ids_of(mandate), findings=codes, doubted_at=act.at),))


# --- What the fund decides --------------------------------------------------------------------------------------------


def propose(mandate: Mandate, *, note: str, act: MandateAct) -> Outcome[Mandate]:
    """An agent would accept a doubtful mandate all the same. Without the bank's own answer the form has to be here."""
    if mandate.status is not Status.DOUBTFUL:
        raise NotDoubtful
    if mandate.bank_agreement is None and mandate.signed_form is None:
        raise FormMissing
    proposal = MandateProposal(by=act.by, at=act.at, note=note)
    return Outcome(noted(replace(mandate, proposal=proposal), act=act, about="proposed"))


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
    refused = moved_to(replace(mandate, proposal=None), to=Status.REFUSED, act=act, about=reason)
    return ended(refused, MandateRefused(**ids_of(mandate), is_by_bank=False, reason=reason, refused_at=act.at))


def _by_form(mandate: Mandate, act: MandateAct) -> BankAgreement:
    form = mandate.signed_form
    if form is None:
        raise FormMissing
    return BankAgreement(
        at=form.at, channel=AnswerChannel.FORM, evidence=f"form:{form.sha256}", reference=mandate.reference
    )


# --- In force ---------------------------------------------------------------------------------------------------------


def suspend(mandate: Mandate, *, act: MandateAct, reason: str, fund: Fund) -> Outcome[Mandate]:
    """Nothing is debited until it is resumed: the employer's or an agent's wish, or too many debits came back."""
    suspended = moved_to(mandate, to=Status.SUSPENDED, act=act, about=reason, suspended_by=act.party)
    is_by_failures = act.party is MandateParty.PLATFORM
    published = MandateSuspended(
        **ids_of(mandate), is_by_failures=is_by_failures, failures=mandate.failures, suspended_at=act.at
    )
    return Outcome(with_deadline(suspended, fund=fund), (published,))


def resume(mandate: Mandate, *, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    """It may be debited again. The employer resumes what it suspended itself; an agent any. Only what was in force
    before is: other states lead to it as well, but by the bank's agreement."""
    moved(RESUMED, mandate.status, to=Status.ACTIVE)
    if act.party is MandateParty.EMPLOYER and mandate.suspended_by not in (None, MandateParty.EMPLOYER):
        raise NotYoursToResume
    resumed = moved_to(replace(mandate, failures=0), to=Status.ACTIVE, act=act)
    return Outcome(with_deadline(resumed, fund=fund), (MandateResumed(**ids_of(mandate), resumed_at=act.at),))


def cancel(mandate: Mandate, *, reason: str, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    """It ends: by the employer, its bank or the fund. A bank that holds it, or may come to, is told."""
    is_held = mandate.bank_agreement is not None or mandate.request is not None
    about = reason[:ABOUT_CHARACTERS_MAX]
    over = replace(mandate, amendment=None, proposal=None)
    cancelled = moved_to(over, to=Status.CANCELLED, act=act, about=about)
    request = None
    if is_held and act.party is not MandateParty.BANK:
        request = bank_messages.request(
            f"{mandate.mandate_id}{CANCELS}", RequestKind.CANCELLATION, fund=fund, at=act.at
        )
    after = replace(cancelled, request=request, deadline_at=None, next_look_at=act.at if request else None)
    published = MandateCancelled(**ids_of(mandate), cancelled_by=act.party.value, reason=about, cancelled_at=act.at)
    return Outcome(after, (published,))


def expire(mandate: Mandate, *, act: MandateAct) -> Outcome[Mandate]:
    """Its time is over: the form waited too long, its last day has passed, or it was not used for too long."""
    over = replace(mandate, amendment=None, proposal=None, request=None)
    was_accepted = mandate.status in ACCEPTED
    expired = moved_to(over, to=Status.EXPIRED, act=act)
    return ended(expired, MandateExpired(**ids_of(mandate), was_accepted=was_accepted, expired_at=act.at))


# --- What waited too long ---------------------------------------------------------------------------------------------


def end_due(mandate: Mandate, *, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    """What waited too long ends: the mandate, or other terms that the bank never answered, whose answer changes nothing
    if it comes later; where only the bank is silent about a signed form, a person looks."""
    if mandate.status is Status.UPLOADED:
        return is_silent(mandate, act=act)
    if mandate.amendment is not None and act.at < last_day_over(mandate, offered(fund), fund=fund):
        return amending.amendment_ended(mandate, reason=SILENT, act=act, fund=fund)
    return expire(mandate, act=act)
