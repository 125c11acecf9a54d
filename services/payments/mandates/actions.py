"""What payments does with mandates: give them, take in what the bank says, decide, and end them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import msgspec

from services.payments.access_journal.accessed import AccessedKind
from services.payments.employers import actions as employers
from services.payments.employers.store import EmployerUnknown
from services.payments.mandates import amending, deadlines, mandate_terms, rules, store
from services.payments.mandates.form_file import form_media_type
from services.payments.mandates.mandate import BankAgreement, Mandate, MandateParty, SignedForm, Status
from services.payments.mandates.mandate_terms import MandateTerms
from services.payments.mandates.moving import MandateAct
from shared.http.files import UploadedFile
from shared.kernel.actors import ActorKind
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage import operator_acts
from shared.storage.paging import Page, PageRequest
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.propagation import current_traceparent


@dataclass(frozen=True, kw_only=True)
class StoredForm:
    """A signed form whose bytes are stored."""

    sha256: str
    size: int
    media_type: str


class MandateDecision(StrEnum):
    """What an agent may decide about a mandate. `accept` is proposed by one and confirmed by another."""

    ACCEPT = "accept"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    SUSPEND = "suspend"
    RESUME = "resume"
    CANCEL = "cancel"


# --- For employers ----------------------------------------------------------------------------------------------------


def issue(uow: UnitOfWork, *, employer_id: str, terms: MandateTerms) -> Mandate:
    """The caller, a firm's user, begins to give a mandate. Raises `MandateAlreadyOpen` naming the one that is open."""
    uow.by.must_pay_for_employer(employer_id, amount_minor=terms.amount_max_minor)
    mandate_terms.offered(uow.fund)
    employer = employers.find(uow, employer_id)
    if employer is None:
        raise EmployerUnknown
    before = store.open_of(uow, employer_id=employer_id)
    if before is not None:
        raise rules.MandateAlreadyOpen(reference=before.reference)
    issued = rules.issue(
        terms,
        mandate_id=uow.new_id(),
        reference=uow.new_reference(rules.REFERENCE_KIND),
        employer_id=employer_id,
        fund=uow.fund,
        act=_act(uow),
        language=employer.language,
        encrypted=lambda account: uow.keys.encrypt(
            msgspec.json.encode(account), data_class=DataClass.BANK, associated_data=employer_id
        ),
        traceparent=current_traceparent(),
    )
    return store.scheduling.save(uow, issued)


def accept_file(context: ServiceContext, fund_id: str, sent: UploadedFile) -> StoredForm:
    """Keep the bytes of a signed form, whose type its first bytes say. Raises `FormTypeRefused`, `TooLong`."""
    content = sent.stream.read(store.FORM_BYTES_MAX + 1)
    media_type = form_media_type(content)
    blob = store.save_form(context, fund_id, content)
    return StoredForm(sha256=blob.sha256, size=blob.size, media_type=media_type)


def upload(uow: UnitOfWork, *, mandate_id: str, form: StoredForm) -> Mandate:
    """The caller sends in the form with the bank's signature."""
    found = read(uow, mandate_id=mandate_id)
    signed = SignedForm(sha256=form.sha256, size=form.size, media_type=form.media_type, at=uow.at)
    holder = _name_of(uow, found)
    return store.scheduling.save(uow, rules.upload(found, signed, holder=holder, act=_act(uow), fund=uow.fund))


def amend(uow: UnitOfWork, *, mandate_id: str, terms: MandateTerms) -> Mandate:
    """The caller asks for another account, limit or end."""
    found = read(uow, mandate_id=mandate_id)
    uow.by.must_pay_for_employer(found.employer_id, amount_minor=terms.amount_max_minor)
    outcome = amending.amend(found, terms, amendment_id=uow.new_id(), act=_act(uow), fund=uow.fund)
    return store.scheduling.save(uow, outcome)


def suspend(uow: UnitOfWork, *, mandate_id: str) -> Mandate:
    """The caller wants nothing debited for now."""
    found = read(uow, mandate_id=mandate_id)
    return store.scheduling.save(uow, rules.suspend(found, act=_act(uow), reason="", fund=uow.fund))


