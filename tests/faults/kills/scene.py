"""A whole platform for one fault: the five services' workers over engines of the test's own, the bank and the message
centre beside them. What ends is started again, as a supervisor would; nothing of ours is replaced.
"""

import itertools
import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.structs import OffsetAndMetadata
from pymongo.database import Database

from deploy.docs.pages import services
from deploy.local import addresses, plan, processes
from deploy.local.addresses import SERVICES
from deploy.local.credentials import Credentials
from deploy.local.programs import HOST, answers_http, free_port
from shared.encryption.keys import from_file
from shared.events import catalogue
from shared.process.service import Service
from shared.storage.connection import Document, connect
from shared.storage.service_context import ServiceContext, now
from tests.engines.cluster import chosen
from tests.faults.kills.life import Fault, begin, begin_simulator, end
from tests.kit.callers import Office
from tests.kit.contexts import DZ, TN, funds
from tests.kit.waiting import WAIT_MAX_S, until

SIMULATORS = {"BANK_PORT": "bank", "MESSAGES_PORT": "messages"}
EMPTY_POLLS = 2
SESSION_TIMEOUT_MS = 2_000
"""How soon the broker gives a dead member's part to its successor."""

_numbers = itertools.count(1)


@dataclass
class Scene:
    """One run of the platform. `settings` and databases are its own; the document engine may have others' too."""

    folder: Path
    mongodb: str
    broker: str
    replicas: int = 1
    fund_ids: str = f"{DZ},{TN}"
    workers: dict[str, BaseProcess] = field(default_factory=dict)
    simulators: list[BaseProcess] = field(default_factory=list)
    faults: dict[str, Fault] = field(default_factory=dict)
    given_up: set[str] = field(default_factory=set)
    acknowledged: list[tuple[str, str, str]] = field(default_factory=list)
    """What clients were told is done: service, collection, id."""
    asleep: list[BaseProcess] = field(default_factory=list)
    migrated: set[str] = field(default_factory=set)
    killed: dict[str, int | None] = field(default_factory=dict)
    """By service, how the process ended that met its fault."""

    def __post_init__(self) -> None:
        self.name = f"scene{next(_numbers)}"
        self.home = self.folder / self.name
        self.home.mkdir()
        self.ports = {name: free_port() for name in addresses.PORTS}
        self.environ = {
            **{name: str(port) for name, port in self.ports.items()},
            "MONGODB_URI": self.mongodb,
            "KAFKA_BOOTSTRAP_SERVERS": self.broker,
            "KAFKA_REPLICAS": str(self.replicas),
            "KAFKA_SESSION_TIMEOUT_MS": str(SESSION_TIMEOUT_MS),
            "TRACED_SHARE": "0",
        }

    @cached_property
    def settings(self) -> Mapping[str, dict[str, str]]:
        """Every setting of each service, as `make run` makes them."""
        made = plan.settings_of_services(self.environ, var=self.folder)
        of_test = {"KAFKA_SESSION_TIMEOUT_MS": str(SESSION_TIMEOUT_MS), "TRACED_SHARE": "0", "FUNDS": self.fund_ids}
        return {
            service: {**own, **of_test, "MONGODB_DATABASE": f"{self.name}_{service}"} for service, own in made.items()
        }

    @cached_property
    def contexts(self) -> Mapping[str, ServiceContext]:
        """Each service's ground, as the test looks at it and calls the service on it."""
        return {
            service: ServiceContext(
                connect(self.mongodb, own["MONGODB_DATABASE"]), funds(), from_file(Path(own["KEYS_FILE"]))
            )
            for service, own in self.settings.items()
        }

    @cached_property
    def services(self) -> Mapping[str, Service[Any]]:
        return {service.name: service for service in services()}

    @cached_property
    def offices(self) -> Mapping[str, Office]:
        """The services' own apps over the same databases, called without a network."""
        made = {}
        for name in ("documents", "claims", "payments"):
            made[name] = Office(self.services[name], self.contexts[name])
        return made

    def database(self, service: str) -> Database[Document]:
        return self.contexts[service].database

    # --- processes ----------------------------------------------------------------------------------------------------

    def start_simulators(self, *ports: str) -> None:
        """The partner bank, and the mail server and SMS centre: those whose ports are named, or both."""
        credentials = Credentials(self.folder / "secrets")
        settings = processes.of_simulators(self.environ, ports=self.ports, credentials=credentials, var=self.home)
        wanted = ports or SIMULATORS
        for name in (SIMULATORS[port] for port in wanted):
            log = self.home / f"{name}-simulator.log"
            self.simulators.append(begin_simulator(name, settings=settings[name], log=log))
        for port in wanted:
            until(answers_http(f"http://{HOST}:{self.ports[port]}/health/ready"), what=port)

    def start(self, *names: str, step: str = "", number: int = signal.SIGKILL) -> None:
        """Start workers (all five), each to meet a fault at the step once the scene is armed; wait until they hear."""
        for name in names or SERVICES:
            self.launch(name, step=step, number=number)
        self.until(lambda: all(self.is_ready(name) for name in names or SERVICES), what="workers to be ready")

    def launch(self, name: str, *, step: str = "", number: int = signal.SIGKILL) -> BaseProcess:
        """Start one worker, and do not wait for it."""
        if step:
            self.faults[name] = Fault(step, self.home / "armed", self.home / f"{name}.done", number)
        self.workers[name] = self._begin(name)
        return self.workers[name]

    def arm(self) -> None:
        (self.home / "armed").touch()

    def is_ready(self, name: str) -> bool:
        """Whether a worker is ready: everything runs, and it has its part of the topics."""
        return answers_http(f"http://{self.settings[name]['HEALTH_BIND']}/health/ready")()

    def tend(self) -> None:
        """Start again whoever met their fault. Whoever ended without one is a defect."""
        for name, worker in list(self.workers.items()):
            if not worker.is_alive():
                fault = self.faults.get(name)
                assert fault is not None and fault.done.exists() and name not in self.killed, self.last_words(name)
                self.killed[name] = worker.exitcode
                self.workers[name] = self._begin(name)
        self._let_time_pass()

    def _let_time_pass(self) -> None:
        """The lease of a relay that died runs out, which F6 waits for. Transactions its successor ends."""
        for name in self.killed.keys() - self.given_up:
            self.database(name)["leases"].update_many({}, {"$set": {"until": now()}})
            self.given_up.add(name)

    def take_over(self) -> dict[str, BaseProcess]:
        """Start a second worker of each service beside the first, which is left alone; the first of each."""
        before = dict(self.workers)
        self.asleep += before.values()
        self.faults.clear()
        for own in self.settings.values():
            own["HEALTH_BIND"] = f"{HOST}:{free_port()}"
        self.start()
        return before

    def serve_funds(self, fund_ids: str) -> None:
        """What workers and commands that start from now on serve."""
        for own in self.settings.values():
            own["FUNDS"] = fund_ids

    def command(self, service: str, *arguments: str) -> int | None:
        """Run an operator's command of a service to its end; its exit status."""
        log = self.home / f"{service}-command.log"
        process = begin(service, *arguments, settings=self.settings[service], log=log)
        process.join(WAIT_MAX_S)
        return process.exitcode

    def stop(self, *names: str) -> None:
        """End workers (all) as an orderly stop does."""
        for name in names or tuple(self.workers):
            self.workers[name].terminate()
        for name in names or tuple(self.workers):
            worker = self.workers.pop(name)
            worker.join(30)
            assert worker.exitcode == 0, self.last_words(name)

    def end(self) -> None:
        for process in [*self.workers.values(), *self.asleep, *self.simulators]:
            end(process)
        for context in self.contexts.values():
            context.database.client.close()

    def _begin(self, name: str) -> BaseProcess:
        if name not in self.migrated:
            self.services[name].make_indexes(self.contexts[name])
            self.migrated.add(name)
        return begin(name, "worker", settings=self.settings[name], log=self._log(name), fault=self.faults.get(name))

    def _log(self, name: str) -> Path:
        (self.home / "log").mkdir(exist_ok=True)
        return self.home / "log" / f"{name}-worker.log"

    def last_words(self, name: str) -> str:
        return f"{name} ended by itself: {self._log(name).read_text()[-2000:]}"

    # --- waiting ------------------------------------------------------------------------------------------------------

    def until(self, holds: Callable[[], bool], *, what: str) -> None:
        """Wait for something, with whoever dies of their fault started again."""

        def tended() -> bool:
            self.tend()
            return holds()

        until(tended, what=what)

    def settle(self) -> None:
        """Wait until nothing is on its way: all that was told was sent, and handled or parked by whom it concerns."""
        self.until(lambda: not self.on_its_way(), what="what is on its way")

    def on_its_way(self) -> list[str]:
        """What was told and is not sent, or not handled nor parked by a service that reacts to it."""
        published: dict[str, tuple[str, int]] = {}
        waiting: list[str] = []
        for name in SERVICES:
            for document in self.database(name)["outbox"].find():
                published |= {event["id"]: (event["type"], event["version"]) for event in document["events"]}  # type: ignore
                if not document["is_sent"]:
                    waiting.append(f"{name} has not sent {document['_id']}")
        for name in SERVICES:
            wanted = {type_name for type_name, _ in self.services[name].all_reactions().types()}
            seen = {
                row["_id"] for box in ("inbox", "deadletters") for row in self.database(name)[box].find({}, {"_id": 1})
            }
            due = {event_id for event_id, (type_name, _) in published.items() if type_name in wanted}
            waiting += [f"{name} has not seen {published[event_id]} {event_id}" for event_id in due - seen]
        return waiting

    def has_read_all(self) -> bool:
        """Whether each service's consumers have read to the end of their topics, and said so."""
        ends = self.read_topics()[1]
        return all(committed == ends[partition] for name in SERVICES for partition, committed in self.committed(name))

    def committed(self, name: str) -> list[tuple[TopicPartition, int]]:
        """Up to where a service has read, by partition."""
        consumer, partitions = self._group(name)
        try:
            return [(partition, consumer.committed(partition) or 0) for partition in partitions]
        finally:
            consumer.close(autocommit=False)

    def read_topics(self) -> tuple[list[Any], dict[TopicPartition, int]]:
        """All records of all topics, and where each partition ends. The embedded broker says that a partition ends too
        early where records came together, so this reads until nothing comes."""
        consumer = KafkaConsumer(bootstrap_servers=self.broker, enable_auto_commit=False, auto_offset_reset="earliest")
        try:
            partitions = _partitions(consumer, catalogue.owners())
            consumer.assign(partitions)
            consumer.seek_to_beginning(*partitions)
            ends, found, empty = consumer.end_offsets(partitions), [], 0
            while empty < EMPTY_POLLS or any(consumer.position(each) < end for each, end in ends.items()):
                polled = [record for records in consumer.poll(timeout_ms=200).values() for record in records]
                found += polled
                empty = 0 if polled else empty + 1
            return found, {partition: consumer.position(partition) for partition in partitions}
        finally:
            consumer.close()

    def read_from_the_beginning(self) -> None:
        """Set each service's group of consumers, of which none may run, back to the first offset of its topics.

        As a member of it: Tansu counts those who left as members until somebody joins and their sessions have run out.
        """
        for name in SERVICES:
            consumer, partitions = self._group(name)
            consumer.subscribe(sorted({partition.topic for partition in partitions}))
            until(partial(_is_given, consumer, partitions), what=f"the sessions of {name}'s workers to run out")
            consumer.commit({partition: OffsetAndMetadata(0, "", -1) for partition in partitions})
            consumer.close(autocommit=False)

    def _group(self, name: str) -> tuple[KafkaConsumer, list[TopicPartition]]:
        """A look at a service's group, without being a member of it."""
        consumer = KafkaConsumer(bootstrap_servers=self.broker, group_id=f"himaya.{name}", enable_auto_commit=False)
        return consumer, _partitions(consumer, self.services[name].all_reactions().topics())

    def published(self, service: str) -> list[dict[str, Any]]:
        """All events of a service in the order of their telling."""
        documents = self.database(service)["outbox"].find().sort("_id", 1)
        return [event for document in documents for event in document["events"]]  # type: ignore[attr-defined]


def _partitions(consumer: KafkaConsumer, topics: Iterable[str]) -> list[TopicPartition]:
    return [TopicPartition(topic, number) for topic in topics for number in consumer.partitions_for_topic(topic) or ()]


def _is_given(consumer: KafkaConsumer, partitions: Iterable[TopicPartition]) -> bool:
    consumer.poll(timeout_ms=100)
    return set(consumer.assignment()) >= set(partitions)


@contextmanager
def playing(folder: Path, mongodb: str, **facts: Any) -> Iterator[Scene]:
    """A scene with an event engine of its own, since topics have fixed names; over at the end."""
    home = Path(tempfile.mkdtemp(prefix="events-", dir=folder))
    with chosen(home) as (servers, replicas):
        scene = Scene(folder, mongodb, servers, replicas=replicas, **facts)
        try:
            yield scene
        finally:
            scene.end()
