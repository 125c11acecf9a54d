"""What must hold once everything is healed: each command that was answered well has exactly one thing, each refused one
none, all money has come and gone once, every card is refreshed; and the platform's own invariants (`make verify`).

Things are read as their owners read them, over HTTP. That there is nothing else is read in the databases.
"""

import contextlib
import re
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from deploy.local import plan
from deploy.local.verify.command import seen_of_run
from deploy.local.verify.questions import ask_all
from deploy.local.verify.settling import NotSettled, settle
from shared.storage.connection import connect
from tests.faults.world.client import Call, Outcome
from tests.faults.world.people import People
from tests.faults.world.world import World

DRAIN_MAX_S = 150.0
LOOK_S = 0.5
SHOWN_MAX = 12
TWICE = re.compile(r"^(mail|sms) \S+ arrived 2 times$")
"""Where the database or the sender went away between the provider's answer and our record of it, a message leaves once
more under the same id, and never a third time (`services/notifications/README.md`)."""
OF_THE_BANK = ("transfer", "card")
DECLARED = {"declaration_id": 1, "status": 1}

Rows = Iterator[str]


class Checker:
    """Looks at a world that is healed. `people` and their record say what is to be expected."""

    def __init__(self, world: World, people: People) -> None:
        self.world, self.people, self.record = world, people, people.record
        settings = plan.settings_of_services(world.past_the_proxies, var=world.var)
        self.databases = {
            name: connect(own["MONGODB_URI"], own.get("MONGODB_DATABASE", f"himaya_{name}"))
            for name, own in settings.items()
        }

    def drained(self) -> list[str]:
        """Wait until all that was asked for has come to its end; what has not, when that takes too long."""
        deadline = time.monotonic() + DRAIN_MAX_S
        while left := [*self._moving()]:
            if time.monotonic() > deadline:
                return left[:SHOWN_MAX]
            time.sleep(LOOK_S)
        return []

    def wrong(self) -> list[str]:
        """Everything that does not hold."""
        return [*self._calls(), *self._things(), *self._money(), *self._invariants()]

    # --- what is still on its way

    def _moving(self) -> Rows:
        for name, database in self.databases.items():
            if waiting := database["outbox"].count_documents({"is_sent": False}):
                yield f"{name} has {waiting} documents of events to tell"
        payments, claims, documents = (self.databases[name] for name in ("payments", "claims", "documents"))
        status = {row["declaration_id"]: row["status"] for row in payments["declarations"].find({}, DECLARED)}
        for call in self.record.of("declare", Outcome.OK):
            declaration_id = call.answer["declaration_id"]
            if (now := status.get(declaration_id, "lost")) != "accepted":
                yield f"declaration {declaration_id} is {now}"
        for row in claims["claims"].find({"status": {"$ne": "paid"}}, {"claim_id": 1, "status": 1}):
            if row["claim_id"] in self._ids("approve", "claim_id"):
                yield f"claim {row['claim_id']} is {row['status']}"
        for row in documents["papers"].find({"status": "asked"}, {"number": 1}):
            yield f"paper {row['number']} is not printed"
        for row in payments["collections"].find({"status": {"$in": ["unknown"]}}, {"collection_id": 1}):
            yield f"collection {row['collection_id']} is unknown"

    # --- the record of calls against what is there

    def _calls(self) -> Rows:
        """Every command came to a good end, but those that were wrong on purpose."""
        for call in list(self.record.calls):
            due = Outcome.FAIL if call.kind == "wrong" else Outcome.OK
            if call.outcome is not due:
                yield f"should be {due}: {call}"
            if call.kind not in OF_THE_BANK and any(":500" in each for each in call.tries):
                yield f"a fault of ours was shown: {call}"

    def _things(self) -> Rows:
        """Exactly one thing for each command, and nothing that nobody asked for."""
        kept = [
            ("declare", "declaration_id", "payments", "declarations"),
            ("pay", "collection_id", "payments", "collections"),
            ("claim", "claim_id", "claims", "claims"),
            ("upload", "upload_id", "documents", "uploads"),
            ("paper", "number", "documents", "papers"),
        ]
        for kind, field, service, collection in kept:
            answered = [str(call.answer[field]) for call in self.record.of(kind, Outcome.OK)]
            there = Counter(str(row[field]) for row in self.databases[service][collection].find({}, {field: 1}))
            yield from (f"{kind} {each} was answered twice" for each, count in Counter(answered).items() if count > 1)
            yield from (f"{kind} {each} was acknowledged and is lost" for each in set(answered) - set(there))
            yield from (f"{kind} {each} is there, and nobody was told so" for each in set(there) - set(answered))

    def _ids(self, kind: str, field: str) -> set[str]:
        return {str(call.answer[field]) for call in self.record.of(kind, Outcome.OK)}

    def _money(self) -> Rows:
        """Declared is collected, cards are refreshed, benefits are paid: each once, at the bank too."""
        yield from _soon(self._declarations)
        yield from _soon(self._benefits)

    def _declarations(self) -> Rows:
        paid = {call.about.split()[1] for call in self.record.of("pay", Outcome.OK)}
        payments = self.databases["payments"]
        for call in self.record.of("declare", Outcome.OK):
            declaration_id = call.answer["declaration_id"]
            found = self.people.agents[call.fund].get("payments", f"/declarations/{declaration_id}")
            if found is None:
                yield f"declaration {declaration_id} cannot be read"
                continue
            if found["cards"] is None or found["cards"]["refreshed"] != found["workers"]:
                yield f"declaration {declaration_id}: cards {found['cards']} of {found['workers']}"
            if declaration_id in paid and found["payment"]["paid"] != found["due"]:
                yield f"declaration {declaration_id}: declared {found['due']}, collected {found['payment']['paid']}"
        moved = Counter(_bare(row[0]) for row in self._book("select reference from entries where amount_minor > 0"))
        for row in payments["collections"].find({"rail": "transfer"}, {"reference": 1}):
            if moved[_bare(row["reference"])] > 1:
                yield f"the bank moved money {moved[_bare(row['reference'])]} times for {row['reference']}"

    def _benefits(self) -> Rows:
        booked = Counter(
            row[0]
            for row in self._book("select end_to_end_id from entries where end_to_end_id <> '' and amount_minor > 0")
        )
        payouts: dict[str, list[Any]] = {}
        for row in self.databases["payments"]["payouts"].find():
            payouts.setdefault(str(row["claim_id"]), []).append(row)
        for call in self.record.of("approve", Outcome.OK):
            claim_id = call.answer["claim_id"]
            found = self.people.agents[call.fund].get("claims", f"/claims/{claim_id}") or {}
            mine = payouts.pop(claim_id, [])
            if found.get("status") != "paid" or len(mine) != 1:
                yield f"claim {claim_id} is {found.get('status')}, with {len(mine)} payouts"
            elif booked[mine[0]["end_to_end_id"]] != 1:
                yield f"claim {claim_id}: the bank paid it {booked[mine[0]['end_to_end_id']]} times"
        yield from (f"claim {claim_id} was paid and never approved" for claim_id in payouts)

    def _book(self, query: str) -> list[Any]:
        """What stands in the bank's own book."""
        book = sqlite3.connect(f"file:{self.world.var}/bank/bank.sqlite3?mode=ro", uri=True)
        with contextlib.closing(book):
            return book.execute(query).fetchall()

    def _invariants(self) -> Rows:
        """The questions of `make verify`. Timers publish events of their own meanwhile, which may be on their way when
        they are asked about: what is wrong has to stay so."""
        yield from _soon(self._answers)

    def _answers(self) -> Rows:
        """What is wrong now, of this world, by the clock that it has."""
        at = datetime.fromtimestamp(self.people.clock(), UTC)
        seen = replace(seen_of_run(self.world.past_the_proxies, var=self.world.var), at=at)
        try:
            settle(seen, at_most_s=DRAIN_MAX_S)
        except NotSettled as moving:
            yield str(moving)
        for answer in ask_all(seen):
            if offending := [each for each in answer.offending if not TWICE.search(each)]:
                yield "\n  ".join([answer.sentence, *offending[:SHOWN_MAX]])


def around(calls: Iterable[Call], wrong: Iterable[str]) -> str:
    """The calls that what is wrong speaks of."""
    text = "\n".join(wrong)
    named = [call for call in calls if call.about.split()[-1] in text or any(each in text for each in _ids_in(call))]
    return "\n".join(str(call) for call in named[-40:])


def _bare(reference: str) -> str:
    """A reference without what makes it easier to read."""
    return "".join(filter(str.isalnum, reference))


def _ids_in(call: Call) -> list[str]:
    return [value for name, value in (call.answer or {}).items() if name.endswith("_id") and isinstance(value, str)]


def _soon(look: Callable[[], Rows]) -> list[str]:
    """What is wrong and stays so: an event more or less may still be on its way."""
    deadline = time.monotonic() + DRAIN_MAX_S
    while (found := [*look()]) and time.monotonic() < deadline:
        time.sleep(LOOK_S * 2)
    return found
