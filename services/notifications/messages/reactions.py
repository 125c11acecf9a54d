"""Reactions to events, for messages: each notifies persons or employers."""

from services.notifications.messages import actions
from services.notifications.messages.rules import Notice
from services.notifications.templates.template import Value
from shared.bus.reactions import Reactions
from shared.events.claims import (
    AppealDecided,
    AwardEnded,
    AwardEndsSoon,
    AwardOpened,
    AwardPaid,
    AwardResumed,
    AwardSuspended,
    ClaimAppealed,
    ClaimApproved,
    ClaimPaid,
    ClaimRefused,
    ClaimSubmitted,
    ClaimWithdrawn,
    LifeCertificateDue,
    MedicalReviewRequested,
    PaperRequested,
    RequestDone,
    RequestGranted,
)
from shared.events.documents import PaperFailed, PaperRevoked
from shared.events.identity import ActivationRequested, CardsRefreshed, PasswordChanged, RecoveryRequested
from shared.events.payments import (
    BenefitReturned,
    DeclarationAccepted,
    DeclarationPaid,
    DeclarationRefused,
    DeclarationToConfirm,
    DeclarationWithdrawn,
    PaymentReversed,
)
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(ActivationRequested)
def send_link(uow: UnitOfWork, event: ActivationRequested) -> None:
    notice = Notice(
        template="account-activation",
        occasion=f"{event.account_id}/{event.expires_at.isoformat()}",  # who asks again gets another link
        about=event.account_id,
        owner_id=event.person_ref,
        parameters={"expires_at": event.expires_at.isoformat()},
        sealed={"link": event.link},
        language=event.language,
        use_until=event.expires_at,
    )
    actions.say(uow, notice, part_of=event.account_id)


@reactions.to(RecoveryRequested)
def send_way_back(uow: UnitOfWork, event: RecoveryRequested) -> None:
    notice = Notice(
        template="account-recovery",
        occasion=f"{event.account_id}/{event.expires_at.isoformat()}",
        about=event.account_id,
        owner_id=event.person_ref,
        parameters={"expires_at": event.expires_at.isoformat()},
        sealed={"link": event.link},
        language=event.language,
        use_until=event.expires_at,
    )
    actions.say(uow, notice, part_of=event.account_id)


@reactions.to(PasswordChanged)
def say_password_changed(uow: UnitOfWork, event: PasswordChanged) -> None:
    """To the owner, or to the firms that they act for; of the fund's own staff no address is known here."""
    template = "password-changed" if event.person_ref else "user-password-changed"
    owner_ids = [event.person_ref] if event.person_ref else event.employer_ids
    notices = (
        Notice(
            template=template,
            occasion=f"{event.account_id}/{event.changed_at.isoformat()}",
            about=event.account_id,
            owner_id=owner_id,
            parameters={"changed_at": event.changed_at.isoformat()},
        )
        for owner_id in owner_ids
    )
    actions.say(uow, *notices, part_of=event.account_id)


@reactions.to(CardsRefreshed)
def say_cards_refreshed(uow: UnitOfWork, event: CardsRefreshed) -> None:
    notices = (
        Notice(
            template=template,
            occasion=event.declaration_id,  # once a declaration, on however many of its pages a person stands
            about=event.declaration_id,
            owner_id=card.person_ref,
            parameters={"valid_until": card.valid_until.isoformat()},
        )
        for template, published in (("card-refreshed", event.cards), ("card-closed", event.closed))
        for card in published
    )
    actions.say(uow, *notices, part_of=f"{event.declaration_id}/{event.page}")


@reactions.to(DeclarationAccepted)
def say_declaration_accepted(uow: UnitOfWork, event: DeclarationAccepted) -> None:
    """What is due and by when; what is overdue; or, where something was paid already, what is left."""
    parameters: dict[str, Value] = {
        "form": event.form,
        "period": event.period,
        "workers": event.workers,
        "due": event.due_minor,
        "due_on": event.due_on.isoformat(),
    }
    template = "declaration-accepted"
    if event.paid_minor:
        template = "declaration-accepted-again"
        parameters |= {"paid": event.paid_minor, "left": max(0, event.due_minor - event.paid_minor)}
    elif event.due_on < event.accepted_at.astimezone(uow.fund.zone).date():
        template = "declaration-accepted-late"
    notice = Notice(
        template=template,
        occasion=event.declaration_id,
        about=event.declaration_id,
        owner_id=event.employer_id,
        parameters=parameters,
    )
    actions.say(uow, notice, part_of=event.declaration_id)


