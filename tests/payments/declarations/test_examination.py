"""Whole readings: any one byte wrong, any size, flat memory."""

import tracemalloc
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.declarations.examination import Examination, Source, examine
from services.payments.declarations.findings import FileRole
from tests.payments.declarations.builders import (
    LAYOUTS,
    Files,
    Worker,
    das_a,
    das_b,
    das_line,
    examined,
    facts,
    tn_122,
    workers,
)

BUILDS = [(das_b, facts()), (das_a, facts()), (tn_122, facts("tn-cnss"))]


@pytest.mark.parametrize(("build", "known"), BUILDS, ids=["das-b", "das-a", "tn-122"])
@given(entropy=st.data())
def test_one_wrong_byte_is_a_finding_or_another_right_file_never_a_crash(
    build: Callable[[], Files], known: object, entropy: st.DataObject
) -> None:
    files = build()
    name = entropy.draw(st.sampled_from(sorted(files.by_name)))
    content = bytearray(files.by_name[name])
    at = entropy.draw(st.integers(0, len(content) - 1))
    content[at] = entropy.draw(st.integers(0, 255).filter(lambda byte: byte != content[at]))

    report, people = examined(files.having(name, bytes(content)), known)  # type: ignore[arg-type]

    assert report.is_accepted == (report.errors == 0)
    if report.is_accepted:
        assert len(people) == report.workers == 2


@pytest.mark.parametrize("known", [facts(), facts("tn-cnss")], ids=["dz-cnas", "tn-cnss"])
@given(contents=st.lists(st.binary(max_size=600), max_size=3))
def test_any_bytes_get_an_answer(known: object, contents: list[bytes]) -> None:
    files = Files({f"file-{number}": content for number, content in enumerate(contents)})

    report, people = examined(files, known)  # type: ignore[arg-type]

    assert not report.is_accepted
    assert people == []


@given(st.integers(1, 400))
def test_the_chunks_do_not_matter(size: int) -> None:
    assert examined(das_a(), facts(), chunk=size) == examined(das_a(), facts())


def test_a_corrected_file_is_written_from_what_was_read() -> None:
    layout = LAYOUTS["das-b"]
    content = das_b(workers(20)).by_name["D2025S1600000001.TXT"]

    kind = layout.kinds[FileRole.DETAIL][0]
    values = [kind.read(line)[0] for line in content.splitlines()]

    assert b"".join(layout.write(values, role=FileRole.DETAIL)) == content


def test_a_long_file_takes_no_more_memory_than_its_numbers() -> None:
    layout, count = LAYOUTS["das-b"], 8_000
    header = das_b([Worker(1)]).by_name["D2025E1600000001.TXT"]
    values = das_line(Worker(1), unit="M", duration=3)

    def detail() -> Iterator[bytes]:
        kind = layout.kinds[FileRole.DETAIL][0]
        for number in range(1, count + 1):
            yield kind.write(values | {"number": number, "insurance_number": f"90{number:010d}"}) + b"\r\n"

    reading = Examination([Source("h", [header]), Source("d", detail())], facts=facts(), layouts=[layout])
    tracemalloc.start()
    seen = sum(1 for _ in reading)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert seen == count
    # A line is 231 bytes: it is not kept, only its worker's number is.
    assert peak / count < 200


@pytest.mark.parametrize(("people", "kept"), [(workers(3), 3), ([*workers(2), Worker(3, {"number": 9})], 0)])
def test_the_workers_of_a_file_that_is_refused_are_not_kept(people: list[Worker], kept: int) -> None:
    examined_ = examine(das_b(people).sources(), facts=facts(), layouts=[LAYOUTS["das-b"]])

    assert len(examined_.workers) == kept
    assert examined_.report.is_accepted is bool(kept)
