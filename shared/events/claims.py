"""The events that claims publishes: rights decided from wages, and the life of a claim."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from shared.events.declaring import event
from shared.kernel.personal import DataClass, Encrypted


@dataclass(frozen=True, kw_only=True)
class Right:
    """What a page of wages does to one person's right to care; `reason` is a code with a text in claims.

    `status` is open or closed; `valid_until` stands where it is open. `version` counts the decisions about the person:
    one with a lower number than another, which may arrive after it, is out of date. Zero is not counted.
    `is_withdrawn`: the declaration no longer names the person.
    """

    person_ref: str
    status: str
    reason: str
    valid_until: date | None = None
    version: int = 0
    is_withdrawn: bool = False


@event(case="declaration_id")
class RightsDecided:
    """Rights were computed from a page of declared wages; identity refreshes the cards of those that are open, and
    takes back those of the others."""

    declaration_id: str
    employer_id: str
    page: int
    pages: int
    rights: tuple[Right, ...]
    decided_at: datetime


@event(case="person_ref")
class RightDecided:
    """A person's right was computed anew since a month that the person pays alone was paid, or its money taken back;
    identity refreshes the card, or takes it back. `month` is written as a period, such as 2026-M01."""

    person_ref: str
    month: str
    right: Right
    decided_at: datetime


@event(case="claim_id")
class ClaimSubmitted:
    """A person asks the fund for something; an agent's queue shows it, notifications confirms it."""

    claim_id: str
    reference: str
    person_ref: str
    claim_type: str
    submitted_at: datetime


@event(case="claim_id")
class PaperRequested:
    """An agent needs one more paper; notifications informs the person which and why (`reason` is a code of claims)."""

    claim_id: str
    reference: str
    person_ref: str
    paper_kind: str
    reason: str
    requested_at: datetime


@event(case="claim_id")
class MedicalReviewRequested:
    """A claim went to the fund's medical control; notifications informs the person that it takes longer."""

    claim_id: str
    reference: str
    person_ref: str
    claim_type: str
    requested_at: datetime


@event(case="claim_id")
class PaperAdded:
    """The person gave a paper, which may have been asked for."""

    claim_id: str
    reference: str
    person_ref: str
    paper_kind: str
    added_at: datetime


@event(case="claim_id")
class ClaimApproved:
    """The fund owes an amount; payments orders the payout, notifications informs the person.

    Where it was granted on appeal, `appeal_of` is the claim whose decision was contested, and the amount is what is
    paid beside the first one."""

    claim_id: str
    reference: str
    person_ref: str
    claim_type: str
    amount_minor: int
    currency: str
    approved_at: datetime
    appeal_of: str = ""


@event(case="claim_id")
class PaymentHeld:
    """Before the payment of a granted claim something else is known than when it was decided, with a `reason` (a code
    of claims): nothing is owed until an agent has looked, and `ClaimApproved` follows or the claim is decided anew;
    notifications informs the person."""

    claim_id: str
    reference: str
    person_ref: str
    claim_type: str
    reason: str
    held_at: datetime


@event(case="claim_id")
class RequestGranted:
    """A request was granted whose effect is a task, such as a card to issue or data to put right; notifications informs
    the person that it is being done."""

    claim_id: str
    reference: str
    person_ref: str
    claim_type: str
    granted_at: datetime


@event(case="claim_id")
class RequestDone:
    """The task of a granted request has been done; notifications informs the person."""

    claim_id: str
    reference: str
    person_ref: str
    claim_type: str
    done_at: datetime


@event(case="claim_id")
class ClaimRefused:
    """The fund refuses, with a reason (a code of claims); notifications informs the person."""

    claim_id: str
    reference: str
    person_ref: str
    claim_type: str
    reason: str
    refused_at: datetime


@event(case="claim_id")
class ClaimWithdrawn:
    """The person took the claim back while it was undecided; nothing is owed for it, and notifications says so."""

    claim_id: str
    reference: str
    person_ref: str
    claim_type: str
    withdrawn_at: datetime


