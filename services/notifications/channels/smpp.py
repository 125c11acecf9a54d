"""SMS over SMPP 3.4: one connection to the SMS centre, kept open, with many messages in flight.

A thread of the line's own connects, reads answers and receipts, and connects again when the line breaks.
"""

import logging
import select
import struct
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from threading import BoundedSemaphore, Event, Lock, Thread
from typing import Any, Self

import smpplib.client
import smpplib.consts
import smpplib.exceptions
import smpplib.smpp
from smpplib.command import EnquireLink, SubmitSM

from services.notifications.channels import receipts
from services.notifications.channels.sms import (
    NumberRefused,
    OnReceipt,
    Reply,
    Sms,
    SmsCentreUnavailable,
    SmsOutcomeUnknown,
    SmsRefused,
    SmsThrottled,
    check_number,
)
from services.notifications.channels.sms_parts import Parts, parts
from shared.kernel.errors import Failure

TICK_S = 0.2
ENQUIRE_S = 30.0
RECONNECT_S_MAX = 30.0
PDU_BYTES_MAX = 70_000
"""What the centre may say at once: a receipt's text takes 64 kB at most, and some fields stand beside it."""

_THROTTLED = {smpplib.consts.SMPP_ESME_RTHROTTLED, smpplib.consts.SMPP_ESME_RMSGQFUL}
_CENTRE_IN_TROUBLE = {smpplib.consts.SMPP_ESME_RSYSERR, smpplib.consts.SMPP_ESME_RX_T_APPN}
_WRONG_NUMBER = {
    smpplib.consts.SMPP_ESME_RINVDSTADR,
    smpplib.consts.SMPP_ESME_RINVDSTTON,
    smpplib.consts.SMPP_ESME_RINVDSTNPI,
}
_TRY_RECEIPT_AGAIN = smpplib.consts.SMPP_ESME_RX_T_APPN

