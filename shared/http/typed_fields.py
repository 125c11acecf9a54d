"""Fields of what people type into a request, read by the platform's one reader (`shared.kernel.typed`).

A schema says what a field is, `Email()` or `Identifier()`, and its handler gets it in the form in which it is kept.
What cannot be one is a fault of the field. A limit on the length holds for what was sent.
"""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate

from shared.http.shapes import fund
from shared.kernel import partial_date, typed
from shared.kernel.partial_date import PartialDate

NUMBER_LENGTH_MAX = 60
"""Of the longest number of ours, and as much again of what people put in."""
EMAIL_LENGTH_MAX = 320
NAME_LENGTH_MAX = 100
NAME_SENT_MAX = 200


class _Typed(fields.String):
    """What somebody typed, read by `_read`; None from it is a fault of the field."""

    sent_min, sent_max = 1, NUMBER_LENGTH_MAX

    def __init__(self, **more: Any) -> None:
        super().__init__(validate=validate.Length(self.sent_min, self.sent_max), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> Any:
        sent = super()._deserialize(value, attr, data, **more)
        if not isinstance(sent, str) or len(sent) > self.sent_max:
            raise ValidationError("too long")
        read = self._read(sent)
        if read is None or len(read) < self.sent_min:
            raise ValidationError("not a value of this kind")
        return read

    def _read(self, sent: str) -> str | None:
        raise NotImplementedError


class PersonName(_Typed):
    """The name of a person or a firm, or a part of one."""

    sent_max = NAME_SENT_MAX

    def _read(self, sent: str) -> str | None:
        name = typed.name(sent)
        return name if len(name) <= NAME_LENGTH_MAX and name.isprintable() else None


class Email(_Typed):
    """An e-mail address to which mail can be sent."""

    sent_max = EMAIL_LENGTH_MAX

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"metadata": {"format": "email"}, **more})

    def _read(self, sent: str) -> str | None:
        return typed.email(sent)


class Phone(_Typed):
    """A mobile number of the fund's country, in international form inside (`+213550123456`)."""

    def _read(self, sent: str) -> str | None:
        return fund().phone.e164(sent)


class Identifier(_Typed):
    """A number that a fund knows somebody by, without what separates it. The fund's own form of it is a rule's to hold,
    which refuses it by a name of its own."""

    def _read(self, sent: str) -> str | None:
        return typed.number(sent)


class Reference(_Typed):
    """A reference of ours: a claim, a payment, a paper. Whether its check digits fit is a rule's to say."""

    def _read(self, sent: str) -> str | None:
        return typed.reference(sent)


class OneTimeCode(_Typed):
    """The digits of a one-time code, or nothing: where none is needed a form sends its field empty."""

    sent_min, sent_max = 0, 30

    def _read(self, sent: str) -> str | None:
        return typed.number(sent)


class LinkToken(_Typed):
    """The secret of a link, as it was copied out of a mail."""

    sent_max = 300

    def _read(self, sent: str) -> str | None:
        return typed.token(sent)


class Birth(_Typed):
    """A day of birth, as far as it is known: `1950-03-12`, `1950-03`, `1950`, or zeros for what is unknown."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"metadata": {"examples": ["1990-04-25", "1950"]}, **more})

    def _read(self, sent: str) -> PartialDate | None:
        return partial_date.read(typed.plain(sent))
