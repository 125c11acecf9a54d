"""`python -m deploy.local.demo.data`: invented people and their claims in every state, so that the pages of a platform
that runs have something to show. All of it goes through public interfaces; who may sign in is printed at the end.

Services take the time from their own clocks: a year is declared by its periods, but all of it arrives on the day on
which this runs. The board of a campaign shows that one day, and the firm that sends nothing.
"""

import os
import secrets
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from deploy.local import addresses, place, served, terminal
from deploy.local.demo import campaigns, employers, expected, papers, payroll, persons, users
from deploy.local.demo.__main__ import next_run
from deploy.local.demo.people import Worker, cast, write_register
from deploy.local.demo.reporter import Reporter, StepFailed
from deploy.local.demo.scene import PERSON_SCOPE, Scene
from deploy.local.demo.visitors import Visitor, World
from deploy.local.programs import Broken
from shared.funds.fund import Fund
from shared.funds.period import Period

FIRMS, WORKERS = 3, 12
ACCOUNTS = 6
"""Workers of each firm who have one; each has a claim in another state."""

Claimed = Callable[[Scene, str], None]


def main() -> int:
    """The exit status."""
    ports, var = addresses.ports(os.environ), place.var(os.environ)
    rows = [["fund", "who", "signs in as", "password"]]
    try:
        for fund in served.funds(os.environ, var=var).values():
            if fund.sections.declarations is None:
                terminal.write_line(f"{fund.fund_id}: no employer declares here; nothing is made up")
                continue
            for number in range(1, FIRMS + 1):
                terminal.write_line(f"{fund.fund_id}: firm {number} of {FIRMS}")
                rows += firm(World(ports, Reporter(lambda line: None)), fund)
            terminal.write_line(f"{fund.fund_id}: a firm that declares nothing")
            _silent_firm(World(ports, Reporter(lambda line: None)), fund)
    except (Broken, StepFailed, requests.RequestException) as failed:
        terminal.why(failed)
        return 1
    terminal.table("Who may sign in:", rows)
    return 0


def firm(world: World, fund: Fund) -> list[list[str]]:
    """A firm that declares a year, pays most of it, and whose workers ask for care. Who may sign in: its payroll office
    first, then its workers (fund, name, login, password)."""
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(world, cast(fund, run=next_run(), count=WORKERS), Path(folder))
        write_register(scene.folder, scene.characters)
        employers.register(scene)
        employers.sign_in(scene)
        for period in _a_year(scene):
            files = payroll.wage_files(scene.characters, scene.form, period, was_declared=bool(scene.declarations))
            sent = employers.send(scene, files, period=str(period))
            scene.declarations.append(_accepted(scene, sent["declaration_id"]))
        for declaration in scene.declarations[:-1]:
            employers.pay_by_transfer(scene, declaration)
        rows = [
            [
                fund.fund_id,
                f"payroll of {scene.characters.employer.number}",
                f"paie-{scene.characters.run}",
                scene.password,
            ]
        ]
        has_care = persons.care_of(fund) is not None
        for worker, happens in zip(scene.characters.workers[:ACCOUNTS], STATES, strict=False):
            _account(scene, worker)
            if has_care:
                happens(scene, _filed(scene))
            name = f"{worker.first_name} {worker.family_name}"
            rows.append([fund.fund_id, name, worker.national_id, scene.password])
    return rows


def _silent_firm(world: World, fund: Fund) -> None:
    """A firm that the register has, and from which nothing comes: the fund reminds it, and all like it."""
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(world, cast(fund, run=next_run(), count=WORKERS), Path(folder))
        employers.register(scene)
        if users.of_staff(fund, *users.WRITER) is not None:
            _reminded(scene)


def _reminded(scene: Scene) -> None:
    """A campaign that two of the fund's staff sent, with its report."""
    writer, second = campaigns.staff(scene)
    period = expected.ended(scene.form, today=scene.today)
    path = f"/message-campaigns/{campaigns.written(scene, writer, period)['campaign_id']}"

    def has_somebody() -> bool:
        """The firm may be known a moment later."""
        return bool(campaigns.selected(scene, writer, path)["reach"]["recipients"])

    scene.reporter.wait("somebody to write to", has_somebody)
    campaigns.sent(scene, second, path)