@reactions.to(DeclarationRefused)
def say_declaration_refused(uow: UnitOfWork, event: DeclarationRefused) -> None:
    notice = Notice(
        template="declaration-refused",
        occasion=event.declaration_id,
        about=event.declaration_id,
        owner_id=event.employer_id,
        parameters={"form": event.form, "period": event.period, "errors": event.errors},
    )
    actions.say(uow, notice, part_of=event.declaration_id)


@reactions.to(DeclarationToConfirm)
def say_declaration_to_confirm(uow: UnitOfWork, event: DeclarationToConfirm) -> None:
    notice = Notice(
        template="declaration-to-confirm-reminder" if event.is_reminder else "declaration-to-confirm",
        occasion=f"{event.declaration_id}/{event.asked_at.isoformat()}",  # asked again where something else was found
        about=event.declaration_id,
        owner_id=event.employer_id,
        parameters={
            "form": event.form,
            "period": event.period,
            "confirm_until": event.confirm_until.isoformat(),
        },
    )
    actions.say(uow, notice, part_of=event.declaration_id)


@reactions.to(DeclarationWithdrawn)
def say_declaration_lapsed(uow: UnitOfWork, event: DeclarationWithdrawn) -> None:
    """Only where nobody confirmed in time: who withdraws a declaration knows it."""
    if not event.is_lapsed:
        return
    notice = Notice(
        template="declaration-lapsed",
        occasion=f"{event.declaration_id}/{event.withdrawn_at.isoformat()}",
        about=event.declaration_id,
        owner_id=event.employer_id,
        parameters={"form": event.form, "period": event.period},
    )
    actions.say(uow, notice, part_of=event.declaration_id)


@reactions.to(DeclarationPaid)
def say_declaration_paid(uow: UnitOfWork, event: DeclarationPaid) -> None:
    notice = Notice(
        template="declaration-paid",
        occasion=event.declaration_id,
        about=event.declaration_id,
        owner_id=event.employer_id,
        parameters={"form": event.form, "period": event.period, "amount": event.amount_minor},
    )
    actions.say(uow, notice, part_of=event.declaration_id)


@reactions.to(PaymentReversed)
def say_payment_reversed(uow: UnitOfWork, event: PaymentReversed) -> None:
    notice = Notice(
        template="payment-reversed",
        occasion=f"{event.collection_id}/{event.reversed_at.isoformat()}",
        about=event.declaration_id,
        owner_id=event.employer_id,
        parameters={"form": event.form, "period": event.period, "amount": event.amount_minor},
    )
    actions.say(uow, notice, part_of=event.collection_id)


@reactions.to(ClaimSubmitted)
def say_claim_submitted(uow: UnitOfWork, event: ClaimSubmitted) -> None:
    notice = Notice(
        template="claim-submitted",
        occasion=event.claim_id,
        about=event.claim_id,
        owner_id=event.person_ref,
        parameters={"reference": event.reference, "claim_type": event.claim_type},
    )
    actions.say(uow, notice, part_of=event.claim_id)


@reactions.to(PaperRequested)
def say_paper_requested(uow: UnitOfWork, event: PaperRequested) -> None:
    notice = Notice(
        template="paper-requested",
        occasion=f"{event.claim_id}/{event.requested_at.isoformat()}",  # an agent may ask more than once
        about=event.claim_id,
        owner_id=event.person_ref,
        parameters={"reference": event.reference, "paper": event.paper_kind, "reason": event.reason},
    )
    actions.say(uow, notice, part_of=event.claim_id)


@reactions.to(RequestGranted)
def say_request_granted(uow: UnitOfWork, event: RequestGranted) -> None:
    notice = Notice(
        template="request-granted",
        occasion=event.claim_id,
        about=event.claim_id,
        owner_id=event.person_ref,
        parameters={"reference": event.reference, "claim_type": event.claim_type},
    )
    actions.say(uow, notice, part_of=event.claim_id)


