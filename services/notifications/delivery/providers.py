"""Mail and SMS as those who send see them: messages in, an answer for each of them out."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, Full, Queue
from threading import BoundedSemaphore, Event, Lock, Thread
from typing import NamedTuple, Protocol

from services.notifications.channels.rate_limiter import RateLimiter
from services.notifications.channels.receipts import DeliveryReceipt, match_key
from services.notifications.channels.sms import GatewayLine, Reply, Sms, SmsGateway, SmsOutcomeUnknown, SmsThrottled
from services.notifications.channels.smtp import Mail, MailConnection, MailOutcomeUnknown, MailServer, MailThrottled
from services.notifications.delivery.outgoing import OutgoingMessage, ProviderAnswer, Verdict
from services.notifications.delivery.rules import SENDING_MAX, WINDOW_MESSAGES_MAX
from shared.funds.messages import Channel
from shared.kernel.errors import Failure, Invalid

NOT_TRIED = ProviderAnswer(verdict=Verdict.NOT_TRIED)
CONNECTION_WAIT_S = 0.2
RECEIPTS_MAX = 10_000
"""Received and not saved yet; beyond it the centre is asked to send again."""
TAKEN_MAX = 20_000
"""Names that the centre gave, remembered for receipts that come before they are kept."""
_IN_DOUBT = (MailOutcomeUnknown, SmsOutcomeUnknown)
_LATER = (MailThrottled, SmsThrottled)


class Provider(Protocol):
    """One way out of the house."""

    channel: Channel

    @property
    def window_max(self) -> int:
        """How many messages it can take in the time that a window may last."""
        ...

    def send(self, messages: Sequence[OutgoingMessage], *, is_late: Callable[[], bool]) -> dict[str, ProviderAnswer]:
        """Hand the messages over until there is trouble or it is late: the rest was not tried."""
        ...


@dataclass
class MailProvider:
    """Mail, over several connections, on each of them one after the other."""

    server: MailServer
    sender: str
    portals: Mapping[str, str] = field(default_factory=dict)
    """Where funds' links lead, by the name of a site."""
    connections_max: int = 1
    per_s_max: float = 0.0
    channel: Channel = Channel.EMAIL
    _rate: RateLimiter = field(init=False)
    _free: BoundedSemaphore = field(init=False)
    """The connections, which the funds share."""

    def __post_init__(self) -> None:
        self._rate = RateLimiter(self.per_s_max)
        self._free = BoundedSemaphore(self.connections_max)

    @property
    def window_max(self) -> int:
        return self._rate.within(SENDING_MAX.total_seconds() / 2, at_most=WINDOW_MESSAGES_MAX)

    def send(self, messages: Sequence[OutgoingMessage], *, is_late: Callable[[], bool]) -> dict[str, ProviderAnswer]:
        round_ = _Round(iter(messages), is_late)
        working = [
            Thread(target=self._work, args=(round_,), name=f"mail {number}", daemon=True)
            for number in range(1, min(self.connections_max, len(messages)))
        ]
        for thread in working:
            thread.start()
        self._work(round_)
        for thread in working:
            thread.join()
        return {message.message_id: round_.answers.get(message.message_id, NOT_TRIED) for message in messages}

    def _work(self, round_: "_Round") -> None:
        """One connection's share: whichever message is next, until there is trouble."""
        while not self._free.acquire(timeout=CONNECTION_WAIT_S):
            if round_.is_over():
                return
        connection = MailConnection(self.server)
        try:
            while (message := round_.next()) is not None:
                self._rate.wait()
                round_.end(message, self._send(connection, message))
        finally:
            connection.close()
            self._free.release()

    def _unsubscribe_at(self, message: OutgoingMessage) -> str:
        portal = self.portals.get(message.site, "") if message.unsubscribe_token else ""
        return f"{portal}/{message.fund_id}/unsubscribe/{message.unsubscribe_token}" if portal else ""

    def _send(self, connection: MailConnection, message: OutgoingMessage) -> ProviderAnswer:
        mail = Mail(
            message_id=message.message_id,
            sender=message.sender or self.sender,
            sender_name=message.sender_name,
            recipient=message.address,
            language=message.language,
            subject=message.said.subject,
            text=message.said.text,
            html=message.said.html,
            written_at=message.written_at,
            unsubscribe_at=self._unsubscribe_at(message),
        )
        try:
            return ProviderAnswer(verdict=Verdict.TAKEN, provider_id=connection.send(mail))
        except Failure as failure:
            return _answer(failure)


@dataclass
class _Round:
    """The messages of one window, shared out to connections."""

    messages: Iterator[OutgoingMessage]
    is_late: Callable[[], bool]
    answers: dict[str, ProviderAnswer] = field(default_factory=dict)
    trouble: Event = field(default_factory=Event)
    is_done: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def is_over(self) -> bool:
        return self.is_done.is_set() or self.trouble.is_set() or self.is_late()

    def next(self) -> OutgoingMessage | None:
        """The next message; before it goes out it counts as in doubt, so that nothing can make it one that was not
        tried."""
        with self.lock:
            message = None if self.is_over() else next(self.messages, None)
            if message is None:
                self.is_done.set()
            else:
                self.answers[message.message_id] = ProviderAnswer(verdict=Verdict.DOUBTFUL)
            return message

    def end(self, message: OutgoingMessage, answer: ProviderAnswer) -> None:
        self.answers[message.message_id] = answer
        if answer.verdict in (Verdict.DOUBTFUL, Verdict.NOT_TRIED):
            self.trouble.set()


