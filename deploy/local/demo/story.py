"""The story, chapter by chapter: from a wage file to a paid claim, through public interfaces only.

Each fund is told by the same chapters; what differs between countries stands in `people` and `payroll`.
"""

import json
import secrets
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import requests

from deploy.local import addresses
from deploy.local.demo import operator, papers, payroll
from deploy.local.demo.narration import DoesNotHold, Teller
from deploy.local.demo.people import ALGERIA, CANARY_DIAGNOSIS, TUNISIA, Cast, Worker, cast, write_register
from deploy.local.demo.visitors import BankCustomer, Mailbox, Visitor, World
from deploy.local.demo_fund import totp_secret

EMPLOYER_SCOPE = "declarations:file declarations:read collections:pay messages:read"
PERSON_SCOPE = (
    "claims:submit claims:read rights:read uploads:add uploads:read papers:obtain papers:read careers:read cards:read "
    "messages:read awards:read"
)
STAFF_SCOPE = "claims:decide claims:read rights:read uploads:read declarations:read collections:read ledger:read"
GOOD_CARD, SILENT_CARD = "4242 4242 4242 4242", "4000 0000 0000 0119"
WORKERS = 12


def today() -> date:
    return datetime.now(UTC).date()


def _ended_quarter() -> tuple[int, int]:
    """The last quarter that has ended, as year and number."""
    number = today().year * 4 + (today().month - 1) // 3 - 1
    return number // 4, number % 4 + 1


@dataclass
class Scene:
    """One fund's telling, and what the chapters hand on to each other."""

    world: World
    characters: Cast
    folder: Path
    password: str = field(default_factory=lambda: f"Oasis-{secrets.token_urlsafe(12)}")
    declaration: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        fund = self.characters.country.fund
        self.employer, self.worker, self.agent, self.anyone = (Visitor(self.world, fund) for _ in range(4))
        self.mailbox = Mailbox(self.world)

    @property
    def teller(self) -> Teller:
        return self.world.teller

    @property
    def fund(self) -> str:
        return self.characters.country.fund


def play_algeria(world: World, *, run: int) -> None:
    """All of it, for the annual declaration of an Algerian firm."""
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(world, cast(ALGERIA, run=run, count=WORKERS), Path(folder))
        register(scene, sector="services")
        sign_in(scene)
        year = today().year - 1
        refused(scene, payroll.das_b(scene.characters, year=year, birth_of_first="31021990"), period=str(year))
        accepted(
            scene, payroll.das_b(scene.characters, year=year), period=str(year), due=_due_algeria(scene.characters)
        )
        cards(scene)
        pay_by_transfer(scene)
        paid(scene)
        person = scene.characters.workers[0]
        account(scene, person)
        certificates(scene)
        claim(scene, person)
        observed(scene)


def play_tunisia(world: World, *, run: int) -> None:
    """The same for a Tunisian firm: a quarterly file, three decimals, rates by date, a card that stays silent."""
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(world, cast(TUNISIA, run=run, count=WORKERS), Path(folder))
        register(scene, sector="retail")
        sign_in(scene)
        for year, quarter, percent in ((2024, 4, "25.75"), (*_ended_quarter(), "26.75")):
            files = payroll.tn_122(scene.characters, year=year, quarter=quarter)
            accepted(scene, files, period=f"{year}-Q{quarter}", due=_due_tunisia(scene.characters, percent))
        cards(scene)
        pay_by_card(scene, card=SILENT_CARD)
        paid(scene)
        person = scene.characters.workers[0]
        account(scene, person, quarters=2)
        allowance(scene, person)


