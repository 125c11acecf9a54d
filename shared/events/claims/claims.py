"""The life of a claim, from its filing to its payment."""

from datetime import datetime

from shared.events.declaring import event


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
