"""What a list's query may say, and how a page is shown."""

import pytest
from marshmallow import Schema, fields

from shared.http import bodies
from shared.http.problems import BodyInvalid
from shared.http.shapes import PagedQuery, paged
from shared.storage.paging import Page, PageRequest


class ThingView(Schema):
    name = fields.String(required=True)


class ThingQuery(PagedQuery):
    status = fields.String(load_default=None)


def test_without_a_word_the_first_page_is_meant() -> None:
    assert bodies.loaded(ThingQuery, {}) == {"status": None, "page": PageRequest(limit=100, cursor=None)}


def test_limit_and_cursor_become_a_page_beside_the_filters() -> None:
    read = bodies.loaded(ThingQuery, {"limit": "20", "cursor": "abc", "status": "open"})
    assert read == {"status": "open", "page": PageRequest(limit=20, cursor="abc")}


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "101"}, {"limit": "many"}, {"cursor": ""}, {"cursor": "a" * 501}, {"page": "1"}]
)
def test_what_is_no_page_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(BodyInvalid):
        bodies.loaded(ThingQuery, query)


def test_a_page_shows_its_items_and_where_the_next_one_begins() -> None:
    show = paged(ThingView)().dump
    assert show(Page([{"name": "a"}], next="abc")) == {"items": [{"name": "a"}], "next": "abc"}
    assert show(Page([])) == {"items": [], "next": None}
