"""The registers as a program of its own, and a claims service that asks them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import requests
from pymongo.database import Database

from deploy.local.programs import free_port
from services.claims.crosschecks.jobs import inquiries
from services.claims.crosschecks.periodic_tasks import exchanges
from services.claims.crosschecks.registers.choice import ChosenRegisters, RegisterSettings
from services.claims.runs.jobs import RunCalculator
from services.claims.runs.judging import by_rules
from services.claims.wiring import service
from shared.encryption.keys import FundKeys, from_data, generate_keyring
from shared.events.documents import UploadStored
from shared.events.identity import PersonsRegistered, RegisteredPerson
from shared.funds.fund import Fund
from shared.jobs.runner import Runner
from shared.kernel.personal import DataClass, Encrypted
from shared.storage.connection import connect
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Caller, Office
from tests.kit.clock import AT, Clock
from tests.kit.contexts import handle, shipped
from tests.kit.simulators import running_simulator

FUND_ID = "tn-solidarite"
SECRET = "whsec_c2lnbmVkIGJ5IG5vYm9keSBidXQgdGhpcyB0ZXN0"
SLOW_S, TIMEOUT_S = 0.6, 0.2
BY_HTTP = {
    "TAX_REGISTER": "tax",
    "VEHICLE_REGISTER": "vehicles",
    "CIVIL_STATUS_REGISTER": "civil-status",
    "SOCIAL_SECURITY_REGISTER": "social-security",
    "DISABILITY_REGISTER": "disability",
}


@cache
def funds() -> dict[str, Fund]:
    return {FUND_ID: shipped()[FUND_ID]}


@cache
def keys() -> dict[str, FundKeys]:
    return from_data(generate_keyring([FUND_ID]))


@dataclass
class Partners:
    """The simulator, and how to ask it."""

    url: str
    folder: Path

    def settings(self) -> dict[str, RegisterSettings]:
        by_http = {
            name: RegisterSettings(
                url=f"{self.url}/registers/{register}", client_id="himaya", secrets=(SECRET,), timeout_s=TIMEOUT_S
            )
            for name, register in BY_HTTP.items()
        }
        return {**by_http, "LAND_REGISTER": RegisterSettings(folder=self.folder / "land")}

    def set_clock(self, clock: Clock) -> None:
        """Have the registers' clock show what the test's shows."""
        at = {"at": clock().isoformat()}
        assert requests.post(f"{self.url}/_clock", json=at, timeout=5).status_code == 200

    def questions(self, **query: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = requests.get(f"{self.url}/questions", params=query, timeout=5).json()["questions"]
        return found


@contextmanager
def partner_registers(state_dir: Path) -> Iterator[Partners]:
    """The simulator running as a program."""
    port = free_port()
    settings = {
        "REGISTERS_BIND": f"127.0.0.1:{port}",
        "REGISTERS_STATE_DIR": str(state_dir),
        "REGISTERS_SECRET": SECRET,
        "REGISTERS_SLOW_S": str(SLOW_S),
    }
    url = f"http://127.0.0.1:{port}"
    with running_simulator("simulators.registers", settings=settings, ready_url=f"{url}/health/ready"):
        yield Partners(url, state_dir / "files")
    shutil.rmtree(state_dir, ignore_errors=True)


@dataclass
class Town:
    """Claims of the programme, its people, and the registers beside it, all at one time."""

    context: ServiceContext
    partners: Partners
    clock: Clock
    office: Office = field(init=False)
    uploads: int = 0

    def __post_init__(self) -> None:
        self.office = Office(service, self.context)
        self.partners.set_clock(self.clock)
        self.registers = ChosenRegisters(self.partners.settings())

    def move(self, **by: float) -> None:
        self.clock.move(**by)
        self.partners.set_clock(self.clock)

    def register(self, *national_ids: str) -> None:
        """These people are in the fund's register, each a household of two without children."""
        handle(self.context, service, persons(*national_ids), fund_id=FUND_ID)

    def person(self, national_id: str) -> Caller:
        return self.office.person(ref(national_id), fund=FUND_ID)

    def staff(self, name: str = "agent-1") -> Caller:
        return self.office.staff(name, fund=FUND_ID)

    def upload(self, national_id: str) -> str:
        """A paper of somebody that documents keeps."""
        self.uploads += 1
        upload_id = f"paper-{self.uploads}"
        stored = UploadStored(
            upload_id=upload_id,
            person_ref=ref(national_id),
            media_type="application/pdf",
            sha256=f"{self.uploads:064x}",
            stored_at=AT,
        )
        handle(self.context, service, stored, fund_id=FUND_ID)
        return upload_id

    def file(self, national_id: str, **answers: Any) -> str:
        """Somebody asks for the aid; the id of the claim."""
        given = {"household": 2, "monthly-income": "100.000", "severe-disability": False, **answers}
        filed = self.person(national_id).post(
            "/claims",
            {
                "claim_type": "permanent-aid",
                "papers": [{"kind": "identity-card", "upload_id": self.upload(national_id)}],
                "answers": [{"code": code, "value": value} for code, value in given.items()],
            },
        )
        assert filed.status_code == 201, filed.text
        return str(filed.json["claim_id"])

    def work(self) -> None:
        """What a worker's jobs do that are due now."""
        jobs = [*inquiries(self.registers, self.registers.settings), RunCalculator(by_rules).job]
        Runner(self.context, jobs).run_due()

    def exchange(self) -> int:
        """What a worker's timers do with files."""
        tasks = exchanges(self.registers, self.registers.settings)
        return sum(task.run(self.context, FUND_ID) for task in tasks)

    def checks(self, claim_id: str) -> dict[str, dict[str, Any]]:
        """What an agent sees of a claim's questions, by register."""
        shown = self.staff().get(f"/claims/{claim_id}/crosschecks")
        assert shown.status_code == 200, shown.text
        return {each["register"]: each for each in shown.json["items"]}


def town(database: Database[dict[str, Any]], uri: str, partners: Partners) -> Town:
    clock = Clock()
    context = ServiceContext(database=connect(uri, database.name), funds=funds(), keys=keys(), clock=clock)
    return Town(context, partners, clock)


def ref(national_id: str) -> str:
    return keys()[FUND_ID].person_ref(national_id)


def persons(*national_ids: str) -> PersonsRegistered:
    """A page of the fund's register."""
    ring = keys()[FUND_ID]
    family = b'{"birth_on": "1970-05-01", "dependants": []}'
    return PersonsRegistered(
        page_id=f"page-of-{len(national_ids)}",
        registered_at=AT,
        persons=tuple(
            RegisteredPerson(
                person_ref=ref(each),
                civil=Encrypted("k1.nobody-here-opens-it"),
                language="fr",
                family=ring.encrypt(family, data_class=DataClass.HEALTH, associated_data=ref(each)),
                national_id=ring.encrypt(each, data_class=DataClass.HEALTH, associated_data=ref(each)),
            )
            for each in national_ids
        ),
    )
