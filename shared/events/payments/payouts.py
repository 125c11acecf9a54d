"""The payout of a benefit."""

from datetime import datetime

from shared.events.declaring import event


@event(case="claim_id")
class BenefitOrdered:
    """A payout of an approved claim, or of the payment of an award for a period (then it names both, and the claim is
    the one that opened the award), stands in the list for the bank; claims moves on to ordered."""

    claim_id: str
    payout_id: str
    person_ref: str
    amount_minor: int
    currency: str
    ordered_at: datetime
    award_id: str = ""
    payment_id: str = ""


@event(case="claim_id")
class BenefitPaid:
    """The bank booked the payout; claims closes the claim, or notes the payment of the award, and notifications informs
    the person."""

    claim_id: str
    payout_id: str
    person_ref: str
    amount_minor: int
    currency: str
    paid_at: datetime
    award_id: str = ""
    payment_id: str = ""


@event(case="claim_id")
class BenefitReturned:
    """The bank could not pay; claims shows it and the person must give another account."""

    claim_id: str
    payout_id: str
    person_ref: str
    reason: str
    returned_at: datetime
    award_id: str = ""
    payment_id: str = ""