@dataclass(frozen=True)
class IncomingReceipt:
    """A receipt, and the reply by which the centre learns whether it was kept."""

    receipt: DeliveryReceipt
    reply: Reply


class Named(NamedTuple):
    """A message of a fund."""

    fund_id: str
    message_id: str


@dataclass
class SmsProvider:
    """SMS, as many under way at once as the gateway's window holds. The line opens with the first message, or with the
    first look for receipts."""

    centre: SmsGateway
    per_s_max: float = 0.0
    channel: Channel = Channel.SMS
    incoming: "Queue[IncomingReceipt]" = field(default_factory=lambda: Queue(RECEIPTS_MAX))
    _taken: "OrderedDict[str, Named]" = field(default_factory=OrderedDict)
    _line: GatewayLine | None = None
    _opening: Lock = field(default_factory=Lock)
    _naming: Lock = field(default_factory=Lock)
    _rate: RateLimiter = field(init=False)

    def __post_init__(self) -> None:
        self._rate = RateLimiter(self.per_s_max)

    @property
    def window_max(self) -> int:
        return self._rate.within(SENDING_MAX.total_seconds() / 2, at_most=WINDOW_MESSAGES_MAX)

    def send(self, messages: Sequence[OutgoingMessage], *, is_late: Callable[[], bool]) -> dict[str, ProviderAnswer]:
        line, trouble = self._opened(), Event()
        answers: dict[str, ProviderAnswer] = {}
        under_way: dict[str, Future[str]] = {}
        for message in messages:
            if trouble.is_set() or is_late():
                break
            self._rate.wait()
            sms = Sms(
                message_id=message.message_id,
                recipient=message.address,
                text=message.said.text,
                sender=message.sender,
                fund_id=message.fund_id,
            )
            try:
                under_way[message.message_id] = future = line.submit(sms)
                future.add_done_callback(partial(self._answered, Named(message.fund_id, message.message_id), trouble))
            except Failure as failure:
                answers[message.message_id] = answer = _answer(failure)
                if answer.verdict is not Verdict.REFUSED:
                    trouble.set()
        answers |= {message_id: _result(future) for message_id, future in under_way.items()}
        return {message.message_id: answers.get(message.message_id, NOT_TRIED) for message in messages}

    def receipts(self, *, count_max: int, wait_s: float) -> list[IncomingReceipt]:
        """The receipts that came; where there are none, those that come within the time."""
        self._opened()
        found: list[IncomingReceipt] = []
        with suppress(Empty):
            while len(found) < count_max:
                found.append(self.incoming.get(block=not found, timeout=wait_s))
        return found

    def named(self, provider_key: str) -> Named | None:
        """The message that the centre took under this name, from this process and not long ago."""
        with self._naming:
            return self._taken.get(provider_key)

    def close(self) -> None:
        """Close the connection. The centre sends unacknowledged receipts again."""
        with self._opening:
            if self._line is not None:
                self._line.close()
                self._line = None

    def _opened(self) -> GatewayLine:
        with self._opening:
            if self._line is None:
                self._line = self.centre.open(self._take)
            return self._line

    def _answered(self, named: Named, trouble: Event, done: "Future[str]") -> None:
        """From the line's own thread, before the answer is anywhere else: a receipt may be right behind it."""
        if _is_trouble(done):
            trouble.set()
        elif done.exception() is None:
            with self._naming:
                self._taken[match_key(done.result())] = named
                while len(self._taken) > TAKEN_MAX:
                    self._taken.popitem(last=False)

    def _take(self, receipt: DeliveryReceipt, reply: Reply) -> None:
        try:
            self.incoming.put_nowait(IncomingReceipt(receipt, reply))
        except Full:
            reply(False)


def _result(future: "Future[str]") -> ProviderAnswer:
    try:
        return ProviderAnswer(verdict=Verdict.TAKEN, provider_id=future.result())
    except Failure as failure:
        return _answer(failure)


def _is_trouble(done: "Future[str]") -> bool:
    failure = done.exception()
    return failure is not None and not isinstance(failure, Invalid)


def _answer(failure: Failure) -> ProviderAnswer:
    """What a channel's failure means; whatever else may go wrong is a fault of ours and fails the job."""
    if isinstance(failure, Invalid):
        return ProviderAnswer(verdict=Verdict.REFUSED, reason=failure.code)
    if isinstance(failure, _IN_DOUBT):
        return ProviderAnswer(verdict=Verdict.DOUBTFUL)
    return ProviderAnswer(verdict=Verdict.LATER) if isinstance(failure, _LATER) else NOT_TRIED
