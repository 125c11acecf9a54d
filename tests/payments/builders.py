"""Valid things of payments, so that a test says only what it is about."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from services.payments.collections import debt_changes
from services.payments.obligations.obligation import Obligation
from services.payments.payees import actions as payees
from services.payments.payouts import actions as payouts
from services.payments.payouts import store as payouts_store
from services.payments.payouts.batch import PayoutBatch
from shared.events.claims.awards import BenefitDue
from shared.events.claims.claims import ClaimApproved
from shared.events.identity import PersonsRegistered, RegisteredPerson
from shared.kernel.personal import DataClass
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.clock import AT
from tests.kit.contexts import DZ, keys, someone
from tests.kit.people import AMIRA

FIRM, OTHER_FIRM = "1600000001", "1600000002"

RIB = "00200300000056789016"
REFUSED_RIB, RETURNED_RIB = "00200300000000010137", "00200300000000040426"
"""The simulated bank knows these by their endings before the two key digits: refused at once; paid, then returned."""

BRANCHES = {"pension": 200_000, "social-insurance": 115_025}


def persons(accounts: Mapping[str, str | None], *, at: datetime = AT, fund_id: str = DZ) -> PersonsRegistered:
    """A page of the register: everybody with a name, and with the bank account that is given, if any."""
    own = keys()[fund_id]
    rows = []
    for person_ref, rib in accounts.items():
        civil = {"insurance_number": "1", "family_name": "Inventée", "first_name": "Amira", "birth_on": "1990-01-01"}
        rows.append(
            RegisteredPerson(
                person_ref=person_ref,
                civil=own.encrypt(json.dumps(civil), data_class=DataClass.CIVIL, associated_data=person_ref),
                bank=None if rib is None else own.encrypt(rib, data_class=DataClass.BANK, associated_data=person_ref),
                language="fr",
            )
        )
    return PersonsRegistered(page_id=f"page-{at.isoformat()}", registered_at=at, persons=tuple(rows))


def approved(claim_id: str = "c1", **facts: Any) -> ClaimApproved:
    """A claim of 320.00 approved for Amira."""
    return ClaimApproved(
        **{
            "claim_id": claim_id,
            "reference": "CL260000000197",
            "person_ref": AMIRA,
            "claim_type": "care-reimbursement",
            "amount_minor": 32_000,
            "currency": "DZD",
            "approved_at": AT,
            **facts,
        }
    )


def due(payment_id: str = "pay1", **facts: Any) -> BenefitDue:
    """The payment of 200.00 of Amira's award for a quarter."""
    return BenefitDue(
        **{
            "payment_id": payment_id,
            "award_id": "aw1",
            "run_id": "run1",
            "claim_id": "c1",
            "reference": "AW260000000132",
            "person_ref": AMIRA,
            "claim_type": "family-allowance",
            "period": "2026-Q1",
            "amount_minor": 20_000,
            "currency": "DZD",
            "due_at": AT,
            **facts,
        }
    )


def open_obligation(
    context: ServiceContext, declaration_id: str = "d1", *, fund_id: str = DZ, **facts: Any
) -> Obligation:
    """A yearly declaration of 3150.25 accepted, in a unit of work of its own."""
    whole: dict[str, Any] = {
        "revision": 1,
        "employer_id": FIRM,
        "form": "das",
        "period": "2025",
        "due_on": date(2026, 1, 31),
        "declared_on": date(2026, 1, 20),
        "branches": BRANCHES,
        "sides": {},
        **facts,
    }
    return context.run(
        fund_id,
        by=someone(),
        cause=f"test:{declaration_id}",
        action=lambda uow: debt_changes.open_obligation(uow, declaration_id=declaration_id, **whole),
    )


def gathered(uow: UnitOfWork, *, batch_id: str, account: str = RIB) -> PayoutBatch:
    """Everything that is ordered, put into a batch as if a file of it were stored."""
    ordered = payouts_store.ordered(uow)
    index = payees.index_of(account, keys=uow.keys)
    accounts = {payout.payout_id: index for payout in ordered}
    return payouts.gather(uow, ordered, accounts=accounts, batch_id=batch_id, sha256="0", size=1)
