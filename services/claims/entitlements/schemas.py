"""The shapes of rights over HTTP."""

from marshmallow import Schema, fields

from services.claims.entitlements.entitlement import Entitlement
from shared.http.problems import translate


class WorkedView(Schema):
    employer_id = fields.String(required=True)
    year = fields.Integer(required=True)
    quarter = fields.Integer(required=True)
    period = fields.String(required=True)
    duration = fields.Integer(required=True)
    unit = fields.String(required=True, metadata={"description": "H hours, D days, M months"})
    establishment = fields.String(
        required=True, metadata={"description": "The code of the employer's establishment, empty where it has none"}
    )


class RightView(Schema):
    """A person's right to care, why it is so, and the work that it was decided from."""

    person_ref = fields.String(required=True)
    status = fields.String(required=True, attribute="right.status")
    reason = fields.String(required=True, attribute="right.reason")
    text = fields.Method("sentence", required=True)
    decided_on = fields.Date(required=True, attribute="right.decided_on")
    valid_until = fields.Date(allow_none=True, attribute="right.valid_until")
    worked = fields.List(fields.Nested(WorkedView), required=True)
    self_paid = fields.List(fields.String(), required=True, attribute="months_self_paid")

    def sentence(self, entitlement: Entitlement) -> str:
        return translate(f"right.{entitlement.right.reason}") if entitlement.right else ""
