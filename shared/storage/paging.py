"""Pages of a long list: in the order of an index, each page beginning behind the last thing of the one before.

A cursor names the place of that last thing, not a number of rows to skip: what comes and goes meanwhile neither
repeats nor hides anything, and the thousandth page costs what the first does. Callers hand it back as they got it.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from shared.kernel.errors import Invalid

PAGE_MAX = 100
CURSOR_CHARACTERS_MAX = 500

_BASE64 = re.compile(r"[A-Za-z0-9_-]{1,500}={0,2}")

Item = TypeVar("Item")
Shown = TypeVar("Shown")


class CursorMalformed(Invalid):
    """Not a cursor that this list gave out for these filters."""

    code = "request.cursor-malformed"


@dataclass(frozen=True)
class Order:
    """By which field a list is sorted; `key`, the thing's own, decides between equals.

    An index over the filtered fields, `field` and `key`, in this order, serves it in both directions. The field is
    never empty: a thing without it would be on no page.
    """

    field: str
    key: str
    is_newest_first: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """What is sorted by: the key alone where it is the field."""
        return (self.field,) if self.field == self.key else (self.field, self.key)

    @property
    def sort(self) -> list[tuple[str, int]]:
        """As the driver takes it."""
        return [(name, -1 if self.is_newest_first else 1) for name in self.fields]


@dataclass(frozen=True)
class PageRequest:
    """Which page is requested. `cursor` is that of the page before, None for the first page."""

    limit: int = PAGE_MAX
    cursor: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= PAGE_MAX:
            raise ValueError(f"a page has 1 to {PAGE_MAX} items")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """A page, and the cursor of the next one; None where this is the last."""

    items: Sequence[Item]
    next: str | None = None

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)


def concatenated(wanted: PageRequest, lists: Sequence[Callable[[PageRequest], Page[Item]]]) -> Page[Item]:
    """A page of several lists read as one: the second begins where the first ends. Raises `CursorMalformed`."""
    at, _, cursor = (wanted.cursor or "0.").partition(".")
    if not (at.isascii() and at.isdecimal() and int(at) < len(lists)):
        raise CursorMalformed
    items: list[Item] = []
    following: str | None = cursor or None
    for number in range(int(at), len(lists)):
        page = lists[number](PageRequest(limit=wanted.limit - len(items), cursor=following))
        items += page.items
        if page.next is not None:
            return Page(items, next=f"{number}.{page.next}")
        if len(items) == wanted.limit and number + 1 < len(lists):
            return Page(items, next=f"{number + 1}.")
        following = None
    return Page(items)


def after(order: Order, cursor: str | None, *, filters: Mapping[str, object]) -> dict[str, object]:
    """What to ask the database for beside the filters. Raises `CursorMalformed`."""
    if cursor is None:
        return {}
    place = _read(cursor, order, filters)
    beyond, up_to = ("$lt", "$lte") if order.is_newest_first else ("$gt", "$gte")
    if len(place) == 1:
        return {order.field: {beyond: place[0]}}
    # The range alone is what an index can serve; the alternatives only pick among equals.
    return {
        order.field: {up_to: place[0]},
        "$or": [{order.field: {beyond: place[0]}}, {order.key: {beyond: place[1]}}],
    }


def page_of(items: Sequence[Item], *, order: Order, wanted: PageRequest, **filters: object) -> Page[Item]:
    """One page of things that are all in memory, sorted by their own key. Raises `CursorMalformed`."""
    ordered = sorted(items, key=lambda each: str(getattr(each, order.key)), reverse=order.is_newest_first)
    if wanted.cursor is not None:
        (place,) = _read(wanted.cursor, order, filters)
        keys = [str(getattr(each, order.key)) for each in ordered]
        is_beyond = [key < str(place) if order.is_newest_first else key > str(place) for key in keys]
        ordered = [each for each, beyond in zip(ordered, is_beyond, strict=True) if beyond]
    shown = ordered[: wanted.limit]
    is_last = len(ordered) <= wanted.limit
    ends_at = {} if is_last else {order.key: str(getattr(shown[-1], order.key))}
    return Page(shown, next=None if is_last else cursor_at(order, ends_at, filters=filters))


def cursor_at(order: Order, document: Mapping[str, object], *, filters: Mapping[str, object]) -> str:
    """The cursor of the page behind this document."""
    place = [_encoded(document[name]) for name in order.fields]
    packed = msgspec.json.encode([_digest(order, filters), *place])
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _read(cursor: str, order: Order, filters: Mapping[str, object]) -> list[object]:
    if not _BASE64.fullmatch(cursor):
        raise CursorMalformed
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        digest, *place = msgspec.json.decode(packed, type=list[str])
        found = [_decoded(text) for text in place]
    except (ValueError, OverflowError, msgspec.MsgspecError) as malformed:
        raise CursorMalformed from malformed
    if digest != _digest(order, filters) or len(found) != len(order.fields):
        raise CursorMalformed
    return found


def _digest(order: Order, filters: Mapping[str, object]) -> str:
    """Of the list that a cursor belongs to: under other filters its place means nothing."""
    identity = [order.fields, order.is_newest_first, sorted((name, repr(value)) for name, value in filters.items())]
    return hashlib.sha256(repr(identity).encode()).hexdigest()[:12]


def _encoded(value: Any) -> str:
    """A value as text with its type in front: lists are sorted by text, whole numbers and instants only."""
    match value:
        case str():
            return f"s{value}"
        case bool():
            raise TypeError("a list is not sorted by yes and no")
        case int():
            return f"i{value}"
        case datetime():
            return f"t{value.isoformat()}"
    raise TypeError(f"a list is not sorted by {type(value).__name__}")


def _decoded(text: str) -> object:
    kind, value = text[:1], text[1:]
    if kind == "s":
        return value
    if kind == "i":
        return int(value)
    if kind == "t":
        found = datetime.fromisoformat(value)
        if found.tzinfo is None:
            raise ValueError("an instant has a zone")
        return found
    raise ValueError("no kind of value that a list is sorted by")
