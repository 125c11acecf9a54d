"""The shapes of clearances over HTTP."""

from marshmallow import Schema, fields, validate

from services.payments.clearances.clearance import ClearanceStatus, ObstacleKind
from services.payments.contributions.schemas import named
from services.payments.declarations.schemas import FormName
from shared.funds.payments import ArrangementKind
from shared.http.problems import translate
from shared.http.shapes import TEXT, Amount, PagedQuery, fund, paged
from shared.process.access_journal.schemas import PurposeQuery

EMPLOYER_CHARACTERS_MAX = 40
CODE_CHARACTERS_MAX = 40


class StandingQuery(PurposeQuery):
    """Of which employer."""

    employer_id = fields.String(required=True, validate=validate.Length(1, EMPLOYER_CHARACTERS_MAX))


class ClearancesQuery(PagedQuery, StandingQuery):
    """Of which employer, and which page."""


class ClearanceBody(Schema):
    """Who asks, what for (a code of the offer), and in which language the certificate is to be."""

    employer_id = fields.String(required=True, validate=validate.Length(1, EMPLOYER_CHARACTERS_MAX))
    purpose = fields.String(required=True, validate=validate.Length(1, CODE_CHARACTERS_MAX))
    language = fields.String(required=True, validate=validate.Length(1, CODE_CHARACTERS_MAX))


class ClearancePurposeView(Schema):
    """What a certificate may be asked for."""

    code = fields.String(required=True)
    name = fields.Function(lambda it: named(it.names), metadata=TEXT, required=True)


class ClearanceOfferView(Schema):
    """How the fund gives clearances, and whether it has yet to confirm that."""

    name = fields.Function(
        lambda it: named(it.certificate.names),
        metadata={**TEXT, "description": "What the fund calls the certificate, in the caller's language"},
        required=True,
    )
    purposes = fields.List(fields.Nested(ClearancePurposeView), required=True)
    languages = fields.List(fields.String(), required=True, attribute="certificate.languages")
    validity_days = fields.Integer(required=True, attribute="certificate.validity_days")
    in_order = fields.List(fields.Enum(ArrangementKind, by_value=True), required=True, attribute="rule.in_order")
    counts_penalties = fields.Boolean(required=True, attribute="rule.counts_penalties")
    declared_periods = fields.Integer(required=True, attribute="rule.declared_periods")
    is_withdrawn = fields.Boolean(required=True, attribute="rule.is_withdrawn")
    law = fields.String(required=True, attribute="rule.law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="rule.law.is_to_be_confirmed")


class ClearanceObstacleView(Schema):
    """One thing that is in the way of a clearance."""

    kind = fields.Enum(ObstacleKind, by_value=True, required=True)
    text = fields.Function(lambda it: translate(f"clearance.obstacle.{it.kind}"), metadata=TEXT, required=True)
    form = fields.String(required=True)
    form_name = FormName(required=True, attribute="form", dump_only=True)
    period = fields.String(required=True)
    due_on = fields.Date(required=True)
    declaration_id = fields.String(
        required=True, metadata={"description": "The declaration whose debt it is; empty where none came"}
    )
    contributions = Amount(required=True, attribute="contributions_minor")
    penalties = Amount(required=True, attribute="penalties_minor")
    to_pay = Amount(required=True, attribute="to_pay_minor")


class ClearanceStandingView(Schema):
    """Whether an employer is in order on a day, and all that is in the way."""

    employer_id = fields.String(required=True)
    as_of = fields.Date(required=True)
    is_in_order = fields.Boolean(required=True)
    has_arrangement = fields.Boolean(required=True)
    currency = fields.Function(lambda it: fund().currency.value, metadata=TEXT, required=True)
    to_pay = Amount(required=True, attribute="to_pay_minor")
    obstacles = fields.List(fields.Nested(ClearanceObstacleView), required=True)


class ClearanceView(Schema):
    """What an employer asked for, and how it was answered."""

    clearance_id = fields.String(required=True)
    reference = fields.String(required=True)
    employer_id = fields.String(required=True)
    purpose = fields.String(required=True)
    purpose_name = fields.Method("purpose_named", metadata=TEXT, required=True)
    language = fields.String(required=True)
    status = fields.Enum(ClearanceStatus, by_value=True, required=True)
    text = fields.Function(lambda it: translate(f"clearance.status.{it.status}"), metadata=TEXT, required=True)
    asked_at = fields.AwareDateTime(required=True)
    judged_on = fields.Date(required=True)
    valid_until = fields.Date(
        required=True, allow_none=True, attribute="valid_until_on", metadata={"description": "Included"}
    )
    has_arrangement = fields.Boolean(required=True)
    withdrawn_at = fields.AwareDateTime(required=True, allow_none=True)
    currency = fields.Function(lambda it: fund().currency.value, metadata=TEXT, required=True)
    to_pay = Amount(required=True, attribute="to_pay_minor")
    obstacles_in_all = fields.Integer(required=True)
    obstacles = fields.List(fields.Nested(ClearanceObstacleView), required=True)
    version = fields.Integer(required=True)

    def purpose_named(self, clearance: object) -> str:
        """As the fund calls it; its code where the fund has it no more."""
        code = str(getattr(clearance, "purpose", ""))
        rule = fund().payments.clearance
        return named(rule.purposes[code]) if rule and code in rule.purposes else code


ClearancesView = paged(ClearanceView)
