"""What is shown is what marshmallow would show: for every shape that a route of a service answers with."""

from collections.abc import Iterator
from datetime import UTC
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, g
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import Schema, fields, post_dump, pre_dump

from shared.http.serialization import shown_by
from shared.languages.texts import Texts
from tests.contracts import services
from tests.kit.contexts import DZ, funds

Fields = dict[str, fields.Field[Any]]

SHAPES = {
    f"{route.response.__name__} of {name}": route.response
    for name in services.names()
    for routes in services.load(name).routes
    for route in routes.all
    if isinstance(route.response, type)
}


@pytest.fixture(autouse=True, scope="module")
def request_of_a_fund() -> Iterator[None]:
    app = Flask("shows")
    app.extensions["texts"] = Texts({})
    with app.test_request_context():
        g.fund = funds()[DZ]
        yield


def values(field: fields.Field[Any]) -> st.SearchStrategy[Any]:
    """Values that a field may meet: of its kind, or None."""
    if isinstance(field, fields.Nested):
        one = things(field.schema)
        return st.none() | (st.lists(one, max_size=3) if field.many else one)
    if isinstance(field, fields.List):
        return st.none() | st.lists(values(field.inner), max_size=3)
    if isinstance(field, fields.Enum):
        return st.none() | st.sampled_from(field.enum)
    if isinstance(field, fields.Dict):
        return st.dictionaries(st.text(), st.text(), max_size=2)
    kinds: dict[type[fields.Field[Any]], st.SearchStrategy[Any]] = {
        fields.Boolean: st.booleans(),
        fields.AwareDateTime: st.datetimes(timezones=st.just(UTC)),
        fields.Date: st.dates(),
        fields.String: st.text(),
    }
    of_kind = next((found for kind, found in kinds.items() if isinstance(field, kind)), st.integers(-(10**12), 10**12))
    return st.none() | of_kind


@st.composite
def things(draw: st.DrawFn, schema: Schema) -> Any:
    """A thing with the values that the schema shows, some of which may be absent: an object or a dict, inside too."""
    tree: dict[str, Any] = {}
    for name, field in schema.dump_fields.items():
        if draw(st.integers(0, 9)):
            *way, last = (field.attribute or name).split(".")
            place = tree
            for step in way:
                place = place.setdefault(step, {})
            place[last] = draw(values(field))
    return _made(tree, SimpleNamespace if draw(st.booleans()) else dict)


def _made(tree: dict[str, Any], kind: Any) -> Any:
    return kind(**{name: _made(each, kind) if type(each) is dict else each for name, each in tree.items()})


def result(show: Any, thing: Any) -> Any:
    """What is shown, or of which kind the failure is: a field that asks the whole thing fails on one of chance."""
    try:
        return show(thing)
    except Exception as failure:  # noqa: BLE001
        return type(failure)


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_each_field_is_shown_as_marshmallow_would(shape: str, data: st.DataObject) -> None:
    thing = data.draw(things(SHAPES[shape]()))
    for name in SHAPES[shape]().dump_fields:
        alone = SHAPES[shape](only=(name,))
        assert result(shown_by(alone), thing) == result(alone.dump, thing)


class Inner(Schema):
    code = fields.String(required=True, data_key="the-code")


class Turned(Schema):
    """All that a shape may do beside naming its values."""

    length = fields.Method("measured")
    first = fields.Function(lambda thing: thing.inner.code[0])
    usual = fields.Integer(dump_default=7)
    deep = fields.String(attribute="inner.code")
    inner = fields.Nested(Inner)
    inners = fields.List(fields.Nested(Inner))
    many = fields.Nested(Inner, many=True)
    absent = fields.String()

    def measured(self, thing: Any) -> int:
        return len(thing.inner.code)


class Worded(Turned):
    @pre_dump
    def find_words(self, thing: Any, **_: Any) -> Any:
        return SimpleNamespace(**{**vars(thing), "absent": "found"})

    @post_dump
    def count(self, shown: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**shown, "count": len(shown)}


@pytest.mark.parametrize("shape", [Turned, Worded])
def test_what_is_worked_out_is_shown_too(shape: type[Schema]) -> None:
    inner = SimpleNamespace(code="abc")
    thing = SimpleNamespace(inner=inner, inners=[inner, inner], many=(inner,))
    shown = shown_by(shape())(thing)
    assert shown == shape().dump(thing)
    assert list(shown) == list(shape().dump(thing))
    assert shown["length"] == 3 and shown["usual"] == 7 and shown["inners"] == [{"the-code": "abc"}] * 2


class Plain(Schema):
    """What is mostly shown as it is."""

    text = fields.String()
    number = fields.Integer()
    written = fields.Integer(as_string=True)
    is_so = fields.Boolean()


@pytest.mark.parametrize("kind", [SimpleNamespace, dict])
@pytest.mark.parametrize(
    "held",
    [
        {"text": "a", "number": 1, "written": 2, "is_so": True},
        {"text": 5, "number": True, "written": "2", "is_so": None},
        {"text": b"a", "number": "7", "written": None, "is_so": 0},
        {"number": None, "is_so": False},
        {},
    ],
    ids=["of their kind", "of another", "of a third", "some of them", "none"],
)
def test_what_is_read_together_is_shown_as_marshmallow_would(kind: Any, held: dict[str, Any]) -> None:
    shown, due = shown_by(Plain())(kind(**held)), Plain().dump(kind(**held))
    assert shown == due
    assert [type(each) for each in shown.values()] == [type(each) for each in due.values()]