_LINE_BROKEN = (
    smpplib.exceptions.ConnectionError,
    smpplib.exceptions.PDUError,
    smpplib.exceptions.UnknownCommandError,
    struct.error,
    OSError,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SmsCentre:
    """Where SMS are handed over, and as whom."""

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    sender: str
    """A name of at most eleven letters, or a number."""
    window_max: int
    """Messages under way at once. The round trip times this is the speed of the line."""
    timeout_s: float
    message_id_tag: int | None
    """The centre's own optional parameter (0x1400 to 0x3fff) that carries our message id; None where it has none."""

    def open(self, on_receipt: OnReceipt) -> "SmsLine":
        """A line to it, which begins to connect."""
        return SmsLine(self, on_receipt=on_receipt).open()


class SmsLine:
    """A line to one SMS centre. Threads may share it; processes may not: open it after the fork.

    `on_receipt` is called from the line's own thread, and is to answer at once: the centre is answered that its receipt
    was kept when the reply that comes with it is called, from whatever thread and however late.
    """

    def __init__(self, centre: SmsCentre, *, on_receipt: OnReceipt) -> None:
        self._centre, self._on_receipt = centre, on_receipt
        self._window = BoundedSemaphore(centre.window_max)
        self._under_way: dict[int, _Part] = {}
        self._lock = Lock()
        self._session: _Session | None = None
        self._is_bound, self._is_closed = Event(), Event()
        self._keeper = Thread(target=self._keep, name="sms-line", daemon=True)

    def open(self) -> Self:
        """Begin to connect; `submit` waits until that has succeeded."""
        self._keeper.start()
        return self

    def close(self) -> None:
        """Hang up. Messages still under way end as `SmsOutcomeUnknown`."""
        self._is_closed.set()
        self._keeper.join(self._centre.timeout_s + TICK_S)

    def send(self, sms: Sms) -> str:
        """Send one message and wait for the centre's answer: what `submit` gives, or raises."""
        return self.submit(sms).result()

    def submit(self, sms: Sms) -> "Future[str]":
        """Send one message without waiting; this blocks only while the window is full or the line is down.

        The result is the centre's id, under which the receipt will come: of a long message, that of its last part, for
        which alone a receipt is asked. Raises `NumberRefused`, `SmsTooLong` and `SmsCentreUnavailable` at once; the
        result raises `NumberRefused`, `SmsRefused`, `SmsThrottled`, `SmsCentreUnavailable` or `SmsOutcomeUnknown`.
        """
        check_number(sms.recipient)
        cut = parts(sms.text, message_id=sms.message_id)
        if not self._is_bound.wait(self._centre.timeout_s):
            raise SmsCentreUnavailable(status=0)
        message = _Message(sms, left=len(cut.bodies))
        for place in range(len(cut.bodies)):
            self._send_part(message, cut, place)
        return message.outcome

    def _send_part(self, message: "_Message", cut: Parts, place: int) -> None:
        if not self._window.acquire(timeout=self._centre.timeout_s):
            raise SmsCentreUnavailable(status=0)
        with self._lock:
            session = self._session
            if session is None:
                self._window.release()
                raise SmsCentreUnavailable(status=0)
            pdu = _submission(session, self._centre, message.sms, cut, place)
            part = _Part(message, is_last=place == len(cut.bodies) - 1, until=time.monotonic() + self._centre.timeout_s)
            self._under_way[pdu.sequence] = part
        try:
            session.send_pdu(pdu)
        except _LINE_BROKEN as error:
            # The centre cannot have got the whole of it, so this one is safe to send again.
            self._end(pdu.sequence, SmsCentreUnavailable(status=0))
            raise SmsCentreUnavailable(status=0) from error

    # --- the line's own thread --------------------------------------------------------------------------------------

    def _keep(self) -> None:
        failures = 0
        while not self._is_closed.is_set():
            session = _Session(self._centre, on_answer=self._answered, on_receipt=self._receipt)
            try:
                session.bind()
                failures = 0
                self._serve(session)
            except _LINE_BROKEN as error:
                failures += 1
                if self._is_closed.is_set():
                    break  # the centre may close the connection before its unbind response
                log.warning("the line to the SMS centre is down: %s", type(error).__name__)
            finally:
                self._hang_up(session)
            self._is_closed.wait(_pause_s(failures))

    def _serve(self, session: "_Session") -> None:
        with self._lock:
            self._session = session
        self._is_bound.set()
        while not self._is_closed.is_set():
            session.read_for(TICK_S)
            self._end_overdue()
        session.unbind()

    def _hang_up(self, session: "_Session") -> None:
        self._is_bound.clear()
        with self._lock:
            self._session = None
            lost = list(self._under_way)
        for sequence in lost:
            self._end(sequence, SmsOutcomeUnknown())
        session.disconnect()

    def _end_overdue(self) -> None:
        now = time.monotonic()
        with self._lock:
            overdue = [sequence for sequence, part in self._under_way.items() if part.until < now]
        for sequence in overdue:
            self._end(sequence, SmsOutcomeUnknown())

    def _answered(self, pdu: Any) -> None:
        if pdu.is_error():
            self._end(pdu.sequence, _failure(pdu.status))
        else:
            self._end(pdu.sequence, pdu.message_id.decode("ascii", "replace"))

    def _end(self, sequence: int, outcome: str | Failure) -> None:
        """One part has its outcome; an answer that comes after we gave up on it finds nothing here."""
        with self._lock:
            part = self._under_way.pop(sequence, None)
        if part is not None:
            self._window.release()
            part.end(outcome)

    def _receipt(self, pdu: Any, reply: Reply) -> None:
        """Hand a receipt on; any other message of the centre is acknowledged and ignored."""
        receipt = receipts.read(
            esm_class=int(pdu.esm_class or 0),
            data_coding=int(pdu.data_coding or 0),
            text=pdu.short_message or getattr(pdu, "message_payload", None) or b"",
            source_addr=(pdu.source_addr or b"").decode("latin-1"),
            parameters={name: getattr(pdu, name, None) for name in ("receipted_message_id", "message_state")},
        )
        if receipt is None:
            reply(True)
        else:
            self._on_receipt(receipt, reply)


@dataclass(eq=False)
class _Message:
    """A message whose parts are under way: it has an outcome when each part has one, or when the first fails."""

    sms: Sms
    left: int
    outcome: "Future[str]" = field(default_factory=Future)
    provider_id: str = ""
    lock: Lock = field(default_factory=Lock)

    def end_part(self, outcome: str | Failure, *, is_last: bool) -> None:
        with self.lock:
            self.left -= 1
            if self.outcome.done():
                return
            if isinstance(outcome, Failure):
                self.outcome.set_exception(outcome)
                return
            if is_last:
                self.provider_id = outcome
            if self.left == 0:
                self.outcome.set_result(self.provider_id)


@dataclass(eq=False)
class _Part:
    message: _Message
    is_last: bool
    until: float
    """On the monotonic clock, when we stop waiting for its answer."""

    def end(self, outcome: str | Failure) -> None:
        self.message.end_part(outcome, is_last=self.is_last)


class _Sequence:
    """Numbers of PDUs, for many threads: smpplib's own generator counts in two steps."""

    def __init__(self) -> None:
        self.next_sequence = count(1).__next__


class _Session(smpplib.client.Client):  # type: ignore[misc]  # smpplib has no types
    """smpplib's client, made fit for several threads and for hours of silence."""

    def __init__(
        self, centre: SmsCentre, *, on_answer: Callable[[Any], None], on_receipt: Callable[[Any, Reply], None]
    ) -> None:
        super().__init__(
            centre.host,
            centre.port,
            timeout=centre.timeout_s,
            sequence_generator=_Sequence(),
            logger_name="smpplib",
            allow_unknown_opt_params=True,
        )
        # smpplib logs whole PDUs, which are numbers and texts of people, and warns of what we handle.
        self.logger.setLevel(logging.ERROR)
        self.set_message_sent_handler(lambda pdu: on_answer(pdu))
        self._on_receipt = on_receipt
        self.set_error_pdu_handler(lambda pdu: None)  # refusals go to the handler above, with their status
        self._centre, self._sending = centre, Lock()
        self._received_at = self._asked_at = 0.0

    def bind(self) -> None:
        self.connect()
        self.bind_transceiver(system_id=self._centre.system_id, password=self._centre.password)
        self._received_at = self._asked_at = time.monotonic()

    def _message_received(self, pdu: Any) -> None:
        """smpplib answers within the handler, and as sent by whoever calls: ours may answer later."""
        sequence = pdu.sequence

        def reply(is_kept: bool) -> None:
            status = smpplib.consts.SMPP_ESME_ROK if is_kept else _TRY_RECEIPT_AGAIN
            answer = smpplib.smpp.make_pdu("deliver_sm_resp", client=self, status=status)
            answer.sequence = sequence
            with suppress(*_LINE_BROKEN):  # the centre delivers it again over the next connection
                self.send_pdu(answer)

        self._on_receipt(pdu, reply)

    def _recv_exact(self, exact_size: int) -> bytes:
        """smpplib waits for the length that the centre announces, up to 4 GB: such a connection is closed."""
        if exact_size > PDU_BYTES_MAX:
            raise smpplib.exceptions.PDUError(f"a PDU of {exact_size} bytes", 0)
        return bytes(super()._recv_exact(exact_size))

    def send_pdu(self, pdu: Any) -> bool:
        with self._sending:
            if self._socket is None:
                raise smpplib.exceptions.ConnectionError
            return bool(super().send_pdu(pdu))

    def read_for(self, seconds: float) -> None:
        """Act on what comes within the time. smpplib's own timeout may fall into the middle of a PDU and lose the rest
        of it, so it is waited for outside, and silence inside a PDU means that the line is broken."""
        until = time.monotonic() + seconds
        while (left_s := until - time.monotonic()) > 0:
            if select.select([self._socket], [], [], left_s)[0]:
                self.read_once(auto_send_enquire_link=False)
                self._received_at = time.monotonic()
        self._ask_whether_alive()

    def _ask_whether_alive(self) -> None:
        now = time.monotonic()
        if now - self._received_at > 2 * ENQUIRE_S:
            raise smpplib.exceptions.ConnectionError
        if now - max(self._received_at, self._asked_at) > ENQUIRE_S:
            self.send_pdu(EnquireLink("enquire_link", client=self))
            self._asked_at = now

    def disconnect(self) -> None:
        with self._sending:
            super().disconnect()


class _NamedSubmission(SubmitSM):  # type: ignore[misc]  # smpplib has no types
    """A submit_sm with the centre's own parameter for our message id, which smpplib has no way to add."""

    named = b""

    def generate_params(self) -> bytes:
        return bytes(super().generate_params()) + self.named


def _submission(session: _Session, centre: SmsCentre, sms: Sms, cut: Parts, place: int) -> Any:
    sender = (sms.sender or centre.sender).lstrip("+")
    is_number = sender.isdecimal()
    is_last = place == len(cut.bodies) - 1
    pdu = _NamedSubmission(
        "submit_sm",
        client=session,
        source_addr_ton=smpplib.consts.SMPP_TON_INTL if is_number else smpplib.consts.SMPP_TON_ALNUM,
        source_addr_npi=smpplib.consts.SMPP_NPI_ISDN if is_number else smpplib.consts.SMPP_NPI_UNK,
        source_addr=sender,
        dest_addr_ton=smpplib.consts.SMPP_TON_INTL,
        dest_addr_npi=smpplib.consts.SMPP_NPI_ISDN,
        destination_addr=sms.recipient.lstrip("+"),
        data_coding=cut.coding,
        esm_class=smpplib.consts.SMPP_GSMFEAT_UDHI if cut.has_header else smpplib.consts.SMPP_MSGTYPE_DEFAULT,
        registered_delivery=int(is_last),
        short_message=cut.bodies[place],
    )
    if centre.message_id_tag is not None:
        name = sms.message_id.encode("ascii")
        pdu.named = struct.pack(">HH", centre.message_id_tag, len(name)) + name
    return pdu


def _pause_s(failures: int) -> float:
    """Before connecting again: not at all when the line had stood, then longer each time."""
    return min(RECONNECT_S_MAX, TICK_S * 2 ** min(failures, 8)) if failures else 0.0


def _failure(status: int) -> Failure:
    if status in _THROTTLED:
        return SmsThrottled(status=status)
    if status in _CENTRE_IN_TROUBLE:
        return SmsCentreUnavailable(status=status)
    if status in _WRONG_NUMBER:
        return NumberRefused(status=status)
    return SmsRefused(status=status)
