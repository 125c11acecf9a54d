"""Fields of what people type: one reader, whatever the schema."""

from typing import Any

import pytest
from flask import Flask, g
from marshmallow import Schema, ValidationError

from shared.http import normalized_fields as fields
from tests.kit.contexts import DZ, funds


class Body(Schema):
    email = fields.Email()
    phone = fields.Phone()
    name = fields.PersonName()
    number = fields.Identifier()
    reference = fields.Reference()
    code = fields.OneTimeCode()
    token = fields.LinkToken()
    birth = fields.Birth()


def read(**sent: Any) -> Any:
    with Flask(__name__).app_context():
        g.fund = funds()[DZ]
        return Body().load(sent)


@pytest.mark.parametrize(
    ("field", "sent", "found"),
    [
        ("email", "\u200bAmira@Example.dz\ufeff", "Amira@example.dz"),
        ("phone", "\u202a+213 550 12 34 56\u202c", "+213550123456"),
        ("phone", "٠٥٥٠١٢٣٤٥٦", "+213550123456"),
        ("name", "\u200fبن علي", "بن علي"),
        ("number", "\u200f9000 0000‑0001", "900000000001"),
        ("reference", "\u2068pr26\u00a00000‑0001\u2069", "PR2600000001"),
        ("code", "١٢٣ ٤٥٦", "123456"),
        ("token", "ab-c_d\u2069\n", "ab-c_d"),
        ("birth", "1950-00-00", "1950"),
        ("birth", "١٩٥٠‑٠٣‑١٢", "1950-03-12"),
    ],
)
def test_i01_i02_a_field_is_read_in_the_form_in_which_it_is_kept(field: str, sent: str, found: str) -> None:
    assert read(**{field: sent}) == {field: found}


def test_a_code_may_be_empty_where_none_is_needed() -> None:
    assert read(code="") == read(code="\u200b") == {"code": ""}


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        *((field, bad) for field in Body().fields for bad in (12, None, "x" * 5000)),
        *((field, empty) for field in sorted(set(Body().fields) - {"code"}) for empty in ("", "\u200b", " ")),
        ("email", "hédi@example.tn"),
        ("phone", "021 12 34 56"),
        ("name", "Ami\x00ra"),
        ("name", "x" * 101),
        ("birth", "25/04/1990"),
        ("birth", "1990-02-30"),
    ],
)
def test_what_is_none_is_a_fault_of_the_field(field: str, sent: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        read(**{field: sent})
    assert list(refused.value.messages_dict) == [field]