def register(scene: Scene, *, sector: str) -> None:
    """The fund's operator imports the register, twice."""
    teller = scene.teller
    teller.chapter(f"{scene.fund}: the fund's register is imported")
    spoilt_persons, employers = write_register(scene.folder, scene.characters, sector=sector, spoilt=True)
    arguments = ["import-register", scene.fund, "--persons", str(spoilt_persons), "--employers", str(employers)]
    first = operator.command("identity", arguments)
    teller.check(first.returncode == 1, "a line that cannot be is refused and reported, the others are imported")
    teller.seen(first.stdout.strip().splitlines()[-1] if first.stdout.strip() else first.stderr.strip()[-200:])
    write_register(scene.folder, scene.characters, sector=sector)
    again = operator.command("identity", arguments)
    teller.check(again.returncode == 0, "the same register again changes nothing")
    teller.seen(again.stdout.strip().splitlines()[-1])


def sign_in(scene: Scene) -> None:
    """An employer's user and an agent get their access from the operator and sign in."""
    teller, run = scene.teller, scene.characters.run
    teller.chapter(f"{scene.fund}: an employer's user and an agent sign in (OpenID Connect, code with PKCE)")
    employer_login, agent_login = f"paie-{run}", f"agent-{run}"
    _add_user(scene, "employer", employer_login, "--employer", scene.characters.employer.number)
    secret = totp_secret(_add_user(scene, "staff", agent_login, "--role", "agent"))
    scene.employer.sign_in(employer_login, scene.password, scope=EMPLOYER_SCOPE)
    teller.seen(f"{employer_login} signed in for employer {scene.characters.employer.number}")
    scene.agent.sign_in(agent_login, scene.password, totp_secret=secret, scope=STAFF_SCOPE)
    teller.seen(f"{agent_login} signed in with a second factor")


def _add_user(scene: Scene, kind: str, login: str, *more: str) -> str:
    arguments = ["add-user", scene.fund, "--kind", kind, "--login", login, "--password-stdin", *more]
    added = operator.command("identity", arguments, answer=scene.password)
    if added.returncode:
        raise DoesNotHold(f"add-user: {added.stdout.strip()} {added.stderr.strip()}")
    return added.stdout


def send(scene: Scene, files: dict[str, bytes], *, period: str) -> dict[str, Any]:
    """The employer sends its wage files; the declaration as it was received."""
    form = {"employer_id": scene.characters.employer.number, "form": scene.characters.country.form, "period": period}
    parts = [("files", (name, content, "text/plain")) for name, content in files.items()]
    answer = scene.employer.raw("POST", "payments", "/declarations", data=form, files=parts)
    if answer.status_code not in (200, 202):
        raise DoesNotHold(f"sending the wage file gave {answer.status_code}: {answer.text[:300]}")
    sent: dict[str, Any] = answer.json()
    return sent


def _read(scene: Scene, declaration_id: str, *, status: str) -> Callable[[], dict[str, Any] | None]:
    def look() -> dict[str, Any] | None:
        found: dict[str, Any] = scene.employer.get("payments", f"/declarations/{declaration_id}")
        return found if found["status"] == status else None

    return look


def refused(scene: Scene, files: dict[str, bytes], *, period: str) -> None:
    """A file with an error is refused by line and column, in the reader's language."""
    teller = scene.teller
    teller.chapter(f"{scene.fund}: a wage file with an error is refused")
    sent = send(scene, files, period=period)
    path = f"/declarations/{sent['declaration_id']}"
    teller.wait("the refusal", _read(scene, sent["declaration_id"], status="technically-refused"))
    for language in ("fr", "ar"):
        finding = scene.employer.get("payments", f"{path}/findings", language=language)["items"][0]
        teller.check(
            (finding["line"], finding["field"] != "") == (1, True),
            f"line {finding['line']}, column {finding['column']}, {finding['code']}: {finding['hint']}",
        )


def accepted(scene: Scene, files: dict[str, bytes], *, period: str, due: str) -> None:
    """The corrected file is accepted; contributions come from the rates of its period."""
    teller = scene.teller
    teller.chapter(f"{scene.fund}: the wage file of {period} is accepted")
    sent = send(scene, files, period=period)
    again = send(scene, files, period=period)
    teller.check(again["declaration_id"] == sent["declaration_id"], "the same bytes again are the same declaration")
    found = teller.wait("acceptance", _read(scene, sent["declaration_id"], status="accepted"))
    receipts = ", ".join(receipt["kind"] for receipt in found["receipts"])
    teller.check(len(found["receipts"]) == 3, f"three receipts: {receipts}")
    teller.check(found["due"] == due, f"due {found['due']} {found['currency']} for {found['workers']} workers")
    scene.declaration = found


