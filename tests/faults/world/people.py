"""Who comes: firms with their workers and a user, insured persons with accounts, agents. All invented."""

import itertools
import queue
import random
import re
import secrets
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from deploy.local.demo.people import Cast, Worker, cast, write_register
from deploy.local.demo.scene import EMPLOYER_SCOPE, PERSON_SCOPE, STAFF_SCOPE
from deploy.local.demo.visitors import BankCustomer, Mailbox, Visitor
from deploy.local.demo.visitors import World as Addresses
from deploy.local.demo_fund import totp_secret
from shared.funds.loading import load
from tests.faults.world.client import Outcome, Record, SignedInUser, Untraced
from tests.faults.world.world import World

TOKEN = re.compile(r"token=([\w-]+)", re.ASCII)  # an Arabic mail has marks of direction around the link
BATCH = 30
WORKERS = 2
PERSONS = 6
FUNDS = load(["dz-cnas", "tn-cnss"])
ALGERIA, TUNISIA = FUNDS.values()
TUNISIAN_MAX = 100
"""Their invented national ids have few digits for the firm."""


class People:
    """The firms are used up one declaration each; `more` brings new ones."""

    def __init__(self, world: World, record: Record, *, clock: Callable[[], float]) -> None:
        self.world, self.record, self.clock = world, record, clock
        self.addresses = Addresses(world.public, Untraced())
        self.mailbox = Mailbox(self.addresses)
        self.password = f"Oasis-{secrets.token_urlsafe(12)}"
        self.firms: queue.Queue[tuple[Cast, str]] = queue.Queue()
        self.persons: list[tuple[Worker, SignedInUser]] = []
        self.payers: dict[str, BankCustomer] = {}
        self.agents: dict[str, SignedInUser] = {}
        self._runs, self._runs_tn = itertools.count(1), iter(range(1, TUNISIAN_MAX))
        self._chance = random.Random(0)
        self._folder = world.var / "registers"

    def begin(self) -> None:
        """The first firms, an agent for each fund, and the workers who may open accounts once rights are theirs."""
        for fund_id, fund in FUNDS.items():
            self.payers[fund_id] = BankCustomer(self.addresses)
            self.payers[fund_id].open_account(holder="Tous", currency=fund.currency.value, balance="900000000000")
            self.agents[fund_id] = self._agent(fund_id)
        self.home = cast(ALGERIA, run=next(self._runs), count=PERSONS)
        self.home_login = self._import([self.home])
        self.more(BATCH)

    def more(self, at_least: int) -> None:
        """See that so many firms wait for somebody to declare for them, in no order."""
        while self.firms.qsize() < at_least:
            algerian = [cast(ALGERIA, run=next(self._runs), count=WORKERS) for _ in range(BATCH)]
            tunisian = [cast(TUNISIA, run=run, count=WORKERS) for run in itertools.islice(self._runs_tn, BATCH // 4)]
            waiting = []
            for casts in filter(None, (algerian, tunisian)):
                login = self._import(casts)
                waiting += [(each, login) for each in casts]
            for each in self._chance.sample(waiting, len(waiting)):
                self.firms.put(each)

    def user(self, fund: str, *, login: str) -> SignedInUser:
        """A seat for a firm's user."""

        def sign_in(visitor: Visitor) -> None:
            visitor.sign_in(login, self.password, scope=EMPLOYER_SCOPE)

        return SignedInUser(self.addresses, fund, self.record, clock=self.clock, sign_in=sign_in)

    def _agent(self, fund: str) -> SignedInUser:
        secret = totp_secret(self._add_user(fund, "agent", ["--kind", "staff", "--role", "agent"]))

        def sign_in(visitor: Visitor) -> None:
            visitor.sign_in("agent", self.password, totp_secret=secret, scope=STAFF_SCOPE)

        agent = SignedInUser(self.addresses, fund, self.record, clock=self.clock, sign_in=sign_in)
        agent.sign_in()
        return agent

    def open_accounts(self) -> None:
        """Each worker of the first firm gets an account, by the link that comes by mail."""
        threads = [threading.Thread(target=self._open, args=(worker,)) for worker in self.home.workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(self.persons) == PERSONS, "not every person could open an account"

    def _open(self, worker: Worker) -> None:
        asked = {
            "national_id": worker.national_id,
            "insurance_number": worker.insurance_number,
            "birth_on": worker.birth_on.isoformat(),
            "email": worker.email,
            "password": self.password,
        }
        user = SignedInUser(
            self.addresses,
            ALGERIA.fund_id,
            self.record,
            clock=self.clock,
            sign_in=lambda visitor: visitor.sign_in(worker.national_id, self.password, scope=PERSON_SCOPE),
        )
        user.command("account", worker.insurance_number, "identity", "/accounts", json=asked)
        mail = user.watch(
            "the activation mail", lambda: self.mailbox.of(worker.email, channel="mail", containing="token=")
        )
        found = TOKEN.search(mail[-1]["text"])
        assert found is not None, "the activation mail has no link"
        opening = {"token": found[1], "password": self.password}
        opened = user.command("activate", worker.insurance_number, "identity", "/accounts/activation", json=opening)
        assert opened.outcome is Outcome.OK, opened
        user.sign_in()
        self.persons.append((worker, user))

    def _import(self, casts: Sequence[Cast]) -> str:
        """Import the register of these firms, all of one fund, with one user for them; its login."""
        fund, first = casts[0].fund.fund_id, casts[0].run
        persons, employers = self._register(casts, self._folder / fund / str(first))
        files = ["--persons", str(persons), "--employers", str(employers)]
        imported = self.world.command("identity", "import-register", fund, *files)
        assert imported.returncode == 0, imported.stdout + imported.stderr
        login = f"paie-{fund}-{first}"
        numbers = [part for each in casts for part in ("--employer", each.employer.number)]
        self._add_user(fund, login, ["--kind", "employer", *numbers])
        return login

    def _register(self, casts: Sequence[Cast], folder: Path) -> tuple[Path, Path]:
        """One register of several firms."""
        parts = []
        for each in casts:
            own = folder / str(each.run)
            own.mkdir(parents=True)
            parts.append(write_register(own, each))
        whole = (folder / "persons.csv", folder / "employers.csv")
        for number, path in enumerate(whole):
            lines = [part[number].read_text(encoding="utf-8").splitlines(keepends=True) for part in parts]
            path.write_text("".join([lines[0][0], *(line for each in lines for line in each[1:])]), encoding="utf-8")
        return whole

    def _add_user(self, fund: str, login: str, more: list[str]) -> str:
        added = self.world.command(
            "identity", "add-user", fund, "--login", login, "--password-stdin", *more, answer=self.password
        )
        assert added.returncode == 0, added.stdout + added.stderr
        return added.stdout

    def today(self) -> date:
        """By the clock that the platform has."""
        return datetime.fromtimestamp(self.clock(), UTC).date()
