"""The shapes of contributions over HTTP."""

from collections.abc import Mapping

from marshmallow import Schema, fields, validate

from shared.http.problems import language
from shared.http.shapes import TEXT, Amount, fund, many

ACTIVITY_LENGTH_MAX = 40


def named(names: Mapping[str, str]) -> str:
    """The fund's own name for something, in the caller's language."""
    return names.get(language()) or names[fund().language]


class ContributionView(Schema):
    """One branch's part of one side, with the text that its percentage comes from."""

    side = fields.String(required=True)
    side_name = fields.Function(lambda part: named(fund().contributions.sides[part.side]), metadata=TEXT, required=True)
    branch = fields.String(required=True)
    branch_name = fields.Function(
        lambda part: named(fund().contributions.branches[part.branch]), metadata=TEXT, required=True
    )
    percent = fields.String(required=True)
    amount = Amount(required=True, attribute="amount_minor")
    law = fields.String(required=True, attribute="law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="law.is_to_be_confirmed")


class ActivityView(Schema):
    """A kind of business, with the rate that its employers pay on top."""

    code = fields.String(required=True)
    name = fields.Function(lambda it: named(it.activity.names), metadata=TEXT, required=True)
    percent = fields.String(required=True, attribute="activity.percent")


class SimulationQuery(Schema):
    wage = Amount(required=True, attribute="wage_minor")
    activity = fields.String(load_default="", validate=validate.Length(0, ACTIVITY_LENGTH_MAX))
    on = fields.Date(
        load_default=None, metadata={"description": "The day whose rates count; today where none is named."}
    )


class SimulationView(Schema):
    """What a wage makes due, by side and branch, and what that leaves and costs."""

    wage = Amount(required=True, attribute="wage_minor")
    on = fields.Date(required=True)
    worker = Amount(required=True, attribute="worker_minor")
    employer = Amount(required=True, attribute="employer_minor")
    total = Amount(required=True, attribute="total_minor")
    left = Amount(required=True, attribute="left_minor")
    cost = Amount(required=True, attribute="cost_minor")
    minimum = Amount(required=True, attribute="minimum.a_month.amount_minor", dump_default=None, allow_none=True)
    is_below_minimum = fields.Boolean(required=True)
    is_to_be_confirmed = fields.Boolean(required=True)
    contributions = fields.List(fields.Nested(ContributionView), required=True)


ActivityViews = many(ActivityView)
