"""A small platform that has lived: five services over databases of their own, joined by a broker, with a bank.

An employer declared and paid, a person was paid a benefit, rights and cards followed, and the audits were linked and
their heads exchanged. Every test finds it so: `restored` puts back whatever a test breaks.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.structs import OffsetAndMetadata
from pymongo import MongoClient

from deploy.docs import pages
from deploy.local.verify.answer import Look
from deploy.local.verify.seen import Documents, Seen
from services.claims.claims.claim import Status
from services.claims.claims.store import claims
from services.claims.runs import granting
from services.claims.runs import store as runs
from services.claims.runs.run import AwardAccount
from services.payments.banking.banks.iso_http import IsoHttpBank
from services.payments.banking.paying import PayoutSender
from services.payments.declarations.jobs import checking
from shared.bus import dead_letters, topics
from shared.bus.dead_letters import ReceivedRecord
from shared.bus.inbox import Inbox
from shared.bus.relay import Relay
from shared.events import catalogue
from shared.jobs.runner import Runner
from shared.kernel.outcome import Outcome
from shared.process import auditing
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.claims.awards.builders import award
from tests.claims.builders import claim
from tests.claims.runs.builders import computed
from tests.kit.contexts import DZ, context_on, keys, someone
from tests.kit.due_jobs import DueJobs
from tests.kit.people import AMIRA, KARIM
from tests.payments.bank import API_KEY, Bank, credited, office, post_signed
from tests.payments.builders import RIB, approved, persons
from tests.payments.declarations.builders import DZ_EMPLOYER, das_b, workers
from tests.payments.declarations.harness import DeclarationsHarness, register

ROUNDS_MAX = 20
Rows = dict[str, list[dict[str, Any]]]


def _owe_an_award(uow: UnitOfWork) -> None:
    """A run that was approved and told: it owes somebody an allowance whose account nobody knows yet."""
    payment = computed(of=award(person_ref=KARIM))
    granted, account = granting.grant(payment, AwardAccount(award_id=payment.award_id), at=uow.at)
    published = granting.due_event(granted, currency=uow.fund.currency.value, at=uow.at)
    runs.payments.save(uow, Outcome(granted, (published,)))
    runs.accounts.save(uow, Outcome(account))
    page_id = runs.page_id(granted.run_id, granted.page)
    runs.pages.save(uow, Outcome(granting.page_of(page_id, granted.run_id, [granted])))


class Counter(DeclarationsHarness):
    """The employer's desk in a town, where identity tells of the employer."""

    def __post_init__(self) -> None:
        self.office = office(self.context)
        self.caller = self.office.employer(DZ_EMPLOYER)


