"""A bank with an HTTP interface, files of ISO 20022 and webhooks. Every answer is held against what was asked before
it is believed.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec
import requests

from services.payments.banking import amounts
from services.payments.banking.bank import (
    BankAnswerInvalid,
    BankAnswerTooLarge,
    BankOutcomeUnknown,
    BankPayment,
    BankRefused,
)
from services.payments.banking.bank_file import (
    BankNotice,
    CreditTransfer,
    DebitHeading,
    DebitInstruction,
    PayoutHeading,
    StatusReport,
)
from services.payments.banking.iso20022 import camt, pain001, pain002, pain008
from services.payments.banking.iso20022.documents import FILE_BYTES_MAX
from shared import responses
from shared.kernel.money import Currency

URL_CHARACTERS_MAX = 500
ANSWER_BYTES_MAX = 64 * 1024
"""Of an answer in JSON. A file may be as large as any file of a bank."""
STATES = frozenset({"pending", "debited", "refused", "expired"})


Shape = TypeVar("Shape")


class _Checkout(msgspec.Struct):
    payment_id: str
    checkout_url: str


class _Payment(msgspec.Struct):
    payment_id: str
    amount: str
    currency: str
    state: str
    bank_reference: str | None


class _Refusal(msgspec.Struct):
    code: str = ""


@dataclass(frozen=True)
class _Answer:
    status: int
    body: bytes


@dataclass(frozen=True, kw_only=True)
class IsoHttpBank:
    """One bank (`Bank`)."""

    url: str
    api_key: str = field(repr=False)
    timeout_s: float

    def open_checkout(
        self, *, payment_id: str, fund_id: str, amount_minor: int, currency: Currency, return_url: str
    ) -> str:
        """The address of the page where the payer enters a card. Asked again with the same id, the bank answers with
        the same page: there is never a second payment of one id."""
        asked = {
            "payment_id": payment_id,
            "fund": fund_id,
            "amount": amounts.write(amount_minor, currency),
            "currency": currency.value,
            "return_url": return_url,
        }
        answer = self._call("POST", "/checkouts", expected=(200, 201), json=asked)
        published = _read(answer.body, _Checkout)
        is_address = published.checkout_url.startswith(("http://", "https://"))
        if published.payment_id != payment_id or not is_address or len(published.checkout_url) > URL_CHARACTERS_MAX:
            raise BankAnswerInvalid
        return published.checkout_url

    def payment(self, payment_id: str, *, currency: Currency) -> BankPayment | None:
        """What became of a payment; None where the bank has never seen it."""
        return self._payment(
            self._call("GET", f"/payments/{quote(payment_id, safe='')}", expected=(200, 404)),
            payment_id=payment_id,
            currency=currency,
        )

    def close_checkout(self, payment_id: str, *, currency: Currency) -> BankPayment | None:
        """Have the payment page closed, and learn what became of the payment: expired, unless the payer was faster;
        None where the bank has never seen it."""
        return self._payment(
            self._call("POST", f"/checkouts/{quote(payment_id, safe='')}/closure", expected=(200, 404)),
            payment_id=payment_id,
            currency=currency,
        )

    @staticmethod
    def _payment(answer: "_Answer", *, payment_id: str, currency: Currency) -> BankPayment | None:
        if answer.status == 404:
            return None
        published = _read(answer.body, _Payment)
        if published.payment_id != payment_id or published.currency != currency or published.state not in STATES:
            raise BankAnswerInvalid
        if published.state == "debited" and not published.bank_reference:
            raise BankAnswerInvalid
        try:
            amount_minor = amounts.read(published.amount, currency)
        except ValueError:
            raise BankAnswerInvalid from None
        return BankPayment(state=published.state, amount_minor=amount_minor, bank_reference=published.bank_reference)

    def write(self, heading: PayoutHeading, transfers: Sequence[CreditTransfer]) -> bytes:
        """A pain.001, checked against its schema, with its control sums."""
        file = io.BytesIO()
        pain001.write(heading, transfers, into=file)
        return file.getvalue()

    def send_file(self, body: bytes, *, message_id: str) -> None:
        """Hand in a pain.001. A bank that says it has seen the id before has the file: nothing is done twice."""
        self._hand_in("/files/pain.001", body, message_id=message_id)

    def write_debits(self, heading: DebitHeading, instructions: Iterable[DebitInstruction]) -> bytes:
        """A pain.008, checked against its schema, with its control sums."""
        file = io.BytesIO()
        pain008.write(heading, instructions, into=file)
        return file.getvalue()

    def send_debits(self, body: bytes, *, message_id: str) -> None:
        """Hand in a pain.008, as `send_file` does a pain.001."""
        self._hand_in("/files/pain.008", body, message_id=message_id)

    def _hand_in(self, path: str, body: bytes, *, message_id: str) -> None:
        headers = {"Content-Type": "application/xml"}
        answer = self._call("POST", path, expected=(202, 409), data=body, headers=headers)
        published = _read(answer.body, dict[str, Any])
        if published.get("message_id") != message_id:
            raise BankAnswerInvalid
        if answer.status == 409 and published.get("code") != "DUPL":
            raise BankRefused(reason=str(published.get("code", ""))[:40])

    def has_file(self, message_id: str) -> bool:
        """Whether the bank has a verdict on the file, whatever it says."""
        return self._file(_report_of(message_id)) is not None

    def report(self, message_id: str) -> StatusReport | None:
        """Its pain.002 on a file."""
        body = self._file(_report_of(message_id))
        return None if body is None else pain002.read(body)

    def new_statements(self) -> Sequence[str]:
        """None: it sends a webhook for each."""
        return ()

    def statement(self, statement_id: str) -> BankNotice | None:
        """A camt.054 that the bank announced."""
        body = self._file(f"/statements/{quote(statement_id, safe='')}")
        return None if body is None else camt.read(body)

    def is_booked(self, statement_id: str) -> None:
        """The bank keeps its files by itself."""

    def day(self, account: str, *, on: date) -> BankNotice | None:
        """The camt.054 of a day."""
        body = self._file(f"/accounts/{quote(account, safe='')}/camt.054", params={"on": on.isoformat()})
        return None if body is None else camt.read(body)

    def send_mandate_message(self, body: bytes, *, message: str, message_id: str) -> None:
        """Hand in a pain.009, .010 or .011. A bank that has seen the id before has the message."""
        family = ".".join(message.split(".")[:2])
        answer = self._call(
            "POST", f"/mandates/{family}", expected=(202, 409), data=body, headers={"Content-Type": "application/xml"}
        )
        published = _read(answer.body, dict[str, Any])
        if published.get("message_id") != message_id:
            raise BankAnswerInvalid
        if answer.status == 409 and published.get("code") != "DUPL":
            raise BankRefused(reason=str(published.get("code", ""))[:40])

    def mandate_report(self, report_id: str) -> bytes | None:
        """A pain.012, or a pain.011 of the payer's bank."""
        return self._file(f"/mandates/reports/{quote(report_id, safe='')}")

    def _file(self, path: str, **more: Any) -> bytes | None:
        answer = self._call("GET", path, expected=(200, 404), bytes_max=FILE_BYTES_MAX, **more)
        return None if answer.status == 404 else answer.body

    def _call(
        self,
        method: str,
        path: str,
        *,
        expected: tuple[int, ...],
        headers: Mapping[str, str] | None = None,
        bytes_max: int = ANSWER_BYTES_MAX,
        **more: Any,
    ) -> _Answer:
        try:
            with requests.request(
                method,
                self.url + path,
                headers={"Authorization": f"Bearer {self.api_key}", **(headers or {})},
                timeout=self.timeout_s,
                allow_redirects=False,
                stream=True,
                **more,
            ) as answering:
                answer = _Answer(answering.status_code, responses.read(answering, bytes_max=bytes_max))
        except responses.ResponseTooLarge as large:
            raise BankAnswerTooLarge from large
        except requests.RequestException as gone:
            raise BankOutcomeUnknown from gone
        if answer.status in expected:
            return answer
        if answer.status in (409, 422):
            raise BankRefused(reason=_read(answer.body, _Refusal).code[:40])
        if answer.status >= 500:
            raise BankOutcomeUnknown
        raise BankAnswerInvalid


def _report_of(message_id: str) -> str:
    return f"/files/{quote(message_id, safe='')}/pain.002"


def _read(body: bytes, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(body, type=shape)
    except (ValueError, RecursionError):
        raise BankAnswerInvalid from None