@event(case="claim_id")
class ClaimAppealed:
    """A person contests the decision of a claim (`appeal_of`): another agent reviews a copy of it, which is a claim of
    its own; notifications confirms it."""

    claim_id: str
    reference: str
    person_ref: str
    claim_type: str
    appeal_of: str
    first_reference: str
    appealed_at: datetime


@event(case="claim_id")
class AppealDecided:
    """What an appeal came to: `outcome` is confirmed, changed, lowered or reversed, `amount_minor` what is paid beside
    the first decision; notifications informs the person. `ClaimApproved` says what is owed.

    `first_minor` is what the first decision granted, `granted_minor` what is granted now altogether, `overpaid_minor`
    what of the first is to be recovered; zero where nothing is paid once, and in events of earlier releases."""

    claim_id: str
    reference: str
    person_ref: str
    claim_type: str
    appeal_of: str
    first_reference: str
    outcome: str
    amount_minor: int
    decided_at: datetime
    first_minor: int = 0
    granted_minor: int = 0
    overpaid_minor: int = 0


@event(case="claim_id")
class ClaimPaid:
    """The claim's money is with the person; notifications says so."""

    claim_id: str
    reference: str
    person_ref: str
    amount_minor: int
    currency: str
    paid_at: datetime


# --- What registers of other administrations answer -------------------------------------------------------------------


@event(case="claim_id")
class RegisterAnswerDisputed:
    """A person says that what a register of another administration answered for their claim is wrong; an agent decides
    it, and notifications confirms it to the person."""

    check_id: str
    claim_id: str
    reference: str
    person_ref: str
    claim_type: str
    disputed_at: datetime


@event(case="claim_id")
class RegisterAnswerDecided:
    """An agent decided by a paper what counts of a register's answer: the answer itself (`is_confirmed`), or something
    else; notifications informs the person."""

    check_id: str
    claim_id: str
    reference: str
    person_ref: str
    claim_type: str
    is_confirmed: bool
    decided_at: datetime


# --- Awards: what a granted claim opened, and lives on ----------------------------------------------------------------


@event(case="award_id")
class AwardOpened:
    """A granted claim opened a cover (`kind` cover) or a payment of every period (payment); notifications informs the
    person, documents issues its certificate. Without `until_on` a fact ends it.

    `covers` (codes of acts) and `percent` are those of a cover; `amount_minor` is what a payment came to at the
    decision, for each period of the kind `every`. `dependant` is JSON {dependant_id, relation, birth_on} of whom it
    was asked for, and belongs to the `person_ref`; None where that is the person. Events of earlier releases do not
    say them."""

    award_id: str
    reference: str
    person_ref: str
    claim_id: str
    claim_type: str
    kind: str
    from_on: date
    until_on: date | None
    opened_at: datetime
    covers: tuple[str, ...] = ()
    percent: str = ""
    amount_minor: int = 0
    every: str = ""
    dependant: Annotated[Encrypted, DataClass.HEALTH] | None = None


@event(case="award_id")
class AwardEndsSoon:
    """A cover ends with a day that comes near; notifications reminds the person, who may ask for another."""

    award_id: str
    reference: str
    person_ref: str
    claim_type: str
    until_on: date
    reminded_at: datetime


@event(case="award_id")
class LifeCertificateDue:
    """The person has to prove until a day that they live, or the payment is suspended; notifications reminds them."""

    award_id: str
    reference: str
    person_ref: str
    claim_type: str
    due_on: date
    reminded_at: datetime


@event(case="award_id")
class AwardSuspended:
    """Nothing follows from the award for now, with a reason (a code of claims); notifications informs the person,
    documents takes its certificates back."""

    award_id: str
    reference: str
    person_ref: str
    claim_type: str
    reason: str
    suspended_at: datetime


@event(case="award_id")
class AwardResumed:
    """The award holds again; notifications informs the person, documents issues its certificate anew."""

    award_id: str
    reference: str
    person_ref: str
    claim_type: str
    resumed_at: datetime


