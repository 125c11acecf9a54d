"""An invented person, and accounts of hers in each state."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from services.identity.accounts import renewal
from services.identity.accounts.account import Account, Link, Status
from services.identity.accounts.application import ApplicantFacts
from services.identity.register.person import Civil, Contact, Person
from shared.kernel.partial_date import PartialDate
from shared.kernel.personal import Encrypted
from tests.identity.builders import AMIRA_NIN, AMIRA_NSS
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds
from tests.kit.roles import Role

FACTS = ApplicantFacts(
    national_id=AMIRA_NIN, insurance_number=AMIRA_NSS, birth_on=PartialDate("1990-04-25"), email="amira.b@example.dz"
)


AMIRA = Person(
    person_ref="pamira",
    national_id_index="i1",
    civil=Civil(
        insurance_number=AMIRA_NSS,
        national_id=AMIRA_NIN,
        family_name="Benali",
        first_name="Amira",
        birth_on=PartialDate("1990-04-25"),
    ),
    contact=Contact(email="amira.b@example.dz"),
    bank=None,
    language="ar",
    dependants=0,
)


PENDING = Account(
    account_id="a1",
    known_by="pamira",
    role=Role.PERSON,
    status=Status.PENDING,
    password_hash="old",
    person_ref="pamira",
    activation=Link(token_hash="t1", expires_at=AT + timedelta(hours=24)),
    asked_at=(AT,),
    version=1,
)


ACTIVE = replace(PENDING, status=Status.ACTIVE, asked_at=())


def ask_recovery(known: Account | None = ACTIVE, *, person: Person = AMIRA, **more: Any) -> Any:
    facts = {"person": person, "fund": funds()[DZ], "token_hash": "r9", "link": Encrypted("s"), "at": AT}
    return renewal.ask_recovery(known, **{**facts, **more})
