"""The shapes of declarations that are typed line by line instead of sent as files."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.payments.contributions.schemas import named
from services.payments.declarations.schemas import (
    COMPLEMENTS_MAX,
    NAME_MAX,
    FindingView,
    LineView,
    SlipView,
    SummaryView,
)
from services.payments.declarations.typed_lines import LINES_MAX, asked_fields
from services.payments.declarations.wages import Unit
from shared.http.problems import translate
from shared.http.shapes import TEXT, Amount, Derived, fund
from shared.kernel import normalize, partial_date

TYPED_NAME_MAX = 100
DURATION_MAX = 9_999
WAGES_MAX = 12
SITUATION_MAX = 10


class BirthText(fields.String):
    """A date of birth as far as it is known: `1950-03-12`, `1950-03`, `1950`."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> Any:
        text = normalize.plain(str(super()._deserialize(value, attr, data, **more)))
        if len(text) > NAME_MAX:
            raise ValidationError("too long")
        read = partial_date.read(text) if text else None
        if text and read is None:
            raise ValidationError("not a date of birth")
        return read


class TypedWageBody(Schema):
    """What a worker earned in one part of the period, by its number in the year."""

    quarter = fields.Integer(required=True, validate=validate.Range(1, WAGES_MAX))
    duration = fields.Integer(load_default=0, validate=validate.Range(0, DURATION_MAX))
    unit = fields.Enum(
        Unit, by_value=True, load_default=Unit.MONTH, metadata={"description": "H hours, D days, M months"}
    )
    wage = Amount(attribute="wage_minor")


class TypedLineBody(Schema):
    """A worker, as the employer typed them. A name may stand whole in `family_name`."""

    insurance_number = fields.String(load_default="", validate=validate.Length(0, NAME_MAX))
    family_name = fields.String(load_default="", validate=validate.Length(0, TYPED_NAME_MAX))
    first_name = fields.String(load_default="", validate=validate.Length(0, TYPED_NAME_MAX))
    birth_on = BirthText(load_default=None, allow_none=True, metadata={"maxLength": NAME_MAX})
    national_id = fields.String(load_default=None, allow_none=True, validate=validate.Length(0, NAME_MAX))
    entered_on = fields.Date(load_default=None, allow_none=True)
    left_on = fields.Date(load_default=None, allow_none=True)
    situation = fields.String(
        load_default="",
        validate=validate.Length(0, SITUATION_MAX),
        metadata={
            "description": "Why somebody left or did not work, by one of the codes of the field; empty for none."
        },
    )
    wages = fields.List(fields.Nested(TypedWageBody), load_default=list, validate=validate.Length(0, WAGES_MAX))


class TypedBody(Schema):
    """A declaration that is typed line by line."""

    employer_id = fields.String(required=True, validate=validate.Length(1, NAME_MAX))
    form = fields.String(required=True, validate=validate.Length(1, NAME_MAX))
    period = fields.String(required=True, validate=validate.Length(1, NAME_MAX))
    establishment = fields.String(
        load_default="",
        validate=validate.Regexp("^[0-9]{0,4}$"),
        metadata={"description": "The place of work, where it is not the employer's main one."},
    )
    is_complement = fields.Boolean(
        load_default=False,
        metadata={"description": "Whether it is added to the declaration in force, instead of taking its place."},
    )
    complement_number = fields.Integer(
        load_default=0,
        validate=validate.Range(0, COMPLEMENTS_MAX),
        metadata={"description": "The complementary declaration that it takes the place of; 0: it is the next."},
    )
    lines = fields.List(fields.Nested(TypedLineBody), required=True, validate=validate.Length(1, LINES_MAX))


class PrefilledQuery(Schema):
    """Whose file it is."""

    employer_id = fields.String(required=True, validate=validate.Length(1, NAME_MAX))


class TypingQuery(PrefilledQuery):
    """For whom lines are to be typed."""

    mended = fields.String(
        load_default="",
        validate=validate.Length(0, NAME_MAX),
        metadata={"description": "The typed declaration whose lines are to be mended, where there is one."},
    )


class FieldCodeView(Schema):
    """What may stand in a field of few codes; the empty one is that nothing does."""

    code = fields.Function(str, metadata=TEXT, required=True)
    text = fields.Function(lambda code: _situation(code), metadata=TEXT, required=True)


def _situation(code: str) -> str:
    """A code in the fund's own words; itself where the fund has none for it."""
    for form in fund().declarations.forms.values():
        if names := (form.situations or {}).get(code):
            return named(names)
    return code


class AskedFieldView(Schema):
    """What is asked of each worker."""

    name = fields.String(required=True)
    text = fields.Function(
        lambda field: translate(f"wage-file.field.{field.name.replace('_', '-')}"), metadata=TEXT, required=True
    )
    length = fields.Integer(required=True, metadata={"description": "How many characters it may have."})
    is_by_part = fields.Boolean(
        required=True, metadata={"description": "Whether it is asked once for each part of the period."}
    )
    units = fields.List(
        fields.Enum(Unit, by_value=True),
        required=True,
        metadata={"description": "Of the field `unit`: those that there are."},
    )
    codes = fields.List(
        fields.Nested(FieldCodeView),
        required=True,
        metadata={"description": "What may stand in it, where those are few; empty where anything may."},
    )


class PartView(Schema):
    """A part of the period that wages are told of."""

    number = fields.Integer(required=True)
    period = fields.Function(str, metadata=TEXT, required=True)


class TypingStartView(Schema):
    """What typing a declaration begins with. `lines` are empty where nobody is known, or more than may be typed."""

    asked = Derived(AskedFieldView, of=lambda entry: asked_fields(entry.layout), many=True, required=True)
    parts = fields.List(fields.Nested(PartView), required=True)
    lines_max = fields.Function(lambda entry: LINES_MAX, metadata={"type": "integer"}, required=True)
    currency = fields.Function(lambda _: fund().currency.value, metadata=TEXT, required=True)
    before = fields.Nested(
        SummaryView,
        required=True,
        allow_none=True,
        metadata={"description": "The declaration that the lines are from; null where there is none."},
    )
    lines = fields.List(fields.Nested(LineView), required=True, attribute="workers")


class CheckedView(Schema):
    """What a declaration that is not sent yet would come to. Each line of `lines` is as it would be booked."""

    findings = fields.List(fields.Nested(FindingView), required=True, attribute="report.findings")
    errors = fields.Integer(required=True, attribute="report.errors")
    confirms = fields.Integer(
        required=True,
        attribute="report.confirms",
        metadata={"description": "Findings that the employer confirms before acceptance."},
    )
    warnings = fields.Integer(required=True, attribute="report.warnings")
    workers = fields.Integer(required=True, attribute="report.workers")
    wages = Amount(required=True, attribute="report.wages_minor")
    due = Amount(required=True, allow_none=True, attribute="assessment.total_minor", dump_default=None)
    due_on = fields.Date(required=True, allow_none=True, attribute="assessment.due_on", dump_default=None)
    is_late = fields.Boolean(required=True, allow_none=True)
    slips = fields.List(fields.Nested(SlipView), required=True, attribute="assessment.slips", dump_default=list)
    currency = fields.Function(lambda _: fund().currency.value, metadata=TEXT, required=True)
    lines = fields.List(fields.Nested(LineView), required=True, attribute="good_lines")
    replaces = fields.Nested(SummaryView, required=True, allow_none=True)