@event(case="award_id")
class AwardChanged:
    """Facts have changed, and the award comes to another sum (`before_minor`, now `amount_minor`); notifications
    informs the person. `difference_minor` is what was granted too little for earlier periods, below zero too much: the
    next run settles it. Where it alone has changed, `has_other_amount` says so, and the run's payment tells it."""

    award_id: str
    reference: str
    person_ref: str
    claim_type: str
    before_minor: int
    amount_minor: int
    difference_minor: int
    has_other_amount: bool
    currency: str
    changed_at: datetime


@event(case="award_id")
class AwardEnded:
    """The award has ended, with a reason (a code of claims); notifications informs the person, documents takes back the
    certificates that say more. `until_on` is its last day, included."""

    award_id: str
    reference: str
    person_ref: str
    claim_type: str
    kind: str
    reason: str
    until_on: date
    ended_at: datetime


REPAYMENT_PREFIX = "OP"
"""The letters that open every `repayment_reference`: by them it is found in what a payer writes."""


@event(case="award_id")
class OverpaymentFound:
    """A person was paid what was not due for an award, or more of it than was known; notifications informs them, and
    payments takes the money in by `repayment_reference`. `way` says how it is paid back as things stand: from
    own-payments, other-payments, by transfer, or by the heirs of a person who died, where payments alone acts. Without
    `may_be_disputed_until` nobody is named to dispute it before."""

    award_id: str
    reference: str
    person_ref: str
    claim_type: str
    amount_minor: int
    currency: str
    way: str
    repayment_reference: str
    may_be_disputed_until: date | None
    found_at: datetime


@event(case="award_id")
class OverpaymentDisputed:
    """A person says that they do not owe what was paid for an award; an agent decides, and notifications confirms it to
    the person."""

    award_id: str
    reference: str
    person_ref: str
    claim_type: str
    disputed_at: datetime


@event(case="award_id")
class OverpaymentDisputeDecided:
    """A dispute of an overpayment was decided: it `stands`, and `amount_minor` is still owed, or the person does not
    owe it; notifications informs the person."""

    award_id: str
    reference: str
    person_ref: str
    claim_type: str
    stands: bool
    amount_minor: int
    currency: str
    decided_at: datetime


@event(case="award_id")
class OverpaymentRepaid:
    """Money of the person for an overpayment came by `repayment_reference`; where it `is_settled` nothing more is owed.
    Otherwise `remaining_minor` is, and notifications informs the person."""

    award_id: str
    reference: str
    person_ref: str
    claim_type: str
    amount_minor: int
    remaining_minor: int
    currency: str
    repayment_reference: str
    is_settled: bool
    repaid_at: datetime


@event(case="award_id")
class OverpaymentClosed:
    """Nothing is owed any more of an overpayment: `outcome` is recovered, waived, cancelled or to-repay (what was taken
    goes back); notifications informs the person, and nothing is taken in by `repayment_reference` from now on.
    `is_by_dispute`: the person's dispute was accepted, and they are told of that. `is_of_deceased`: the person died,
    and payments alone acts."""

    award_id: str
    reference: str
    person_ref: str
    claim_type: str
    outcome: str
    repayment_reference: str
    is_by_dispute: bool
    closed_at: datetime
    is_of_deceased: bool = False


@event(case="award_id")
class BenefitDue:
    """An approved run owes a person the payment of an award for a period; payments orders the payout, once for each
    `payment_id`. `reference` is the award's number, `claim_id` the claim that opened it.

    `regular_minor` is what is right for the period itself, without arrears and what was carried; None where the run
    did not judge it anew. Documents certifies it."""

    payment_id: str
    award_id: str
    run_id: str
    claim_id: str
    reference: str
    person_ref: str
    claim_type: str
    period: str
    amount_minor: int
    currency: str
    due_at: datetime
    regular_minor: int | None = None


@event(case="award_id")
class AwardPaid:
    """The payment of an award for a period is with the person; notifications says so."""

    payment_id: str
    award_id: str
    reference: str
    person_ref: str
    claim_type: str
    period: str
    amount_minor: int
    currency: str
    paid_at: datetime
