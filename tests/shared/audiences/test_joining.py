"""Joining lists a page at a time: the same as joining them whole, wherever it is interrupted."""

import random
from collections.abc import Collection

import pytest

from shared.audiences.joining import FIRST, JoinPlace, MemberPage, ReadPage, beginning, join
from shared.events.audiences import AudienceMember

Lists = list[list[str]]


def read_from(lists: Lists, *, size: int) -> ReadPage:
    """Reads pages of so many rows; a row that begins with `-` does not belong, as where a query filters its rows."""

    def read(number: int, cursor: str) -> MemberPage:
        first = int(cursor or 0)
        following = first + size
        rows = [row for row in lists[number][first:following] if not row.startswith("-")]
        items = [AudienceMember(owner_id=row, values={"of": number, f"v{number}": row}) for row in rows]
        return MemberPage(items, next=str(following) if following < len(lists[number]) else None)

    return read


def joined(
    lists: Lists, *, excluded: Collection[int] = (), size: int = 3, enough: int = 1000, read_max: int = 1000
) -> tuple[list[str], list[int], int]:
    """All that is found, with what was counted, and in how many steps."""
    place, found, steps = beginning(len(lists)), [], 0
    counted = [0] * len(lists)
    while not place.is_ended:
        step = join(
            place,
            excluded=excluded,
            read=read_from(lists, size=size),
            enough=enough,
            read_max=read_max,
        )
        found += [member.owner_id for member in step.members]
        counted = [one + other for one, other in zip(counted, step.counted, strict=True)]
        place, steps = step.place, steps + 1
        assert steps < 1000, "it does not end"
    return found, counted, steps


@pytest.mark.parametrize(
    ("lists", "excluded", "found"),
    [
        ([["a", "b", "c"]], set(), "abc"),
        ([["a", "b", "c"], ["b", "c", "d"]], set(), "bc"),
        ([["a", "b", "c"], ["b", "c", "d"]], {1}, "a"),
        ([["a", "b", "c"], ["b", "c", "d"]], {0}, "d"),
        ([["a", "b", "c"], []], set(), ""),
        ([["a", "b", "c"], []], {1}, "abc"),
        ([["a", "b", "c", "d"], ["b", "c"], ["c"]], {2}, "b"),
        ([["a", "c"], ["b", "c"]], {0, 1}, "abc"),
        ([["a"], ["z"]], set(), ""),
        ([[], []], set(), ""),
    ],
)
def test_who_is_on_every_list_and_on_none_that_is_excluded(lists: Lists, excluded: set[int], found: str) -> None:
    assert joined(lists, excluded=excluded) == (list(found), [len(each) for each in lists], 1)
    assert joined(lists, excluded=excluded, size=1, enough=1, read_max=1)[:2] == (list(found), list(map(len, lists)))


@pytest.mark.parametrize("seed", range(30))
def test_steps_find_what_the_whole_has_and_count_each_member_once(seed: int) -> None:
    chance = random.Random(seed)
    lists = [sorted(f"p{number:04d}" for number in chance.sample(range(300), chance.randint(0, 200))) for _ in range(3)]
    whole = sorted(set(lists[0]) & set(lists[1]) - set(lists[2]))
    found = joined(
        lists, excluded={2}, size=chance.randint(1, 40), enough=chance.randint(1, 60), read_max=chance.randint(1, 9)
    )
    assert found[:2] == (whole, [len(each) for each in lists])


def test_a_page_without_members_loses_nobody() -> None:
    lists = [["-a", "-b", "k1", "-c", "k2"], ["-a", "k2", "-d", "-e", "-f"]]
    assert joined(lists, size=2)[:2] == (["k2"], [2, 1])
    assert joined(lists, size=1, read_max=1)[:2] == (["k2"], [2, 1])


def test_a_list_in_another_order_is_a_fault_and_not_a_shorter_audience() -> None:
    with pytest.raises(ValueError, match="order"):
        joined([["b", "a"]])


def test_what_two_lists_tell_of_somebody_the_first_says() -> None:
    read = read_from([["a"], ["a"]], size=3)
    (member,) = join(beginning(2), excluded=(), read=read, enough=9, read_max=9).members
    assert member.values == {"of": 0, "v0": "a", "v1": "a"}


def test_it_stops_when_it_has_enough_and_says_where() -> None:
    step = join(
        beginning(1),
        excluded=(),
        read=read_from([list("abcdefgh")], size=2),
        enough=3,
        read_max=9,
    )
    assert len(step.members) == 4 and step.place == JoinPlace(cursors=("4",), behind="d")
    assert beginning(2).cursors == (FIRST, FIRST)