class Town:
    """Its services by name, their databases, and what a test may ask of it."""

    def __init__(self, client: MongoClient[dict[str, Any]], uri: str, *, broker: str, bank: Bank) -> None:
        self.client, self.broker, self.bank = client, broker, bank
        self.planted: set[str] = set()
        self.commands: list[dict[str, Any]] = []
        """What its services asked of the database while it lived."""
        self.services = {service.name: service for service in pages.services()}
        prefix = f"test_{uuid4().hex}"
        self.databases: Mapping[str, Documents] = {name: client[f"{prefix}_{name}"] for name in self.services}
        self.contexts = {name: context_on(database, uri) for name, database in self.databases.items()}
        self.relays = {name: Relay(each, broker, name="relay") for name, each in self.contexts.items()}
        topics.ensure(broker, catalogue.owners(), partitions=3, replicas=1)
        self._consumer = KafkaConsumer(bootstrap_servers=broker, enable_auto_commit=False)
        partitions = [
            TopicPartition(topic, number)
            for topic in catalogue.owners()
            for number in self._consumer.partitions_for_topic(topic) or ()
        ]
        self._consumer.assign(partitions)
        self._consumer.seek_to_beginning(*partitions)

    def __getitem__(self, service: str) -> Documents:
        return self.databases[service]

    def seen(self, **more: Any) -> Seen:
        facts = {
            "planted": frozenset(self.planted),
            "databases": self.databases,
            "broker": self.broker,
            "bank": self.bank.url,
            "bank_keys": keys(),
        }
        return Seen(**{**facts, **more})

    def live(self) -> None:
        """From the register to a paid declaration and a file of payouts at the bank."""
        self.publish("identity", register(DZ_EMPLOYER), persons({AMIRA: RIB}))
        self.carry()
        counter = Counter(self.contexts["payments"])
        declared = counter.send(das_b(workers(3))).json["declaration_id"]
        Runner(self.contexts["payments"], [checking()]).run_due()
        asked = counter.caller.post(f"/declarations/{declared}/collections", {"rail": "transfer"}).json
        post_signed(counter.office, credited(asked["reference"], asked["amount"]))
        approval = Outcome(replace(claim(), status=Status.APPROVED), (approved(),))
        self.contexts["claims"].run(DZ, by=someone(), cause="test", action=lambda uow: claims.save(uow, approval))
        self.carry()
        self.contexts["claims"].run(DZ, by=someone(), cause="test:run", action=_owe_an_award)
        self.carry()
        paying = DueJobs(PayoutSender(lambda _: IsoHttpBank(url=self.bank.url, api_key=API_KEY, timeout_s=5)))
        for _ in range(2):
            paying.run(self.contexts["payments"], DZ)
        self.carry()
        for name, context in self.contexts.items():
            auditing.link_all(context, DZ, service=name)
        self.carry()

    def publish(self, service: str, *events: Any) -> None:
        context: ServiceContext = self.contexts[service]
        context.run(DZ, by=someone(), cause="test", action=lambda uow: [uow.publish(event) for event in events])

    def carry(self) -> None:
        """Relays carry and inboxes take, until nobody has anything to say."""
        for _ in range(ROUNDS_MAX):
            if not sum(relay.publish_waiting() for relay in self.relays.values()):
                return
            self.take()

    def take(self) -> None:
        """Whatever is new on the topics reaches the services that read them."""
        letters = list(self._new_letters())
        for name, service in self.services.items():
            inbox = Inbox(self.contexts[name], service=name, reactions=service.all_reactions())
            inbox.handle([letter for letter in letters if letter.topic in inbox.reactions.topics()])
        self.commit()

    def commit(self, *, less: int = 0) -> None:
        """Every group has read to where this consumer stands, or to so many records before that."""
        admin = KafkaAdminClient(bootstrap_servers=self.broker)
        stands = {partition: self._consumer.position(partition) for partition in self._consumer.assignment()}
        offsets = {each: OffsetAndMetadata(max(0, offset - less), "", -1) for each, offset in stands.items()}
        for name in self.services:
            admin.alter_group_offsets(f"himaya.{name}", offsets)
        admin.close()

    def _new_letters(self) -> Iterator[ReceivedRecord]:
        ends = self._consumer.end_offsets(list(self._consumer.assignment()))
        polled: dict[Any, list[Any]] = {}
        while polled or any(self._consumer.position(partition) < end for partition, end in ends.items()):
            polled = self._consumer.poll(timeout_ms=200)
            for records in polled.values():
                for each in records:
                    name = dict(each.headers).get("ce_id") or f"{each.topic}/{each.partition}/{each.offset}".encode()
                    yield ReceivedRecord(
                        name.decode(), each.topic, each.partition, each.offset, (each.key or b"").decode(),
                        list(each.headers), each.value,
                    )  # fmt: skip

    @contextmanager
    def restored(self) -> Iterator[None]:
        """Whatever is broken inside is whole again afterwards."""
        before = {name: _content(database) for name, database in self.databases.items()}
        try:
            yield
        finally:
            for name, database in self.databases.items():
                _put_back(database, before[name])

    def end(self) -> None:
        self._consumer.close()
        for relay in self.relays.values():
            if relay._producer is not None:
                relay._producer.close(timeout=5)
        for database in self.databases.values():
            self.client.drop_database(database.name)


def _content(database: Documents) -> Rows:
    return {name: list(database[name].find()) for name in database.list_collection_names()}


def _put_back(database: Documents, before: Rows) -> None:
    now = _content(database)
    for name in now.keys() | before.keys():
        if now.get(name, []) != before.get(name, []):
            database[name].delete_many({})
            if before.get(name):
                database[name].insert_many(before[name])


Break = Callable[[Town], object]
"""Something that must never happen, done."""


def found(seen: Seen, ask: Any) -> list[str]:
    """What a question finds."""
    look = Look()
    ask(seen, look)
    return look.offending


def some(database: Documents, collection: str, **equal: Any) -> dict[str, Any]:
    """Any one document; a test that would break nothing must not pass."""
    document = database[collection].find_one(equal)
    assert document is not None, f"{collection} has no such document"
    return document


def changed(collection: str, change: dict[str, Any]) -> Break:
    """Change one document of payments behind its back."""

    def do(town: Town) -> None:
        town["payments"][collection].update_one({"_id": some(town["payments"], collection)["_id"]}, change)

    return do


def lost(collection: str, **equal: Any) -> Break:
    """Lose one document of payments."""

    def do(town: Town) -> None:
        town["payments"][collection].delete_one({"_id": some(town["payments"], collection, **equal)["_id"]})

    return do


def resolved(context: ServiceContext, event_id: str, *, how: str) -> None:
    """Close a dead letter, where the service has it."""
    with suppress(dead_letters.AlreadyClosed):
        dead_letters.close(context.database, event_id, how=how, by="test", at=context.clock(), session=None)