def cards(scene: Scene) -> None:
    """Rights open, cards are refreshed, each worker hears of it."""
    teller, path = scene.teller, f"/declarations/{scene.declaration['declaration_id']}"

    def all_refreshed() -> Any:
        found = scene.employer.get("payments", path)
        return found if found["cards"]["refreshed"] == WORKERS else None

    teller.chapter(f"{scene.fund}: rights open, health cards are refreshed, workers are told")
    found = teller.wait("the last card", all_refreshed)
    teller.seen(found["cards"]["text"])
    for worker in (scene.characters.workers[0], scene.characters.workers[-1]):
        sms = teller.wait("the SMS", lambda worker=worker: scene.mailbox.of(worker.mobile, channel="sms"))  # type: ignore[misc]
        teller.check(sms[0]["count"] == 1, f"one SMS to {worker.mobile}: {sms[0]['text'][:70]}…")
    mail = teller.wait("the e-mail", lambda: scene.mailbox.of(scene.characters.employer.email, channel="mail"))
    teller.seen(f"one e-mail to the employer: {mail[-1]['subject']}")


def pay_by_transfer(scene: Scene) -> None:
    """The employer transfers what is due, with the reference that the fund computed."""
    teller, path = scene.teller, f"/declarations/{scene.declaration['declaration_id']}/collections"
    teller.chapter(f"{scene.fund}: the employer pays by transfer")
    asked = scene.employer.post("payments", path, {"rail": "transfer"}, expect=201)
    teller.seen(f"reference {asked['reference']}, to {asked['account']['number']} at {asked['account']['bank']}")
    customer = BankCustomer(scene.world)
    customer.open_account(holder=scene.characters.employer.name, currency=asked["currency"], balance="100000000.00")
    sent = customer.transfer(
        to_account=asked["account"]["number"],
        amount=asked["amount"],
        currency=asked["currency"],
        reference=asked["reference"],
    )
    teller.check(sent.status_code == 201, "the bank looked the reference up at the fund and took the transfer")


def pay_by_card(scene: Scene, *, card: str) -> None:
    """The employer pays by card at the bank, which then says nothing."""
    teller, path = scene.teller, f"/declarations/{scene.declaration['declaration_id']}/collections"
    teller.chapter(f"{scene.fund}: the employer pays by card, and the bank's answer does not come")
    asked = scene.employer.post("payments", path, {"rail": "card"}, expect=201)

    def checkout() -> Any:
        return scene.employer.get("payments", f"/collections/{asked['collection_id']}").get("checkout_url")

    url = teller.wait("the bank's payment page", checkout)
    teller.check(BankCustomer(scene.world).pay_by_card(url, card=card).ok, "the card is accepted at the bank")
    teller.seen("no webhook comes: the fund will ask the bank, and never send again")


def paid(scene: Scene) -> None:
    """Declared is collected, and the report of differences is empty."""
    teller, path = scene.teller, f"/declarations/{scene.declaration['declaration_id']}"

    def is_paid() -> Any:
        found = scene.employer.get("payments", path)
        return found if found["payment"]["status"] == "paid" else None

    found = teller.wait("the payment", is_paid, at_most_s=60)
    teller.check(
        found["payment"]["paid"] == found["due"], f"declared {found['due']} = collected {found['payment']['paid']}"
    )
    mine = [
        row
        for row in scene.agent.get("payments", "/differences")["items"]
        if row["employer_id"] == scene.characters.employer.number and row["declaration_id"] == found["declaration_id"]
    ]
    teller.check(mine == [], "the report of differences is empty")


