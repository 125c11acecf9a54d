"""Entries of the access journal: of a person or of an employer, made by agents alone, read by those whose they are."""

from datetime import UTC, datetime

import pytest

from shared.kernel.actors import Actor, ActorKind
from shared.process.access_journal import actions
from shared.process.access_journal.entry import AccessEntry, Purpose
from shared.process.access_journal.store import entries
from shared.storage.paging import PageRequest
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.contexts import DZ, TN

AGENT = Actor(kind=ActorKind.STAFF, subject="agent-1")
AT = datetime(2026, 3, 1, tzinfo=UTC)


def look(context: ServiceContext, by: Actor = AGENT) -> None:
    """One look at each: a person, the persons of a page (one of them twice), an employer."""

    def act(uow: UnitOfWork) -> None:
        actions.note_person(uow, "p1", looked_at="card", purpose=Purpose.CONTROL, reference="C1")
        actions.note_persons(uow, ["p1", "p2", "p2"], looked_at="workers", purpose=Purpose.HANDLING, part_of="d/1")
        actions.note_employer(uow, "f1", looked_at="declaration", purpose=Purpose.COMPLAINT)

    context.run(DZ, by=by, cause="test:look", action=act)


def seen(context: ServiceContext, fund_id: str = DZ, **associated_data: object) -> list[tuple[str, str]]:
    reader = Actor(kind=ActorKind.PERSON, subject="reader", **associated_data)  # type: ignore[arg-type]
    page = actions.of_caller(context.reading(fund_id, by=reader), wanted=PageRequest())
    return [(entry.looked_at, entry.by) for entry in page]


def test_each_reads_who_looked_at_theirs(context: ServiceContext) -> None:
    entries_made = [("workers", "agent-1"), ("card", "agent-1")]
    look(context)
    assert sorted(seen(context, person_ref="p1"), reverse=True) == entries_made  # all of one instant
    assert seen(context, person_ref="p2") == entries_made[:1]
    assert seen(context, employer_ids=frozenset(["f1", "f2"])) == [("declaration", "agent-1")]
    assert seen(context) == seen(context, employer_ids=frozenset(["f2"])) == []
    assert seen(context, TN, person_ref="p1") == []


@pytest.mark.parametrize("kind", sorted(set(ActorKind) - {ActorKind.STAFF}))
def test_nobody_but_an_agent_leaves_an_entry(context: ServiceContext, kind: ActorKind) -> None:
    look(context, by=Actor(kind=kind, subject="somebody"))
    assert context.database[entries.name].count_documents({}) == 0


@pytest.mark.parametrize("associated_data", [{}, {"person_ref": "p1", "employer_id": "f1"}])
def test_an_entry_is_about_one_of_both(associated_data: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="about a person or about an employer"):
        AccessEntry(entry_id="e", by="agent-1", at=AT, purpose=Purpose.CONTROL, looked_at="card", **associated_data)


AT_COUNTER = Actor(kind=ActorKind.PERSON, subject="agent-1", person_ref="p1", agent="agent-1", visit_id="v1")


@pytest.mark.parametrize(
    ("by", "acts"),
    [(AT_COUNTER, [True]), (AGENT, []), (Actor(kind=ActorKind.PERSON, subject="p1", person_ref="p1"), [])],
)
def test_what_is_done_for_a_person_at_a_counter_is_an_entry(
    context: ServiceContext, by: Actor, acts: list[bool]
) -> None:
    def act(uow: UnitOfWork) -> None:
        actions.note_act(uow, "p1", done_with="claim", reference="CL1")

    context.run(DZ, by=by, cause="test:act", action=act)
    reader = Actor(kind=ActorKind.PERSON, subject="reader", person_ref="p1")
    page = actions.of_caller(context.reading(DZ, by=reader), wanted=PageRequest())
    assert [entry.is_act for entry in page] == acts
    assert [(entry.by, entry.purpose) for entry in page] == [("agent-1", Purpose.PERSON_ASKED)] * len(acts)
