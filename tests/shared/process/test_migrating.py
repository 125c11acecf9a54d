"""`migrate` makes what a service needs of its database, says what stands in the way, and is the only one that does."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymongo
import pytest
from pymongo.database import Database
from pymongo.errors import OperationFailure

from deploy.docs.pages import services
from services.claims.wiring import service as claims
from shared.process import migrating
from shared.process.migrating import lacking, migrate
from shared.process.service import Service
from shared.storage import indexes, transaction_check
from shared.storage.connection import Document, connect
from shared.storage.indexes import DeclaredIndex
from shared.storage.repository import Index
from shared.storage.service_context import ServiceContext
from shared.storage.transaction_check import TransactionsMissing
from tests.kit.contexts import context_on
from tests.kit.processes import answer, is_ok, running
from tests.kit.waiting import until
from tests.shared.storage.test_service_context import pots

ONE_LIVING = Index(("claim_id",), unique=True, where={"status": {"$in": ["new", "sent"]}})


@pytest.fixture
def own(database: Database[dict[str, Any]], mongodb: str) -> Database[Document]:
    return connect(mongodb, database.name)


def names(database: Database[Document], collection: str) -> set[str]:
    return {str(found["name"]) for found in database[collection].list_indexes()}


@pytest.mark.parametrize("service", services(), ids=lambda service: service.name)
def test_g08_every_service_is_migrated_once_and_again(
    service: Service[Any], context: ServiceContext, own: Database[Document]
) -> None:
    assert any("migrate: no index" in sentence for sentence in lacking(service, context))
    assert migrate(service, own) == []
    assert set(own.list_collection_names()) >= set(service.collections())
    assert lacking(service, context) == []
    assert migrate(service, own) == []
    assert migrating.fill(service, context) == 0


def test_g08_what_an_earlier_release_made_and_nobody_asks_for_goes(own: Database[Document]) -> None:
    own["outbox"].create_index("is_sent")
    own["audit"].create_index([("fund", 1), ("at", 1)])
    own["audit"].create_index([("an_operator_s_own", 1)])
    assert migrate(claims, own) == []
    assert names(own, "outbox") == {"_id_", "fund_1_events.key_1__id_1", "is_sent_1__id_1_where_is_sent"}
    assert names(own, "audit") == {"_id_", "an_operator_s_own_1", "fund_1_link_1__id_1"}


CLAIMS = "claims"


def _conflicting(database: Database[Document]) -> None:
    database[CLAIMS].create_index([("fund", 1), ("reference", 1)])


def _doubled(database: Database[Document]) -> None:
    database[CLAIMS].insert_many([{"fund": "dz-cnas", "reference": "secret"} for _ in range(2)])


@pytest.mark.parametrize(
    ("standing_in_the_way", "sentence"),
    [(_conflicting, "has other options; drop it"), (_doubled, "must be unique, and several documents")],
)
def test_g08_what_stands_in_the_way_is_said_and_the_others_are_made(
    own: Database[Document],
    context: ServiceContext,
    standing_in_the_way: Callable[[Database[Document]], None],
    sentence: str,
) -> None:
    standing_in_the_way(own)
    (refused,) = migrate(claims, own)
    assert refused.startswith("claims (fund, reference): ") and sentence in refused
    assert "secret" not in refused
    assert lacking(claims, context) == ["migrate: no index claims (fund, reference)"]


def test_g08_a_user_who_may_not_make_indexes_is_told_so(
    own: Database[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> str:
        raise OperationFailure("not authorized on himaya_claims", code=13)

    monkeypatch.setattr(pymongo.collection.Collection, "create_index", refuse)
    refused = migrate(claims, own)
    assert len(refused) == len(claims.declared_indexes())
    assert all("needs readWrite" in sentence for sentence in refused)


def test_g02_transactions_are_proved_before_anything_starts(
    own: Database[Document], context: ServiceContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert migrate(claims, own) == []

    def found_out(database: Database[Document]) -> None:
        raise TransactionsMissing("the server keeps what an aborted transaction has written")

    monkeypatch.setattr(transaction_check, "check_transactions", found_out)
    assert migrate(claims, own) == ["the server keeps what an aborted transaction has written"]
    assert lacking(claims, context) == ["transactions: the server keeps what an aborted transaction has written"]


def test_g08_nobody_answers(free_uri: str = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200") -> None:
    (refused,) = migrate(claims, connect(free_uri, "x"))
    assert "does not answer" in refused


def test_g13_at_most_one_living_thing_is_the_database_s_rule(own: Database[Document]) -> None:
    service = replace(claims, repositories=[*claims.repositories, _with(ONE_LIVING)])
    assert migrate(service, own) == []
    rows = own[pots.name]
    rows.insert_many([{"fund": "a", "claim_id": "c", "status": status} for status in ("returned", "returned", "new")])
    with pytest.raises(pymongo.errors.DuplicateKeyError):
        rows.insert_one({"fund": "a", "claim_id": "c", "status": "sent"})
    rows.update_one({"status": "new"}, {"$set": {"status": "returned"}})
    rows.insert_one({"fund": "a", "claim_id": "c", "status": "sent"})


def _with(index: Index) -> Any:
    return type(pots)(
        pots.name, pots.kind, key=pots.key, missing=pots.missing, retention=pots.retention, indexes=[index]
    )


def test_an_index_of_some_is_told_from_one_of_all(own: Database[Document]) -> None:
    some = DeclaredIndex(collection="x", fields=("fund", "a"), where={"is_open": True})
    assert indexes.make(own, [replace(some, where=None)]) == []
    assert indexes.missing(own, [some]) == ["x (fund, a) of some"]
    assert indexes.make(own, [some]) == []
    assert indexes.missing(own, [some]) == []


def _web(mongodb: str, name: str, folder: Path) -> Any:
    return running("services.claims", "web", folder=folder, MONGODB_URI=mongodb, MONGODB_DATABASE=name, METRICS_BIND="")


def test_g08_a_web_that_was_started_first_waits_says_why_and_goes_on(
    own: Database[Document], mongodb: str, tmp_path: Path
) -> None:
    with _web(mongodb, own.name, tmp_path) as web:
        until(lambda: is_ok(f"{web.url}/health/live"))
        found = answer(f"{web.url}/health/ready")
        assert found is not None and found.status_code == 503 and "migrate: no index" in found.text
        refused = answer(f"{web.url}/v1/dz-cnas/claims")
        assert refused is not None and refused.status_code == 503
        assert refused.json()["code"] == "platform.not-migrated"
        assert "claims" not in own.list_collection_names(), "it makes nothing itself"
        assert migrating.migrate(claims, own) == []
        until(lambda: is_ok(f"{web.url}/health/ready"))
        asked = answer(f"{web.url}/v1/dz-cnas/claims")
        assert asked is not None and asked.status_code == 401


def test_g08_the_command_says_in_one_line_each_what_stands_in_the_way(
    own: Database[Document], capsys: pytest.CaptureFixture[str], command_settings: Any
) -> None:
    _doubled(own)
    assert migrating.run(claims, command_settings, []) == 1
    said = capsys.readouterr()
    assert said.err.startswith("claims cannot be migrated: claims (fund, reference): must be unique") and not said.out
    own[CLAIMS].delete_many({})
    assert migrating.run(claims, command_settings, []) == 0
    assert "claims is migrated" in capsys.readouterr().out


@pytest.fixture
def command_settings(own: Database[Document], mongodb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(Service, "context", lambda service, common: context_on(own, mongodb))  # type: ignore[arg-type]
    return None
