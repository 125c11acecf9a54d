"""What may happen to the credits of employers. Pure: the time is handed in."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from services.payments.credits.credit import USES_MAX, Credit, Use, UseKind
from shared.kernel.errors import Conflict, Missing

APPLICATIONS_MAX = USES_MAX - 10
"""A credit that paid so many debts pays no more by itself: what is left of it can still be sent back."""


class CreditUnknown(Missing):
    code = "credit.unknown"


class CreditTooSmall(Conflict):
    """Less is left of it than is asked for."""

    code = "credit.too-small"


class CreditChanged(Conflict):
    """Somebody else used it meanwhile. `version` is the one to decide from now."""

    code = "credit.changed"


def use(credit: Credit, *, kind: UseKind, to: str, amount_minor: int, at: datetime) -> Credit:
    """A part of it goes. Raises `CreditTooSmall`."""
    if amount_minor > credit.left_minor or len(credit.uses) == USES_MAX:
        raise CreditTooSmall(left_minor=credit.left_minor)
    uses = (*credit.uses, Use(kind=kind, to=to, amount_minor=amount_minor, at=at))
    return replace(credit, uses=uses, is_open=amount_minor < credit.left_minor)


def cause(credit: Credit, *, declaration_id: str) -> str:
    """What books that a credit pays for a declaration: its debt when that is opened, its penalties when they are
    charged, so that it may do so more than once."""
    earlier = sum(use.to == declaration_id for use in credit.uses)
    return f"credit:{credit.credit_id}:{declaration_id}" + (f":{earlier + 1}" if earlier else "")


def shared_out(credits: Iterable[Credit], *, amount_minor: int) -> list[tuple[Credit, int]]:
    """How much of which credit goes into an amount: the oldest first, each as far as it reaches."""
    taken: list[tuple[Credit, int]] = []
    for credit in sorted(credits, key=lambda each: (each.opened_at, each.credit_id)):
        part_minor = min(amount_minor, credit.left_minor)
        if part_minor and len(credit.uses) < APPLICATIONS_MAX:
            taken.append((credit, part_minor))
            amount_minor -= part_minor
    return taken
