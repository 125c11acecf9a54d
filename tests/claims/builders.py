"""Valid things of claims, so that a test says only what it is about."""

import hashlib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from services.claims.claims.claim import Claim, ClaimLine, ClaimPaper
from services.claims.claims.submission import ClaimFiling, submit
from shared.events.documents import UploadStored
from shared.events.payments.wages import DeclaredWageV2, WagePeriodV2, WagesDeclaredV2
from shared.funds.fund import Fund
from shared.funds.law import Confidence, Law
from shared.funds.procedure import LegalDelay, OnePersonLimit, Procedure, Sample
from shared.kernel.money import Money
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds
from tests.kit.people import AMIRA

CARE_ON = date(2026, 2, 3)


def paper(kind: str = "care-sheet", upload_id: str = "u-sheet") -> ClaimPaper:
    return ClaimPaper(kind=kind, upload_id=upload_id, added_at=AT)


def filing(**facts: Any) -> ClaimFiling:
    """A visit to a general practitioner, paid 500.00 where the reference price is 400.00."""
    return ClaimFiling(
        **{
            "claim_type": "care-reimbursement",
            "care_on": CARE_ON,
            "lines": (ClaimLine(act="general-practitioner", quantity=1, paid_minor=50_000),),
            "papers": (paper(), paper("prescription", "u-prescription")),
            **facts,
        }
    )


def claim(*, claim_id: str = "c1", person_ref: str = AMIRA, **facts: Any) -> Claim:
    """A claim just submitted."""
    return submit(
        filing(**facts),
        fund=funds()[DZ],
        person_ref=person_ref,
        claim_id=claim_id,
        reference="CL260000000197" if claim_id == "c1" else f"reference-of-{claim_id}",
        at=AT,
    ).thing


def with_procedure(
    *,
    one_person_up_to: int | None = None,
    legal_days: int | None = None,
    sample_percent: int | None = None,
    **facts: Any,
) -> Fund:
    """The fund with a procedure of its care reimbursement; amounts in minor units."""
    fund = funds()[DZ]
    law = Law(valid_from=date(2020, 1, 1), reference="a text", confidence=Confidence.HIGH)
    if one_person_up_to is not None:
        facts["one_person_up_to"] = (OnePersonLimit(amount=Money(one_person_up_to, fund.currency), law=law),)
    if legal_days is not None:
        facts["legal_delays"] = (LegalDelay(days=legal_days, law=law),)
    if sample_percent is not None:
        facts["samples"] = (Sample(percent=Decimal(sample_percent), law=law),)
    care = replace(fund.claim_types["care-reimbursement"], procedure=Procedure(**facts))
    return replace(fund, claim_types={**fund.claim_types, "care-reimbursement": care})


def wages(*person_refs: str, page: int = 1, pages: int = 1, year: int = 2025, months: int = 3) -> WagesDeclaredV2:
    """A year's wages at the same firm, three months a quarter unless said otherwise."""
    periods = tuple(
        WagePeriodV2(year=year, kind="quarter", number=quarter, duration=months, unit="M", wage_minor=18_000_000)
        for quarter in (1, 2, 3, 4)
    )
    return WagesDeclaredV2(
        declaration_id="d1",
        employer_id="1600000001",
        form="das",
        period=str(year),
        revision=1,
        page=page,
        pages=pages,
        currency="DZD",
        wages=tuple(DeclaredWageV2(person_ref=person_ref, periods=periods) for person_ref in person_refs),
        accepted_at=AT,
    )


def upload(upload_id: str, person_ref: str = AMIRA, *, content: str = "") -> UploadStored:
    """A paper that documents keeps; another content than any other's unless said otherwise."""
    sha256 = hashlib.sha256((content or upload_id).encode()).hexdigest()
    return UploadStored(
        upload_id=upload_id, person_ref=person_ref, media_type="application/pdf", sha256=sha256, stored_at=AT
    )
