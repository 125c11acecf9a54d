"""What a test stands on: a platform over a database of its own, with keys of its own and the funds as they ship."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from pymongo.database import Database

from shared.bus import envelope
from shared.bus.dead_letters import ReceivedRecord
from shared.bus.inbox import Inbox
from shared.encryption.keys import FundKeys, from_data, generate_keyring
from shared.events import catalogue
from shared.funds.bindings import BankBinding, Bindings
from shared.funds.fund import Fund
from shared.funds.loading import load
from shared.kernel.actors import Actor, ActorKind
from shared.process.service import Service
from shared.storage import indexes
from shared.storage.connection import connect
from shared.storage.service_context import ServiceContext, as_stored, now
from shared.storage.unit_of_work import UnitOfWork

DZ, TN = "dz-cnas", "tn-cnss"


@cache
def shipped() -> Mapping[str, Fund]:
    """All funds that ship, read once: reading them takes a second."""
    return load()


@cache
def funds() -> dict[str, Fund]:
    return {fund_id: shipped()[fund_id] for fund_id in (DZ, TN)}


def with_bank(fund: Fund, **binding: Any) -> Fund:
    """A fund that is bound to another bank."""
    bindings = Bindings(bank=BankBinding(**binding))
    return replace(fund, sections=replace(fund.sections, bindings=bindings))


@cache
def keys() -> dict[str, FundKeys]:
    """One ring for a whole run: what one service of a test encrypts another can open, as in a real installation."""
    return from_data(generate_keyring([DZ, TN]))


def end_of_day(at: datetime) -> datetime:
    """The last minute of the day that a fund of these has at an instant, of the fund whose day ends first."""
    zones = {fund.zone for fund in funds().values()}
    nights = (datetime.combine(at.astimezone(zone).date() + timedelta(days=1), time(), tzinfo=zone) for zone in zones)
    return min(nights).astimezone(UTC) - timedelta(minutes=1)


_asked = itertools.count()


@cache
def _end_of_run() -> datetime:
    """Of the day on which a run first asked for the time."""
    return end_of_day(now())


def one_day() -> datetime:
    """The true time, but of one day for a whole run: a test that was collected before midnight may run after it. From
    the last minute on it goes on by a millisecond each time that it is asked for: what was made later has a later id.
    """
    return min(now(), _end_of_run() + next(_asked) * timedelta(milliseconds=1))


def today(fund_id: str = DZ) -> date:
    """The fund's day: an hour before midnight by UTC it is the next one in Algiers."""
    return one_day().astimezone(funds()[fund_id].zone).date()


def context_on(
    database: Database[dict[str, Any]], uri: str, *, clock: Callable[[], datetime] = one_day
) -> ServiceContext:
    """A platform as a process has it, over the test's own database."""
    return ServiceContext(database=connect(uri, database.name), funds=funds(), keys=keys(), clock=clock)


def make_unique_indexes(service: Service[Any], context: ServiceContext) -> None:
    """Those that actions count on. The others only make a large database fast, and take most of the time of a test."""
    assert not indexes.make(context.database, [each for each in service.declared_indexes() if each.unique])


def someone(**facts: Any) -> Actor:
    """An actor who may everything unless the test says otherwise."""
    return Actor(**{"kind": ActorKind.STAFF, "subject": "tester", **facts})


def reading(context: ServiceContext, fund_id: str = DZ) -> UnitOfWork:
    return context.reading(fund_id, by=someone())


def published(context: ServiceContext) -> list[str]:
    """The types of all events in the outbox, in the order of their telling."""
    documents = context.database["outbox"].find().sort("_id", 1)
    return [event["type"] for document in documents for event in document["events"]]  # type: ignore[attr-defined]


def published_events(context: ServiceContext, type_name: str) -> list[Any]:
    """The events of one type in the outbox, in the order of their telling."""
    documents = context.database["outbox"].find().sort("_id", 1)
    bodies = [event for row in documents for event in row["events"] if event["type"] == type_name]  # type: ignore[attr-defined]
    return [catalogue.decode(each["type"], each["version"], each["body"]) for each in bodies]


def handle(context: ServiceContext, service: Any, *events: Any, fund_id: str = DZ) -> None:
    """Let a service take in events as its inbox would, twice each: the second time must change nothing."""
    inbox = Inbox(context, service=service.name, reactions=service.all_reactions())
    stranger = context.make_uow(fund_id, by=someone(), cause="", at=as_stored(context.clock()), writes=None)
    for event in events:
        stranger.publish(event)
    letters = [
        ReceivedRecord(each["id"], each["topic"], 0, offset, each["key"], envelope.headers(each), each["body"])
        for offset, each in enumerate(stranger.events)  # type: ignore[arg-type, call-overload]
    ]
    inbox.handle(letters)
    inbox.handle(letters)


def parked(context: ServiceContext) -> list[str]:
    """Why events were parked, in the order in which that happened."""
    return [str(row["why"]) for row in context.database["deadletters"].find().sort("parked_at", 1)]
