"""SMS over a provider's HTTP API: connections that are kept open, each with one message under way.

What a connection had done when it failed decides whether the message may have been sent, so each step is taken by
itself: connect, then send and read.
"""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from queue import Empty, LifoQueue
from socket import SHUT_RDWR
from threading import Event, Thread
from urllib.parse import urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, InvalidHeader
from urllib3.util import Retry

from services.notifications.channels import http_api
from services.notifications.channels.http_api import HttpApi, HttpRequest, Meaning
from services.notifications.channels.sms import (
    NumberRefused,
    OnReceipt,
    Sms,
    SmsCentreUnavailable,
    SmsOutcomeUnknown,
    SmsRefused,
    SmsThrottled,
    check_number,
)
from services.notifications.channels.sms_parts import UCS_2, parts
from shared.kernel.errors import Failure

TICK_S = 0.2
ANSWER_BYTES_MAX = 64 * 1024
RETRY_AFTER_S_MAX = 600.0
"""However long a provider asks to be left alone, it is asked again after this time."""

_BROKEN = (HTTPError, HTTPException, OSError, ValueError)


@dataclass(frozen=True, kw_only=True)
class HttpGateway:
    """A provider's HTTP API (`SmsGateway`). `receipts_url` is where it brings receipts; it may name `{fund}`."""

    api: HttpApi
    url: str
    user: str
    secret: str = field(repr=False)
    sender: str
    window_max: int
    timeout_s: float
    """How long one answer may take in all, however slowly it comes."""
    receipts_url: str = field(default="", repr=False)

    def open(self, on_receipt: OnReceipt) -> "HttpLine":
        """A line to it. Receipts come by another way (`delivery/routes.py`)."""
        return HttpLine(self)


class HttpLine:
    """A line to one provider. Threads may share it; processes may not: open it after the fork."""

    def __init__(self, gateway: HttpGateway) -> None:
        self._gateway = gateway
        self._free: LifoQueue[_Connection] = LifoQueue()
        self._all = [_Connection(gateway) for _ in range(gateway.window_max)]
        for each in self._all:
            self._free.put(each)
        self._threads = ThreadPoolExecutor(gateway.window_max, thread_name_prefix="http-sms")
        self._not_before_s = 0.0
        self._is_closed = Event()
        self._watching = Thread(target=self._watch, name="http-sms-watch", daemon=True)
        self._watching.start()

    def submit(self, sms: Sms) -> "Future[str]":
        """Send one message without waiting; this blocks only while every connection is in use.

        The result is the provider's id, or ours where it names none. Raises `NumberRefused`, `SmsTooLong` and
        `SmsCentreUnavailable` at once, the last also while the provider asked to be left alone; the result raises what
        `SmsLine.submit` says.
        """
        check_number(sms.recipient)
        is_unicode = parts(sms.text, message_id=sms.message_id).coding == UCS_2
        if time.monotonic() < self._not_before_s:
            raise SmsCentreUnavailable(status=429)
        try:
            connection = self._free.get(timeout=self._gateway.timeout_s)
        except Empty:
            raise SmsCentreUnavailable(status=0) from None
        request = _request(self._gateway, sms, is_unicode=is_unicode)
        return self._threads.submit(self._send, connection, request, sms.message_id)

    def close(self) -> None:
        """Hang up. Messages still under way end as `SmsOutcomeUnknown`."""
        self._is_closed.set()
        for each in self._all:
            each.cut()
        self._threads.shutdown(wait=True)
        self._watching.join(TICK_S * 2)

    def _send(self, connection: "_Connection", request: HttpRequest, message_id: str) -> str:
        try:
            status, retry_after_s, body = connection.ask(request)
        finally:
            self._free.put(connection)
        answer = http_api.read_answer(self._gateway.api, status, body)
        if answer.meaning is Meaning.TAKEN:
            return answer.provider_id or message_id
        if answer.meaning in (Meaning.THROTTLED, Meaning.IN_TROUBLE) and retry_after_s:
            self._not_before_s = time.monotonic() + retry_after_s
        raise _failure(answer.meaning, status)

    def _watch(self) -> None:
        """End calls that take too long: a read time-out begins anew with each byte."""
        while not self._is_closed.wait(TICK_S):
            for each in self._all:
                if each.is_overdue():
                    each.cut()


