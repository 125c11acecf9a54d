"""Fields of a request that people type, normalized by `shared.kernel.normalize`.

A schema declares a field as `Email()` or `Identifier()`, and its handler receives the value in the form in which it is
stored. What is no valid value is a fault of the field. A length limit applies to what was sent.
"""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate

from shared.http.shapes import fund
from shared.kernel import normalize, partial_date
from shared.kernel.partial_date import PartialDate

NUMBER_LENGTH_MAX = 60
"""Of the longest number of ours, and as much again of what people put in."""
EMAIL_LENGTH_MAX = 320
NAME_LENGTH_MAX = 100
NAME_SENT_MAX = 200


class _Normalized(fields.String):
    """A text that `_read` normalizes; None from it is a fault of the field."""

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


class PersonName(_Normalized):
    """The name of a person or a firm, or a part of one."""

    sent_max = NAME_SENT_MAX

    def _read(self, sent: str) -> str | None:
        name = normalize.name(sent)
        return name if len(name) <= NAME_LENGTH_MAX and name.isprintable() else None


class Email(_Normalized):
    """An e-mail address to which mail can be sent."""

    sent_max = EMAIL_LENGTH_MAX

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"metadata": {"format": "email"}, **more})

    def _read(self, sent: str) -> str | None:
        return normalize.email(sent)


class Phone(_Normalized):
    """A mobile number of the fund's country, in international form inside (`+213550123456`)."""

    def _read(self, sent: str) -> str | None:
        return fund().phone.e164(sent)


class Identifier(_Normalized):
    """A number that identifies a person or an employer, without separators. The form that the fund requires is checked
    by a rule, which has an error of its own for it."""

    def _read(self, sent: str) -> str | None:
        return normalize.number(sent)


class Reference(_Normalized):
    """A reference of ours: a claim, a payment, a paper. Its check digits are checked by a rule."""

    def _read(self, sent: str) -> str | None:
        return normalize.reference(sent)


class OneTimeCode(_Normalized):
    """The digits of a one-time code, or nothing: where none is needed a form sends its field empty."""

    sent_min, sent_max = 0, 30

    def _read(self, sent: str) -> str | None:
        return normalize.number(sent)


class LinkToken(_Normalized):
    """The secret of a link, as it was copied out of a mail."""

    sent_max = 300

    def _read(self, sent: str) -> str | None:
        return normalize.token(sent)


class Birth(_Normalized):
    """A day of birth, as far as it is known: `1950-03-12`, `1950-03`, `1950`, or zeros for what is unknown."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"metadata": {"examples": ["1990-04-25", "1950"]}, **more})

    def _read(self, sent: str) -> PartialDate | None:
        return partial_date.read(normalize.plain(sent))
