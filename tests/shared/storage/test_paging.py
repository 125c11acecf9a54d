"""Lists longer than a page: nothing is left out, nothing comes twice, whatever happens between two pages."""

import base64
import dataclasses
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from shared.kernel.errors import Missing
from shared.kernel.outcome import Outcome
from shared.storage.paging import CursorMalformed, Order, Page, PageRequest, after, concatenated, cursor_at
from shared.storage.repository import FIND_MAX, Index, Repository, TooManyFound
from shared.storage.retention import BY_LAW
from shared.storage.service_context import ServiceContext
from tests.kit.contexts import DZ, TN, reading, someone

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)


class ThingMissing(Missing):
    code = "thing.missing"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Thing:
    thing_id: str
    status: str
    filed_at: datetime
    rank: int = 0
    version: int = 0


things = Repository(
    "things",
    Thing,
    key="thing_id",
    missing=ThingMissing,
    retention=BY_LAW,
    indexes=[Index(("status", "filed_at", "thing_id"))],
)
OLDEST = Order("filed_at", "thing_id")
NEWEST = Order("filed_at", "thing_id", is_newest_first=True)
BY_ID = Order("thing_id", "thing_id")
BY_RANK = Order("rank", "thing_id")


@pytest.fixture
def kept(context: ServiceContext) -> ServiceContext:
    """250 things of one status, ten of each minute; others of another status and of another fund between them."""

    def keep_all(fund_id: str, status: str, count: int) -> None:
        made = [
            Thing(
                thing_id=f"{status}{number:04d}",
                status=status,
                filed_at=BEGAN + timedelta(minutes=number // 10),
                rank=number % 7,
            )
            for number in range(count)
        ]
        context.run(fund_id, by=someone(), cause="test", action=lambda uow: things.save_many(uow, made, part_of="test"))

    keep_all(DZ, "open", 250)
    keep_all(DZ, "closed", 30)
    keep_all(TN, "open", 30)
    return context


def walk(context: ServiceContext, order: Order, *, limit: int, **filters: object) -> Iterator[Thing]:
    """Every page from the first to the last."""
    cursor = None
    for _ in range(1000):
        page = things.page(reading(context), order=order, wanted=PageRequest(limit=limit, cursor=cursor), **filters)
        yield from page
        cursor = page.next
        if cursor is None:
            return
    raise AssertionError("the list has no end")


@pytest.mark.parametrize("order", [OLDEST, NEWEST, BY_ID, BY_RANK])
@pytest.mark.parametrize("limit", [1, 7, 50, 100])
def test_every_thing_once_and_in_order(kept: ServiceContext, order: Order, limit: int) -> None:
    found = list(walk(kept, order, limit=limit, status="open"))
    assert len(found) == len({thing.thing_id for thing in found}) == 250
    places = [tuple(getattr(thing, name) for name in order.fields) for thing in found]
    assert places == sorted(places, reverse=order.is_newest_first)


def test_a_last_page_that_is_full_is_the_last(kept: ServiceContext) -> None:
    page = things.page(reading(kept), order=OLDEST, wanted=PageRequest(limit=30), status="closed")
    assert (len(page.items), page.next) == (30, None)


def test_a_list_of_nothing_is_one_page(kept: ServiceContext) -> None:
    page = things.page(reading(kept), order=OLDEST, wanted=PageRequest(), status="lost")
    assert (list(page), page.next) == ([], None)


def test_what_comes_and_goes_between_two_pages_moves_nothing(kept: ServiceContext) -> None:
    first = things.page(reading(kept), order=NEWEST, wanted=PageRequest(limit=100), status="open")
    newer = Thing(thing_id="open9999", status="open", filed_at=BEGAN + timedelta(days=1))
    kept.run(DZ, by=someone(), cause="test", action=lambda uow: things.save(uow, Outcome(newer)))
    gone = dataclasses.replace(first.items[-1], status="closed")  # the very thing that the cursor names
    kept.run(DZ, by=someone(), cause="test", action=lambda uow: things.save(uow, Outcome(gone)))
    rest = things.page(reading(kept), order=NEWEST, wanted=PageRequest(limit=100, cursor=first.next), status="open")
    assert [thing.thing_id for thing in rest] == [f"open{number:04d}" for number in range(149, 49, -1)]


def test_a_range_over_the_field_that_is_sorted_by_holds_on_every_page(kept: ServiceContext) -> None:
    before = BEGAN + timedelta(minutes=5)
    found = list(walk(kept, OLDEST, limit=20, status="open", filed_at={"$lt": before}))
    assert len(found) == 50
    assert all(thing.filed_at < before for thing in found)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "é",
        "====",
        "A" * 500,
        base64.urlsafe_b64encode(b"[]").decode(),
        base64.urlsafe_b64encode(b'["digest"]').decode(),
        base64.urlsafe_b64encode(b'{"$gt": ""}').decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_a_cursor_that_nobody_gave_out_is_refused(kept: ServiceContext, cursor: str) -> None:
    with pytest.raises(CursorMalformed):
        things.page(reading(kept), order=OLDEST, wanted=PageRequest(cursor=cursor), status="open")


def test_a_cursor_belongs_to_one_list_and_one_set_of_filters() -> None:
    document = {"filed_at": BEGAN, "thing_id": "open0001"}
    cursor = cursor_at(OLDEST, document, filters={"status": "open"})
    assert after(OLDEST, cursor, filters={"status": "open"})["filed_at"] == {"$gte": BEGAN}
    for order, filters in ((OLDEST, {"status": "closed"}), (NEWEST, {"status": "open"}), (BY_ID, {"status": "open"})):
        with pytest.raises(CursorMalformed):
            after(order, cursor, filters=filters)


def test_what_a_forged_cursor_holds_is_never_more_than_a_value() -> None:
    genuine = cursor_at(OLDEST, {"filed_at": BEGAN, "thing_id": "a"}, filters={})
    digest = json.loads(base64.urlsafe_b64decode(genuine + "=="))[0]
    for place in (
        [{"$gt": ""}, "sa"],
        ["x", "sa"],
        ["tnever", "sa"],
        ["t2026-03-01T00:00:00", "sa"],
        ["i" + "9" * 5000, "sa"],
    ):
        forged = base64.urlsafe_b64encode(json.dumps([digest, *place]).encode()).decode().rstrip("=")
        with pytest.raises(CursorMalformed):
            after(OLDEST, forged, filters={})


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_a_page_has_a_limit(limit: int) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        PageRequest(limit=limit)


def test_g03_a_look_up_that_finds_too_much_is_a_fault_and_not_a_silent_cut(context: ServiceContext) -> None:
    made = [Thing(thing_id=f"t{number:04d}", status="open", filed_at=BEGAN) for number in range(FIND_MAX + 1)]
    context.run(DZ, by=someone(), cause="test", action=lambda uow: things.save_many(uow, made, part_of="test"))
    with pytest.raises(TooManyFound, match="things: more than 1000 by status"):
        things.find_all(reading(context), status="open")
    assert len(things.find_all(reading(context), limit=5, sort=OLDEST.sort, status="open")) == 5


def _numbers(upto: int, *, beginning: int = 0) -> Callable[[PageRequest], Page[int]]:
    """A list of numbers whose cursor is the next number."""

    def read(wanted: PageRequest) -> Page[int]:
        at = int(wanted.cursor) if wanted.cursor else beginning
        end = min(at + wanted.limit, upto)
        return Page(range(at, end), next=str(end) if end < upto else None)

    return read


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7, 100])
@pytest.mark.parametrize("sizes", [(5, 0, 4), (0, 0, 0), (3, 3, 3), (0, 7, 0)])
def test_lists_that_are_read_as_one_come_whole_in_pages_that_are_full(limit: int, sizes: tuple[int, ...]) -> None:
    lists = [_numbers(100 * n + size, beginning=100 * n) for n, size in enumerate(sizes)]
    seen: list[int] = []
    wanted: PageRequest | None = PageRequest(limit=limit)
    while wanted is not None:
        page = concatenated(wanted, lists)
        assert len(page.items) == limit or page.next is None or len(seen) + len(page.items) == sum(sizes)
        seen += page.items
        wanted = PageRequest(limit=limit, cursor=page.next) if page.next else None
    assert seen == [100 * n + each for n, size in enumerate(sizes) for each in range(size)]


@pytest.mark.parametrize("cursor", ["x", "3.", "-1.", ".", "٠.", "99999999999999999999."])
def test_a_cursor_of_no_list_is_refused(cursor: str) -> None:
    with pytest.raises(CursorMalformed):
        concatenated(PageRequest(cursor=cursor), [_numbers(3)] * 3)
