"""A register with an HTTP interface: a signed question in JSON, a signed answer.

Both sides sign with a secret that they share, as Standard Webhooks writes it (HMAC-SHA256 over id, time and body). An
answer whose signature, id or time is not right is none.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

import msgspec
import requests

from services.claims.crosschecks.register import (
    RegisterAnswerMalformed,
    RegisterRefused,
    RegisterReply,
    RegisterRequest,
    RegisterTimeout,
)
from shared import responses, webhooks
from shared.kernel.errors import Forbidden

ANSWER_BYTES_MAX = 16 * 1024
VALUE_CHARACTERS_MAX = 40


class _Answer(msgspec.Struct):
    question_id: str
    answer: str
    as_of: date


@dataclass(frozen=True, kw_only=True)
class SignedHttpRegister:
    """One register (`Register`). `client_id` is the name under which it knows the platform."""

    url: str
    client_id: str
    secrets: tuple[webhooks.Secret, ...] = field(repr=False)
    timeout_s: float

    def ask(self, question: RegisterRequest, *, at: datetime) -> RegisterReply | None:
        """Asked again under one id, the register answers what it answered before. 202 means later."""
        body = msgspec.json.encode(
            {
                "question_id": question.question_id,
                "fund": question.fund_id,
                "national_id": question.national_id,
                "asks": question.asks,
                "law": question.law,
            }
        )
        signed = webhooks.sign(body, message_id=question.question_id, at=at, secrets=self.secrets)
        headers = {"Content-Type": "application/json", "client-id": self.client_id, **signed}
        try:
            with requests.post(
                f"{self.url}/questions",
                data=body,
                headers=headers,
                timeout=self.timeout_s,
                allow_redirects=False,
                stream=True,
            ) as answering:
                status, answered = answering.status_code, dict(answering.headers)
                content = responses.read(answering, bytes_max=ANSWER_BYTES_MAX)
        except responses.ResponseTooLarge as large:
            raise RegisterAnswerMalformed from large
        except requests.RequestException as gone:
            raise RegisterTimeout from gone
        if status == 202:
            return None
        if status == 429 or status >= 500:
            raise RegisterTimeout
        if status != 200:
            raise RegisterRefused
        return self._read(content, answered, question, at=at)

    def exchange(self, *, at: datetime) -> int:
        """Nothing: it answers each question by itself."""
        return 0

    def _read(
        self, content: bytes, headers: dict[str, str], question: RegisterRequest, *, at: datetime
    ) -> RegisterReply:
        try:
            message_id = webhooks.verify(content, headers=headers, secrets=self.secrets, at=at)
            found = msgspec.json.decode(content, type=_Answer)
        except (Forbidden, ValueError, RecursionError):
            raise RegisterAnswerMalformed from None
        is_ours = message_id == question.question_id == found.question_id
        if not is_ours or len(found.answer) > VALUE_CHARACTERS_MAX:
            raise RegisterAnswerMalformed
        return RegisterReply(value=found.answer, as_of=found.as_of)
