"""Cutting a stream into lines: every end of line, every size of chunk, and no end of line at all."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.declarations.layouts.lines import LINE_LENGTH_MAX, lines

CASES = [
    (b"", []),
    (b"one", [b"one"]),
    (b"one\n", [b"one"]),
    (b"one\r\n", [b"one"]),
    (b"one\ntwo", [b"one", b"two"]),
    (b"one\r\ntwo\r\n", [b"one", b"two"]),
    (b"one\r\ntwo\n", [b"one", b"two"]),
    (b"one\n\ntwo", [b"one", b"", b"two"]),
    (b"one\rtwo", [b"one\rtwo"]),
    (b"one  \n", [b"one  "]),
]


@pytest.mark.parametrize(("content", "expected"), CASES)
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_lines_end_with_lf_or_crlf_whatever_the_chunks(content: bytes, expected: list[bytes], size: int) -> None:
    chunks = [content[at : at + size] for at in range(0, len(content), size)]

    found = list(lines(chunks))

    assert [line.content for line in found] == expected
    assert [line.number for line in found] == list(range(1, len(expected) + 1))
    assert all(line.length == len(line.content) for line in found)


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_the_lines_are_those_of_a_plain_split(chunks: list[bytes]) -> None:
    plain = b"".join(chunks).split(b"\n")
    expected = [line.removesuffix(b"\r") for line in (plain if plain[-1] else plain[:-1])]

    assert [line.content for line in lines(chunks)] == expected


def test_a_line_without_end_is_counted_and_not_kept() -> None:
    chunk = b"x" * 65_536
    tracemalloc.start()

    found = list(lines(chunk for _ in range(1_600)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [(len(line.content), line.length) for line in found] == [(LINE_LENGTH_MAX, 1_600 * 65_536)]
    assert peak < 4_000_000