def account(scene: Scene, person: Worker, *, quarters: int = 4) -> None:
    """A worker opens an account and sees rights, card and career; a stranger learns nothing."""
    teller = scene.teller
    teller.chapter(f"{scene.fund}: a worker opens an account")
    asked = {
        "national_id": person.national_id,
        "insurance_number": person.insurance_number,
        "birth_on": person.birth_on.isoformat(),
        "email": person.email,
        "password": scene.password,
    }
    stranger = scene.anyone.post("identity", "/accounts", {**asked, "birth_on": "1950-01-01"}, expect=202)
    known = scene.anyone.post("identity", "/accounts", asked, expect=202)
    teller.check(stranger == known, "a stranger and an insured person read the same answer")
    mail = teller.wait(
        "the activation mail", lambda: scene.mailbox.of(person.email, channel="mail", containing="token=")
    )
    token = mail[-1]["text"].split("token=")[1].split()[0]
    opening = {"token": token, "password": scene.password}
    scene.anyone.post("identity", "/accounts/activation", opening)
    again = scene.anyone.raw("POST", "identity", "/accounts/activation", json=opening)
    teller.check(again.status_code >= 400, f"the link works once: {again.json()['detail']}")
    scene.worker.sign_in(person.national_id, scene.password, scope=PERSON_SCOPE)
    right = scene.worker.get("claims", "/rights")
    card = scene.worker.get("identity", "/card")
    teller.seen(f"right {right['status']} until {right['valid_until']}: {right['text']}")
    teller.seen(f"card {card['card_number']} valid until {card['valid_until']}")

    def career() -> Any:
        answer = scene.worker.raw("GET", "documents", "/career")
        return answer.json()["lines"] if answer.status_code == 200 else None

    lines = teller.wait("the career", career)
    teller.check(len(lines) == quarters, f"career: {len(lines)} quarters declared by {lines[0]['employer_name']}")


def certificates(scene: Scene) -> None:
    """Signed papers, which anybody can check."""
    teller = scene.teller
    teller.chapter(f"{scene.fund}: the worker obtains papers, anybody verifies them")
    year = today().year - 1
    for kind, language in (("salary-certificate", "ar"), ("affiliation-certificate", "fr")):
        body: dict[str, Any] = {"kind": kind, "language": language}
        if kind == "salary-certificate":
            body |= {"from_period": f"{year}-Q1", "to_period": f"{year}-Q4"}
        number = scene.worker.post("documents", "/papers", body, expect=202)["number"]

        def printed(number: str = number) -> Any:
            answer = scene.worker.raw("GET", "documents", f"/papers/{number}/pdf")
            return answer.content if answer.status_code == 200 else None

        pdf = teller.wait("the paper", printed)
        teller.check(
            b"ETSI.CAdES.detached" in pdf, f"{kind} {number} in {language}: {len(pdf) // 1024} kB, signed (PAdES)"
        )
        seen = scene.anyone.get("documents", f"/verifications/{number}")
        teller.check(
            seen["status"] == "valid", f"verified without an account: {json.dumps(seen, ensure_ascii=False)[:140]}"
        )
    unknown = scene.anyone.get("documents", "/verifications/PR260000000000")
    teller.check(unknown["status"] == "unknown", "a number that nobody issued is unknown")


