"""Joins lists of members, each in the order of its owners, a page of each at a time. Nothing here knows where the lists
are: the caller reads."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from shared.events.audiences import AudienceMember

FIRST = ""
"""The cursor of a list's first page."""


@dataclass(frozen=True)
class MemberPage:
    """A page of a list, and the cursor of the next one; None where this is the last."""

    members: Sequence[AudienceMember]
    next: str | None = None


ReadPage = Callable[[int, str], MemberPage]
"""A page of the list with this number, behind this cursor."""


@dataclass(frozen=True, kw_only=True)
class JoinPlace:
    """How far a join is: the cursor of each list's next page, None where it has none more, and up to which owner all
    lists were joined. A page that was joined in part is read again."""

    cursors: tuple[str | None, ...]
    behind: str = ""

    @property
    def is_ended(self) -> bool:
        return all(cursor is None for cursor in self.cursors)


@dataclass(frozen=True, kw_only=True)
class Joined:
    """Who was found, in the order of owners; `counted` are the members of each list that were passed meanwhile."""

    members: tuple[AudienceMember, ...]
    counted: tuple[int, ...]
    place: JoinPlace


def beginning(lists: int) -> JoinPlace:
    return JoinPlace(cursors=(FIRST,) * lists)


def join(place: JoinPlace, *, excluded: Collection[int], read: ReadPage, enough: int, read_max: int) -> Joined:
    """The next owners who are on every list but the `excluded` ones, and on none of those; where all are excluded, who
    is on any. Ends with `enough` members or after `read_max` pages."""
    cursors, behind = list(place.cursors), place.behind
    members: list[AudienceMember] = []
    counted = [0 for _ in cursors]
    held: dict[int, MemberPage] = {}
    pages_read = 0
    while any(cursor is not None for cursor in cursors) and len(members) < enough and pages_read < read_max:
        for number, cursor in enumerate(cursors):
            if cursor is not None and number not in held:
                held[number] = _in_order(read(number, cursor))
                pages_read += 1
        until = _known_until(held.values(), behind=behind)
        passed = [_passed(held.get(number), behind=behind, until=until) for number in range(len(cursors))]
        members += _meeting(passed, excluded=excluded)
        counted = [before + len(part) for before, part in zip(counted, passed, strict=True)]
        for number, page in list(held.items()):
            if until is None or _last(page) <= until:
                cursors[number] = held.pop(number).next
        behind = behind if until is None else until
    return Joined(
        members=tuple(members), counted=tuple(counted), place=JoinPlace(cursors=tuple(cursors), behind=behind)
    )


def _in_order(page: MemberPage) -> MemberPage:
    """A list in another order would lose members without a word."""
    if any(one.owner_id >= next_one.owner_id for one, next_one in pairwise(page.members)):
        raise ValueError("the members of a list are not in the order of their owners")
    return page


def _last(page: MemberPage) -> str:
    return page.members[-1].owner_id if page.members else ""


def _known_until(pages: Iterable[MemberPage], *, behind: str) -> str | None:
    """Up to which owner every list was read: a page without members tells nothing but what was known before. None
    where no list has another page."""
    return min((_last(page) or behind for page in pages if page.next is not None), default=None)


def _passed(page: MemberPage | None, *, behind: str, until: str | None) -> Sequence[AudienceMember]:
    members = page.members if page is not None else ()
    return [each for each in members if behind < each.owner_id and (until is None or each.owner_id <= until)]


def _meeting(lists: Sequence[Sequence[AudienceMember]], *, excluded: Collection[int]) -> list[AudienceMember]:
    """Of the same stretch of all lists, who is to be found; what several lists tell of somebody, the first says."""
    found: dict[str, dict[int, AudienceMember]] = {}
    for number, members in enumerate(lists):
        for member in members:
            found.setdefault(member.owner_id, {})[number] = member
    wanted = set(range(len(lists))) - set(excluded)
    return [
        AudienceMember(owner_id=owner_id, values=_values(on.values()))
        for owner_id, on in sorted(found.items())
        if (on.keys() == wanted if wanted else True)
    ]


def _values(members: Collection[AudienceMember]) -> dict[str, str | int]:
    return {name: value for member in reversed(list(members)) for name, value in member.values.items()}