@reactions.to(RequestDone)
def say_request_done(uow: UnitOfWork, event: RequestDone) -> None:
    notice = Notice(
        template="request-done",
        occasion=event.claim_id,
        about=event.claim_id,
        owner_id=event.person_ref,
        parameters={"reference": event.reference, "claim_type": event.claim_type},
    )
    actions.say(uow, notice, part_of=event.claim_id)


@reactions.to(MedicalReviewRequested)
def say_medical_review_requested(uow: UnitOfWork, event: MedicalReviewRequested) -> None:
    notice = Notice(
        template="medical-review",
        occasion=f"{event.claim_id}/{event.requested_at.isoformat()}",  # it may be asked more than once
        about=event.claim_id,
        owner_id=event.person_ref,
        parameters={"reference": event.reference},
    )
    actions.say(uow, notice, part_of=event.claim_id)


@reactions.to(ClaimAppealed)
def say_claim_appealed(uow: UnitOfWork, event: ClaimAppealed) -> None:
    notice = Notice(
        template="claim-appealed",
        occasion=event.claim_id,
        about=event.claim_id,
        owner_id=event.person_ref,
        parameters={"reference": event.reference, "first": event.first_reference},
    )
    actions.say(uow, notice, part_of=event.claim_id)


@reactions.to(AppealDecided)
def say_appeal_decided(uow: UnitOfWork, event: AppealDecided) -> None:
    """What is paid beside the first decision, what else follows from it, or that it stands."""
    parameters: dict[str, Value] = {"reference": event.reference, "first": event.first_reference}
    template = "appeal-confirmed" if event.outcome == "confirmed" else "appeal-accepted"
    if event.amount_minor:
        template, parameters["amount"] = "appeal-granted", event.amount_minor
    notice = Notice(
        template=template,
        occasion=event.claim_id,
        about=event.claim_id,
        owner_id=event.person_ref,
        parameters=parameters,
    )
    actions.say(uow, notice, part_of=event.claim_id)


@reactions.to(ClaimApproved)
def say_claim_approved(uow: UnitOfWork, event: ClaimApproved) -> None:
    """Not of an appeal: what it came to is told as such."""
    if event.appeal_of:
        return
    notice = Notice(
        template="claim-approved",
        occasion=event.claim_id,
        about=event.claim_id,
        owner_id=event.person_ref,
        parameters={"reference": event.reference, "amount": event.amount_minor},
    )
    actions.say(uow, notice, part_of=event.claim_id)


@reactions.to(ClaimRefused)
def say_claim_refused(uow: UnitOfWork, event: ClaimRefused) -> None:
    notice = Notice(
        template="claim-refused",
        occasion=event.claim_id,
        about=event.claim_id,
        owner_id=event.person_ref,
        parameters={"reference": event.reference, "reason": event.reason},
    )
    actions.say(uow, notice, part_of=event.claim_id)


@reactions.to(ClaimWithdrawn)
def say_claim_withdrawn(uow: UnitOfWork, event: ClaimWithdrawn) -> None:
    """The person did it; if it was not them, this is how they learn of it."""
    notice = Notice(
        template="claim-withdrawn",
        occasion=event.claim_id,
        about=event.claim_id,
        owner_id=event.person_ref,
        parameters={"reference": event.reference},
    )
    actions.say(uow, notice, part_of=event.claim_id)


@reactions.to(ClaimPaid)
def say_claim_paid(uow: UnitOfWork, event: ClaimPaid) -> None:
    notice = Notice(
        template="claim-paid",
        occasion=f"{event.claim_id}/{event.paid_at.isoformat()}",  # what came back is paid again
        about=event.claim_id,
        owner_id=event.person_ref,
        parameters={"reference": event.reference, "amount": event.amount_minor},
    )
    actions.say(uow, notice, part_of=event.claim_id)


@reactions.to(BenefitReturned)
def say_benefit_returned(uow: UnitOfWork, event: BenefitReturned) -> None:
    notice = Notice(
        template="benefit-returned",
        occasion=event.payout_id,
        about=event.claim_id,
        owner_id=event.person_ref,
    )
    actions.say(uow, notice, part_of=event.claim_id)


