"""What claims tells of an overpayment, valid by default."""

from datetime import timedelta
from typing import Any

from shared.events.claims.overpayments import OverpaymentClosed, OverpaymentFound
from shared.kernel.references import with_check_digits
from tests.kit.clock import AT
from tests.kit.people import AMIRA

REFERENCE = with_check_digits("OP", "2600000001")
OWED = 20_000


def found(**facts: Any) -> OverpaymentFound:
    """Amira is asked for 200.00."""
    return OverpaymentFound(
        **{
            "award_id": "aw1",
            "reference": "AW260000000132",
            "person_ref": AMIRA,
            "claim_type": "family-allowance",
            "amount_minor": OWED,
            "currency": "DZD",
            "way": "transfer",
            "repayment_reference": REFERENCE,
            "may_be_disputed_until": None,
            "found_at": AT,
            **facts,
        }
    )


def closed(**facts: Any) -> OverpaymentClosed:
    return OverpaymentClosed(
        **{
            "award_id": "aw1",
            "reference": "AW260000000132",
            "person_ref": AMIRA,
            "claim_type": "family-allowance",
            "outcome": "waived",
            "repayment_reference": REFERENCE,
            "is_by_dispute": False,
            "closed_at": AT + timedelta(days=1),
            **facts,
        }
    )