def resume(uow: UnitOfWork, *, mandate_id: str) -> Mandate:
    """The caller wants debits again."""
    found = read(uow, mandate_id=mandate_id)
    return store.scheduling.save(uow, rules.resume(found, act=_act(uow), fund=uow.fund))


def cancel(uow: UnitOfWork, *, mandate_id: str) -> Mandate:
    """The caller takes the mandate back."""
    found = read(uow, mandate_id=mandate_id)
    return store.scheduling.save(uow, rules.cancel(found, reason="", act=_act(uow), fund=uow.fund))


def read(uow: UnitOfWork, *, mandate_id: str) -> Mandate:
    """A mandate, for the employer and the fund's agents."""
    found = store.mandates.load(uow, mandate_id)
    uow.by.must_act_for_employer(found.employer_id)
    return found


def look_at(uow: UnitOfWork, *, mandate_id: str, purpose: Purpose) -> Mandate:
    """As `read`; what an agent reads enters the access journal."""
    found = read(uow, mandate_id=mandate_id)
    journal.note_employer(
        uow, found.employer_id, looked_at=AccessedKind.MANDATE, reference=found.reference, purpose=purpose
    )
    return found


def page(
    uow: UnitOfWork,
    *,
    employer_id: str | None,
    status: Status | None,
    reference: str | None,
    wanted: PageRequest,
    purpose: Purpose,
) -> Page[Mandate]:
    """An employer's mandates, oldest first; where an agent names no employer, those of the fund in a state or of a
    reference."""
    uow.by.must_act_for_employer(employer_id or "")
    if employer_id:
        journal.note_employer(uow, employer_id, looked_at=AccessedKind.MANDATE, purpose=purpose)
    return store.page(uow, employer_id=employer_id, status=status, reference=reference, wanted=wanted)


def form_of(uow: UnitOfWork, *, mandate_id: str, purpose: Purpose) -> tuple[Mandate, bytes]:
    """The signed form of a mandate. Raises `FormMissing`."""
    found = look_at(uow, mandate_id=mandate_id, purpose=purpose)
    if found.signed_form is None:
        raise rules.FormMissing
    return found, store.form_bytes(uow, found.signed_form)


# --- For agents -------------------------------------------------------------------------------------------------------


def decide(uow: UnitOfWork, *, mandate_id: str, decision: MandateDecision, note: str) -> Mandate:
    """An agent decides about a mandate; what they decided enters the audit with their words."""
    found = store.mandates.load(uow, mandate_id)
    outcome = _decided(uow, found, decision=decision, note=note)
    operator_acts.record(uow, f"mandate-{decision.value}", store.mandates.name, mandate_id, version=found.version)
    return store.scheduling.save(uow, outcome)


def _decided(uow: UnitOfWork, found: Mandate, *, decision: MandateDecision, note: str) -> Outcome[Mandate]:
    act, reason = _act(uow), note[: rules.ABOUT_CHARACTERS_MAX]
    match decision:
        case MandateDecision.ACCEPT:
            return rules.propose(found, note=note, act=act)
        case MandateDecision.CONFIRM:
            return rules.confirm(found, act=act, fund=uow.fund)
        case MandateDecision.REFUSE:
            return rules.refuse(found, reason=reason, act=act)
        case MandateDecision.SUSPEND:
            return rules.suspend(found, reason=reason, act=act, fund=uow.fund)
        case MandateDecision.RESUME:
            return rules.resume(found, act=act, fund=uow.fund)
        case MandateDecision.CANCEL:
            return rules.cancel(found, reason=reason, act=act, fund=uow.fund)


# --- For the rail of direct debits ------------------------------------------------------------------------------------


def note_debited(uow: UnitOfWork, *, mandate_id: str, on: date) -> Mandate:
    """A debit by it came."""
    found = store.mandates.load(uow, mandate_id)
    return store.scheduling.save(uow, Outcome(rules.debited(found, on=on, fund=uow.fund)))