def _a_year(scene: Scene) -> list[Period]:
    """The periods of the last year that have ended, oldest first."""
    last = expected.ended(scene.form, today=scene.fund.day_of(datetime.now(UTC)))
    first = Period.containing(last.last_on.replace(year=last.year - 1, day=1), kind=last.kind)
    found = []
    while first != last:
        first = first.next
        found.append(first)
    return found


def _accepted(scene: Scene, declaration_id: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        found: dict[str, Any] = scene.employer.get("payments", f"/declarations/{declaration_id}")
        return found if found["status"] == "accepted" else None

    return scene.reporter.wait("the declaration", look)


def _account(scene: Scene, person: Worker) -> None:
    """Open an account and sign in to it."""
    asked = {
        "national_id": person.national_id,
        "insurance_number": person.insurance_number,
        "birth_on": person.birth_on.isoformat(),
        "email": person.email,
        "password": scene.password,
    }
    scene.anyone.post("identity", "/accounts", asked, expect=202)
    mail = scene.reporter.wait("the mail", lambda: scene.mailbox.of(person.email, channel="mail", containing="token="))
    token = mail[-1]["text"].split("token=")[1].split()[0].strip("\u2066\u2067\u2068\u2069")
    scene.anyone.post("identity", "/accounts/activation", {"token": token, "password": scene.password})
    scene.worker = Visitor(scene.world, scene.fund_id, scene.worker.language)
    scene.worker.sign_in(person.national_id, scene.password, scope=PERSON_SCOPE)
    scene.reporter.wait("the right to care", lambda: _has_right(scene))


def _has_right(scene: Scene) -> bool:
    answer = scene.worker.raw("GET", "claims", "/rights")
    return answer.status_code == 200 or scene.fund.sections.entitlements is None


def _filed(scene: Scene) -> str:
    care = persons.care_of(scene.fund)
    assert care is not None  # noqa: S101 - asked by the caller
    own = secrets.token_hex(4)
    uploads = [
        scene.upload(f"{kind}.jpg", papers.photographed(f"{kind.upper()} (exemple) {own}"), "image/jpeg")
        for kind in care.needed
    ]
    filed = scene.retried("/claims", persons.filing(scene.fund, uploads), expect=201)
    return str(filed["claim_id"])


def _nothing(scene: Scene, claim_id: str) -> None:
    """It waits in the common queue."""


def _taken(scene: Scene, claim_id: str) -> None:
    scene.agent.post("claims", f"/claims/{claim_id}/assignment")


def paper_asked(scene: Scene, claim_id: str) -> None:
    """An agent waits for one more paper."""
    _taken(scene, claim_id)
    care = persons.care_of(scene.fund)
    if care is not None and care.also:
        scene.agent.post("claims", f"/claims/{claim_id}/paper-requests", {"kind": care.also[0], "reason": "missing"})


def granted(scene: Scene, claim_id: str) -> None:
    """It is approved, and paid in time."""
    _taken(scene, claim_id)
    scene.agent.post("claims", f"/claims/{claim_id}/approval", {})


def _refused(scene: Scene, claim_id: str) -> None:
    _taken(scene, claim_id)
    offers = {each["claim_type"]: each for each in scene.worker.get("claims", "/claim-types")["items"]}
    claim = scene.worker.get("claims", f"/claims/{claim_id}")
    reason = offers[claim["claim_type"]]["refusal_reasons"][0]["code"]
    scene.agent.post("claims", f"/claims/{claim_id}/refusal", {"reason": reason})


def _withdrawn(scene: Scene, claim_id: str) -> None:
    scene.worker.post("claims", f"/claims/{claim_id}/withdrawal")


STATES: tuple[Claimed, ...] = (granted, paper_asked, _refused, _nothing, _withdrawn, _taken)


if __name__ == "__main__":
    sys.exit(main())
