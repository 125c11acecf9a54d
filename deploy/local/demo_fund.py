"""`python -m deploy.local.demo_fund <fund> …`: on the first start of a fund, a small register of invented people and
who may sign in.

Writes the sign-ins to `var/demo/sign-ins.json`, as rows for the table that `make run` prints.
"""

import json
import os
import secrets
import sys
import tempfile
import urllib.parse
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.local import place, served
from deploy.local.demo import users
from deploy.local.demo.operator import command
from deploy.local.demo.people import Cast, cast, write_register
from services.identity.wiring import service
from shared.funds.fund import Fund
from shared.funds.roles import StaffScope

WORKERS = 6
AT_ONCE = 2
"""Funds that are loaded at the same time: each of their commands is a process."""
HEADING = ["fund", "who", "signs in as", "password", "second factor"]
Rows = list[list[str]]


class NotAdded(Exception):
    """A register, or somebody who is to sign in, could not be added."""


def main(fund_ids: Sequence[str]) -> int:
    """The exit status."""
    var = place.var(os.environ)
    funds = served.funds(os.environ, var=var)
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(_load, [funds[fund_id] for fund_id in fund_ids]))
    except NotAdded as refused:
        print(refused, file=sys.stderr)
        return 1
    rows = [*(row for kept in loaded(var).values() for row in kept), *(row for each in found for row in each)]
    kept = _sign_ins(var)
    kept.parent.mkdir(parents=True, exist_ok=True)
    beside = kept.with_suffix(".new")
    beside.write_text(json.dumps([HEADING, *rows], ensure_ascii=False))
    beside.replace(kept)
    return 0


def loaded(var: Path) -> dict[str, Rows]:
    """Who may sign in, by fund, where people were loaded before."""
    kept = _sign_ins(var)
    found: dict[str, Rows] = {}
    for row in json.loads(kept.read_text())[1:] if kept.exists() else []:
        found.setdefault(row[0], []).append(row)
    return found


def _sign_ins(var: Path) -> Path:
    return var / "demo" / "sign-ins.json"


def _load(fund: Fund) -> Rows:
    characters = cast(fund, run=0, count=WORKERS)
    with tempfile.TemporaryDirectory() as folder:
        persons, employers = write_register(Path(folder), characters)
        arguments = ["import-register", fund.fund_id, "--persons", str(persons), "--employers", str(employers)]
        imported = command("identity", arguments)
    if imported.returncode:
        raise NotAdded(f"{fund.fund_id}: the register could not be imported: {imported.stdout}{imported.stderr}")
    return _users(characters)


def _users(characters: Cast) -> Rows:
    fund = characters.fund
    fund_id, taken = fund.fund_id, service.texts().translate("account.login-taken", "fr")
    rows = []
    at_employer = ["--kind", "employer", "--role", users.of_employer(fund), "--employer", characters.employer.number]
    for who, login, more in (
        ("employer's user", "paie", at_employer),
        ("agent", "agent", _staff(fund, users.AGENT, name="Nadia Ben Salem")),
        ("supervisor", "superviseur", _staff(fund, users.SUPERVISOR, name="Hédi Marzouki")),
        ("medical officer", "medecin", _staff(fund, users.MEDICAL_OFFICER, name="Dr Salma Ferchichi")),
        ("operator", "operateur", _staff(fund, users.OPERATOR, name="Walid Trabelsi")),
    ):
        if not more:
            continue  # the fund has no such role
        password = f"Palmier-{secrets.token_urlsafe(9)}"
        added = command("identity", ["add-user", fund_id, "--login", login, "--password-stdin", *more], answer=password)
        if added.returncode and added.stdout.strip() != taken:
            raise NotAdded(f"{fund_id}: {who} could not be added: {added.stdout}{added.stderr}")
        if added.returncode:  # an earlier first start was cut short after this one was added
            password = "as printed at the first start"  # noqa: S105
        rows.append([fund_id, who, login, password, totp_secret(added.stdout)])
    worker = characters.workers[0]
    rows.append([fund_id, "insured person", worker.national_id, f"opens an account with {worker.insurance_number}", ""])
    return rows


def _staff(fund: Fund, scopes: Sequence[StaffScope], *, name: str) -> list[str]:
    """The arguments that add one of the staff, invented, who may do that; none where no role lets anybody."""
    role = users.of_staff(fund, *scopes)
    return ["--kind", "staff", "--role", role, "--name", name] if role else []


def totp_secret(address: str) -> str:
    """The secret in an `otpauth:` address, for the program that makes the codes."""
    found = urllib.parse.parse_qs(urllib.parse.urlsplit(address.strip()).query)
    return found.get("secret", [""])[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
