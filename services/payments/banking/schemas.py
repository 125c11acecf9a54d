"""The shapes of what banks and agents read."""

from marshmallow import Schema, fields

from services.payments.collections.standing import Case
from shared.http.problems import say
from shared.http.shapes import Amount, many


class HeardView(Schema):
    """Whether a message was new; one that comes again is answered the same way and changes nothing."""

    message_id = fields.String(required=True)
    is_new = fields.Boolean(required=True)


class ReferenceView(Schema):
    """What a bank needs to know before it accepts a transfer. Where nothing is due any more, `due` is 0."""

    reference = fields.String(required=True)
    due = Amount(required=True, attribute="due_minor")
    currency = fields.String(required=True)
    account = fields.String(required=True)
    holder = fields.String(required=True)
    valid_until_on = fields.Date(required=True, allow_none=True)


class DifferenceView(Schema):
    """A case to be looked at: an employer's period that does not add up, or money that was for nobody knows what."""

    case = fields.Enum(Case, by_value=True, required=True)
    text = fields.Function(lambda it: say(f"difference.{it.case}"), metadata={"type": "string"}, required=True)
    employer_id = fields.String(required=True, allow_none=True)
    period = fields.String(required=True, allow_none=True)
    bank_reference = fields.String(required=True, allow_none=True)
    declared = Amount(required=True, attribute="declared_minor")
    called = Amount(required=True, attribute="called_minor")
    collected = Amount(required=True, attribute="collected_minor")
    booked = Amount(required=True, attribute="booked_minor")


DifferenceViews = many(DifferenceView)
