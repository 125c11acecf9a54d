"""The shapes of partners' endpoints over HTTP."""

from marshmallow import Schema, fields, validate

from services.payments.partners.delivery import Status as DeliveryStatus
from services.payments.partners.endpoint import DisabledReason, Status, WebhookKind
from services.payments.partners.rules import URL_CHARACTERS_MAX
from shared.http.shapes import many, paged


class EndpointBody(Schema):
    """Where a partner listens, and for what."""

    url = fields.String(required=True, validate=validate.Length(min=1, max=URL_CHARACTERS_MAX))
    kinds = fields.List(
        fields.Enum(WebhookKind, by_value=True), required=True, validate=validate.Length(min=1, max=len(WebhookKind))
    )


class EndpointView(Schema):
    """An endpoint and its state. A disabled one is not called until it is enabled again."""

    endpoint_id = fields.String(required=True)
    client = fields.String(required=True)
    url = fields.String(required=True)
    kinds = fields.List(fields.Enum(WebhookKind, by_value=True), required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    reason = fields.Enum(DisabledReason, by_value=True, required=True, allow_none=True)
    changed_at = fields.AwareDateTime(required=True)
    secrets = fields.Function(
        lambda it: len(it.secrets),
        metadata={"type": "integer", "description": "How many secrets sign: two while one is replaced."},
        required=True,
    )


class NewSecretView(EndpointView):
    """An endpoint with the secret that was made for it. It is shown here and never again."""

    secret = fields.Function(lambda it: it.secrets[0], metadata={"type": "string"}, required=True)


class PublicKeyView(Schema):
    """A key that messages are signed with (scheme v1a)."""

    public_key = fields.String(
        required=True,
        metadata={"description": "whpk_ and 32 bytes in base64: an ed25519 key, as Standard Webhooks has it."},
    )


class DeliveryView(Schema):
    """A message and what came of it."""

    message_id = fields.String(required=True)
    kind = fields.Enum(WebhookKind, by_value=True, required=True)
    happened_at = fields.AwareDateTime(required=True)
    status = fields.Enum(DeliveryStatus, by_value=True, required=True)
    tries = fields.Integer(required=True)
    next_try_at = fields.AwareDateTime(required=True, allow_none=True)
    last_try_at = fields.AwareDateTime(required=True, allow_none=True)
    last_answer = fields.String(required=True)


class RangeBody(Schema):
    """A time, from its beginning until before its end."""

    since = fields.AwareDateTime(required=True)
    until = fields.AwareDateTime(required=True)


class ReplayView(Schema):
    """How many messages are sent again; where there were more, from when on to ask for the rest."""

    queued = fields.Integer(required=True)
    next_since = fields.AwareDateTime(required=True, allow_none=True)


PublicKeyViews = many(PublicKeyView)
EndpointViews = paged(EndpointView)
DeliveriesPage = paged(DeliveryView)
