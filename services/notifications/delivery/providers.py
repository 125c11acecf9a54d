"""Mail and SMS as the chore sees them: letters in, an answer for each of them out."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Protocol

from services.notifications.channels.smpp import Sms, SmsCentre, SmsLine, SmsOutcomeUnknown, SmsThrottled
from services.notifications.channels.smtp import Mail, MailOutcomeUnknown, MailServer, MailThrottled, send_mail
from services.notifications.delivery.letter import Answer, Letter, Verdict
from shared.funds.fund import Channel
from shared.kernel.errors import Failure, Invalid

NOT_TRIED = Answer(verdict=Verdict.NOT_TRIED)
_IN_DOUBT = (MailOutcomeUnknown, SmsOutcomeUnknown)
_LATER = (MailThrottled, SmsThrottled)


class Provider(Protocol):
    """One way out of the house."""

    channel: Channel

    def send(self, letters: Sequence[Letter], *, is_late: Callable[[], bool]) -> dict[str, Answer]:
        """Hand the letters over, in order, until there is trouble or it is late: the rest was not tried."""
        ...


@dataclass
class MailProvider:
    """Mail, one after the other."""

    server: MailServer
    sender: str
    channel: Channel = Channel.EMAIL

    def send(self, letters: Sequence[Letter], *, is_late: Callable[[], bool]) -> dict[str, Answer]:
        answers: dict[str, Answer] = {}
        for letter in letters:
            if is_late():
                break
            answers[letter.message_id] = answer = self._send(letter)
            if answer.verdict in (Verdict.DOUBTFUL, Verdict.NOT_TRIED):
                break
        return {letter.message_id: answers.get(letter.message_id, NOT_TRIED) for letter in letters}

    def _send(self, letter: Letter) -> Answer:
        mail = Mail(
            message_id=letter.message_id,
            sender=self.sender,
            sender_name=letter.sender_name,
            recipient=letter.address,
            language=letter.language,
            subject=letter.said.subject,
            text=letter.said.text,
            html=letter.said.html,
            written_at=letter.told_at,
        )
        try:
            return Answer(verdict=Verdict.TAKEN, provider_id=send_mail(self.server, mail=mail))
        except Failure as failure:
            return _answer(failure)


@dataclass
class SmsProvider:
    """SMS, as many under way at once as the centre's window holds. The line opens with the first letter."""

    centre: SmsCentre
    channel: Channel = Channel.SMS
    _line: SmsLine | None = None
    _opening: Lock = field(default_factory=Lock)

    def send(self, letters: Sequence[Letter], *, is_late: Callable[[], bool]) -> dict[str, Answer]:
        line, trouble = self._opened(), Event()
        answers: dict[str, Answer] = {}
        under_way: dict[str, Future[str]] = {}
        for letter in letters:
            if trouble.is_set() or is_late():
                break
            sms = Sms(message_id=letter.message_id, recipient=letter.address, text=letter.said.text)
            try:
                under_way[letter.message_id] = future = line.submit(sms)
                future.add_done_callback(lambda done: trouble.set() if _is_trouble(done) else None)
            except Failure as failure:
                answers[letter.message_id] = answer = _answer(failure)
                if answer.verdict is not Verdict.REFUSED:
                    trouble.set()
        answers |= {message_id: _result(future) for message_id, future in under_way.items()}
        return {letter.message_id: answers.get(letter.message_id, NOT_TRIED) for letter in letters}

    def close(self) -> None:
        """Hang up."""
        with self._opening:
            if self._line is not None:
                self._line.close()
                self._line = None

    def _opened(self) -> SmsLine:
        with self._opening:
            if self._line is None:
                self._line = SmsLine(self.centre, on_receipt=lambda receipt: None).open()
            return self._line


def _result(future: "Future[str]") -> Answer:
    try:
        return Answer(verdict=Verdict.TAKEN, provider_id=future.result())
    except Failure as failure:
        return _answer(failure)


def _is_trouble(done: "Future[str]") -> bool:
    failure = done.exception()
    return failure is not None and not isinstance(failure, Invalid)


def _answer(failure: Failure) -> Answer:
    """What a channel's failure means; whatever else may go wrong is a fault of ours and stops the chore."""
    if isinstance(failure, Invalid):
        return Answer(verdict=Verdict.REFUSED, reason=failure.code)
    if isinstance(failure, _IN_DOUBT):
        return Answer(verdict=Verdict.DOUBTFUL)
    return Answer(verdict=Verdict.LATER) if isinstance(failure, _LATER) else NOT_TRIED
