"""The shapes in which agents see the register over HTTP."""

from marshmallow import Schema, fields

from shared.http.shapes import PagedQuery, paged
from shared.http.typed_fields import Identifier
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
