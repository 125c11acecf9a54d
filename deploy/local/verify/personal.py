"""Values that must stand nowhere in clear, and how they are looked for: all at once, in bytes, in every spelling."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from urllib.parse import quote

LIKE_ENCRYPTED = re.compile(r"[A-Za-z0-9_-]{1,8}")
"""Encrypted values and ids are letters and digits: in enough of them, so short a word or number is met by chance."""


class Canaries:
    """Named values. What is found is reported by its name (`national id`), never by its value."""

    def __init__(self, values: Mapping[str, Iterable[str]]) -> None:
        self._names = {
            spelling: name for name, all_ in values.items() for value in all_ for spelling in _spellings(value)
        }

    def found_in(self, content: bytes) -> set[str]:
        """The names of those that stand in the content."""
        return {self._names[found] for found in self._pattern.findall(content)} if self._names else set()

    @property
    def reach(self) -> int:
        """How many bytes a value may take: who reads in pieces lets them overlap by as many."""
        return max(map(len, self._names), default=0)

    @cached_property
    def _pattern(self) -> re.Pattern[bytes]:
        longest_first = sorted(self._names, key=len, reverse=True)
        return re.compile(b"|".join(map(re.escape, longest_first)))


def _spellings(value: str) -> Iterator[bytes]:
    """A value as it may stand: in capitals or small letters, as JSON escapes it, as an address line does."""
    if not value or LIKE_ENCRYPTED.fullmatch(value):
        raise ValueError("a canary is longer: this one would be met by chance")
    for cased in {value, value.upper(), value.lower()}:
        yield cased.encode()
        yield json.dumps(cased)[1:-1].encode()
        yield quote(cased, safe="").encode()


def in_pieces(pieces: Iterable[bytes], canaries: Canaries) -> set[str]:
    """The names of those that stand in a long content, read piece by piece."""
    found: set[str] = set()
    rest = b""
    for piece in pieces:
        content = rest + piece
        found |= canaries.found_in(content)
        rest = content[-canaries.reach :] if canaries.reach else b""
    return found
