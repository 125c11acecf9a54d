"""A careless relay: it holds every service's lease, so that their own stand by, and sends what waits in its own manner.

What a network and a broker may do to events once in a year it does to each of them.
"""

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from kafka import KafkaProducer

from deploy.local.addresses import SERVICES
from shared.bus import envelope
from shared.bus.relay import producer
from shared.storage.service_context import now
from tests.faults.kills.scene import Scene

Event = Mapping[str, Any]


@dataclass
class Careless:
    """`copies` of each event are sent; `wait_s` says how long an event is held, with all that follow it in its key;
    `is_reversing` sends what was held of a key from its end."""

    scene: Scene
    copies: int = 1
    wait_s: Callable[[Event], float] = lambda event: 0.0
    is_reversing: bool = False
    held: dict[str, list[Event]] = field(default_factory=dict)
    due: dict[str, float] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    sent: list[Event] = field(default_factory=list)

    def take_leases(self) -> None:
        for service in SERVICES:
            mine = {"holder": "the careless relay", "until": now() + timedelta(hours=1)}
            self.scene.database(service)["leases"].replace_one({"_id": "relay"}, mine, upsert=True)

    def run(self, stop: threading.Event) -> None:
        sending = producer(self.scene.broker)
        try:
            while not stop.wait(0.05):
                self._hold_what_waits()
                self._send_what_is_due(sending)
        finally:
            sending.close(timeout=5)

    def send_all_again(self) -> None:
        """The whole batch once more, as it was sent."""
        sending = producer(self.scene.broker)
        for event in list(self.sent):
            _send(sending, event)
        sending.flush(timeout=30)
        sending.close(timeout=5)

    def _hold_what_waits(self) -> None:
        at = now().timestamp()
        for service in SERVICES:
            for document in self.scene.database(service)["outbox"].find({"is_sent": False}).sort("_id", 1):
                for event in document["events"]:  # type: ignore[attr-defined]
                    if event["id"] in self.seen:
                        continue
                    self.seen.add(event["id"])
                    lane = f"{event['topic']} {event['key']}"
                    self.held.setdefault(lane, []).append(event)
                    is_second = self.is_reversing and len(self.held[lane]) > 1
                    self.due[lane] = 0.0 if is_second else self.due.get(lane, at + self.wait_s(event))

    def _send_what_is_due(self, sending: KafkaProducer) -> None:
        at = now().timestamp()
        for lane in [lane for lane, due in self.due.items() if due <= at]:
            del self.due[lane]
            events = self.held.pop(lane)
            for event in reversed(events) if self.is_reversing else events:
                for _ in range(self.copies):
                    _send(sending, event)
                self.sent.append(event)
        sending.flush(timeout=30)
        self._mark_sent({event["id"] for event in self.sent})

    def _mark_sent(self, sent: set[str]) -> None:
        for service in SERVICES:
            outbox = self.scene.database(service)["outbox"]
            for document in list(outbox.find({"is_sent": False})):
                if {event["id"] for event in document["events"]} <= sent:  # type: ignore[attr-defined]
                    outbox.update_one({"_id": document["_id"]}, {"$set": {"is_sent": True}})


def _send(sending: KafkaProducer, event: Event) -> None:
    sending.send(event["topic"], value=bytes(event["body"]), key=event["key"].encode(), headers=envelope.headers(event))


@contextmanager
def carried_carelessly(scene: Scene, **manner: Any) -> Iterator[Careless]:
    """A careless relay in a thread, from before the workers start."""
    relay, stop = Careless(scene, **manner), threading.Event()
    relay.take_leases()
    thread = threading.Thread(target=relay.run, args=(stop,), daemon=True)
    thread.start()
    try:
        yield relay
    finally:
        stop.set()
        thread.join(30)


def at_random(seed: int) -> Callable[[Event], float]:
    """Hold each key for a while of its own, so that what was told first may come last."""
    chance = random.Random(seed)
    return lambda event: chance.uniform(0.0, 2.0)


def until_the_next_of(*types: str) -> Callable[[Event], float]:
    """Hold events of these types until another of their key was told."""
    return lambda event: 60.0 if event["type"] in types else 0.0
