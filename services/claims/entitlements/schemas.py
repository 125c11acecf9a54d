"""The shapes of rights over HTTP."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.claims.entitlements.entitlement import Entitlement
from services.claims.entitlements.simulation import DependantSimulation, RightSimulation
from shared.funds.entitlements import Threshold
from shared.funds.period import WRITTEN, Period, PeriodMalformed
from shared.http.problems import translate
from shared.http.shapes import TEXT

ON_DESCRIPTION = "The day whose terms count; today where none is named."
PERIODS_MAX = 60
CODE_LENGTH_MAX = 40
DURATIONS = re.compile(rf"{WRITTEN}:[0-9]{{1,5}}(,{WRITTEN}:[0-9]{{1,5}})*", re.ASCII)
MONTHS = re.compile(r"[0-9]{4}-M[0-9]{2}(,[0-9]{4}-M[0-9]{2})*", re.ASCII)


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


class WorkedPeriods(fields.Field[tuple[tuple[Period, int], ...]]):
    """How long somebody worked in which periods, such as `2026-Q2:78,2026-Q3:20`."""

    def __init__(self, **more: Any) -> None:
        says = "How many units were worked in which periods: years, half-years, quarters or months."
        described = {"type": "string", "pattern": f"^{DURATIONS.pattern}$", "description": says}
        super().__init__(metadata={**described, "examples": ["2025-Q3:40,2025-Q4:12"]}, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> Any:
        if not isinstance(value, str) or not DURATIONS.fullmatch(value) or value.count(",") >= PERIODS_MAX:
            raise ValidationError("not periods with durations")
        pairs = (each.split(":") for each in value.split(","))
        return tuple((_period(period), int(duration)) for period, duration in pairs)


class MonthList(fields.Field[tuple[Period, ...]]):
    """Months, such as `2026-M01,2026-M02`."""

    def __init__(self, **more: Any) -> None:
        says = "The months whose contributions the person pays alone, where such months count."
        described = {"type": "string", "pattern": f"^{MONTHS.pattern}$", "description": says}
        super().__init__(metadata={**described, "examples": ["2026-M01,2026-M02"]}, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> Any:
        if not isinstance(value, str) or not MONTHS.fullmatch(value) or value.count(",") >= PERIODS_MAX:
            raise ValidationError("not months")
        return tuple(_period(each) for each in value.split(","))


def _period(written: str) -> Period:
    try:
        return Period.read(written)
    except PeriodMalformed as malformed:
        raise ValidationError("no period") from malformed


class RightSimulationQuery(Schema):
    worked = WorkedPeriods(load_default=None)
    unit = fields.String(
        load_default="D",
        validate=validate.OneOf(("D", "H", "M")),
        metadata={"description": "What `worked` counts: H hours, D days, M months."},
    )
    self_paid = MonthList(load_default=None)
    insured_since = fields.Date(
        load_default=None,
        attribute="insured_since_on",
        metadata={"description": "The first day of insured life; who does not say it is taken for no newcomer."},
    )
    on = fields.Date(load_default=None, metadata={"description": ON_DESCRIPTION})


class DependantSimulationQuery(Schema):
    relation = fields.String(
        required=True,
        validate=validate.Length(1, CODE_LENGTH_MAX),
        metadata={"description": "What somebody is to the insured person, by the fund's code (`GET /right-terms`)."},
    )
    birth_on = fields.Date(
        load_default=None, metadata={"description": "The day of birth; it may be left out where no age counts."}
    )
    condition = fields.String(
        load_default="",
        validate=validate.Length(0, CODE_LENGTH_MAX),
        metadata={"description": "What can be proved (`GET /right-terms`); empty for nothing."},
    )
    on = fields.Date(load_default=None, metadata={"description": ON_DESCRIPTION})


class LawView(Schema):
    """The text that sets a value, since when, and whether the fund has yet to confirm it."""

    law = fields.String(required=True, attribute="reference")
    law_from = fields.Date(required=True, attribute="valid_from")
    is_to_be_confirmed = fields.Boolean(required=True)


class ThresholdView(Schema):
    """Work that opens the right."""

    days = fields.Integer(required=True)
    hours = fields.Integer(required=True, allow_none=True)
    quarters = fields.Integer(required=True)
    text = fields.Method("sentence", required=True)

    def sentence(self, threshold: Threshold) -> str:
        days, hours, quarters = threshold.days, threshold.hours, threshold.quarters
        if hours is None:
            return translate("right.threshold", days=days, quarters=quarters)
        return translate("right.threshold-or-hours", days=days, hours=hours, quarters=quarters)


class LifetimeView(Schema):
    months = fields.Integer(required=True)
    law = fields.Nested(LawView, required=True)


class EntitlementRuleView(Schema):
    """When work opens the right: any one threshold is enough."""

    thresholds = fields.List(fields.Nested(ThresholdView), required=True)
    newcomers = fields.List(fields.Nested(ThresholdView), required=True)
    newcomer_months = fields.Integer(required=True)
    law = fields.Nested(LawView, required=True)


class SelfPaidMonthsView(Schema):
    law = fields.Nested(LawView, required=True)


class DependantRuleView(Schema):
    relation = fields.String(required=True)
    condition = fields.String(required=True, allow_none=True)
    until_age = fields.Integer(required=True, allow_none=True)
    law = fields.Nested(LawView, required=True)


class RightTermsView(Schema):
    """What the fund asks for before care is covered, and who is covered besides."""

    on = fields.Date(required=True)
    rule = fields.Nested(EntitlementRuleView, required=True, allow_none=True)
    lifetime = fields.Nested(LifetimeView, required=True, allow_none=True)
    self_paid = fields.Nested(SelfPaidMonthsView, required=True, allow_none=True)
    dependants = fields.List(fields.Nested(DependantRuleView), required=True)
    quarters = fields.List(fields.String(), required=True)
    units = fields.List(fields.String(), required=True)


class ThresholdProgressView(Schema):
    """One threshold, and how much of it was worked."""

    threshold = fields.Nested(ThresholdView, required=True)
    days_worked = fields.Integer(required=True, attribute="days")
    hours_worked = fields.Integer(required=True, allow_none=True, attribute="hours")
    days_missing = fields.Integer(required=True)
    hours_missing = fields.Integer(required=True, allow_none=True)
    is_reached = fields.Boolean(required=True)


class RightSimulationView(Schema):
    """Whether the work that was named would open the right to care, until when, why, and what is missing for it."""

    on = fields.Date(required=True)
    status = fields.String(required=True, attribute="right.status")
    reason = fields.String(required=True, attribute="right.reason")
    text = fields.Function(lambda it: translate(f"right.{it.right.reason}"), required=True, metadata=TEXT)
    from_on = fields.Date(required=True, allow_none=True)
    valid_until = fields.Date(required=True, allow_none=True, attribute="right.valid_until")
    missing_text = fields.Method("missing", required=True, allow_none=True)
    is_newcomer = fields.Boolean(required=True, attribute="terms.is_newcomer")
    law = fields.Nested(LawView, required=True, attribute="terms.rule.law")
    lifetime = fields.Nested(LifetimeView, required=True)
    progress = fields.List(fields.Nested(ThresholdProgressView), required=True)

    def missing(self, found: RightSimulation) -> str | None:
        nearest = found.nearest
        if nearest is None:
            return None
        days, hours, quarters = nearest.days_missing, nearest.hours_missing, nearest.threshold.quarters
        if hours is None:
            return translate("right.missing", days=days, quarters=quarters)
        return translate("right.missing-or-hours", days=days, hours=hours, quarters=quarters)


class DependantCoverView(Schema):
    """A rule that covers somebody: what has to be proved for it, and until when it does."""

    condition = fields.String(required=True, allow_none=True)
    until_on = fields.Date(required=True, allow_none=True)
    law = fields.Nested(LawView, required=True)


class DependantSimulationView(Schema):
    """Whether somebody would be covered through a person whose right is open, and what else would cover them."""

    on = fields.Date(required=True)
    relation = fields.String(required=True)
    is_covered = fields.Boolean(required=True)
    text = fields.Method("sentence", required=True)
    cover = fields.Nested(DependantCoverView, required=True, allow_none=True)
    otherwise = fields.List(fields.Nested(DependantCoverView), required=True)

    def sentence(self, found: DependantSimulation) -> str:
        if found.is_covered:
            return translate("right.dependant-covered")
        return translate("right.dependant-with-proof" if found.otherwise else "right.dependant-not-covered")
