"""What a person pays back of an overpayment."""

from datetime import date, datetime

from shared.events.declaring import event


@event(case="award_id")
class RepaymentReceived:
    """Money of a person came on the fund's account by the reference of an overpayment; claims books it on the
    overpayment of the award. `received_on` is the day that the bank booked it, `entry_id` the bank's entry."""

    award_id: str
    person_ref: str
    repayment_reference: str
    entry_id: str
    amount_minor: int
    currency: str
    received_on: date
    received_at: datetime


@event(case="award_id")
class RepaymentReversed:
    """The bank took back money that had come for an overpayment; claims takes it off what the person has paid back."""

    award_id: str
    person_ref: str
    repayment_reference: str
    entry_id: str
    amount_minor: int
    currency: str
    reversed_on: date
    reversed_at: datetime
