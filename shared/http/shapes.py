"""Fields and schemas that several services' shapes are made of."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import g
from marshmallow import Schema, ValidationError, fields, post_load, validate

from shared.funds.fund import Fund
from shared.http.problems import translate
from shared.kernel.money import Money
from shared.storage.paging import CURSOR_CHARACTERS_MAX, PAGE_MAX, PageRequest

SIGNED = r"^-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,3})?$"
AMOUNT = re.compile(r"^(0|[1-9][0-9]{0,12})(\.[0-9]{1,3})?$")
TEXT = {"type": "string"}
"""What the API document says of a field that a function shows: marshmallow cannot know what it returns."""


def fund() -> Fund:
    """The fund that this request is about."""
    found: Fund = g.fund
    return found


class Amount(fields.Field[int]):
    """An amount in major units as text, such as `3150.000`; minor units of the fund's currency inside.

    Text, since a JSON number would lose or invent decimals.
    """

    def __init__(self, **more: Any) -> None:
        super().__init__(metadata={"type": "string", "pattern": AMOUNT.pattern}, **more)

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **more: Any) -> str | None:
        return None if value is None else str(Money(value, fund().currency).decimal())

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> int:
        if not isinstance(value, str) or not AMOUNT.fullmatch(value):
            raise ValidationError("not an amount")
        whole, _, decimals = value.partition(".")
        if len(decimals) > fund().currency.decimals:
            raise ValidationError("more decimals than the currency has")
        amount_minor = int(whole + decimals.ljust(fund().currency.decimals, "0"))
        if amount_minor == 0:
            raise ValidationError("nobody sends an amount of nothing")
        return amount_minor


class SignedAmount(fields.Field[int]):
    """An amount in major units as text, such as `-21.96`, which may be negative: a difference. Shown only."""

    def __init__(self, **more: Any) -> None:
        super().__init__(metadata={"type": "string", "pattern": SIGNED, "examples": ["-21.96"]}, **more)

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **more: Any) -> str | None:
        return None if value is None else str(Money(value, fund().currency).decimal())


class CodeText(fields.String):
    """A code of the service, shown as its sentence in the caller's language."""

    def _serialize(self, value: str | None, attr: str | None, obj: Any, **more: Any) -> str | None:
        return None if value is None else translate(value)


class Derived(fields.Nested):
    """A shape of what is worked out from the whole thing that is shown, by `of`."""

    def __init__(self, shape: type[Schema], *, of: Callable[[Any], Any], **more: Any) -> None:
        super().__init__(shape, dump_only=True, **more)
        self.of = of

    def get_value(self, obj: Any, *_: Any, **__: Any) -> Any:
        return self.of(obj)


class PagedQuery(Schema):
    """Which page of a list is asked for; the filters of a list are fields of a subclass.

    `limit` and `cursor` are read into one `page` (`PageRequest`), beside the filters.
    """

    limit = fields.Integer(load_default=PAGE_MAX, validate=validate.Range(1, PAGE_MAX))
    cursor = fields.String(load_default=None, validate=validate.Length(1, CURSOR_CHARACTERS_MAX))

    @post_load
    def _wanted(self, read: dict[str, Any], **_: Any) -> dict[str, Any]:
        wanted = PageRequest(limit=read.pop("limit"), cursor=read.pop("cursor"))
        return {**read, "page": wanted}


def paged(of: type[Schema]) -> type[Schema]:
    """The shape of a page: `items`, and the cursor of the next page under `next`, null on the last."""
    return Schema.from_dict(
        {
            "items": fields.List(fields.Nested(of), required=True),
            "next": fields.String(
                required=True,
                allow_none=True,
                metadata={"description": "The cursor of the next page; null on the last one.", "examples": [None]},
            ),
        },
        name=f"{of.__name__}Page",
    )


def many(of: type[Schema]) -> type[Schema]:
    """The shape of a list: an object with `items`, so that more can stand beside them one day."""
    return Schema.from_dict({"items": fields.List(fields.Nested(of), required=True)}, name=f"{of.__name__}s")
