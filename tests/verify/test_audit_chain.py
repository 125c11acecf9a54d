"""I9: an audit that was changed, cut or forged, however it was done, is named."""

from datetime import UTC, datetime, timedelta

import pytest

from deploy.local.verify import audit_chain
from deploy.local.verify.seen import Limits
from shared.events.audiences import AudienceRequested
from shared.process import auditing
from shared.storage import audit
from shared.storage.audit import AuditHead, AuditLink
from tests.kit.clock import AT
from tests.kit.contexts import DZ, someone
from tests.verify.town import Break, Town, found, some

LONG_AGO = datetime.now(UTC) - timedelta(hours=1)


def _slip_in(town: Town) -> None:
    one = some(town["payments"], "audit")
    town["payments"]["audit"].insert_one({**one, "_id": "slipped-in", "at": LONG_AGO, "link": 1, "entries": []})


def _write_anew(town: Town) -> None:
    """Whoever can write into one database rewrites an entry and every link after it, and its own head."""
    payments = town["payments"]
    payments["audit"].update_one({}, {"$set": {"entries.0.actor": "nobody"}})
    head, documents = AuditHead(), list(payments["audit"].find().sort("_id", 1))
    for kept in payments["audit_links"].find().sort("_id", 1):
        own = [each for each in documents if each["link"] == kept["number"]]
        link: AuditLink = audit.next_link(head, DZ, own)
        payments["audit_links"].update_one({"_id": kept["_id"]}, {"$set": audit.as_document(link)})
        head = link.head
    payments["audit_heads"].update_one({"service": "payments"}, {"$set": {"hash": head.hash}})


def _publish_for_nothing(town: Town) -> None:
    published = some(town["payments"], "outbox", **{"events.topic": "payments"})
    events = [{**each, "id": "for-nothing"} for each in published["events"]]
    town["payments"]["outbox"].insert_one({**published, "_id": "for-nothing", "events": events})


BREAKS: dict[str, tuple[Break, str]] = {
    "an entry is changed": (
        lambda town: town["payments"]["audit"].update_one({}, {"$set": {"entries.0.actor": "nobody"}}),
        "is not what it was",
    ),
    "a document is lost": (lambda town: town["payments"]["audit"].delete_one({}), "is gone"),
    "a document is slipped in": (_slip_in, "stands in no link"),
    "a document is moved to another link": (
        lambda town: town["payments"]["audit"].update_one({}, {"$set": {"link": 7}}),
        "says that link 7 binds it",
    ),
    "a link is lost": (lambda town: town["payments"]["audit_links"].delete_one({"number": 1}), "holds link 1"),
    "a link is changed": (
        lambda town: town["payments"]["audit_links"].update_one({}, {"$pop": {"documents": 1}}),
        "is not what it was",
    ),
    "a link follows nothing": (
        lambda town: town["payments"]["audit_links"].update_one({}, {"$set": {"number": 2}}),
        "does not follow link 0",
    ),
    "all of it is written anew": (_write_anew, "claims holds link 1 of payments"),
    "the head was not published": (
        lambda town: town["claims"]["audit_heads"].delete_many({"service": "payments"}),
        "not the newest",
    ),
    "an event was published for nothing": (_publish_for_nothing, "the audit does not say for what"),
    "an event of the audit was never published": (
        lambda town: town["payments"]["outbox"].delete_one({}),
        "published 0 times",
    ),
}


@pytest.mark.parametrize("how", BREAKS)
def test_it_is_named(town: Town, how: str) -> None:
    break_it, named = BREAKS[how]
    in_an_hour = datetime.now(UTC) + timedelta(hours=1)
    assert found(town.seen(at=in_an_hour), audit_chain.ask) == []
    break_it(town)
    offending = found(town.seen(at=in_an_hour), audit_chain.ask)
    assert any(named in each for each in offending), offending


def test_what_services_ask_each_other_on_a_shared_topic_is_audited_as_all_events_are(town: Town) -> None:
    asked = AudienceRequested(selection_id="s1", campaign_id="c1", audience="employers", parameters={}, requested_at=AT)
    town.contexts["notifications"].run(DZ, by=someone(), cause="test", action=lambda uow: uow.publish(asked))
    assert found(town.seen(), audit_chain.ask) == []
    [of_audit] = town["notifications"]["audit"].find({"entries.events": {"$ne": []}}).sort("_id", -1).limit(1)
    town["notifications"]["audit"].delete_one({"_id": of_audit["_id"]})
    offending = found(town.seen(), audit_chain.ask)
    assert any("the audit does not say for what" in each for each in offending), offending


def test_what_was_written_a_moment_ago_may_wait_for_its_link_and_what_is_old_may_not(town: Town) -> None:
    town.contexts["claims"].run(
        DZ, by=someone(), cause="chore:x", action=lambda uow: uow.note("looked", "claims", "c1")
    )
    assert found(town.seen(), audit_chain.ask) == []
    patient = town.seen(limits=Limits(unlinked=timedelta(hours=2)), at=datetime.now(UTC) + timedelta(hours=1))
    impatient = town.seen(at=datetime.now(UTC) + timedelta(hours=1))
    assert found(patient, audit_chain.ask) == []
    assert any("stands in no link" in each for each in found(impatient, audit_chain.ask))


def test_a_link_that_the_others_have_not_heard_of_for_long_is_named(town: Town) -> None:
    town.contexts["claims"].run(
        DZ, by=someone(), cause="chore:x", action=lambda uow: uow.note("looked", "claims", "c1")
    )
    auditing.link_all(town.contexts["claims"], DZ, service="claims")
    assert found(town.seen(), audit_chain.ask) == []
    later = town.seen(at=datetime.now(UTC) + timedelta(hours=1))
    assert {each.partition(" ")[0] for each in found(later, audit_chain.ask)} == {
        "documents", "identity", "notifications", "payments"
    }  # fmt: skip
