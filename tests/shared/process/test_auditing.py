"""The audit is bound into a chain whose head others hold: whatever is changed in it afterwards, and however, shows."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pymongo.database import Database

from shared.events.audit import AuditLinked
from shared.kernel.outcome import Outcome
from shared.process import auditing
from shared.storage import audit
from shared.storage.audit import AuditHead
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.contexts import DZ, TN, published, reading, someone
from tests.shared.storage.test_service_context import Pot, pots

Documents = Database[dict[str, Any]]


def fill(context: ServiceContext, *names: str, fund: str = DZ) -> None:
    for name in names:
        context.run(
            fund,
            by=someone(),
            cause=f"request:{name}",
            action=lambda uow, name=name: pots.save(uow, Outcome(Pot(name))),
        )


def link(context: ServiceContext, fund: str = DZ) -> int:
    return auditing.link_all(context, fund, service="claims")


def holds(context: ServiceContext, database: Documents, *, fund: str = DZ) -> bool:
    """Whether the chain is whole: every link follows the one before it, every document is what it was, none is gone."""
    head = AuditHead()
    for kept in database["audit_links"].find({"fund": fund}).sort("number", 1):
        found = audit.as_link(kept)
        documents = [database["audit"].find_one({"_id": document_id}) for document_id, _ in found.documents]
        is_same = [
            each is not None and audit.digest(each) == of
            for each, (_, of) in zip(documents, found.documents, strict=True)
        ]
        if (
            not all(is_same)
            or found.hash != kept["hash"]
            or (found.number, found.previous) != (head.number + 1, head.hash)
        ):
            return False
        head = found.head
    unlinked = database["audit"].count_documents({"fund": fund, "link": audit.UNLINKED})
    return unlinked == 0 and head == auditing.head_of(reading(context, fund), "claims")


def test_documents_are_linked_once_and_each_fund_has_its_chain(context: ServiceContext, database: Documents) -> None:
    fill(context, "a", "b")
    fill(context, "c", fund=TN)
    assert (link(context), link(context)) == (2, 0)
    fill(context, "d")
    assert (link(context), link(context, TN)) == (1, 1)
    assert holds(context, database) and holds(context, database, fund=TN)
    assert [row["number"] for row in database["audit_links"].find({"fund": DZ}).sort("number", 1)] == [1, 2]


def test_linking_tells_the_head_and_leaves_no_entry_of_its_own(context: ServiceContext, database: Documents) -> None:
    fill(context, "a")
    link(context)
    assert published(context) == ["audit.audit-linked"]
    assert database["audit"].count_documents({}) == 1


def test_a_long_backlog_is_linked_in_parts(
    context: ServiceContext, database: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "DOCUMENTS_MAX", 2)
    fill(context, *"abcde")
    assert link(context) == 5
    assert database["audit_links"].count_documents({}) == 3
    assert holds(context, database)


def test_two_who_link_at_once_make_one_chain(context: ServiceContext, database: Documents) -> None:
    fill(context, *"abcdefgh")
    linked: list[int] = []
    threads = [threading.Thread(target=lambda: linked.append(link(context))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(linked) == 8
    assert holds(context, database)


def rewrite_the_first_link(database: Documents) -> None:
    """Change a document, make its link anew around it, and let the next link point to that."""
    kept = database["audit_links"].find_one({"number": 1})
    assert kept is not None
    first = audit.as_link(kept)
    changed_id = first.documents[0][0]
    database["audit"].update_one({"_id": changed_id}, {"$set": {"entries.0.actor": "nobody"}})
    changed = database["audit"].find_one({"_id": changed_id})
    assert changed is not None
    anew = replace(first, documents=((changed_id, audit.digest(changed)), *first.documents[1:]))
    database["audit_links"].update_one({"number": 1}, {"$set": audit.as_document(anew)})
    database["audit_links"].update_one({"number": 2}, {"$set": {"previous": anew.hash}})


TAMPERINGS: dict[str, Callable[[Documents], object]] = {
    "an entry is changed": lambda database: database["audit"].update_one({}, {"$set": {"entries.0.actor": "nobody"}}),
    "the time is changed": lambda database: database["audit"].update_one({}, {"$set": {"at": None}}),
    "a document is taken away": lambda database: database["audit"].delete_one({}),
    "a link is taken away": lambda database: database["audit_links"].delete_one({"number": 1}),
    "the last link is taken away": lambda database: database["audit_links"].delete_one({"number": 2}),
    "the first link is made anew": rewrite_the_first_link,
    "a link forgets a document": lambda database: database["audit_links"].update_one({}, {"$pop": {"documents": 1}}),
}


@pytest.mark.parametrize("how", TAMPERINGS)
def test_what_is_changed_shows(context: ServiceContext, database: Documents, how: str) -> None:
    fill(context, "a", "b")
    link(context)
    fill(context, "c")
    link(context)
    assert holds(context, database)
    TAMPERINGS[how](database)
    assert not holds(context, database)


def handle(context: ServiceContext, event: AuditLinked, *, own: str = "payments") -> None:
    def take(uow: UnitOfWork) -> None:
        auditing.save_head(uow, event, own=own)

    context.run(DZ, by=someone(), cause="event:1", action=take)


def test_others_keep_the_newest_head_and_only_that(context: ServiceContext, database: Documents) -> None:
    for number in (1, 3, 2, 3):
        handle(context, AuditLinked(service="claims", number=number, hash=f"{number}" * 64))
    assert auditing.head_of(reading(context), "claims") == AuditHead(3, "3" * 64)
    assert database["audit"].count_documents({}) == 0


def test_a_head_that_contradicts_what_is_kept_changes_nothing(context: ServiceContext) -> None:
    handle(context, AuditLinked(service="claims", number=1, hash="1" * 64))
    handle(context, AuditLinked(service="claims", number=1, hash="f" * 64))
    assert auditing.head_of(reading(context), "claims") == AuditHead(1, "1" * 64)


def test_a_service_does_not_learn_its_own_head_from_others(context: ServiceContext) -> None:
    handle(context, AuditLinked(service="claims", number=7, hash="f" * 64), own="claims")
    assert auditing.head_of(reading(context), "claims") == AuditHead()
