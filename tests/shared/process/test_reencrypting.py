"""Sealing keys change while services run: old values open, new ones use the new key, and all can be re-encrypted."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

from services.documents.wiring import service as documents
from services.identity.register import store as register
from services.identity.wiring import service as identity
from services.notifications.wiring import service as notifications
from services.payments.wiring import service as payments
from shared.bus import dead_letters, envelope
from shared.bus.dead_letters import ReceivedRecord
from shared.encryption import keyring
from shared.encryption.keys import from_data, generate_keyring, restricted
from shared.kernel.personal import DataClass
from shared.process import reencrypting
from shared.process.service import Service
from shared.storage import blobs, reencryption
from shared.storage.connection import connect
from shared.storage.service_context import ServiceContext
from tests.identity.builders import AMIRA_NIN, added_user, known_people, person_row, ref
from tests.kit.contexts import DZ, TN, funds, handle, make_unique_indexes, reading, someone
from tests.notifications import builders as made

ALL = [each.value for each in DataClass]
K1 = generate_keyring([DZ, TN])
BOTH = keyring.with_key(K1, "k2", classes=ALL)
K2_IN_USE = keyring.with_current(BOTH, "k2", classes=ALL)
K2_ALONE = keyring.without_key(K2_IN_USE, "k1", classes=ALL)


@pytest.fixture
def with_keyring(database: Database[dict[str, Any]], mongodb: str) -> Callable[[Mapping[str, Any]], ServiceContext]:
    """The ground of a process that was started with this ring, over the same database."""
    return lambda held: ServiceContext(database=connect(mongodb, database.name), funds=funds(), keys=from_data(held))


def renewed(service: Service[Any], context: ServiceContext) -> int:
    return sum(
        context.run(DZ, by=someone(), cause="test", action=lambda uow, one=part: reencryption.reencrypt(uow, one))  # type: ignore[misc]
        for part in reencryption.outdated(reading(context), service.repositories)
    )


def key_ids(service: Service[Any], context: ServiceContext) -> dict[str, set[str]]:
    """Which keys encrypted what rests in the database, by collection."""
    found: dict[str, set[str]] = {}
    for resting in reencryption.everything(reading(context), service.repositories):
        found.setdefault(resting.tenant_collection, set()).update(key_id for _, key_id in resting.key_ids())
    return found


def test_the_register_opens_all_along_and_is_found_by_the_same_index(
    with_keyring: Callable[[Mapping[str, Any]], ServiceContext], tmp_path: Path
) -> None:
    before = with_keyring(K1)
    known_people(before, tmp_path)
    assert added_user(before, "--kind", "staff", "--login", "nadia", "--role", "agent")[0] == 0
    for held in (BOTH, K2_IN_USE):
        person = register.by_national_id(reading(with_keyring(held)), AMIRA_NIN)
        assert person is not None and person.civil.family_name == "Benali"
    now_in_use = with_keyring(K2_IN_USE)
    known_people(now_in_use, tmp_path, person_row(email="new@example.dz"))
    assert key_ids(identity, now_in_use) == {"persons": {"k1", "k2"}, "employers": {"k1"}, "accounts": {"k1"}}
    person = register.by_national_id(reading(before_is_behind := with_keyring(BOTH)), AMIRA_NIN)
    assert person is not None and person.contact.email == "new@example.dz", "a process that is a step behind reads it"
    assert before_is_behind.keys[DZ].encrypt("x", data_class=DataClass.CIVIL, associated_data="p").startswith("k1.")
    assert renewed(identity, now_in_use) == 3
    assert set().union(*key_ids(identity, now_in_use).values()) == {"k2"}
    assert renewed(identity, now_in_use) == 0
    alone = with_keyring(K2_ALONE)
    assert register.by_national_id(reading(alone), AMIRA_NIN).civil.family_name == "Benali"  # type: ignore[union-attr]
    versions = {row["_id"]: row["version"] for row in alone.database["persons"].find()}
    assert versions == {f"{DZ}:{person.person_ref}": 2, f"{DZ}:{_karim(alone)}": 1}, "nothing counts as changed"


def _karim(context: ServiceContext) -> str:
    return context.keys[DZ].person_ref("850000000002")


@pytest.mark.parametrize(
    ("service", "event", "tenant_collection"),
    [
        (notifications, lambda: made.persons(made.person()), "contacts"),
        (payments, lambda: made.persons(made.person()), "payees"),
        (documents, lambda: made.persons(made.person()), "persons"),
    ],
    ids=["notifications", "payments", "documents"],
)
def test_what_another_service_sealed_is_sealed_anew_too(
    with_keyring: Callable[[Mapping[str, Any]], ServiceContext],
    service: Service[Any],
    event: Callable[[], Any],
    tenant_collection: str,
) -> None:
    before = with_keyring(K1)
    make_unique_indexes(service, before)
    encrypted = {
        name: before.keys[DZ].encrypt(json.dumps({"email": "a@b.dz"}), data_class=data_class, associated_data=ref())
        for name, data_class in {"civil": DataClass.CIVIL, "contact": DataClass.CONTACT, "bank": DataClass.BANK}.items()
    }
    handle(before, service, made.persons(_with(event().persons[0], ref(), encrypted)))
    assert key_ids(service, before)[tenant_collection] == {"k1"}
    assert renewed(service, with_keyring(K2_IN_USE)) == 1
    alone = with_keyring(K2_ALONE)
    assert key_ids(service, alone)[tenant_collection] == {"k2"}
    for resting in reencryption.everything(reading(alone), service.repositories):
        for name, value in resting.values.items():
            opened = alone.keys[DZ].decrypt(
                value, data_class=resting.classes[name], associated_data=resting.associated_data
            )
            assert json.loads(opened) == {"email": "a@b.dz"}


def _with(person: Any, person_ref: str, encrypted: Mapping[str, Any]) -> Any:
    known = {name: getattr(person, name) for name in person.__dataclass_fields__}
    return type(person)(**{**known, **encrypted, "person_ref": person_ref})


def test_files_and_remembered_answers_are_sealed_anew(
    with_keyring: Callable[[Mapping[str, Any]], ServiceContext],
) -> None:
    before = with_keyring(K1)
    content = b"x" * (blobs.CHUNK_BYTES + 10)
    blob = blobs.store(before, DZ, [content], data_class=DataClass.HEALTH, size_max=10**8)
    answer = before.keys[DZ].encrypt(b"{}", data_class=DataClass.HEALTH, associated_data="someone:route:key")
    before.database["requests"].insert_one(
        {"_id": f"{DZ}:someone:route:key", "fund": DZ, "body": answer, "status": 200}
    )
    in_use = with_keyring(K2_IN_USE)
    assert key_ids(documents, in_use) == {"blob_pieces": {"k1"}, "requests": {"k1"}}
    assert renewed(documents, in_use) == 3
    alone = with_keyring(K2_ALONE)
    assert b"".join(blobs.read(alone, DZ, blob)) == content
    assert key_ids(documents, alone) == {"blob_pieces": {"k2"}, "requests": {"k2"}}


def test_what_somebody_writes_meanwhile_stays(
    with_keyring: Callable[[Mapping[str, Any]], ServiceContext], tmp_path: Path
) -> None:
    known_people(with_keyring(K1), tmp_path)
    in_use = with_keyring(K2_IN_USE)
    parts = list(reencryption.outdated(reading(in_use), identity.repositories))
    known_people(in_use, tmp_path, person_row(email="meanwhile@example.dz"))
    for part in parts:
        in_use.run(DZ, by=someone(), cause="test", action=lambda uow, one=part: reencryption.reencrypt(uow, one))  # type: ignore[misc]
    person = register.by_national_id(reading(in_use), AMIRA_NIN)
    assert person is not None and person.contact.email == "meanwhile@example.dz"
    assert key_ids(identity, in_use)["persons"] == {"k2"}


# --- real processes


MANY = 350


class Running:
    """Claims' database with many claims of an older key, and the operator's command as a process."""

    def __init__(self, folder: Path, context: ServiceContext, mongodb: str) -> None:
        self.folder, self.context, self.mongodb = folder, context, mongodb
        (folder / "keys.json").write_text(json.dumps(K2_IN_USE))
        keys = context.keys[DZ]
        context.database["claims"].insert_many(
            {
                "_id": f"{DZ}:c{number}",
                "fund": DZ,
                "claim_id": f"c{number}",
                "version": 1,
                **{
                    name: keys.encrypt("null", data_class=DataClass.HEALTH, associated_data=f"c{number}")
                    for name in ("lines", "decision")
                },
            }
            for number in range(MANY)
        )

    def start(self, verb: str, *, killed_at: str = "") -> "subprocess.Popen[str]":
        """The command; it dies by SIGKILL when it passes a step for the first time."""
        settings = {
            "MONGODB_URI": self.mongodb,
            "MONGODB_DATABASE": self.context.database.name,
            "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
            "FUNDS": "dz-cnas,tn-cnss",
            "KEYS_FILE": str(self.folder / "keys.json"),
            "ISSUER": "http://identity.test",
            "JWKS_URL": "http://identity.test/jwks",
            "BIND": "127.0.0.1:1",
            "HEALTH_BIND": "127.0.0.1:1",
        }
        killed = ["-m", "tests.shared.process.killed_at", killed_at, str(self.folder / "killed"), "claims"]
        command = [sys.executable, *(killed if killed_at else ["-m", "services.claims"]), "seals", verb]
        return subprocess.Popen(command, env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True)

    def says(self, verb: str) -> list[str]:
        process = self.start(verb)
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        return said.splitlines()

    def done(self) -> int:
        return self.context.database["claims"].count_documents({"lines": {"$regex": "^k2[.]"}})


@pytest.fixture
def running(
    tmp_path: Path, with_keyring: Callable[[Mapping[str, Any]], ServiceContext], mongodb: str
) -> Iterator[Running]:
    yield Running(tmp_path, with_keyring(K1), mongodb)


def test_a_command_that_is_killed_goes_on_where_it_was(running: Running) -> None:
    assert running.says("status") == [f"{DZ}  claims  health  k1  {2 * MANY}"]
    assert running.start("renew", killed_at="work.committed").wait(60) == -9
    assert running.done() == reencryption.BATCH_MAX, "what is committed stays"
    assert running.says("renew") == [f"{DZ}  {MANY - reencryption.BATCH_MAX} renewed", f"{TN}  0 renewed"]
    assert running.says("status") == [f"{DZ}  claims  health  k2  {2 * MANY}"]
    assert running.context.database["claims"].count_documents({"version": {"$ne": 1}}) == 0


def test_it_waits_for_a_transaction_that_somebody_left_open(running: Running) -> None:
    """As a process leaves one behind that was killed: the database ends it, and the command goes on."""
    database = running.context.database
    with database.client.start_session() as session:
        session.start_transaction()
        database["claims"].update_one({"_id": f"{DZ}:c{MANY - 1}"}, {"$set": {"touched": True}}, session=session)
        command = running.start("renew")
        for _ in range(300):
            if running.done() == MANY // 100 * 100:
                break
            threading.Event().wait(0.1)
        threading.Event().wait(4)
        assert command.poll() is None, "all that nobody holds is done"
        session.abort_transaction()
    said, _ = command.communicate(timeout=60)
    assert said.splitlines()[0] == f"{DZ}  {MANY} renewed"


# --- what was said


def test_a_key_that_events_still_need_is_shown(
    with_keyring: Callable[[Mapping[str, Any]], ServiceContext], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In identity's outbox, sent and not, and in a letter that notifications could not act on; until each is done."""
    before = with_keyring(K1)
    known_people(before, tmp_path)
    page = before.database["outbox"].find_one({"events.type": "identity.persons-registered"})
    assert page is not None
    before.database["outbox"].update_one({"_id": page["_id"]}, {"$set": {"is_sent": True}})
    published = page["events"][0]  # type: ignore[index]
    letter = ReceivedRecord(
        published["id"], "identity", 0, 0, published["key"], envelope.headers(published), bytes(published["body"])
    )
    dead_letters.park(before, letter, why="test", tries=1)
    in_use = with_keyring(K2_IN_USE)
    assert renewed(identity, in_use) > 0

    def of_old_key(service: Service[Any], keyring_held: ServiceContext) -> dict[str, set[str]]:
        reencrypting._status(service, keyring_held, DZ)
        rows = [line.split("  ") for line in capsys.readouterr().out.splitlines()]
        found: dict[str, set[str]] = {}
        for _, where, data_class, key_id, *_ in rows:
            if key_id == "k1":
                found.setdefault(where, set()).add(data_class)
        return found

    published_classes = {"civil", "contact", "bank", "health"}
    assert of_old_key(identity, in_use) == {
        "outbox, sent": published_classes,
        "outbox, to be sent": {"contact"},  # employers
        "deadletters, open": published_classes,
    }
    contacts_only = with_keyring(restricted(K2_IN_USE, [DataClass.CONTACT]))
    assert of_old_key(notifications, contacts_only)["deadletters, open"] == {"contact"}, "what it could open at all"
    dead_letters.close(
        in_use.database, letter.event_id, how="discarded: test", by="op", at=in_use.clock(), session=None
    )
    assert "deadletters, open" not in of_old_key(identity, in_use)
    reencrypting._status(identity, in_use, TN)
    assert capsys.readouterr().out == "", "another fund's"
