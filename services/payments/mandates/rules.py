"""What may happen to a mandate. Pure: the fund's definition, the time and who acts are handed in."""

from datetime import date

from services.payments.mandates.mandate import Mandate, Status
from shared.kernel.errors import Missing

REFERENCE_KIND = "MD"


class MandateUnknown(Missing):
    code = "mandate.unknown"


def may_debit(mandate: Mandate, *, amount_minor: int, on: date) -> bool:
    """Whether so much may be debited by this mandate on a day: it is in force, the day is within it, and the amount
    within its limit. Everything that is sent to a bank asks this, when it is made and again when it is sent."""
    if mandate.status is not Status.ACTIVE or mandate.bank_agreement is None or mandate.accepted_at is None:
        return False
    if on < mandate.starts_on or (mandate.ends_on is not None and on > mandate.ends_on):
        return False
    return amount_minor > 0 and (mandate.amount_max_minor is None or amount_minor <= mandate.amount_max_minor)
