"""Valid things of notifications, so that a test says only what it is about."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from shared.events.claims.awards import (
    AwardEnded,
    AwardEndsSoon,
    AwardOpened,
    AwardPaid,
    AwardResumed,
    AwardSuspended,
    LifeCertificateDue,
)
from shared.events.claims.claims import (
    AppealDecided,
    ClaimAppealed,
    ClaimApproved,
    ClaimPaid,
    ClaimRefused,
    ClaimSubmitted,
    ClaimWithdrawn,
    MedicalReviewRequested,
    PaperRequested,
    RequestDone,
    RequestGranted,
)
from shared.events.documents import (
    EmployerPaperFailed,
    EmployerPaperIssued,
    EmployerPaperRevoked,
    PaperFailed,
    PaperRevoked,
)
from shared.events.identity import (
    ActivationRequested,
    CardsRefreshed,
    ContactCorrected,
    EmployersRegistered,
    PasswordChanged,
    PersonsRegistered,
    RecoveryRequested,
    RefreshedCard,
    RegisteredEmployer,
    RegisteredPerson,
)
from shared.events.payments.collections import MobilePaymentTaken, PaymentReversed
from shared.events.payments.declarations import (
    DeclarationAccepted,
    DeclarationPaid,
    DeclarationRefused,
    DeclarationToConfirm,
    DeclarationWithdrawn,
)
from shared.events.payments.mandates import (
    MandateAccepted,
    MandateAmended,
    MandateCancelled,
    MandateDoubted,
    MandateExpired,
    MandateRefused,
    MandateSuspended,
)
from shared.events.payments.payouts import BenefitReturned
from shared.kernel.personal import DataClass, Encrypted
from tests.kit.clock import AT
from tests.kit.contexts import DZ, keys
from tests.kit.people import AMIRA, FIRM


def contact(owner_id: str, *, fund_id: str = DZ, **opened: Any) -> Encrypted:
    """Encrypted as identity encrypts it."""
    return keys()[fund_id].encrypt(json.dumps(opened), data_class=DataClass.CONTACT, associated_data=owner_id)


def person(person_ref: str = AMIRA, *, language: str = "fr", **opened: Any) -> RegisteredPerson:
    """Somebody with a mail address and a mobile number, unless told otherwise."""
    reached = opened or {"email": f"{person_ref}@example.org", "mobile": "0550 12 34 56"}
    return RegisteredPerson(
        person_ref=person_ref, civil=Encrypted("unread"), contact=contact(person_ref, **reached), language=language
    )


def contact_corrected(person_ref: str = AMIRA, **former: str) -> ContactCorrected:
    """Somebody gave other addresses at a counter."""
    encrypted = contact(person_ref, **former)
    assert encrypted is not None
    return ContactCorrected(
        person_ref=person_ref, correction_id="correction-1", former=encrypted, place="Guichet 3", corrected_at=AT
    )


def persons(*registered: RegisteredPerson, page_id: str = "import-1/1", at: datetime = AT) -> PersonsRegistered:
    return PersonsRegistered(page_id=page_id, registered_at=at, persons=registered)


def employer(employer_id: str = FIRM, *, language: str = "fr") -> RegisteredEmployer:
    return RegisteredEmployer(
        employer_id=employer_id,
        name="Conserverie de l'Atlas (invented)",
        sector="food",
        is_open=True,
        affiliated_on=date(2010, 1, 1),
        contact=contact(employer_id, email="paie@example.org"),
        language=language,
    )


def employers(*registered: RegisteredEmployer, page_id: str = "import-1/2", at: datetime = AT) -> EmployersRegistered:
    return EmployersRegistered(page_id=page_id, registered_at=at, employers=registered)


DECLARED: dict[str, Any] = {"declaration_id": "d1", "employer_id": FIRM, "form": "das", "period": "2025"}
CLAIMED: dict[str, Any] = {"claim_id": "c1", "reference": "CL260000000197", "person_ref": AMIRA}
PAID: dict[str, Any] = {"amount_minor": 32_000, "currency": "DZD"}


def activation(*, expires_at: datetime = AT + timedelta(days=2000), language: str = "ar") -> ActivationRequested:
    link = keys()[DZ].encrypt(
        "https://portal.example.org/activation#s3cret", data_class=DataClass.CONTACT, associated_data=AMIRA
    )
    return ActivationRequested(account_id="a1", person_ref=AMIRA, link=link, expires_at=expires_at, language=language)


def recovery(*, expires_at: datetime = AT + timedelta(days=2000), language: str = "ar") -> RecoveryRequested:
    link = keys()[DZ].encrypt(
        "https://portal.example.org/recovery#s3cret", data_class=DataClass.CONTACT, associated_data=AMIRA
    )
    return RecoveryRequested(account_id="a1", person_ref=AMIRA, link=link, expires_at=expires_at, language=language)


def password_changed(*, person_ref: str | None = AMIRA, employer_ids: tuple[str, ...] = ()) -> PasswordChanged:
    return PasswordChanged(account_id="a1", person_ref=person_ref, employer_ids=employer_ids, changed_at=AT)


def cards(*person_refs: str, page: int = 1, declaration_id: str = "d1") -> CardsRefreshed:
    refreshed = tuple(
        RefreshedCard(person_ref=person_ref, card_number="k1", valid_until=date(2027, 2, 10))
        for person_ref in person_refs
    )
    return CardsRefreshed(declaration_id=declaration_id, employer_id=FIRM, page=page, pages=2, cards=refreshed)


def cards_closed(*person_refs: str) -> CardsRefreshed:
    opened = cards(*person_refs)
    return replace(opened, cards=(), closed=opened.cards)


def declaration_accepted(**facts: Any) -> DeclarationAccepted:
    return DeclarationAccepted(
        **{
            **DECLARED,
            "revision": 1,
            "workers": 3,
            "wages_minor": 900_000_00,
            "due_minor": 310_500_00,
            "currency": "DZD",
            "due_on": date(2026, 2, 28),
            "pages": 1,
            "accepted_at": AT,
            **facts,
        }
    )


def declaration_refused() -> DeclarationRefused:
    return DeclarationRefused(**DECLARED, errors=4, refused_at=AT)


def declaration_to_confirm() -> DeclarationToConfirm:
    return DeclarationToConfirm(**DECLARED, findings=2, confirm_until=AT + timedelta(days=15), asked_at=AT)


def declaration_reminder() -> DeclarationToConfirm:
    return replace(declaration_to_confirm(), is_reminder=True)


def declaration_lapsed() -> DeclarationWithdrawn:
    return DeclarationWithdrawn(**DECLARED, is_lapsed=True, withdrawn_at=AT)


def declaration_paid() -> DeclarationPaid:
    return DeclarationPaid(**DECLARED, amount_minor=310_500_00, currency="DZD", paid_at=AT)


def payment_reversed(*, rail: str = "card", **facts: Any) -> PaymentReversed:
    return PaymentReversed(
        **DECLARED,
        collection_id="c1",
        rail=rail,
        amount_minor=310_500_00,
        currency="DZD",
        reason="MD06",
        reversed_at=AT,
        **facts,
    )


PART: dict[str, Any] = {"plan_id": "p1", "plan_reference": "SP250000000145", "instalments": (1, 2)}


def mobile_payment_taken(**facts: Any) -> MobilePaymentTaken:
    return MobilePaymentTaken(
        **DECLARED,
        collection_id="c1",
        operator="mahfadha",
        receipt="MR260000000112",
        reference="CT027768008307521638",
        amount_minor=310_500_00,
        currency="DZD",
        taken_at=AT,
        **facts,
    )


MANDATED = {"mandate_id": "m1", "reference": "MD260000000112", "employer_id": DECLARED["employer_id"]}


def mandate_events() -> list[tuple[object, str]]:
    """What an employer is told of its mandate, with the template of each."""
    return [
        (MandateAccepted(**MANDATED, currency="DZD", starts_on=AT.date(), accepted_at=AT), "mandate-accepted"),
        (MandateDoubted(**MANDATED, findings=("mandate.limit-lower",), doubted_at=AT), "mandate-doubted"),
        (MandateRefused(**MANDATED, is_by_bank=True, reason="AC04", refused_at=AT), "mandate-refused-by-bank"),
        (MandateRefused(**MANDATED, is_by_bank=False, reason="Not yours", refused_at=AT), "mandate-refused"),
        (MandateAmended(**MANDATED, is_agreed=True, reason="", amended_at=AT), "mandate-amended"),
        (MandateAmended(**MANDATED, is_agreed=False, reason="MD07", amended_at=AT), "mandate-not-amended"),
        (MandateSuspended(**MANDATED, is_by_failures=True, failures=3, suspended_at=AT), "mandate-suspended"),
        (MandateCancelled(**MANDATED, cancelled_by="bank", reason="MD16", cancelled_at=AT), "mandate-cancelled"),
        (MandateExpired(**MANDATED, was_accepted=True, expired_at=AT), "mandate-expired"),
    ]


def employer_paper_events() -> list[tuple[object, str]]:
    """What an employer is told of its papers, with the template of each."""
    paper = {
        "number": "PR260000000197",
        "employer_id": FIRM,
        "kind": "clearance-certificate",
        "about": "CL260000000197",
    }
    return [
        (EmployerPaperIssued(**paper, language="fr", valid_until=AT.date(), issued_at=AT), "employer-paper-issued"),
        (EmployerPaperRevoked(**paper, reason="not-in-order", revoked_at=AT), "employer-paper-revoked"),
        (EmployerPaperFailed(**paper, reason="printing-failed", failed_at=AT), "employer-paper-failed"),
    ]


def claim_submitted() -> ClaimSubmitted:
    return ClaimSubmitted(**CLAIMED, claim_type="care-reimbursement", submitted_at=AT)


def paper_requested(*, at: datetime = AT) -> PaperRequested:
    return PaperRequested(**CLAIMED, paper_kind="invoice", reason="missing", requested_at=at)


def claim_approved() -> ClaimApproved:
    return ClaimApproved(**CLAIMED, claim_type="care-reimbursement", **PAID, approved_at=AT)


def claim_withdrawn() -> ClaimWithdrawn:
    return ClaimWithdrawn(**CLAIMED, claim_type="care-reimbursement", withdrawn_at=AT)


def claim_refused() -> ClaimRefused:
    return ClaimRefused(**CLAIMED, claim_type="care-reimbursement", reason="not-covered", refused_at=AT)


def claim_paid(**facts: Any) -> ClaimPaid:
    return ClaimPaid(**{**CLAIMED, **PAID, "paid_at": AT, **facts})


def benefit_returned() -> BenefitReturned:
    return BenefitReturned(claim_id="c1", payout_id="o1", person_ref=AMIRA, reason="AC04", returned_at=AT)


def paper_revoked(reason: str = "wages-added", at: datetime = AT) -> PaperRevoked:
    return PaperRevoked(
        number="PR260000000197", person_ref=AMIRA, kind="salary-certificate", reason=reason, revoked_at=at
    )


def paper_failed() -> PaperFailed:
    return PaperFailed(
        number="PR260000000197",
        person_ref=AMIRA,
        kind="salary-certificate",
        reason="letters-not-printable",
        failed_at=AT,
    )


def medical_review_requested() -> MedicalReviewRequested:
    return MedicalReviewRequested(**CLAIMED, claim_type="care-reimbursement", requested_at=AT)


def request_granted() -> RequestGranted:
    return RequestGranted(**CLAIMED, claim_type="care-reimbursement", granted_at=AT)


def request_done() -> RequestDone:
    return RequestDone(**CLAIMED, claim_type="care-reimbursement", done_at=AT)


APPEALED: dict[str, Any] = {
    **CLAIMED,
    "claim_type": "care-reimbursement",
    "appeal_of": "c0",
    "first_reference": "CL260000000295",
}


def claim_appealed() -> ClaimAppealed:
    return ClaimAppealed(**APPEALED, appealed_at=AT)


def appeal_decided(*, outcome: str = "confirmed", amount_minor: int = 0) -> AppealDecided:
    return AppealDecided(**APPEALED, outcome=outcome, amount_minor=amount_minor, decided_at=AT)


AWARDED = {
    "award_id": "a1",
    "reference": "AW260000000132",
    "person_ref": AMIRA,
    "claim_type": "care-reimbursement",
}
LAST_ON = date(2026, 12, 31)


def award_opened() -> AwardOpened:
    return AwardOpened(**AWARDED, claim_id="c1", kind="cover", from_on=date(2026, 1, 1), until_on=LAST_ON, opened_at=AT)


def award_ends_soon() -> AwardEndsSoon:
    return AwardEndsSoon(**AWARDED, until_on=LAST_ON, reminded_at=AT)


def life_certificate_due() -> LifeCertificateDue:
    return LifeCertificateDue(**AWARDED, due_on=LAST_ON, reminded_at=AT)


def award_suspended() -> AwardSuspended:
    return AwardSuspended(**AWARDED, reason="life-certificate-missing", suspended_at=AT)


def award_resumed() -> AwardResumed:
    return AwardResumed(**AWARDED, resumed_at=AT)


def award_ended() -> AwardEnded:
    return AwardEnded(**AWARDED, kind="cover", reason="term-over", until_on=LAST_ON, ended_at=AT)


def award_paid() -> AwardPaid:
    return AwardPaid(**AWARDED, payment_id="p1", period="2026-Q1", **PAID, paid_at=AT)
