"""`python -m bench.following [workers …]`: what follows an accepted declaration, service by service, until the last
card is refreshed and the last message has left. Per 1,000 workers: CPU seconds of the service and of the document
engine, database commands, bytes of events, values encrypted and opened.

One service works at a time in one process, over the real engines with every commit on disk: CPU time says what the work
costs, whoever else uses the machine. `--profile` shows, for the last size, where each step spends it.
"""

import cProfile
import io
import pstats
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import psutil
import structlog
from kafka import KafkaConsumer, TopicPartition
from pymongo import monitoring

from bench.ground import TANSU, Ground, ground
from deploy.local.credentials import CLASSES
from deploy.local.demo import payroll
from deploy.local.demo.people import ALGERIA, Cast, cast
from deploy.local.engines import secantusdb
from deploy.local.programs import free_port
from services.claims.wiring import service as claims
from services.documents.wiring import service as documents
from services.identity.register import actions as register
from services.identity.register.actions import Numbered
from services.identity.register.employer import Employer
from services.identity.register.person import Civil, Contact, PersonEntry
from services.identity.wiring import service as identity
from services.notifications.delivery.actions import keep_receipts
from services.notifications.delivery.chores import RECEIPTS_TOGETHER_MAX
from services.notifications.delivery.jobs import send_waiting
from services.notifications.delivery.outgoing import Answer, OutgoingMessage, Verdict
from services.notifications.messages.rules import LATER
from services.notifications.wiring import service as notifications
from services.payments.declarations.jobs import checking
from services.payments.wiring import service as payments
from shared.bus.inbox import Inbox
from shared.bus.reader import POLLED_EVENTS_MAX
from shared.bus.records import as_dead_letter, batches
from shared.bus.relay import Relay, give_up
from shared.funds.fund import Channel
from shared.funds.loading import load
from shared.jobs.runner import Runner
from shared.kernel.actors import system
from shared.process.service import Service
from shared.sealing.keys import FundKeys, from_data, generate_keyring, restricted
from shared.storage.connection import connect
from shared.storage.service_context import ServiceContext, now
from tests.kit.callers import Office

SIZES = (5_000, 10_000, 20_000)
FUND = ALGERIA.fund
SERVICES: Sequence[Service[Any]] = (identity, payments, documents, claims, notifications)
REGISTER_PAGE = 500
POLL_MS = 200
IDLE_POLLS_MAX = 15
SHOWN = 28
WAGE_MINOR = 6_500_000
SENT_SMS = {"channel": "sms", "status": "sent"}


@dataclass
class Counts(monitoring.CommandListener):
    """What is counted while a step runs: database commands by name, and values encrypted and opened."""

    seen: Counter[str] = field(default_factory=Counter)

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.seen["commands"] += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        self.seen["commands refused"] += 1

    def counting(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **named: Any) -> Any:
            self.seen[name] += 1
            return function(*given, **named)

        return counted


@dataclass(frozen=True)
class Spent:
    """What a step cost."""

    what: str
    own_s: float
    engine_s: float
    counts: Counter[str]


@dataclass
class Provider:
    """An SMS centre that takes everything at once: sending itself is measured elsewhere."""

    channel: Channel = Channel.SMS
    window_max: int = 200

    def send(self, messages: Sequence[OutgoingMessage], *, is_late: Callable[[], bool]) -> dict[str, Answer]:
        return {each.message_id: Answer(verdict=Verdict.TAKEN, provider_id=each.message_id[:32]) for each in messages}


