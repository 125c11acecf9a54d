"""What was paid and was not due."""

from datetime import date, datetime

from shared.events.declaring import event

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