def claim(scene: Scene, person: Worker) -> None:
    """A care claim from filing to payment."""
    teller, agent = scene.teller, scene.agent
    teller.chapter(f"{scene.fund}: the worker files a care claim and is paid")
    own = secrets.token_hex(4)  # the same file in two claims, be it in two runs, is for an agent to judge
    uploads = [
        upload(scene, "sheet.jpg", papers.photographed(f"FEUILLE DE SOINS (exemple) {own}"), "image/jpeg"),
        upload(scene, f"{CANARY_DIAGNOSIS}.pdf", papers.scanned(f"{CANARY_DIAGNOSIS} {own}"), "application/pdf"),
    ]
    too_much_shown = scene.worker.raw("POST", "claims", "/claims", json={**filing(uploads), "why": CANARY_DIAGNOSIS})
    teller.check(too_much_shown.status_code == 422, "a claim that also says why the person is ill is refused")
    filed = _retried(scene, "/claims", filing(uploads), expect=201)
    path = f"/claims/{filed['claim_id']}"
    teller.seen(f"claim {filed['reference']}: {filed['next']['text']} ({filed['next']['who']})")
    queue = agent.get("claims", "/queue/claims")["items"]
    teller.check(filed["claim_id"] in {each["claim_id"] for each in queue}, "it stands in the agents' queue")
    agent.post("claims", f"{path}/assignment")
    agent.post("claims", f"{path}/paper-requests", {"kind": "invoice", "reason": "missing"})
    _sms(scene, person, 2, "the worker is asked for the invoice")
    invoice = upload(scene, "invoice.pdf", papers.scanned(f"FACTURE (exemple) {own}"), "application/pdf")
    _retried(scene, f"{path}/papers", {"kind": "invoice", "upload_id": invoice})
    decided = agent.post("claims", f"{path}/approval", {})
    teller.check(decided["status"] == "approved", f"approved line by line: {decided['approved']} {decided['currency']}")
    done = teller.wait("the payment", lambda: _paid_claim(scene, path), at_most_s=60)
    _sms(scene, person, 4, "the worker is told that it is paid")
    for step in done["timeline"]:
        teller.seen(f"  {step['at'][:19]}  {step['text']} {step['about']}")
    teller.seen(f"next: {done['next']['text']}")
    traced(scene)


def allowance(scene: Scene, person: Worker) -> None:
    """A family allowance: what would come out, and what the rules grant, with the sum explained."""
    teller = scene.teller
    teller.chapter(f"{scene.fund}: the worker asks for the family allowance, and rules decide")
    asked = {"claim_type": "family-allowance", "answers": [{"code": "single-wage", "value": False}]}
    estimate = scene.worker.post("claims", "/estimates", asked)["judgement"]
    teller.check(estimate["outcome"] == "granted", f"estimated before anything is filed: {estimate['sum']['amount']}")
    sheet = papers.photographed(f"EXTRAITS DE NAISSANCE (exemple) {secrets.token_hex(4)}")
    certificates_id = upload(scene, "births.jpg", sheet, "image/jpeg")
    body = {**asked, "papers": [{"kind": "birth-certificates", "upload_id": certificates_id}]}
    filed = _retried(scene, "/claims", body, expect=201)
    teller.check(filed["decision"] is not None, f"claim {filed['reference']} is decided by rules: {filed['status']}")
    for line in filed["decision"]["explained"]["lines"]:
        teller.seen(f"  {line['name']}: {line['amount']} ({line['article']})")
    award = scene.worker.get("claims", "/awards")["items"][0]
    each_quarter = f"{award['sum']['amount']} {award['sum']['currency']}"
    teller.check(
        each_quarter == "41.480 TND", f"award {award['reference']}: {each_quarter} a quarter from {award['from_on']}"
    )
    incomplete = scene.worker.raw("POST", "claims", "/estimates", json={**asked, "answers": []})
    named = incomplete.json()["errors"][0]["field"] if incomplete.status_code == 422 else incomplete.text
    teller.check(named == "answers.single-wage", f"an answer that is missing is named: {named}")
    _sms(scene, person, 1, "the worker is told")


def filing(uploads: list[str]) -> dict[str, Any]:
    """A visit to a general practitioner two days ago, with its care sheet and prescription."""
    return {
        "claim_type": "care-reimbursement",
        "care_on": (today() - timedelta(days=2)).isoformat(),
        "lines": [{"act": "general-practitioner", "quantity": 1, "paid": "500.00"}],
        "papers": [
            {"kind": "care-sheet", "upload_id": uploads[0]},
            {"kind": "prescription", "upload_id": uploads[1]},
        ],
    }


