"""The load: threads that declare wages, pay, file claims and obtain papers from outside, from a seed, while faults
happen. Each command is recorded; nobody gives up while the platform may still answer."""

import queue
import random
import threading
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import requests

from deploy.local.demo import papers, payroll
from deploy.local.demo.employers import GOOD_CARD, SILENT_CARD
from deploy.local.demo.expected import ended
from deploy.local.demo.people import Cast
from deploy.local.demo.persons import filing
from tests.faults.world.client import Outcome, SignedInUser, TimedOut
from tests.faults.world.people import ALGERIA, People

JOIN_MAX_S = 240.0
PAUSE_S = (0.1, 0.8)
WRONG_SHARE = 0.2
RAILS = ("transfer", "transfer", "card")


class Load:
    """Some threads at work until they are told to finish what they have begun."""

    def __init__(self, people: People, *, seed: str, rails: Sequence[str]) -> None:
        self.people, self.seed, self.rails = people, seed, rails
        self.failures: list[str] = []
        self._stop = threading.Event()
        uows: dict[str, Callable[[random.Random], None]] = {
            "wages-1": self._wages,
            "wages-2": self._wages,
            "care-1": lambda chance: self._care(chance, self.people.persons[:2]),
            "care-2": lambda chance: self._care(chance, self.people.persons[2:4]),
            "papers-1": lambda chance: self._paper(chance, self.people.persons[4:6]),
        }
        self._threads = [
            threading.Thread(target=self._keep_at, args=(name, uow), name=name, daemon=True)
            for name, uow in uows.items()
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Nothing new is begun; returns when all that was begun has come to its end."""
        self._stop.set()
        deadline = time.monotonic() + JOIN_MAX_S
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self.failures += [f"{thread.name} never came to an end" for thread in self._threads if thread.is_alive()]

    def _keep_at(self, name: str, uow: Callable[[random.Random], None]) -> None:
        chance = random.Random(f"{self.seed}/{name}")
        while not self._stop.is_set():
            try:
                uow(chance)
            except queue.Empty:
                return
            except TimedOut as lost:
                self.failures.append(f"{name}: {lost}")
                return
            except Exception as broken:  # noqa: BLE001 - whatever it is, the test has to hear of it
                self.failures.append(f"{name}: {type(broken).__name__}: {broken}")
                return
            self._stop.wait(chance.uniform(*PAUSE_S))

    # --- wages: declared, and paid once accepted

    def _wages(self, chance: random.Random) -> None:
        characters, login = self.people.firms.get_nowait()
        user = self.people.user(characters.fund.fund_id, login=login)
        user.sign_in()
        declaration_id = declare(user, characters, today=self.people.today())
        if declaration_id:
            self._pay(user, characters, declaration_id, chance)

    def _pay(self, user: SignedInUser, characters: Cast, declaration_id: str, chance: random.Random) -> None:
        rail = chance.choice(self.rails)
        path = f"/declarations/{declaration_id}/collections"
        asked = user.command("pay", f"{rail} {declaration_id}", "payments", path, json={"rail": rail})
        if asked.outcome is not Outcome.OK:
            return
        if rail == "transfer":
            transfer(self.people, user, asked.answer)
        else:
            self._pay_by_card(user, asked.answer["collection_id"], chance)

    def _pay_by_card(self, user: SignedInUser, collection_id: str, chance: random.Random) -> None:
        card = chance.choice([GOOD_CARD, SILENT_CARD])

        def checkout() -> Any:
            return (user.get("payments", f"/collections/{collection_id}") or {}).get("checkout_url")

        url = user.watch(f"the bank's page for {collection_id}", checkout)
        user.ask("card", collection_id, lambda key: self.people.payers[user.fund].pay_by_card(url, card=card))

    # --- care: papers uploaded, a claim filed and approved

    def _care(self, chance: random.Random, persons: list[Any]) -> None:
        worker, user = chance.choice(persons)
        uploads = [upload(user, f"{chance.getrandbits(64):016x}") for _ in range(2)]
        if None in uploads:
            return
        care_on = self.people.today() - timedelta(days=2)
        body = {**filing(ALGERIA, [str(each) for each in uploads]), "care_on": care_on.isoformat()}
        for line in body["lines"]:  # the same amount again would be the same bill again, for an agent to judge
            line["paid"] = f"{chance.randrange(2_000, 900_000)}.{chance.randrange(100):02d}"
        if chance.random() < WRONG_SHARE:
            wrong = {**body, "care_on": (care_on + timedelta(days=30)).isoformat()}
            user.command("wrong", worker.insurance_number, "claims", "/claims", json=wrong, again=UPLOAD_UNKNOWN)
        claim = user.command("claim", worker.insurance_number, "claims", "/claims", json=body, again=UPLOAD_UNKNOWN)
        if claim.outcome is Outcome.OK:
            claim_id, agent = claim.answer["claim_id"], self.people.agents[user.fund]
            agent.command("approve", claim_id, "claims", f"/claims/{claim_id}/approval", json={})

    # --- papers

    def _paper(self, chance: random.Random, persons: list[Any]) -> None:
        worker, user = chance.choice(persons)
        body = {"kind": "affiliation-certificate", "language": chance.choice(["ar", "fr"])}
        user.command(
            "paper", worker.insurance_number, "documents", "/papers", json=body, again={"paper.too-many-waiting"}
        )
        self._stop.wait(chance.uniform(1.0, 3.0))


UPLOAD_UNKNOWN = frozenset({"claim.upload-unknown"})


def declare(user: SignedInUser, characters: Cast, *, today: date) -> str | None:
    """Send a firm's wage file and wait until it is accepted; the declaration's id, None where it was refused."""
    code, definition = next(iter(characters.fund.declarations.forms.items()))
    period = ended(definition, today=today)
    files = payroll.wage_files(characters, definition, period)
    form = {"employer_id": characters.employer.number, "form": code, "period": str(period)}
    parts = [("files", (name, content, "text/plain")) for name, content in files.items()]
    sent = user.command("declare", characters.employer.number, "payments", "/declarations", data=form, files=parts)
    if sent.outcome is not Outcome.OK:
        return None
    declaration_id = str(sent.answer["declaration_id"])

    def is_accepted() -> Any:
        found = user.get("payments", f"/declarations/{declaration_id}") or {}
        return found.get("status") == "accepted"

    user.watch(f"the acceptance of {declaration_id}", is_accepted)
    return declaration_id


def transfer(people: People, user: SignedInUser, asked: dict[str, Any]) -> None:
    """Order at the bank what the fund asked for."""
    order = {
        "account": people.payers[user.fund].account,
        "to_account": asked["account"]["number"],
        "amount": asked["amount"],
        "currency": asked["currency"],
        "reference": asked["reference"],
    }
    url = f"{people.addresses.bank}/transfers"
    user.ask(
        "transfer",
        asked["collection_id"],
        lambda key: requests.post(url, json=order, headers={"Idempotency-Key": key}, timeout=20),
    )


def upload(user: SignedInUser, text: str) -> str | None:
    """Give a scanned paper that no other is like; its id."""
    file = {"file": (f"{text}.pdf", papers.scanned(text), "application/pdf")}
    sent = user.command("upload", text, "documents", "/uploads", files=file)
    return str(sent.answer["upload_id"]) if sent.outcome is Outcome.OK else None
