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
    (b"one\rtwo\r", [b"one", b"two"]),
    (b"one\r\r\ntwo", [b"one", b"two"]),
    (b"one  \n", [b"one  "]),
    # W04: what programs and editors leave around the lines
    (b"one\n\ntwo", [b"one", b"two"]),
    (b"one\r\ntwo\r\n\r\n", [b"one", b"two"]),
    (b"one\r\ntwo\r\n   \r\n\t", [b"one", b"two"]),
    (b"one\r\ntwo\r\n\x1a", [b"one", b"two"]),
    (b"one\r\ntwo\x1a\x1a\x1a", [b"one", b"two"]),
    (b"one\r\n\x1atwo", [b"one", b"two"]),
    (b"one\r\n\x0ctwo\r\n\x0c", [b"one", b"two"]),
    (b"\n\n", []),
    (b"\x1a", []),
    (b"one\r\ntwo\r\n\0\0\0", [b"one", b"two"]),
]


@pytest.mark.parametrize(("content", "expected"), CASES)
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_lines_end_with_lf_or_crlf_whatever_the_chunks(content: bytes, expected: list[bytes], size: int) -> None:
    chunks = [content[at : at + size] for at in range(0, len(content), size)]

    found = list(lines(chunks))

    assert [line.content for line in found] == expected
    assert [line.number for line in found] == sorted({line.number for line in found})
    assert all(line.length == len(line.content) for line in found)


def test_w04_lines_are_numbered_as_an_editor_does() -> None:
    assert [(line.number, line.content) for line in lines([b"\r\n", b"one\r", b"\n\n", b"two"])] == [
        (2, b"one"),
        (4, b"two"),
    ]


@given(st.lists(st.text("ab \r\n\x1a\x0c\0", max_size=12).map(str.encode), max_size=8))
def test_the_lines_are_those_of_a_plain_split_whatever_the_chunks(chunks: list[bytes]) -> None:
    plain = b"".join(chunks).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    bare = [(number, line.strip(b"\x1a\x0c\0")) for number, line in enumerate(plain, start=1)]
    expected = [(number, line) for number, line in bare if line.strip()]

    assert [(line.number, line.content) for line in lines(chunks)] == expected


def test_a_line_without_end_is_counted_and_not_kept() -> None:
    chunk = b"x" * 65_536
    tracemalloc.start()

    found = list(lines(chunk for _ in range(1_600)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [(len(line.content), line.length) for line in found] == [(LINE_LENGTH_MAX, 1_600 * 65_536)]
    assert peak < 4_000_000
