"""The shapes of delegations over HTTP."""

from marshmallow import Schema, fields, post_load, validate

from services.identity.delegations.delegation import NAME_LENGTH_MAX, Bounds, Power, Status
from shared.http.normalized_fields import NUMBER_LENGTH_MAX, Identifier
from shared.http.problems import translate
from shared.http.shapes import TEXT, Amount, PagedQuery, fund, paged

CODE_LENGTH_MAX = 60


class PowerView(Schema):
    """Something that an employer may let somebody do for it."""

    code = fields.Function(lambda power: power.value, required=True, metadata=TEXT)
    text = fields.Function(lambda power: translate(f"delegation.power.{power.value}"), required=True, metadata=TEXT)


class DelegationBody(Schema):
    """Who may act for which employer, what they may do, and within which bounds."""

    employer_id = Identifier(required=True)
    name = fields.String(required=True, validate=validate.Length(1, 2 * NAME_LENGTH_MAX))
    powers = fields.List(fields.Enum(Power, by_value=True), required=True, validate=validate.Length(0, len(Power)))
    periods_from = fields.Date(load_default=None, allow_none=True)
    periods_until = fields.Date(load_default=None, allow_none=True)
    payment_max = Amount(load_default=None, allow_none=True)
    ends_on = fields.Date(required=True)

    @post_load
    def _bounds(self, read: dict[str, object], **_: object) -> dict[str, object]:
        bounds = Bounds(
            periods_from=read.pop("periods_from"),  # type: ignore[arg-type]
            periods_until=read.pop("periods_until"),  # type: ignore[arg-type]
            payment_max_minor=read.pop("payment_max"),  # type: ignore[arg-type]
            ends_on=read.pop("ends_on"),  # type: ignore[arg-type]
        )
        return {**read, "bounds": bounds}


class CodeBody(Schema):
    """The code that the employer handed over, however it is typed."""

    code = fields.String(required=True, validate=validate.Length(1, CODE_LENGTH_MAX))


class DelegationsQuery(PagedQuery):
    """Which employer's."""

    employer_id = fields.String(required=True, validate=validate.Length(1, NUMBER_LENGTH_MAX))


class DelegationView(Schema):
    """A delegation: who may do what for which employer, and where it stands."""

    delegation_id = fields.String(required=True, attribute="delegation.delegation_id")
    reference = fields.String(required=True, attribute="delegation.reference")
    employer_id = fields.String(required=True, attribute="delegation.employer_id")
    name = fields.String(required=True, attribute="delegation.name")
    powers = fields.List(fields.Nested(PowerView), required=True, attribute="delegation.powers")
    periods_from = fields.Date(required=True, allow_none=True, attribute="delegation.bounds.periods_from")
    periods_until = fields.Date(required=True, allow_none=True, attribute="delegation.bounds.periods_until")
    payment_max = Amount(required=True, allow_none=True, attribute="delegation.bounds.payment_max_minor")
    currency = fields.Function(lambda _: str(fund().currency), required=True, metadata=TEXT)
    ends_on = fields.Date(required=True, attribute="delegation.bounds.ends_on")
    status = fields.Enum(Status, by_value=True, required=True)
    text = fields.Function(lambda it: translate(f"delegation.status.{it.status.value}"), required=True, metadata=TEXT)
    given_at = fields.AwareDateTime(required=True, attribute="delegation.given_at")
    code_expires_at = fields.AwareDateTime(required=True, attribute="delegation.code_expires_at")
    taken_at = fields.AwareDateTime(required=True, allow_none=True, attribute="delegation.taken_at")
    ended_at = fields.AwareDateTime(required=True, allow_none=True, attribute="delegation.ended_at")
    version = fields.Integer(required=True)


DelegationViews = paged(DelegationView)


class GivenDelegationView(Schema):
    """A delegation that was given. The code is said this once: whoever types it may act for the employer."""

    delegation = fields.Nested(DelegationView, required=True, attribute="standing")
    code = fields.String(required=True)