@reactions.to(PaperRevoked)
def say_paper_revoked(uow: UnitOfWork, event: PaperRevoked) -> None:
    notice = Notice(
        template="paper-revoked",
        occasion=f"{event.number}/{event.revoked_at.isoformat()}",  # first superseded, then revoked: two facts
        about=event.number,
        owner_id=event.person_ref,
        parameters={"number": event.number},
    )
    actions.say(uow, notice, part_of=event.number)


@reactions.to(PaperFailed)
def say_paper_failed(uow: UnitOfWork, event: PaperFailed) -> None:
    notice = Notice(
        template="paper-failed",
        occasion=f"{event.number}/{event.failed_at.isoformat()}",  # operators may have tried it again
        about=event.number,
        owner_id=event.person_ref,
        parameters={"number": event.number},
    )
    actions.say(uow, notice, part_of=event.number)


@reactions.to(AwardOpened)
def say_award_opened(uow: UnitOfWork, event: AwardOpened) -> None:
    notice = Notice(
        template="award-opened",
        occasion=event.award_id,
        about=event.award_id,
        owner_id=event.person_ref,
        parameters={
            "reference": event.reference,
            "claim_type": event.claim_type,
            "from_on": event.from_on.isoformat(),
        },
    )
    actions.say(uow, notice, part_of=event.award_id)


@reactions.to(AwardEndsSoon)
def say_award_ends_soon(uow: UnitOfWork, event: AwardEndsSoon) -> None:
    notice = Notice(
        template="award-ends-soon",
        occasion=f"{event.award_id}/{event.until_on.isoformat()}",
        about=event.award_id,
        owner_id=event.person_ref,
        parameters={
            "reference": event.reference,
            "claim_type": event.claim_type,
            "until_on": event.until_on.isoformat(),
        },
    )
    actions.say(uow, notice, part_of=event.award_id)


@reactions.to(LifeCertificateDue)
def say_life_certificate_due(uow: UnitOfWork, event: LifeCertificateDue) -> None:
    notice = Notice(
        template="life-certificate-due",
        occasion=f"{event.award_id}/{event.due_on.isoformat()}",
        about=event.award_id,
        owner_id=event.person_ref,
        parameters={
            "reference": event.reference,
            "claim_type": event.claim_type,
            "due_on": event.due_on.isoformat(),
        },
    )
    actions.say(uow, notice, part_of=event.award_id)


@reactions.to(AwardSuspended)
def say_award_suspended(uow: UnitOfWork, event: AwardSuspended) -> None:
    notice = Notice(
        template="award-suspended",
        occasion=f"{event.award_id}/{event.suspended_at.isoformat()}",
        about=event.award_id,
        owner_id=event.person_ref,
        parameters={
            "reference": event.reference,
            "claim_type": event.claim_type,
            "reason": event.reason,
        },
    )
    actions.say(uow, notice, part_of=event.award_id)


@reactions.to(AwardResumed)
def say_award_resumed(uow: UnitOfWork, event: AwardResumed) -> None:
    notice = Notice(
        template="award-resumed",
        occasion=f"{event.award_id}/{event.resumed_at.isoformat()}",
        about=event.award_id,
        owner_id=event.person_ref,
        parameters={"reference": event.reference, "claim_type": event.claim_type},
    )
    actions.say(uow, notice, part_of=event.award_id)


@reactions.to(AwardEnded)
def say_award_ended(uow: UnitOfWork, event: AwardEnded) -> None:
    notice = Notice(
        template="award-ended",
        occasion=event.award_id,
        about=event.award_id,
        owner_id=event.person_ref,
        parameters={
            "reference": event.reference,
            "claim_type": event.claim_type,
            "reason": event.reason,
            "until_on": event.until_on.isoformat(),
        },
    )
    actions.say(uow, notice, part_of=event.award_id)


@reactions.to(AwardPaid)
def say_award_paid(uow: UnitOfWork, event: AwardPaid) -> None:
    notice = Notice(
        template="award-paid",
        occasion=f"{event.payment_id}/{event.paid_at.isoformat()}",
        about=event.award_id,
        owner_id=event.person_ref,
        parameters={
            "reference": event.reference,
            "claim_type": event.claim_type,
            "period": event.period,
            "amount": event.amount_minor,
        },
    )
    actions.say(uow, notice, part_of=event.award_id)