def note_debit_failed(uow: UnitOfWork, *, mandate_id: str, reason: str) -> Mandate:
    """A debit by it was refused or came back: after too many in a row it is suspended."""
    found = store.mandates.load(uow, mandate_id)
    act = MandateAct(party=MandateParty.PLATFORM, by=uow.by.subject, at=uow.at)
    return store.scheduling.save(uow, rules.debit_failed(found, reason=reason, act=act, fund=uow.fund))


# --- What the bank says -----------------------------------------------------------------------------------------------


def take_agreement(uow: UnitOfWork, agreement: BankAgreement, *, message_id: str = "") -> bool:
    """The bank agrees to the mandate that it names, by our message's id or by its reference. Whether there is one."""
    found = _named(uow, reference=agreement.reference, message_id=message_id)
    if found is None:
        return False
    is_reply = found.request is not None and found.request.message_id == message_id
    reference = agreement.reference or (found.reference if is_reply else "")
    said = replace(agreement, is_reply=is_reply, reference=reference)
    outcome = rules.agree(found, said, holder=_name_of(uow, found), act=_by_bank(uow), fund=uow.fund)
    if outcome.thing != found:
        store.scheduling.save(uow, outcome)
    return True


def take_refusal(uow: UnitOfWork, *, reference: str, reason: str, message_id: str = "") -> bool:
    """The bank refuses the mandate that it names. Whether there is one."""
    found = _named(uow, reference=reference, message_id=message_id)
    if found is None:
        return False
    outcome = rules.bank_refuses(found, reason=reason, act=_by_bank(uow), fund=uow.fund)
    store.scheduling.save(uow, outcome)
    return True


def take_cancellation(uow: UnitOfWork, *, reference: str, reason: str) -> bool:
    """The bank ends the mandate that it names. Whether there is one; one that is over stays as it is."""
    found = _named(uow, reference=reference, message_id="")
    if found is None:
        return False
    if found.is_open:
        store.scheduling.save(uow, rules.cancel(found, reason=reason, act=_by_bank(uow), fund=uow.fund))
    return True


def by_reference(uow: UnitOfWork, reference: str) -> Mandate | None:
    """The mandate that a reference names, as it is kept."""
    return store.with_reference(uow, reference)


def change(uow: UnitOfWork, *, seen: Mandate, rule: Callable[[Mandate], Mandate]) -> None:
    """Keep what a rule makes of a mandate, unless somebody else changed it meanwhile."""
    found = store.mandates.load(uow, seen.mandate_id)
    if found.version == seen.version:
        store.scheduling.save(uow, Outcome(rule(found)))


def end_what_is_due(uow: UnitOfWork, *, seen: Mandate) -> None:
    """What waited too long ends: a form, a mandate, other terms; where only the bank is silent, a person looks."""
    found = store.mandates.load(uow, seen.mandate_id)
    if found.version != seen.version or not found.is_open or not deadlines.is_due(found, fund=uow.fund, at=uow.at):
        return
    act = MandateAct(party=MandateParty.PLATFORM, by=uow.by.subject, at=uow.at)
    store.scheduling.save(uow, rules.end_due(found, act=act, fund=uow.fund))


def _named(uow: UnitOfWork, *, reference: str, message_id: str) -> Mandate | None:
    """What the bank's answer is about: the message of ours that it names, or the reference."""
    found = store.asked_by(uow, message_id) if message_id else None
    return found or store.with_reference(uow, reference)


def _name_of(uow: UnitOfWork, mandate: Mandate) -> str:
    employer = employers.find(uow, mandate.employer_id)
    return employer.name if employer is not None else ""


def _act(uow: UnitOfWork) -> MandateAct:
    party = MandateParty.FUND if uow.by.kind is ActorKind.STAFF else MandateParty.EMPLOYER
    return MandateAct(party=party, by=uow.by.subject, at=uow.at)


def _by_bank(uow: UnitOfWork) -> MandateAct:
    return MandateAct(party=MandateParty.BANK, by=uow.by.subject, at=uow.at)
