"""Valid things of identity, so that a test says only what it is about. All people are invented."""

import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from services.identity.accounts.commands import add_user, reset_user
from services.identity.accounts.jobs import considering
from services.identity.register.commands import import_register
from services.identity.wiring import service
from shared.events.claims.entitlements import Right, RightsDecided
from shared.jobs.runner import Runner
from shared.kernel.personal import DataClass, Encrypted
from shared.storage.service_context import ServiceContext
from tests.kit.clock import AT
from tests.kit.contexts import DZ, keys, make_unique_indexes
from tests.kit.people import FIRM

AMIRA_NSS, AMIRA_NIN = "900000000001", "109900000000000001"
KARIM_NSS, KARIM_NIN = "850000000002", "118500000000000002"
PASSWORD = "trois chats sur un mur"
PORTAL = "https://portal.test"


def ref(insurance_number: str = AMIRA_NSS, fund_id: str = DZ) -> str:
    return keys()[fund_id].person_ref(insurance_number)


def person_row(**cells: str) -> dict[str, str]:
    """A line of the register: Amira, with everything that may be known."""
    return {
        "insurance_number": AMIRA_NSS,
        "national_id": AMIRA_NIN,
        "family_name": "Benali",
        "first_name": "Amira",
        "family_name_ar": "بن علي",
        "first_name_ar": "أميرة",
        "birth_on": "1990-04-25",
        "email": "amira@example.dz",
        "mobile": "0550 12 34 56",
        "language": "ar",
        "dependants": "2",
        "bank_account": "002 00100 0000012345 63",
        **cells,
    }


def karim(**cells: str) -> dict[str, str]:
    """A second line, with only what must be there."""
    empty = dict.fromkeys(person_row(), "")
    return {
        **empty,
        "insurance_number": KARIM_NSS,
        "national_id": KARIM_NIN,
        "family_name": "Haddad",
        "first_name": "Karim",
        "birth_on": "1985-11-02",
        **cells,
    }


def employer_row(**cells: str) -> dict[str, str]:
    return {
        "employer_number": FIRM,
        "name": "Atelier El Amel",
        "sector": "wood",
        "affiliated_on": "2001-05-01",
        "closed_on": "",
        "email": "paie@elamel.example",
        "mobile": "",
        "language": "fr",
        **cells,
    }


def csv_file(path: Path, rows: Sequence[Mapping[str, str]], *, delimiter: str = ",") -> Path:
    lines = [delimiter.join(rows[0]), *(delimiter.join(row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def imported(context: ServiceContext, *arguments: str | Path, fund_id: str = DZ) -> tuple[int, list[str]]:
    """Run the operator's command; its exit status and what it said, line by line, in English."""
    said = io.StringIO()
    make_unique_indexes(service, context)
    given = [fund_id, *map(str, arguments), "--language", "en"]
    status = import_register(context, given, texts=service.texts(), out=said)
    return status, said.getvalue().splitlines()


def known_people(context: ServiceContext, folder: Path, *rows: Mapping[str, str]) -> None:
    """Amira, Karim and their firm in the register of dz-cnas."""
    persons = csv_file(folder / "known.csv", rows or [person_row(), karim()])
    employers = csv_file(folder / "firms.csv", [employer_row()])
    status, said = imported(context, "--persons", persons, "--employers", employers)
    assert status == 0, said


def rights(
    *person_refs: str, until: date = date(2026, 12, 31), status: str = "open", version: int = 0, **facts: Any
) -> RightsDecided:
    """A page of rights, all alike."""
    decided = tuple(
        Right(
            person_ref=person_ref,
            status=status,
            reason="enough-work" if status == "open" else "not-enough-work",
            valid_until=until if status == "open" else None,
            version=version,
        )
        for person_ref in person_refs
    )
    return RightsDecided(
        **{
            "declaration_id": "d1",
            "employer_id": FIRM,
            "page": 1,
            "pages": 1,
            "rights": decided,
            "decided_at": AT,
            **facts,
        }
    )


def application(**facts: Any) -> dict[str, Any]:
    """Amira asks for an account."""
    return {
        "national_id": AMIRA_NIN,
        "insurance_number": AMIRA_NSS,
        "birth_on": "1990-04-25",
        "email": "amira@example.dz",
        "password": PASSWORD,
        **facts,
    }


def forgotten(**facts: Any) -> dict[str, Any]:
    """Amira says that she forgot her password."""
    return {"national_id": AMIRA_NIN, "insurance_number": AMIRA_NSS, "birth_on": "1990-04-25", **facts}


def considered(context: ServiceContext) -> int:
    """Let a worker run what is due; how many applications it considered."""
    return Runner(context, [considering(portal_of=lambda fund: PORTAL)]).run_due()


def events(context: ServiceContext, type_name: str) -> list[dict[str, Any]]:
    """The bodies of the events of a type, in the order in which they were told."""
    documents = context.database["outbox"].find().sort("_id", 1)
    published = [event for document in documents for event in document["events"]]  # type: ignore[attr-defined]
    return [json.loads(event["body"]) for event in published if event["type"] == type_name]


def links(context: ServiceContext, type_name: str = "identity.activation-requested") -> list[str]:
    """The links that were sent, opened as notifications would."""
    return [
        keys()[DZ].decrypt(Encrypted(each["link"]), data_class=DataClass.CONTACT, associated_data=each["person_ref"])
        for each in events(context, type_name)
    ]


def ways_back(context: ServiceContext) -> list[dict[str, str]]:
    """What stands in the recovery links that were sent: `token` and `device`."""
    return [dict(parse_qsl(urlsplit(link).fragment)) for link in links(context, "identity.recovery-requested")]


def reset(context: ServiceContext, login: str, *, fund_id: str = DZ) -> tuple[int, str]:
    """Run the operator's command; its exit status and what it said, in English."""
    said = io.StringIO()
    given = [fund_id, "--login", login, "--language", "en"]
    status = reset_user(context, given, portal_of=lambda fund: PORTAL, texts=service.texts(), out=said)
    return status, said.getvalue().strip()


def added_user(
    context: ServiceContext, *arguments: str, password: str = PASSWORD, fund_id: str = DZ
) -> tuple[int, str]:
    """Run the operator's command; its exit status and what it said, in English."""
    said = io.StringIO()
    make_unique_indexes(service, context)
    given = [fund_id, *arguments, "--password-stdin", "--language", "en"]
    status = add_user(context, given, texts=service.texts(), said=io.StringIO(password + "\n"), out=said)
    return status, said.getvalue().strip()
