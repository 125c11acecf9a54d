"""An SMS, and how handing it over may end, whichever way it leaves (SMPP, HTTP)."""

import re
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from services.notifications.channels.receipts import DeliveryReceipt
from shared.kernel.errors import Invalid, Unavailable

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class SmsCentreUnavailable(Unavailable):
    """There is no connection to the SMS centre, or the centre reports an error of its own. Nothing was sent."""

    code = "sms.centre-unavailable"


class SmsThrottled(Unavailable):
    """The centre takes no more for now."""

    code = "sms.throttled"


class SmsOutcomeUnknown(Unavailable):
    """The message went out and no answer came: it may have been sent. Sending it again may send it twice."""

    code = "sms.outcome-unknown"


class NumberRefused(Invalid):
    """There is no such number, or what was given is none."""

    code = "sms.number-refused"


class SmsRefused(Invalid):
    """The centre will not take this message, whenever it comes."""

    code = "sms.refused"


@dataclass(frozen=True)
class Sms:
    message_id: str
    recipient: str
    """E.164 with its plus: +213550123456."""
    text: str
    sender: str = ""
    """As whom it goes, where not as the provider's usual sender."""
    fund_id: str = ""
    """Whose message it is: a receipt by HTTP comes to the address of its fund."""


Reply = Callable[[bool], None]
"""Whether a receipt was saved; if not, the centre delivers it again later. Any thread may give it, once."""

OnReceipt = Callable[[DeliveryReceipt, Reply], None]


class GatewayLine(Protocol):
    """A way to one provider that is open."""

    def submit(self, sms: Sms) -> "Future[str]":
        """Send one message without waiting; this blocks only while the window is full or the line is down. The result
        is the provider's id of the message. Both raise the failures above."""
        ...

    def close(self) -> None: ...


class SmsGateway(Protocol):
    """Where SMS are handed over: an SMS centre or a provider's HTTP API."""

    def open(self, on_receipt: OnReceipt) -> GatewayLine:
        """A line to it. What comes back over the line itself is handed to `on_receipt`."""
        ...


def check_number(recipient: str) -> None:
    """Raises `NumberRefused` for what is no number in E.164 with its plus."""
    if not _E164.fullmatch(recipient):
        raise NumberRefused(status=0)