class _Connection:
    """One connection, made when it is needed and kept while the provider keeps it. One thread at a time asks."""

    def __init__(self, gateway: HttpGateway) -> None:
        self._timeout_s = gateway.timeout_s
        self._path = urlsplit(gateway.url).path.rstrip("/")
        self._made = _unconnected(gateway)
        self._until_s: float | None = None

    def ask(self, request: HttpRequest) -> tuple[int, float, bytes]:
        """The answer: its status, how long the provider wants to be left alone, and its body. Raises
        `SmsCentreUnavailable` where nothing can have been sent, and `SmsOutcomeUnknown` where something may have been.
        """
        self._until_s = time.monotonic() + self._timeout_s
        try:
            self._connect()
            return self._exchange(request)
        finally:
            self._until_s = None

    def is_overdue(self) -> bool:
        until_s = self._until_s
        return until_s is not None and until_s < time.monotonic()

    def cut(self) -> None:
        """From another thread: whoever waits on this connection has an error."""
        with suppress(OSError, AttributeError):
            self._made.sock.shutdown(SHUT_RDWR)

    def _connect(self) -> None:
        if self._made.is_connected:
            return
        self._made.close()
        try:
            self._made.connect()
        except _BROKEN as error:
            self._made.close()
            raise SmsCentreUnavailable(status=0) from error

    def _exchange(self, request: HttpRequest) -> tuple[int, float, bytes]:
        try:
            self._made.request(
                request.method,
                self._path + request.target,
                body=request.body,
                headers=dict(request.headers),
                preload_content=False,
                decode_content=True,
            )
            answer = self._made.getresponse()
            body = answer.read(ANSWER_BYTES_MAX + 1)
            if len(body) > ANSWER_BYTES_MAX:
                raise HTTPException
        except _BROKEN as error:
            self._made.close()
            raise SmsOutcomeUnknown from error
        return answer.status, _retry_after_s(answer.headers.get("Retry-After", "")), body


def _unconnected(gateway: HttpGateway) -> HTTPConnection:
    parts = urlsplit(gateway.url)
    if parts.scheme == "https":
        return HTTPSConnection(
            parts.hostname or "", parts.port, timeout=gateway.timeout_s, ca_certs=DEFAULT_CA_BUNDLE_PATH
        )
    return HTTPConnection(parts.hostname or "", parts.port, timeout=gateway.timeout_s)


def _request(gateway: HttpGateway, sms: Sms, *, is_unicode: bool) -> HttpRequest:
    named = {
        "recipient": sms.recipient,
        "digits": sms.recipient.lstrip("+"),
        "text": sms.text,
        "sender": sms.sender or gateway.sender,
        "message_id": sms.message_id,
        "receipts_url": gateway.receipts_url.replace("{fund}", sms.fund_id),
    }
    return http_api.write(gateway.api, named, user=gateway.user, secret=gateway.secret, is_unicode=is_unicode)


def _retry_after_s(header: str) -> float:
    """Seconds or a date (RFC 9110, 10.2.3); 0 where there is none, or nobody can read it."""
    if not header:
        return 0.0
    try:
        return min(float(Retry().parse_retry_after(header)), RETRY_AFTER_S_MAX)
    except (InvalidHeader, OverflowError):
        return 0.0


def _failure(meaning: Meaning, status: int) -> Failure:
    match meaning:
        case Meaning.THROTTLED:
            return SmsThrottled(status=status)
        case Meaning.WRONG_NUMBER:
            return NumberRefused(status=status)
        case Meaning.REFUSED:
            return SmsRefused(status=status)
        case Meaning.IN_TROUBLE:
            return SmsCentreUnavailable(status=status)
    return SmsOutcomeUnknown()
