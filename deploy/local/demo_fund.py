"""`python -m deploy.local.demo_fund`: on the first start, a small register of invented people and who may sign in.

Writes the sign-ins to `var/demo/sign-ins.json`, as rows for the table that `make run` prints.
"""

import json
import os
import secrets
import sys
import tempfile
import urllib.parse
from pathlib import Path

from deploy.local import place
from deploy.local.demo.operator import command
from deploy.local.demo.people import ALGERIA, TUNISIA, Cast, cast, write_register
from services.identity.wiring import service

WORKERS = 6
SECTORS = {ALGERIA.fund: "services", TUNISIA.fund: "retail"}


class NotAdded(Exception):
    """A user who is to sign in could not be added."""


def main() -> int:
    """The exit status."""
    rows = [["fund", "who", "signs in as", "password", "second factor"]]
    for country in (ALGERIA, TUNISIA):
        characters = cast(country, run=0, count=WORKERS)
        with tempfile.TemporaryDirectory() as folder:
            persons, employers = write_register(Path(folder), characters, sector=SECTORS[country.fund])
            arguments = ["import-register", country.fund, "--persons", str(persons), "--employers", str(employers)]
            imported = command("identity", arguments)
        if imported.returncode:
            print(imported.stdout + imported.stderr, file=sys.stderr)
            return 1
        try:
            rows += _users(characters)
        except NotAdded as refused:
            print(refused, file=sys.stderr)
            return 1
    sign_ins = place.var(os.environ) / "demo" / "sign-ins.json"
    sign_ins.parent.mkdir(parents=True, exist_ok=True)
    beside = sign_ins.with_suffix(".new")
    beside.write_text(json.dumps(rows, ensure_ascii=False))
    beside.replace(sign_ins)
    return 0


def _users(characters: Cast) -> list[list[str]]:
    fund, taken = characters.country.fund, service.texts().translate("account.login-taken", "fr")
    rows = []
    for who, login, more in (
        ("employer's user", "paie", ["--kind", "employer", "--employer", characters.employer.number]),
        ("agent", "agent", ["--kind", "staff", "--role", "agent"]),
        ("supervisor", "superviseur", ["--kind", "staff", "--role", "supervisor"]),
        ("medical officer", "medecin", ["--kind", "staff", "--role", "medical-officer"]),
        ("operator", "operateur", ["--kind", "staff", "--role", "operator"]),
    ):
        password = f"Palmier-{secrets.token_urlsafe(9)}"
        added = command("identity", ["add-user", fund, "--login", login, "--password-stdin", *more], answer=password)
        if added.returncode and added.stdout.strip() != taken:
            raise NotAdded(f"{who} could not be added: {added.stdout}{added.stderr}")
        if added.returncode:  # an earlier first start was cut short after this one was added
            password = "as printed at the first start"  # noqa: S105
        rows.append([fund, who, login, password, totp_secret(added.stdout)])
    worker = characters.workers[0]
    rows.append([fund, "insured person", worker.national_id, f"opens an account with {worker.insurance_number}", ""])
    return rows


def totp_secret(address: str) -> str:
    """The secret in an `otpauth:` address, for the program that makes the codes."""
    found = urllib.parse.parse_qs(urllib.parse.urlsplit(address.strip()).query)
    return found.get("secret", [""])[0]


if __name__ == "__main__":
    sys.exit(main())
