"""How far a check has come: counted as the bytes are read, kept beside the declaration, shown while it waits."""

from dataclasses import replace
from typing import Any

import pytest

from services.payments.declarations import actions, jobs, store
from services.payments.declarations.jobs import CHECKER
from services.payments.declarations.progress import CheckProgress, CheckStep, LineCount
from services.payments.wiring import service
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.clock import AT
from tests.kit.contexts import DZ, reading
from tests.payments.declarations.builders import das_b, workers
from tests.payments.declarations.harness import DeclarationsHarness

CHUNKS = [b"0123456\n" * 10, b"0123456\n" * 10, b"0123456\n" * 5]


def counted(*files: list[bytes]) -> list[tuple[int, int]]:
    noted: list[tuple[int, int]] = []
    size = sum(len(chunk) for chunks in files for chunk in chunks)
    count = LineCount(bytes_in_all=size, note=lambda done, of: noted.append((done, of)))
    for chunks in files:
        assert list(count.counted(chunks)) == chunks
    return noted


@pytest.mark.parametrize(
    ("files", "noted"),
    [
        ([CHUNKS], [(10, 25), (20, 25)]),
        ([CHUNKS[:1]], []),
        ([[]], []),
        ([CHUNKS, CHUNKS[:1]], [(10, 35), (20, 35), (25, 35)]),
        ([[b"no end of a line", b"at all"]], [(1, 2)]),
    ],
)
def test_it_is_noted_between_two_chunks(files: list[list[bytes]], noted: list[tuple[int, int]]) -> None:
    assert counted(*files) == noted


def test_more_is_never_done_than_there_is() -> None:
    with pytest.raises(ValueError, match="a part of the whole"):
        CheckProgress(declaration_id="d1", received_at=AT, step=CheckStep.READING, done=2, of=1, at=AT)


@pytest.fixture
def harness(context: ServiceContext) -> DeclarationsHarness:
    return DeclarationsHarness(context)


def seen(harness: DeclarationsHarness, declaration_id: str) -> Any:
    return harness.see(declaration_id)["progress"]


def note(harness: DeclarationsHarness, declaration_id: str, *, step: CheckStep, done: int, of: int) -> None:
    declaration = store.declarations.load(reading(harness.context), declaration_id)
    harness.context.run(
        DZ,
        by=CHECKER,
        cause="test:note",
        action=lambda uow: actions.note_progress(uow, declaration=declaration, step=step, done=done, of=of),
    )


def test_it_is_shown_in_words_while_the_check_goes_on_and_not_after(harness: DeclarationsHarness) -> None:
    declaration_id = harness.send(das_b(workers(3))).json["declaration_id"]
    assert seen(harness, declaration_id) is None
    note(harness, declaration_id, step=CheckStep.READING, done=1, of=3)
    note(harness, declaration_id, step=CheckStep.READING, done=2, of=3)
    assert seen(harness, declaration_id) == {
        "step": "reading",
        "done": 2,
        "of": 3,
        "text": "Lignes lues : 2 sur 3",
    }
    note(harness, declaration_id, step=CheckStep.SAVING, done=3, of=3)
    assert seen(harness, declaration_id)["step"] == "saving"
    harness.run()
    assert harness.see(declaration_id)["status"] == "accepted" and seen(harness, declaration_id) is None


def test_what_an_earlier_check_came_to_is_not_shown_of_the_next(harness: DeclarationsHarness) -> None:
    declaration_id = harness.send(das_b(workers(1))).json["declaration_id"]
    note(harness, declaration_id, step=CheckStep.READING, done=1, of=3)
    kept = store.progress.load(reading(harness.context), declaration_id)
    before = replace(kept, received_at=AT)
    harness.context.run(
        DZ, by=CHECKER, cause="test:before", action=lambda uow: store.progress.save_many(uow, [before], part_of="x")
    )
    assert seen(harness, declaration_id) is None


def test_the_check_notes_how_far_it_is(
    harness: DeclarationsHarness, context: ServiceContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of several chunks, and workers of several batches."""
    monkeypatch.setattr("shared.storage.blobs.CHUNK_BYTES", 1_000)
    monkeypatch.setattr(jobs, "WAGES_A_PAGE", 2)
    monkeypatch.setattr(actions, "WAGES_A_PAGE", 2)
    monkeypatch.setattr(jobs, "PAGES_AT_ONCE", 1)
    declaration_id = harness.send(das_b(workers(5))).json["declaration_id"]
    harness.run()
    kept = store.progress.load(reading(context), declaration_id)
    assert (kept.step, kept.done, kept.of) == (CheckStep.SAVING, 5, 5)
    assert kept.version >= 4, "it was noted while the file was read, too"


def test_another_firm_sees_nothing_of_it(harness: DeclarationsHarness, context: ServiceContext) -> None:
    declaration_id = harness.send(das_b(workers(1))).json["declaration_id"]
    other = Office(service, context).employer("1600000009")
    assert other.get(f"/declarations/{declaration_id}").status_code == 403
