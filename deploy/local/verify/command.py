"""`python -m deploy.local verify`: asks the platform that runs on this machine, and prints a line a question."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import requests
from kafka.errors import KafkaError
from pymongo.errors import PyMongoError

from deploy.local import addresses, plan, refill, served
from deploy.local.demo.people import CANARIES
from deploy.local.programs import HOST, Broken
from deploy.local.verify.answer import Answer
from deploy.local.verify.personal import Canaries
from deploy.local.verify.questions import ask_all
from deploy.local.verify.seen import Seen
from deploy.local.verify.settling import settle
from shared.encryption.keys import from_file
from shared.storage.connection import connect

SHOWN_MAX = 20
OUTSIDE = ("bank-simulator.log", "messages-simulator.log")
"""Logs of what stands in for the world outside, where personal values are as they are there."""


def verify(environ: Mapping[str, str], *, var: Path) -> int:
    """Wait until nothing is on its way, ask everything; 1 where an answer is not empty.

    Work that begins meanwhile (a job of the night) is waited for before what looked wrong is asked again.
    """
    try:
        seen = seen_of_run(environ, var=var)
        rest = partial(settle, seen)
        rest()
        answers = ask_all(seen, rest=rest)
    except (PyMongoError, KafkaError, requests.RequestException) as gone:
        raise Broken(f"the platform cannot be asked ({type(gone).__name__}): does it run here?") from gone
    for each in answers:
        show(each)
    return 0 if all(each.holds for each in answers) else 1


def seen_of_run(environ: Mapping[str, str], *, var: Path) -> Seen:
    """Everything that a local run has: engines, logs, partners, and the keys that it made."""
    ports, settings = addresses.ports(environ), plan.settings_of_services(environ, var=var)
    ran_at = refill.last_ran_at(var)
    return Seen(
        databases={name: connect(own["MONGODB_URI"], own["MONGODB_DATABASE"]) for name, own in settings.items()},
        broker=settings["payments"]["KAFKA_BOOTSTRAP_SERVERS"],
        logs=[log for log in sorted((var / "log").glob("*.log")) if log.name not in OUTSIDE],
        zipkin=_if_there(f"http://{HOST}:{ports['ZIPKIN_PORT']}", "/health"),
        messages=_if_there(f"http://{HOST}:{ports['MESSAGES_PORT']}", "/health/live"),
        bank=_if_there(f"http://{HOST}:{ports['BANK_PORT']}", "/health/live"),
        bank_keys=from_file(Path(settings["payments"]["KEYS_FILE"])),
        funds=served.funds(environ, var=var),
        canaries=Canaries(CANARIES),
        remembered_since=None if ran_at is None else ran_at - refill.REACH,
    )


def show(answer: Answer) -> None:
    """A line for the question, and one for each of the first that offend."""
    print(f"  {'ok  ' if answer.holds else 'FAIL'}  {answer.sentence}", flush=True)
    for offending in answer.offending[:SHOWN_MAX]:
        print(f"          {offending}", flush=True)
    if answer.offences > SHOWN_MAX:
        print(f"          … and {answer.offences - SHOWN_MAX:,} more", flush=True)


def _if_there(url: str, health: str) -> str:
    try:
        return url if requests.get(f"{url}{health}", timeout=2).ok else ""
    except requests.RequestException:
        return ""
