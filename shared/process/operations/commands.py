"""The operators' commands of every service, on the machine: dead letters, outbox, inbox, jobs."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import structlog

from shared.jobs.job import JobStatus
from shared.kernel.errors import Failure
from shared.process.operations import dead_letter_commands, job_commands, outbox_commands
from shared.process.operations.command_context import CommandContext
from shared.process.service import Service
from shared.process.settings import Common

NAMES = ("deadletters", "outbox", "inbox", "jobs")


def run(service: Service[Any], common: Common, arguments: Sequence[str]) -> int:
    """Carry out one command; 1 where it could not be carried out to its end."""
    asked = _parser(service.name).parse_args(arguments)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # what is asked for goes to stdout
    command = CommandContext(service, common, service.context(common))
    try:
        status: int = asked.act(command, asked)
        return status
    except Failure as refused:
        print(service.texts().translate(refused.code, "en", refused.parameters), file=sys.stderr)  # noqa: T201
        return 1


def _parser(service: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m services.{service}")
    things = parser.add_subparsers(required=True, metavar="what")
    _add_dead_letters(things.add_parser("deadletters", help="events that wait for a person"))
    _add_outbox(things.add_parser("outbox", help="published events that are not sent yet"))
    _add_jobs(things.add_parser("jobs", help="work that time starts: what failed and what waits"))
    inbox = things.add_parser("inbox", help="events taken in").add_subparsers(required=True, metavar="verb")
    inbox.add_parser("status", help="how many, the last, and how far behind").set_defaults(act=outbox_commands.inbox)
    return parser


def _add_dead_letters(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(required=True, metavar="verb")
    shown = verbs.add_parser("list", help="the open ones")
    shown.add_argument("--fund", help="of one fund only")
    shown.add_argument("--key", help="of one key only: fund:case")
    shown.add_argument("--group", help="of one group only, as `groups` shows it")
    shown.set_defaults(act=dead_letter_commands.show)
    one = verbs.add_parser("inspect", help="one letter, without what its event says")
    one.add_argument("event_id")
    one.set_defaults(act=dead_letter_commands.inspect)
    groups = verbs.add_parser("groups", help="what is wrong, and how often")
    groups.add_argument("--fund", help="of one fund only")
    groups.set_defaults(act=dead_letter_commands.groups)
    again = verbs.add_parser("replay", help="try again, in order: a key, a letter with those behind it, or a group")
    which = again.add_mutually_exclusive_group(required=True)
    which.add_argument("key", nargs="?", help="fund:case, as `list` shows it")
    which.add_argument("--letter", metavar="EVENT_ID", help="the first letter of its key")
    which.add_argument("--group", help="as `groups` shows it")
    again.set_defaults(act=dead_letter_commands.replay)
    away = verbs.add_parser("discard", help="close one letter without acting on it; those behind it go on")
    away.add_argument("event_id")
    away.add_argument("--reason", required=True, help="kept for good: name no person")
    away.set_defaults(act=dead_letter_commands.discard)


def _add_outbox(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(required=True, metavar="verb")
    verbs.add_parser("status", help="how many wait, and since when").set_defaults(act=outbox_commands.outbox)
    anew = verbs.add_parser("republish", help="send events again; who has handled one ignores it")
    anew.add_argument("--since", type=_instant, help="such as 2026-01-31T00:00:00+01:00; without an offset it is UTC")
    anew.add_argument("--for", dest="key", help="one key's events only: fund:case")
    anew.set_defaults(act=outbox_commands.republish)


def _add_jobs(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(required=True, metavar="verb")
    shown = verbs.add_parser("list", help="those that failed as often as they may")
    shown.add_argument("--fund", help="of one fund only")
    shown.add_argument("--status", choices=[status.value for status in JobStatus], default=JobStatus.FAILED.value)
    shown.set_defaults(act=job_commands.show)
    again = verbs.add_parser("retry", help="have a worker try one now")
    away = verbs.add_parser("give-up", help="end one for good: the thing itself says so")
    for verb, act in ((again, job_commands.retry), (away, job_commands.give_up)):
        verb.add_argument("job_id", help="as `list` shows it")
        verb.add_argument("--fund", required=True, help="whose it is")
        verb.set_defaults(act=act)
    away.add_argument("--reason", required=True, help="kept for good: name no person")


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no instant such as 2026-01-31T00:00:00+01:00") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
