"""Which layout files are in: told by their lines, whatever their names and their order."""

from collections.abc import Callable

import pytest

from services.payments.declarations.findings import FileRole
from services.payments.declarations.layouts.detection import detect
from services.payments.declarations.layouts.layout import Layout
from tests.payments.declarations.builders import LAYOUTS, Files, das_a, das_b, tn_122, workers

DAS = [LAYOUTS["das-b"], LAYOUTS["das-a"]]
ALL = list(LAYOUTS.values())
HEADER, DETAIL = FileRole.HEADER, FileRole.DETAIL


def samples(files: Files) -> list[list[bytes]]:
    return [content.splitlines() for content in files.by_name.values()]


@pytest.mark.parametrize(
    ("build", "layout_id"), [(das_b, "das-b"), (das_a, "das-a"), (tn_122, "tn-122")], ids=["das-b", "das-a", "tn-122"]
)
def test_each_layout_is_told_among_all(build: Callable[[], Files], layout_id: str) -> None:
    detected = detect(samples(build()), layouts=ALL)

    assert detected is not None
    assert detected.layout.layout_id == layout_id


def test_the_order_of_the_files_does_not_matter() -> None:
    header, detail = samples(das_b())

    first = detect([header, detail], layouts=DAS)
    second = detect([detail, header], layouts=DAS)

    assert first is not None and first.roles == (HEADER, DETAIL)
    assert second is not None and second.roles == (DETAIL, HEADER)


def test_a_detail_alone_and_a_header_alone_are_told() -> None:
    header, detail = samples(das_a())

    for sample, role in ((header, HEADER), (detail, DETAIL)):
        detected = detect([sample], layouts=DAS)
        assert detected is not None and detected.roles == (role,)


def test_a_spoilt_header_is_told_by_its_detail() -> None:
    detected = detect([[b"no header"], samples(das_b())[1]], layouts=DAS)

    assert detected is not None
    assert (detected.layout.layout_id, detected.roles) == ("das-b", (HEADER, DETAIL))


def test_a_few_wrong_lines_at_the_beginning_change_nothing() -> None:
    (detail,) = samples(tn_122(workers(10)))

    detected = detect([[b"", detail[0][:-20], *detail[2:]]], layouts=ALL)

    assert detected is not None and detected.layout.layout_id == "tn-122"


@pytest.mark.parametrize("layouts", [ALL, ALL[::-1]], ids=["das-b first", "das-b last"])
@pytest.mark.parametrize("count", [1, 2, 40])
@pytest.mark.parametrize(("build", "layout_id"), [(das_b, "das-b"), (das_a, "das-a"), (tn_122, "tn-122")])
def test_w04_blanks_at_the_end_of_lines_may_be_missing_in_every_layout(
    build: Callable[..., Files], layout_id: str, count: int, layouts: list[Layout]
) -> None:
    trimmed = [[line.rstrip() for line in sample] for sample in samples(build(workers(count)))]

    detected = detect(trimmed, layouts=layouts)

    assert detected is not None and detected.layout.layout_id == layout_id
    assert [len(line) for sample in trimmed for line in sample] != [
        len(line) for sample in samples(build(workers(count))) for line in sample
    ]


NOTHING = [
    [[]],
    [[b""]],
    [[b"Hello, this is a letter."]],
    [[b"x" * 229]],
    [[b"x" * 122]],
    [[b"260 characters".ljust(260)]],
    [[], [], []],
]


@pytest.mark.parametrize("files", NOTHING)
def test_what_looks_like_nothing_is_nothing(files: list[list[bytes]]) -> None:
    assert detect(files, layouts=ALL) is None
