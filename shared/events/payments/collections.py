"""What an employer pays, by which rail, and what the bank takes back of it."""

from datetime import date, datetime

from shared.events.declaring import event


@event(case="collection_id")
class CollectionRequested:
    """An employer chose to pay; payments' bank adapter acts next where the rail needs it."""

    collection_id: str
    declaration_id: str
    employer_id: str
    rail: str
    amount_minor: int
    currency: str


@event(case="collection_id")
class DebitAnnounced:
    """An employer's account will be debited on a day, by its mandate, for a declaration or, where there is a `plan_id`,
    for an instalment of that settlement plan; notifications informs the employer before."""

    collection_id: str
    declaration_id: str
    employer_id: str
    form: str
    period: str
    mandate_id: str
    amount_minor: int
    currency: str
    debit_on: date
    announced_at: datetime
    plan_id: str = ""


@event(case="collection_id")
class DebitRefused:
    """Nothing was debited, by the bank's word or because no mandate was in force (`reason`: a code of ISO 20022).
    `repeated_on` is the day of another attempt, or null; then it is to be paid in another way. Payments counts failures
    of the mandate, notifications informs the employer."""

    collection_id: str
    declaration_id: str
    employer_id: str
    form: str
    period: str
    mandate_id: str
    amount_minor: int
    currency: str
    reason: str
    repeated_on: date | None
    refused_at: datetime
    plan_id: str = ""


@event(case="collection_id")
class PaymentDebited:
    """The bank says that the payer was debited and the fund credited; the ledger is posted with it."""

    collection_id: str
    declaration_id: str
    employer_id: str
    rail: str
    amount_minor: int
    currency: str
    debited_at: datetime
    mandate_id: str = ""


@event(case="collection_id")
class PaymentReversed:
    """The bank took money back that had come for a declaration or, where there is a `plan_reference`, for `instalments`
    of that settlement plan (`reason`: a code of ISO 20022, or empty): what it paid is open again, and notifications
    informs the employer."""

    collection_id: str
    declaration_id: str
    employer_id: str
    form: str
    period: str
    rail: str
    amount_minor: int
    currency: str
    reason: str
    reversed_at: datetime
    mandate_id: str = ""
    plan_id: str = ""
    plan_reference: str = ""
    instalments: tuple[int, ...] = ()


@event(case="collection_id")
class MobilePaymentTaken:
    """An operator of mobile money says that it took a payment for a declaration or, where there is a `plan_reference`,
    for `instalments` of that settlement plan; the ledger is posted with it, and notifications sends the employer the
    receipt."""

    collection_id: str
    declaration_id: str
    employer_id: str
    form: str
    period: str
    operator: str
    receipt: str
    reference: str
    amount_minor: int
    currency: str
    taken_at: datetime
    plan_id: str = ""
    plan_reference: str = ""
    instalments: tuple[int, ...] = ()
