"""Awards as claims tells of them, so that a test says only what it is about."""

from datetime import date, timedelta
from typing import Any

from shared.events.claims.awards import AwardEnded, AwardOpened, AwardResumed, AwardSuspended, BenefitDue
from shared.kernel.references import with_check_digits
from tests.kit.clock import AT
from tests.kit.contexts import TN, today
from tests.kit.people import AMIRA

NUMBER, OTHER_NUMBER = with_check_digits("AW", "2600000001"), with_check_digits("AW", "2600000002")
COVER, PENSION = "chronic-drugs", "old-age-pension"
TODAY = today(TN)


def opened(award_id: str = "a1", **facts: Any) -> AwardOpened:
    """A cover of a year from today on."""
    usual: dict[str, Any] = {
        "award_id": award_id,
        "reference": NUMBER if award_id == "a1" else OTHER_NUMBER,
        "person_ref": AMIRA,
        "claim_id": f"claim-of-{award_id}",
        "claim_type": COVER,
        "kind": "cover",
        "from_on": TODAY,
        "until_on": TODAY + timedelta(days=364),
        "opened_at": AT,
        "covers": ("medicine",),
        "percent": "100",
    }
    return AwardOpened(**{**usual, **facts})


def pension(award_id: str = "a1", **facts: Any) -> AwardOpened:
    """A payment of every month, without an end."""
    payment = {"claim_type": PENSION, "kind": "payment", "until_on": None, "covers": (), "percent": ""}
    return opened(award_id, **{**payment, "amount_minor": 845_320, "every": "month", **facts})


def suspended() -> AwardSuspended:
    return AwardSuspended(**_about(), reason="under-control", suspended_at=AT)


def resumed() -> AwardResumed:
    return AwardResumed(**_about(), resumed_at=AT)


def ended(until_on: date, *, reason: str = "renounced") -> AwardEnded:
    return AwardEnded(**_about(), kind="cover", reason=reason, until_on=until_on, ended_at=AT)


def due(period: str = "2026-M01", *, regular_minor: int | None = 900_000, **facts: Any) -> BenefitDue:
    """What a run owes for a period of the pension."""
    usual: dict[str, Any] = {
        **_about(),
        "claim_type": PENSION,
        "payment_id": f"payment-of-{period}",
        "run_id": "r1",
        "claim_id": "claim-of-a1",
        "period": period,
        "amount_minor": 2_000_000,
        "currency": "TND",
        "due_at": AT,
        "regular_minor": regular_minor,
    }
    return BenefitDue(**{**usual, **facts})


def _about() -> dict[str, Any]:
    return {"award_id": "a1", "reference": NUMBER, "person_ref": AMIRA, "claim_type": COVER}
