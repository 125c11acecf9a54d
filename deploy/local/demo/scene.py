"""The state of one fund's demo: its people, what chapters pass to later ones, and steps that several share."""

import os
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from deploy.local import place
from deploy.local.demo import expected
from deploy.local.demo.people import Cast, Worker
from deploy.local.demo.reporter import Reporter, StepFailed
from deploy.local.demo.visitors import Mailbox, Visitor, World
from shared.funds.declarations import DeclarationForm
from shared.funds.fund import Fund
from shared.funds.messages import Channel
from shared.funds.period import Period
from shared.languages.locales import first_from_left

EMPLOYER_SCOPE = "declarations:file declarations:read collections:pay messages:read"
PERSON_SCOPE = (
    "claims:submit claims:read rights:read uploads:add uploads:read papers:obtain papers:read careers:read cards:read "
    "messages:read awards:read"
)
STAFF_SCOPE = (
    "claims:decide claims:read rights:read uploads:read declarations:read collections:read ledger:read bank:settle "
    "terminals:take campaigns:manage"
)
NEWEST = 30
"""So many messages of an inbox are looked through."""
REFERENCE = re.compile(r"\b[A-Z]{2}[0-9]{12}\b")
"""The number of a claim or an award in a message."""


def today() -> date:
    return datetime.now(UTC).date()


@dataclass
class Scene:
    """One fund's demo, and what its chapters pass to later ones."""

    world: World
    characters: Cast
    folder: Path
    password: str = field(default_factory=lambda: f"Oasis-{secrets.token_urlsafe(12)}")
    declarations: list[dict[str, Any]] = field(default_factory=list)
    """Those that were accepted, in order."""
    has_mandate: bool = False
    """Whether the employer has a mandate in force, and wants what it declares debited."""
    settler: Visitor | None = None
    """Who decides what employers ask for, once somebody does."""

    def __post_init__(self) -> None:
        language = first_from_left(self.fund.languages)  # for a terminal
        self.employer, self.worker, self.agent, self.anyone = (
            Visitor(self.world, self.fund_id, language) for _ in range(4)
        )
        self.accountant = self.agent
        self.mailbox = Mailbox(self.world)

    @property
    def reporter(self) -> Reporter:
        return self.world.reporter

    @property
    def fund(self) -> Fund:
        return self.characters.fund

    @property
    def fund_id(self) -> str:
        return self.fund.fund_id

    @property
    def form_code(self) -> str:
        """The first of the fund's declarations."""
        return next(iter(self.fund.declarations.forms))

    @property
    def form(self) -> DeclarationForm:
        return self.fund.declarations.forms[self.form_code]

    @property
    def periods(self) -> list[Period]:
        """Those that the employer declares, in order."""
        return expected.periods(self.fund, self.form, today=self.today)

    @property
    def today(self) -> date:
        """The day that it is where the fund is."""
        return self.fund.day_of(datetime.now(UTC))

    @property
    def declaration(self) -> dict[str, Any]:
        """The last one that was accepted."""
        return self.declarations[-1]

    def language_of(self, person: Worker) -> str:
        """In which the fund writes to a worker."""
        place = self.characters.workers.index(person)
        return self.fund.languages[-1 - place % len(self.fund.languages)]

    def keep(self, name: str, content: bytes) -> None:
        """A paper that anybody may look at afterwards."""
        kept = place.var(os.environ) / "demo" / "papers" / self.fund_id
        kept.mkdir(parents=True, exist_ok=True)
        (kept / name).write_bytes(content)

    def wait_notified(self, person: Worker, template: str, *, about: str, what: str) -> None:
        """The worker, who is signed in, reads a message about a claim or an award, and gets it on the way that the
        fund has."""
        reporter, language = self.reporter, self.language_of(person)

        def in_the_inbox() -> Any:
            page = self.worker.get("notifications", f"/messages?limit={NEWEST}", language=language)
            found = [each for each in page["items"] if (each["template"], each["about"]) == (template, about)]
            return found[0] if found else None

        notice = reporter.wait(f"the message {template}", in_the_inbox)
        by_sms = Channel.SMS in self.fund.channels
        if not by_sms and Channel.EMAIL not in self.fund.channels:
            reporter.seen(f"{what}, in the inbox: {notice['text']}")
            return

        words = set(re.findall(r"\w+", f"{notice['subject']} {notice['text']}"))
        references = set(REFERENCE.findall(notice["text"]))

        def likeness(message: dict[str, Any]) -> float:
            """Which share of an SMS's words the notice has: SMS come in no order."""
            own = set(re.findall(r"\w+", message["text"]))
            return len(words & own) / len(own)

        def received() -> Any:
            found = self.received(person)
            if by_sms:
                found = [each for each in found if references & set(REFERENCE.findall(each["text"]))]
                return max(found, key=likeness) if len(found) >= self._sms_due(references) else None
            return next((each for each in found if each["subject"] == notice["subject"]), None)

        got = reporter.wait(f"the message {template} on its way", received)
        reporter.seen(f"{what}, by {'SMS' if by_sms else 'e-mail'}: {got['text'] if by_sms else got['subject']}")

    def _sms_due(self, references: set[str]) -> int:
        """How many SMS have been sent about these, by what stands in the inbox. (Not each message goes by SMS.)"""
        inbox = self.worker.get("notifications", f"/messages?limit={NEWEST}")["items"]
        return sum(bool(references & set(REFERENCE.findall(each["text"]))) for each in inbox)

    def received(self, person: Worker) -> list[dict[str, Any]]:
        """What reached a worker outside of the inbox, oldest first."""
        if Channel.SMS in self.fund.channels:
            return self.mailbox.of(person.mobile, channel="sms")
        return self.mailbox.of(person.email, channel="mail")

    def upload(self, name: str, content: bytes, media_type: str) -> str:
        """The worker uploads a paper; its id."""
        answer = self.worker.raw("POST", "documents", "/uploads", files={"file": (name, content, media_type)})
        if answer.status_code != 201:
            raise StepFailed(f"the upload of {name} gave {answer.status_code}: {answer.text[:300]}")
        upload_id: str = answer.json()["upload_id"]
        return upload_id

    def retried(self, path: str, body: dict[str, Any], *, expect: int = 200) -> dict[str, Any]:
        """Post to claims; a paper just uploaded may be known there a moment later, and the answer says so."""

        def attempt() -> Any:
            answer = self.worker.raw("POST", "claims", path, json=body)
            if answer.status_code == 409 and answer.json()["code"] == "claim.upload-unknown":
                return None
            if answer.status_code != expect:
                raise StepFailed(f"{path} answered {answer.status_code}: {answer.text[:300]}")
            return answer.json()

        found: dict[str, Any] = self.reporter.wait("claims to know the paper", attempt)
        return found
