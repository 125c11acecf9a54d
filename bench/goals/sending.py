"""P12: claims told by mail and SMS at once, against real SMTP and SMPP servers: events in, messages out, all told.

One event a claim, as claims are filed one by one: that is the shape in which a message costs the most.
"""

import json
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from bench.ground import FUND, Ground
from bench.results import Row, at_least
from deploy.local.programs import HOST, Program, free_port, is_listening
from services.notifications.settings import Settings
from services.notifications.wiring import jobs, periodic_tasks, service
from shared.bus import envelope
from shared.bus.dead_letters import ReceivedRecord
from shared.bus.inbox import Inbox
from shared.events.claims.claims import ClaimSubmitted
from shared.events.identity import PersonsRegistered, RegisteredPerson
from shared.jobs.runner import Runner
from shared.kernel.actors import system
from shared.kernel.personal import DataClass, Encrypted
from shared.process.periodic_tasks import threads
from shared.storage.service_context import ServiceContext, as_stored

CLAIMS = 600
TOGETHER = 50
"""Events of one poll: what a worker that keeps up finds."""
WAIT_S_MAX = 300.0
FLOOR_EACH_S, TARGET_EACH_S = 40.0, 80.0
"""Messages a second by each channel: half of the claims that this machine takes with eight clients, and all."""


def measure(ground: Ground) -> list[Row]:
    context = ground.context(service)
    receive(context, [persons(context, range(CLAIMS))])
    claims = [claim(number) for number in range(CLAIMS)]
    centre = Centre(free_port(), free_port(), free_port())
    ground.start(centre.program(ground.home / "messages"))
    began_s = time.monotonic()
    for start in range(0, CLAIMS, TOGETHER):
        receive(context, claims[start : start + TOGETHER])
    taken_s = time.monotonic() - began_s
    with sending(context, centre.settings()):
        began_s = time.monotonic()
        _until_all_are_settled(context)
        sent_s = time.monotonic() - began_s
    counts = centre.counts()
    each_s = CLAIMS / sent_s
    whole_s = CLAIMS / (taken_s + sent_s)
    what = f"{CLAIMS} claims told by mail and SMS at once ({counts['messages']} arrived, "
    what += f"{counts['deliveries'] - counts['messages']} twice)"
    aim = f"{FLOOR_EACH_S:g} / {TARGET_EACH_S:g}"
    return [
        Row(
            "P12",
            what,
            f"{each_s:,.0f} mails /s and {each_s:,.0f} SMS /s",
            "",
            "",
            aim,
            at_least(each_s, floor=FLOOR_EACH_S, target=TARGET_EACH_S),
        ),
        Row("P12b", "the same with their events taken in first", f"{whole_s:,.0f} claims /s, all told"),
        Row("P12c", "events of claims taken in", f"{CLAIMS / taken_s:,.0f} /s"),
    ]


def person_ref_of(number: int) -> str:
    return f"p{number:024d}"


def persons(context: ServiceContext, numbers: range) -> PersonsRegistered:
    """A page of the register with a mail address and a mobile number of each."""

    def contact(number: int) -> Encrypted:
        reached = {"email": f"person.{number}@personne.example", "mobile": f"+2135{number:07d}9"}
        return context.keys[FUND].encrypt(
            json.dumps(reached), data_class=DataClass.CONTACT, associated_data=person_ref_of(number)
        )

    people = tuple(
        RegisteredPerson(
            person_ref=person_ref_of(number),
            civil=Encrypted("unread"),
            contact=contact(number),
            language=("fr", "ar")[number % 2],
        )
        for number in numbers
    )
    return PersonsRegistered(page_id=f"bench/{numbers.start}", registered_at=datetime.now(UTC), persons=people)


def claim(number: int) -> ClaimSubmitted:
    return ClaimSubmitted(
        claim_id=f"c{number}",
        reference="CL260000000197",
        person_ref=person_ref_of(number),
        claim_type="care-reimbursement",
        submitted_at=datetime.now(UTC),
    )


def receive(context: ServiceContext, events: Iterable[Any]) -> None:
    """Events as the reader hands them to the inbox."""
    stranger = context.make_uow(FUND, by=system("bench"), cause="", at=as_stored(context.clock()), writes=None)
    for event in events:
        stranger.publish(event)
    stored: Sequence[Any] = stranger.events
    letters = [
        ReceivedRecord(each["id"], each["topic"], 0, offset, each["key"], envelope.headers(each), each["body"])
        for offset, each in enumerate(stored)
    ]
    Inbox(context, service=service.name, reactions=service.all_reactions()).handle(letters)


@dataclass(frozen=True)
class Centre:
    """The simulated mail server and SMS centre, a program of its own."""

    smtp_port: int
    smpp_port: int
    http_port: int

    def program(self, state_dir: Path) -> Program:
        binds = {
            "MESSAGES_SMTP_BIND": f"{HOST}:{self.smtp_port}",
            "MESSAGES_SMPP_BIND": f"{HOST}:{self.smpp_port}",
            "MESSAGES_HTTP_BIND": f"{HOST}:{self.http_port}",
            "MESSAGES_STATE_DIR": str(state_dir),
        }
        return Program(
            name="messages",
            command=[sys.executable, "-m", "simulators.messages"],
            ports={"MESSAGES_HTTP_BIND": self.http_port},
            answers=lambda: is_listening(self.http_port),
            environment=binds,
        )

    def counts(self) -> dict[str, int]:
        found: dict[str, int] = requests.get(f"http://{HOST}:{self.http_port}/counts", timeout=10).json()
        return found

    def settings(self) -> Settings:
        return Settings(
            smtp_host=HOST,
            smtp_port=self.smtp_port,
            smtp_security="none",
            smtp_user="",
            smtp_password="",
            smtp_connections=4,
            smtp_per_s_max=0.0,
            mail_from="caisse@example.org",
            smpp_host=HOST,
            smpp_port=self.smpp_port,
            smpp_system_id="himaya",
            smpp_password="invented",  # noqa: S106 - the simulator believes any
            smpp_window=50,
            smpp_per_s_max=0.0,
            smpp_message_id_tag=0x1401,
            sms_sender="CNAS",
        )


@contextmanager
def sending(context: ServiceContext, settings: Settings) -> Iterator[None]:
    """The periodic tasks and jobs of a worker, in their threads."""
    stop = threading.Event()
    runner = Runner(context, jobs(settings))
    working = [
        *threads(periodic_tasks(settings), context, stop),
        threading.Thread(target=runner.run, args=(stop,), name="jobs", daemon=True),
    ]
    for thread in working:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in working:
            thread.join(30)


def _until_all_are_settled(context: ServiceContext) -> None:
    deadline = time.monotonic() + WAIT_S_MAX
    while context.collection("messages").count_documents({"fund": FUND, "status": "queued"}, limit=1):
        if time.monotonic() > deadline:
            raise TimeoutError("messages still wait")
        time.sleep(0.25)