class Line:
    """The five services over databases and a broker of their own, and one declaration on its way through them."""

    def __init__(self, here: Ground, counts: Counts, *, size: int, is_profiled: bool) -> None:
        self.counts, self.size, self.is_profiled = counts, size, is_profiled
        self.ends = here.ends
        port = free_port()
        process = here.start(
            secantusdb.program(port=port, storage=here.home / f"documents-{size}", options=secantusdb.DURABLE)
        )
        self.engine = psutil.Process(process)
        self.servers = here.broker(TANSU)
        ring = generate_keyring([FUND])
        self.contexts = {
            each.name: ServiceContext(
                database=connect(secantusdb.uri(port=port), f"bench_{each.name}"),
                funds=load([FUND]),
                keys=from_data(restricted(ring, CLASSES[each.name])),
            )
            for each in SERVICES
        }
        for each in SERVICES:
            each.make_indexes(self.contexts[each.name])
        self.relays = {name: Relay(context, self.servers, name="relay") for name, context in self.contexts.items()}
        self.consumers = {each.name: self._consumer(each) for each in SERVICES}
        self.spent: list[Spent] = []

    def _consumer(self, service: Service[Any]) -> KafkaConsumer:
        """Reads a service's topics from where they end now, without a group: joining one takes Tansu seconds."""
        consumer = KafkaConsumer(
            bootstrap_servers=self.servers, enable_auto_commit=False, max_poll_records=POLLED_EVENTS_MAX
        )
        self.ends.callback(consumer.close)
        partitions = [
            TopicPartition(topic, number)
            for topic in service.hears().topics()
            for number in consumer.partitions_for_topic(topic) or ()
        ]
        consumer.assign(partitions)
        consumer.seek_to_end(*partitions)
        for partition in partitions:
            consumer.position(partition)
        return consumer

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Measure what is done inside."""
        self.counts.seen.clear()
        profile = cProfile.Profile() if self.is_profiled else None
        engine_s, own_s = cpu_s(self.engine), time.process_time()
        if profile:
            profile.enable()
        yield
        if profile:
            profile.disable()
        own_s, engine_s = time.process_time() - own_s, cpu_s(self.engine) - engine_s
        self.spent.append(Spent(what, own_s, engine_s, Counter(self.counts.seen)))
        if profile:
            shown = io.StringIO()
            pstats.Stats(profile, stream=shown).sort_stats("tottime").print_stats(SHOWN)
            print(f"==== {what}\n" + "\n".join(shown.getvalue().splitlines()[4:]))

    def relay(self, name: str) -> None:
        """Carry what a service's outbox holds to the broker."""
        relay, context = self.relays[name], self.contexts[name]
        waiting = [row["events"] for row in context.database["outbox"].find({"is_sent": False})]
        told = sum(len(event["body"]) for events in waiting for event in events)  # type: ignore[attr-defined]
        with self.step(f"{name}: relay"):
            while relay.carry():
                pass
        self.spent[-1].counts["bytes"] = told

    def hear(self, service: Service[Any], *, until: Callable[[], bool]) -> None:
        """Let a service take in what its topics hold."""
        inbox = Inbox(self.contexts[service.name], service=service.name, reactions=service.hears())
        consumer = self.consumers[service.name]
        with self.step(f"{service.name}: inbox"):
            idle = 0
            while idle < IDLE_POLLS_MAX:
                polled = consumer.poll(timeout_ms=POLL_MS)
                letters = [as_dead_letter(record) for records in polled.values() for record in records]
                for batch in batches(letters):
                    inbox.take(batch)
                idle = 0 if letters else idle + 1
                if not letters and until():
                    return
        raise SystemExit(f"{service.name} did not come to its end")

    def count(self, service: str, collection: str, **equal: Any) -> int:
        return self.contexts[service].database[collection].count_documents(equal)

    def run(self) -> None:
        drawn = cast(ALGERIA, run=1, count=self.size)
        told = replace(drawn, workers=tuple(replace(each, wage_minor=WAGE_MINOR) for each in drawn.workers))
        self.register(told)
        declaration_id = self.declare(told)
        pages = -(-self.size // 500)
        self.relay("payments")
        self.hear(documents, until=lambda: self.count("documents", "careers") == self.size)
        self.hear(claims, until=lambda: self.count("claims", "entitlements") == self.size)
        self.relay("claims")
        self.hear(identity, until=lambda: self.count("identity", "cards", version=2) == self.size)
        self.relay("identity")
        self.hear(
            payments, until=lambda: self.count("payments", "declaration_cards", declaration_id=declaration_id) == pages
        )
        self.hear(notifications, until=lambda: self.count("notifications", "messages", channel="sms") == self.size)
        with self.step("notifications: send"):
            later = replace(self.contexts["notifications"], clock=lambda: now() + LATER)
            while send_waiting(later, FUND, provider=Provider()):
                pass
        sent = [row["message_id"] for row in self.contexts["notifications"].database["messages"].find(SENT_SMS)]
        if len(sent) != self.size:
            raise SystemExit("not all messages left")
        with self.step("notifications: receipts"):
            for at in range(0, self.size, RECEIPTS_TOGETHER_MAX):
                arrived = dict.fromkeys(sent[at : at + RECEIPTS_TOGETHER_MAX])
                self.contexts["notifications"].run(
                    FUND,
                    by=system("bench"),
                    cause="bench",
                    action=lambda uow, arrived=arrived: keep_receipts(uow, arrived),  # type: ignore[misc]
                )
        self.relay("notifications")

    def register(self, told: Cast) -> None:
        """The fund's register knows the firm and its workers, and the others have heard of them."""
        fund_platform = self.contexts["identity"]
        firm = Employer(
            employer_id=told.employer.number,
            name=told.employer.name,
            sector="services",
            is_open=True,
            affiliated_on=date(2015, 1, 1),
            closed_on=None,
            contact=Contact(email=told.employer.email),
            language="fr",
        )
        by = system("bench")
        fund_platform.run(FUND, by=by, cause="bench", action=lambda uow: register.register_employers(uow, [firm]))
        lines = [Numbered(number, _entry(worker)) for number, worker in enumerate(told.workers, start=2)]
        for at in range(0, len(lines), REGISTER_PAGE):
            page = lines[at : at + REGISTER_PAGE]
            fund_platform.run(
                FUND,
                by=by,
                cause="bench",
                action=lambda uow, page=page: register.register_persons(uow, page),  # type: ignore[misc]
            )
        self.relay("identity")
        for service, collection in ((documents, "persons"), (payments, "payees"), (notifications, "contacts")):
            wanted = self.size + (service is notifications)
            self.hear(
                service,
                until=lambda name=service.name, of=collection, wanted=wanted: self.count(name, of) == wanted,  # type: ignore[misc]
            )
        self.spent.clear()

    def declare(self, told: Cast) -> str:
        """The annual declaration handed in and accepted; its id."""
        context = self.contexts["payments"]
        caller = Office(payments, context).employer(told.employer.number, fund=FUND)
        year = context.clock().year - 1
        parts = [(BytesIO(content), name) for name, content in payroll.das_b(told, year=year).items()]
        form = {"employer_id": told.employer.number, "form": ALGERIA.form, "period": str(year), "files": parts}
        sent = caller.post("/declarations", data=form, content_type="multipart/form-data")
        declaration_id = str(sent.json["declaration_id"])
        with self.step("payments: check"):
            Runner(context, [checking()]).run_due()
        seen = caller.get(f"/declarations/{declaration_id}").json
        if seen["status"] != "accepted":
            raise SystemExit(f"not accepted but {seen['status']}")
        return declaration_id


def _entry(worker: Any) -> PersonEntry:
    return PersonEntry(
        civil=Civil(
            insurance_number=worker.insurance_number,
            national_id=worker.national_id,
            family_name=worker.family_name,
            first_name=worker.first_name,
            birth_on=worker.birth_on,
            family_name_ar=worker.family_name_ar,
            first_name_ar=worker.first_name_ar,
        ),
        contact=Contact(email=worker.email, mobile=worker.mobile),
        bank=worker.account,
        language="fr",
        dependants=0,
    )


def cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def table(spent: Sequence[Spent], *, size: int) -> str:
    """Per 1,000 workers, a line a step and their sum."""
    thousands = size / 1_000
    lines = [
        f"{size:,} workers; per 1,000 of them:",
        f"{'step':24} {'CPU s':>7} {'engine s':>9} {'commands':>9} {'event kB':>9} {'encrypted':>10} {'opened':>8}",
    ]
    for each in (*spent, whole("without messages", _without_messages(spent)), whole("all", spent)):
        counts = each.counts
        lines.append(
            f"{each.what:24} {each.own_s / thousands:7.3f} {each.engine_s / thousands:9.3f}"
            f" {counts['commands'] / thousands:9.1f} {counts['bytes'] / 1000 / thousands:9.1f}"
            f" {counts['encrypted'] / thousands:10.0f} {counts['opened'] / thousands:8.0f}"
        )
    return "\n".join(lines)


def whole(what: str, spent: Sequence[Spent]) -> Spent:
    counts: Counter[str] = Counter()
    for each in spent:
        counts.update(each.counts)
    return Spent(what, sum(each.own_s for each in spent), sum(each.engine_s for each in spent), counts)


def _without_messages(spent: Sequence[Spent]) -> list[Spent]:
    """What is done after the acceptance until every card counts as refreshed."""
    return [each for each in spent if not each.what.startswith("notifications") and each.what != "payments: check"]


def main(sizes: Sequence[int], *, is_profiled: bool) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    counts = Counts()
    monitoring.register(counts)
    FundKeys.seal = counts.counting("encrypted", FundKeys.seal)  # type: ignore[method-assign]
    FundKeys.open_bytes = counts.counting("opened", FundKeys.open_bytes)  # type: ignore[method-assign]
    for size in sizes:
        with tempfile.TemporaryDirectory() as home, ground(Path(home)) as here:
            line = Line(here, counts, size=size, is_profiled=is_profiled and size == sizes[-1])
            line.run()
            for relay in line.relays.values():
                if relay._producer is not None:
                    give_up(relay._producer)
            print(table(line.spent, size=size), flush=True)


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:] if each.isdigit()] or list(SIZES), is_profiled="--profile" in sys.argv)
