"""What a call of GovStack's bill payment API says, and what it is answered. Nothing of it is kept: its payments are
those of mobile money."""

from dataclasses import dataclass
from enum import StrEnum

from services.payments.mobile_money.bill import Bill
from services.payments.mobile_money.operator_payment import PaymentException
from shared.funds.bindings import GovStackTerms

BILL_ID_CHARACTERS_MAX = 20
REQUEST_ID_CHARACTERS_MAX = 12
CORRELATION_ID_CHARACTERS_MAX = 20
TENANT_ID_CHARACTERS_MAX = 20
PAYMENT_REFERENCE_CHARACTERS_MAX = 16
CALLBACK_URL_CHARACTERS_MAX = 100
INQUIRY_REASON_CHARACTERS_MAX = 200
MARK_REASON_CHARACTERS_MAX = 100

SUCCESS, FAILURE = "00", "01"


class MarkStatus(StrEnum):
    """Whether the fund has the payment. `ACK`: it is booked, whatever is said beside it; `RJC`: nothing is booked."""

    ACK = "ACK"
    RJC = "RJC"


class RejectReason(StrEnum):
    """Why nothing is booked. GovStack names the three codes and does not say what they mean. Here, `Dup`: the bill was
    paid before; `Und`: there is no such bill; `Def`: it is not to be paid any more, or the money was given back."""

    DUPLICATE = "Dup"
    UNDEFINED = "Und"
    DEFUNCT = "Def"


@dataclass(frozen=True, kw_only=True)
class Call:
    """Who calls, and how the answer finds the question."""

    terms: GovStackTerms
    tenant_id: str
    correlation_id: str
    request_id: str
    callback_url: str | None


@dataclass(frozen=True, kw_only=True)
class BillAnswer:
    """What a bill costs; minor units. Until `due_at` (seconds since 1970) it costs `on_due_date_minor`, after it
    `after_due_date_minor`; today `bill.today_minor`, which is one of the two."""

    request_id: str
    bill_id: str
    terms: GovStackTerms
    bill: Bill | None = None
    due_at: int = 0
    on_due_date_minor: int = 0
    after_due_date_minor: int = 0

    @property
    def code(self) -> str:
        return FAILURE if self.bill is None else SUCCESS

    @property
    def sentence(self) -> str:
        """The code of the sentence that says it."""
        return "mobile-money.reference-unknown" if self.bill is None else f"mobile-money.bill.{self.bill.status}"


@dataclass(frozen=True, kw_only=True)
class MarkAnswer:
    """What became of a payment. `exception` is what was not as it should be about it, whether it is booked or not;
    `receipt` is the fund's number of one that is booked."""

    request_id: str
    bill_id: str
    status: MarkStatus
    reject_reason: RejectReason | None = None
    exception: PaymentException | None = None
    sentence: str
    receipt: str = ""

    def __post_init__(self) -> None:
        if (self.status is MarkStatus.RJC) != (self.reject_reason is not None):
            raise ValueError("what is rejected has its reason, and nothing else has")
        if (self.status is MarkStatus.ACK) != bool(self.receipt):
            raise ValueError("what is booked has its receipt, and nothing else has")

    @property
    def code(self) -> str:
        return SUCCESS if self.status is MarkStatus.ACK else FAILURE
