"""Valid provisional assessments, and the declarations that they are computed from."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from services.payments.contributions.contribution import Assessment, Contribution, Slip
from services.payments.declarations.declaration import (
    Booked,
    BusinessReceipt,
    Declaration,
    Intake,
    Status,
    StoredFile,
)
from services.payments.provisional_assessments.provisional_assessment import (
    Basis,
    ProvisionalAssessment,
    ProvisionalStatus,
)
from shared.funds.arrears import ProvisionalRule
from shared.funds.contributions import ContributionSide
from shared.funds.law import Confidence, Law
from shared.funds.period import Period
from tests.kit.clock import AT
from tests.payments.declarations.builders import DZ_EMPLOYER, Files, das_b

LAW = Law(valid_from=date(1990, 1, 1), reference="An invented law", confidence=Confidence.HIGH)
RULE = ProvisionalRule(percent=Decimal("5.0"), law=LAW, after_days=30)


def das_of(year: int) -> Files:
    """A DAS of two workers of another year."""
    files = das_b(header={"year": year}, year=year, entered_on=date(2000, 2, 1))
    return Files({name.replace("2025", str(year)): content for name, content in files.by_name.items()})


def slip(period: str, **branches: int) -> Slip:
    """What the employer's side of one period comes to, by branch."""
    parts = tuple(
        Contribution(
            side=ContributionSide.EMPLOYER, branch=branch, percent=Decimal(10), amount_minor=amount_minor, law=LAW
        )
        for branch, amount_minor in branches.items()
    )
    return Slip(period=Period.read(period), base_minor=1_000_000, contributions=parts)


def declared(period: str = "2024-Q4", *slips: Slip, **facts: Any) -> Declaration:
    """A declaration of wages in force."""
    found = slips or (slip(period, pension=100_010),)
    status = facts.pop("status", Status.ACCEPTED)
    nothing = facts.get("intake") is Intake.NOTHING
    assessment = Assessment(slips=found, due_on=date(2025, 1, 15))
    booked = Booked(workers=2, wages_minor=1, assessment=assessment, is_late=False)
    return Declaration(
        **{
            "declaration_id": "d1",
            "employer_id": "0012345678",
            "form": "quarterly-wages",
            "period": period,
            "content": "c",
            "files": () if nothing else (StoredFile(name="e", sha256="aa", size=1),),
            "status": status,
            "received_at": AT,
            "business": BusinessReceipt(at=AT, booked=booked),
            "revision": int(status in {Status.ACCEPTED, Status.REPLACED}),
            **facts,
        }
    )


def assessment(**facts: Any) -> ProvisionalAssessment:
    """One that stands: a year at 1,050.00, from 1,000.00 of the year before."""
    basis = Basis(period="2024", declaration_ids=("d1",), due_minor=100_000, percent=RULE.percent, law=LAW)
    return ProvisionalAssessment(
        **{
            "assessment_id": "a1",
            "slot": f"{DZ_EMPLOYER}/das/2025",
            "employer_id": DZ_EMPLOYER,
            "form": "das",
            "period": "2025",
            "establishment": "",
            "basis": basis,
            "assessment": Assessment(slips=(slip("2025-Q1", pension=105_000),), due_on=date(2026, 1, 31)),
            "status": ProvisionalStatus.STANDING,
            "note": "",
            "assessed_at": AT,
            "assessed_by": "agent-1",
            **facts,
        }
    )


ENDED: Mapping[str, Any] = {"status": ProvisionalStatus.REPLACED, "replaced_by": "d2", "ended_at": AT}
