"""Valid things that documents hears of, so that a test says only what it is about."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from services.documents.papers.demo_chain import make_signing_chain
from services.documents.settings import Settings, SignerFiles
from shared.events.identity import EmployersRegistered, PersonsRegistered, RegisteredEmployer, RegisteredPerson
from shared.events.payments.wages import DeclaredWageV2, WagePeriodV2, WagesDeclaredV2
from shared.kernel.personal import DataClass
from tests.kit.clock import AT
from tests.kit.contexts import DZ, keys
from tests.kit.people import AMIRA

FIRM, OTHER_FIRM = "1600000001", "1600000002"
PUBLIC_URL = "https://documents.test"
CHAIN = make_signing_chain("CNAS", at=datetime.now(UTC))


def registered(*person_refs: str, at: datetime = AT, fund_id: str = DZ, **civil: Any) -> PersonsRegistered:
    """A page of the register with these persons, each of the same name unless the test says otherwise."""
    known = {
        "insurance_number": "900000000001",
        "national_id": "109900000000000001",
        "family_name": "BENABDALLAH",
        "first_name": "Amira",
        "family_name_ar": "بن عبد الله",
        "first_name_ar": "أميرة",
        "birth_on": "1990-02-01",
        **civil,
    }
    encrypted = {
        ref: keys()[fund_id].encrypt(
            json.dumps(known, ensure_ascii=False), data_class=DataClass.CIVIL, associated_data=ref
        )
        for ref in person_refs
    }
    return PersonsRegistered(
        page_id=f"persons/{at.isoformat()}",
        registered_at=at,
        persons=tuple(RegisteredPerson(person_ref=ref, civil=civil, language="fr") for ref, civil in encrypted.items()),
    )


def employers(*, at: datetime = AT, **names: str) -> EmployersRegistered:
    """A page of the register with the two firms, renamed as the test says (`f1600000001="…"`)."""
    known = {FIRM: "SARL El Amel", OTHER_FIRM: "EURL Nour"} | {key[1:]: name for key, name in names.items()}
    return EmployersRegistered(
        page_id=f"employers/{at.isoformat()}",
        registered_at=at,
        employers=tuple(
            RegisteredEmployer(
                employer_id=employer_id,
                name=name,
                sector="services",
                is_open=True,
                affiliated_on=date(2010, 1, 1),
                language="fr",
            )
            for employer_id, name in known.items()
        ),
    )


def wage(person_ref: str = AMIRA, *, wage_minor: int = 18_000_000, year: int = 2025, **facts: Any) -> DeclaredWageV2:
    """A year at work, three months a quarter, 180,000.00 each."""
    periods = tuple(
        WagePeriodV2(year=year, kind="quarter", number=quarter, duration=3, unit="M", wage_minor=wage_minor)
        for quarter in (1, 2, 3, 4)
    )
    return DeclaredWageV2(**{"person_ref": person_ref, "periods": periods, **facts})


def declared(*wages: DeclaredWageV2, revision: int = 1, year: int = 2025, **facts: Any) -> WagesDeclaredV2:
    """A page of an accepted declaration, by default the only one, of one worker."""
    return WagesDeclaredV2(
        **{
            "declaration_id": f"{facts.get('employer_id', FIRM)}-{year}-{revision}",
            "employer_id": FIRM,
            "form": "das",
            "period": str(year),
            "revision": revision,
            "page": 1,
            "pages": 1,
            "currency": "DZD",
            "wages": wages or (wage(year=year),),
            "accepted_at": AT,
            **facts,
        }
    )


def settings_in(folder: Path) -> Settings:
    """The settings of documents, with a signing chain of its own in files there."""
    key, certificates = folder / "papers.key.pem", folder / "papers.certificate.pem"
    key.write_bytes(CHAIN.key_pem)
    certificates.write_bytes(CHAIN.certificate_pem + CHAIN.issuers_pem)
    return Settings(public_url=PUBLIC_URL, signers={"PAPER": SignerFiles(signing_key=key, certificate=certificates)})