def _retried(scene: Scene, path: str, body: dict[str, Any], *, expect: int = 200) -> dict[str, Any]:
    """Post to claims; a paper just uploaded may be known there a moment later, and the answer says so."""

    def attempt() -> Any:
        answer = scene.worker.raw("POST", "claims", path, json=body)
        if answer.status_code == 409 and answer.json()["code"] == "claim.upload-unknown":
            return None
        if answer.status_code != expect:
            raise DoesNotHold(f"{path} answered {answer.status_code}: {answer.text[:300]}")
        return answer.json()

    found: dict[str, Any] = scene.teller.wait("claims to know the paper", attempt)
    return found


def upload(scene: Scene, name: str, content: bytes, media_type: str) -> str:
    """The worker uploads a paper; its id."""
    answer = scene.worker.raw("POST", "documents", "/uploads", files={"file": (name, content, media_type)})
    if answer.status_code != 201:
        raise DoesNotHold(f"the upload of {name} gave {answer.status_code}: {answer.text[:300]}")
    upload_id: str = answer.json()["upload_id"]
    return upload_id


def _sms(scene: Scene, person: Worker, at_least: int, what: str) -> None:
    def enough() -> Any:
        found = scene.mailbox.of(person.mobile, channel="sms")
        return found if len(found) > at_least else None

    found = scene.teller.wait(what, enough)
    scene.teller.seen(f"{what}: {found[-1]['text'][:80]}…")


def _paid_claim(scene: Scene, path: str) -> dict[str, Any] | None:
    found: dict[str, Any] = scene.worker.get("claims", path)
    return found if found["status"] == "paid" else None


def traced(scene: Scene) -> None:
    """One trace holds the claim from the first request to the last SMS, where Zipkin runs."""
    teller, world = scene.teller, scene.world
    try:
        requests.get(f"{world.zipkin}/health", timeout=2)
    except requests.RequestException:
        teller.seen("traces are off here")
        return

    def whole() -> Any:
        spans = requests.get(f"{world.zipkin}/api/v2/trace/{teller.trace_id}", timeout=10)
        if spans.status_code != 200:
            return None
        names = {span["localEndpoint"]["serviceName"].removesuffix("-worker") for span in spans.json()}
        return (len(spans.json()), names) if names >= {"claims", "payments", "documents", "notifications"} else None

    count, names = teller.wait("the trace", whole)
    teller.seen(
        f"one trace, {count} spans, over {', '.join(sorted(names))}: {world.zipkin}/zipkin/traces/{teller.trace_id}"
    )


def observed(scene: Scene) -> None:
    """Every service counts what it does."""
    teller, world = scene.teller, scene.world
    teller.chapter(f"{scene.fund}: metrics of every service")
    for service in addresses.SERVICES:
        text = requests.get(addresses.metrics(service, world.ports), timeout=10).text
        total = sum(
            float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith("himaya_requests_total{")
        )
        teller.check(total > 0, f"{service}: {total:.0f} requests answered")


def _due_algeria(characters: Cast) -> str:
    """34.5 % of all wages, quarter by quarter, each side rounded once (25, 9 and 0.5)."""
    quarter = sum(3 * worker.wage_minor for worker in characters.workers)
    due_minor = 4 * sum(int(quarter * Decimal(side) / 100 + Decimal("0.5")) for side in ("25", "9", "0.5"))
    return f"{Decimal(due_minor).scaleb(-2):.2f}"


def _due_tunisia(characters: Cast, percent: str) -> str:
    """The two sides and the sector accident rate of retail (0.5 %), each rounded once."""
    quarter = sum(3 * worker.wage_minor for worker in characters.workers)
    employer = {"25.75": "16.57", "26.75": "17.07"}[percent]
    sides = (employer, str(Decimal(percent) - Decimal(employer)), "0.5")
    due_minor = sum(int(quarter * Decimal(side) / 100 + Decimal("0.5")) for side in sides)
    return f"{Decimal(due_minor).scaleb(-3):.3f}"
