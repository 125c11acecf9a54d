"""An award: what a granted claim opened, and its payments."""

from datetime import date, datetime
from typing import Annotated

from shared.events.declaring import event
from shared.kernel.personal import DataClass, Encrypted


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
