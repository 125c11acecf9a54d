"""What an operator may ask of any service: its dead letters, its outbox, its inbox. No personal value is shown."""

import argparse
import getpass
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from shared.bus import deadletters
from shared.bus.inbox import Inbox, replay
from shared.bus.relay import republish
from shared.process.service import Service
from shared.process.settings import Common
from shared.storage.platform import Platform

NAMES = ("deadletters", "outbox", "inbox")


def run(service: Service[Any], common: Common, arguments: Sequence[str]) -> int:
    """Carry out one command; 1 where it could not be carried out to its end."""
    asked = _parser(service.name).parse_args(arguments)
    platform = service.platform(common)
    status: int = asked.act(service, common, platform, asked)
    return status


def _parser(service: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m services.{service}")
    things = parser.add_subparsers(required=True)

    letters = things.add_parser("deadletters", help="events that wait for a person").add_subparsers(required=True)
    letters.add_parser("list", help="the open ones, in order").set_defaults(act=_list)
    again = letters.add_parser("replay", help="try the letters of a key again, in order")
    again.add_argument("key", help="fund:case, as `list` shows it")
    again.set_defaults(act=_replay)
    away = letters.add_parser("discard", help="close one letter without acting on it")
    away.add_argument("event_id")
    away.add_argument("--reason", required=True)
    away.set_defaults(act=_discard)

    outbox = things.add_parser("outbox", help="events told and not sent yet").add_subparsers(required=True)
    outbox.add_parser("status", help="how many wait, and since when").set_defaults(act=_outbox)
    anew = outbox.add_parser("republish", help="send again what was told since an instant")
    anew.add_argument("--since", required=True, type=_instant, help="such as 2026-01-31T00:00:00+01:00")
    anew.set_defaults(act=_republish)

    inbox = things.add_parser("inbox", help="events taken in").add_subparsers(required=True)
    inbox.add_parser("status", help="how many, and the last").set_defaults(act=_inbox)
    return parser


def _list(service: Service[Any], common: Common, platform: Platform, asked: argparse.Namespace) -> int:
    rows = list(platform.database["deadletters"].find({"is_open": True}, {"body": 0}).sort("parked_at", 1).limit(1000))
    for row in rows:
        type_name = {name: bytes(value) for name, value in row["headers"]}.get("ce_type", b"?").decode()  # type: ignore[attr-defined]
        _say(f"{row['parked_at']:%Y-%m-%d %H:%M:%S}  {row['_id']}  {row['key']}  {type_name}  {row['why']}")
    _say(f"{len(rows)} open")
    return 0


def _replay(service: Service[Any], common: Common, platform: Platform, asked: argparse.Namespace) -> int:
    inbox = Inbox(platform, common.kafka_servers, service=service.name, reactions=service.hears())
    done, why = replay(inbox, key=asked.key, by=_who())
    _say(f"{done} replayed" + (f"; stopped at {why}" if why else ""))
    return 1 if why else 0


def _discard(service: Service[Any], common: Common, platform: Platform, asked: argparse.Namespace) -> int:
    how = f"discarded: {asked.reason}"
    found = deadletters.resolve(platform.database, asked.event_id, how=how, by=_who(), at=platform.clock())
    _say("discarded" if found else "there is no such open letter")
    return 0 if found else 1


def _outbox(service: Service[Any], common: Common, platform: Platform, asked: argparse.Namespace) -> int:
    outbox = platform.database["outbox"]
    oldest = outbox.find_one({"is_sent": False}, sort=[("_id", 1)])
    count = outbox.count_documents({"is_sent": False})
    _say(f"{count} documents wait" + (f", the oldest since {oldest['at']:%Y-%m-%d %H:%M:%S}" if oldest else ""))
    return 0


def _republish(service: Service[Any], common: Common, platform: Platform, asked: argparse.Namespace) -> int:
    _say(f"{republish(platform, since=asked.since)} documents will be sent again")
    return 0


def _inbox(service: Service[Any], common: Common, platform: Platform, asked: argparse.Namespace) -> int:
    _say(f"{platform.database['inbox'].estimated_document_count()} events taken in")
    return 0


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _who() -> str:
    return f"operator:{getpass.getuser()}"


def _say(line: str) -> None:
    print(line)  # noqa: T201
