"""An employer's mandate to debit its account."""

from datetime import date, datetime
from typing import Annotated

from shared.events.declaring import event
from shared.kernel.personal import DataClass, Encrypted


@event(case="mandate_id")
class MandateIssued:
    """An employer wants to let the fund debit its account; documents prints the form for its bank to sign, in the
    employer's `language`, until when it may be signed (`valid_until`) and with the `account` (JSON: number, rule,
    holder, bank), encrypted for the employer. Those of an earlier release say none of the three: no form is printed."""

    mandate_id: str
    reference: str
    employer_id: str
    amount_max_minor: int | None = None
    currency: str
    starts_on: date
    ends_on: date | None = None
    issued_at: datetime
    language: str = ""
    valid_until: date | None = None
    account: Annotated[Encrypted, DataClass.BANK] | None = None


@event(case="mandate_id")
class MandateDoubted:
    """What the bank said of a mandate differs from what the employer signed, or it said nothing: `findings` are codes.
    A person of the fund decides; notifications informs the employer that it takes longer."""

    mandate_id: str
    reference: str
    employer_id: str
    findings: tuple[str, ...]
    doubted_at: datetime


@event(case="mandate_id")
class MandateAccepted:
    """The bank's agreement is verified and the fund accepts the mandate: it may be debited from now on. Payments draws
    by it what is next of a settlement plan, and notifications informs the employer."""

    mandate_id: str
    reference: str
    employer_id: str
    amount_max_minor: int | None = None
    currency: str
    starts_on: date
    ends_on: date | None = None
    accepted_at: datetime


@event(case="mandate_id")
class MandateRefused:
    """The bank (`is_by_bank`, `reason` is a code of ISO 20022 or its own) or an agent of the fund refuses a mandate;
    notifications informs the employer."""

    mandate_id: str
    reference: str
    employer_id: str
    is_by_bank: bool
    reason: str
    refused_at: datetime


@event(case="mandate_id")
class MandateAmended:
    """The bank answered other terms of a mandate: they hold from now on, or (`is_agreed` is false) those from before
    stay in force. Payments looks at the employer's settlement plan, and notifications informs the employer."""

    mandate_id: str
    reference: str
    employer_id: str
    is_agreed: bool
    reason: str
    amended_at: datetime


@event(case="mandate_id")
class MandateSuspended:
    """Nothing is debited by a mandate until it is resumed. Where too many debits came back (`is_by_failures`)
    notifications informs the employer, who has to pay in another way."""

    mandate_id: str
    reference: str
    employer_id: str
    is_by_failures: bool
    failures: int
    suspended_at: datetime


@event(case="mandate_id")
class MandateResumed:
    """A suspended mandate may be debited again; payments draws by it what is next of a settlement plan."""

    mandate_id: str
    reference: str
    employer_id: str
    resumed_at: datetime


@event(case="mandate_id")
class MandateCancelled:
    """A mandate ended (`cancelled_by`: employer, bank or fund); notifications informs the employer."""

    mandate_id: str
    reference: str
    employer_id: str
    cancelled_by: str
    reason: str
    cancelled_at: datetime


@event(case="mandate_id")
class MandateExpired:
    """The time of a mandate is over: of its form, of itself (`was_accepted`), or without any debit. Notifications
    informs the employer."""

    mandate_id: str
    reference: str
    employer_id: str
    was_accepted: bool
    expired_at: datetime
