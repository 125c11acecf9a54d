"""The shapes in which agents see the register over HTTP."""

from marshmallow import Schema, fields

from shared.funds.calendar import Weekday
from shared.funds.fund import IdentifierKind
from shared.funds.messages import Channel
from shared.http.normalized_fields import Identifier
from shared.http.problems import language, translate
from shared.http.shapes import TEXT, Derived, PagedQuery, paged
from shared.process.access_journal.entry import Purpose
from shared.process.access_journal.schemas import PURPOSE, PurposeQuery


class PersonSearchBody(Schema):
    """A number that an agent has of somebody, the insurance number or the national id, and why they ask."""

    number = Identifier(required=True)
    purpose = fields.Enum(Purpose, by_value=True, required=True, metadata=PURPOSE)


class PersonView(Schema):
    """An insured person, as far as an agent has to know that it is the right one."""

    person_ref = fields.String(required=True)
    insurance_number = fields.String(required=True, attribute="civil.insurance_number")
    family_name = fields.String(required=True, attribute="civil.family_name")
    first_name = fields.String(required=True, attribute="civil.first_name")
    family_name_ar = fields.String(required=True, allow_none=True, attribute="civil.family_name_ar")
    first_name_ar = fields.String(required=True, allow_none=True, attribute="civil.first_name_ar")
    birth_on = fields.String(
        required=True,
        attribute="civil.birth_on",
        metadata={"description": "As far as it is known", "examples": ["1990-04-25", "1950"]},
    )
    language = fields.String(required=True)
    dependants = fields.Integer(required=True)


class EmployerQuery(PagedQuery, PurposeQuery):
    """Which employers: the one of a number, or those that are open or closed."""

    number = Identifier(load_default=None)
    is_open = fields.Boolean(load_default=None)


class EmployerView(Schema):
    """A registered employer."""

    employer_id = fields.String(required=True)
    name = fields.String(required=True)
    sector = fields.String(required=True)
    affiliated_on = fields.Date(required=True)
    closed_on = fields.Date(required=True, allow_none=True)
    is_open = fields.Boolean(required=True)


EmployerViews = paged(EmployerView)


class IdentifierView(Schema):
    """How a number that people are known by is written. `pattern` fits it without blanks and dashes."""

    kind = fields.Enum(IdentifierKind, by_value=True, required=True)
    name = fields.Function(lambda it: it["rule"].names[language()], required=True, metadata=TEXT)
    pattern = fields.String(required=True, attribute="rule.pattern")
    example = fields.String(required=True, attribute="rule.example")


class PhoneView(Schema):
    """Mobile numbers of the country."""

    country_code = fields.String(required=True)
    mobile_pattern = fields.String(required=True)
    example = fields.String(required=True)


class FundView(Schema):
    """The fund, as a form or a page has to know it."""

    fund_id = fields.String(required=True)
    country = fields.String(required=True)
    name = fields.Function(lambda it: it.names[language()], required=True, metadata=TEXT)
    short_name = fields.Function(lambda it: it.branding.short_names[language()], required=True, metadata=TEXT)
    address = fields.Function(lambda it: it.branding.address[language()], required=True, metadata=TEXT)
    colour = fields.String(required=True, attribute="branding.colour")
    languages = fields.List(fields.String(), required=True)
    currency = fields.String(required=True)
    decimals = fields.Function(lambda it: it.currency.decimals, required=True, metadata={"type": "integer"})
    timezone = fields.String(required=True)
    weekend = fields.List(fields.Enum(Weekday, by_value=True), required=True)
    channels = fields.List(fields.Enum(Channel, by_value=True), required=True)
    identifiers = Derived(
        IdentifierView,
        of=lambda it: [{"kind": kind, "rule": rule} for kind, rule in it.identifiers.items()],
        many=True,
        required=True,
    )
    phone = fields.Nested(PhoneView, required=True)


class HolidayView(Schema):
    """A day on which the fund does not work, beside its weekends. An estimated day may still move."""

    on = fields.Date(required=True)
    name = fields.Function(lambda it: it.names[language()], required=True, metadata=TEXT)
    is_estimated = fields.Boolean(required=True)
    text = fields.Function(
        lambda it: translate("holiday.estimated" if it.is_estimated else "holiday.certain", name=it.names[language()]),
        required=True,
        metadata=TEXT,
    )


HolidayViews = paged(HolidayView)
