"""The references under which money is paid: what a payer writes on a transfer, or types at an operator. Pure."""

import hashlib
from collections.abc import Iterable

from services.payments.collections.collection import Collection, PlanPart, Rail
from services.payments.obligations.obligation import Obligation
from shared.funds.fund import Fund
from shared.funds.period import Period, PeriodKind
from shared.kernel.errors import Conflict
from shared.kernel.references import with_check_digits

MOBILE_REFERENCE_CHARACTERS = 20
"""What an operator of mobile money has room for."""
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ATTEMPTS_MAX = len(_DIGITS)


class TooManyAttempts(Conflict):
    code = "collection.too-many-attempts"


def of_transfer(prefix: str, *, employer_id: str, period: str, amount_minor: int, attempt: int) -> str:
    """What a payer writes on a transfer: prefix, employer, period (two digits of the year; 0, the quarter, 5 or 6 for
    a half-year, A to L for a month), amount in base 36, attempt, and two check digits over all of it.

    The same try has the same reference; another amount, period or employer has another, and a slip of the pen in any
    place is found before anything is looked up.
    """
    if not 0 <= attempt < ATTEMPTS_MAX:
        raise TooManyAttempts(attempts_max=ATTEMPTS_MAX)
    read = Period.read(period)
    when = f"{read.year % 100:02d}{_place(read)}"
    return with_check_digits(prefix, f"{employer_id}{when}{_base_36(amount_minor)}{_DIGITS[attempt]}")


def of_mobile_money(prefix: str, *, employer_id: str, period: str, amount_minor: int, collection_id: str) -> str:
    """What a payer types at an operator of mobile money, or reads out at a counter: the fund's letters, digits that
    follow from employer, period, amount and collection, and two check digits: twenty characters.

    The reference of a transfer writes those facts out, which takes up to 29 characters and letters between the digits;
    a telephone has room for twenty, and a menu of digits for digits alone (the letters may be left out). The check
    digits find a slip as they do there, and from one reference nobody guesses another.
    """
    facts = "\x1f".join((prefix, employer_id, period, str(amount_minor), collection_id))
    digits = MOBILE_REFERENCE_CHARACTERS - len(prefix) - 2
    number = int.from_bytes(hashlib.sha256(facts.encode()).digest(), "big") % 10**digits
    return with_check_digits(prefix, f"{number:0{digits}d}")


def _place(period: Period) -> str:
    """One character for a period in its year."""
    first = {PeriodKind.YEAR: 0, PeriodKind.QUARTER: 1, PeriodKind.HALF_YEAR: 5, PeriodKind.MONTH: 10}[period.kind]
    return "0" if period.kind is PeriodKind.YEAR else _DIGITS[first + period.number - 1]


def of_next_try(
    obligation: Obligation,
    tries: Iterable[Collection],
    *,
    rail: Rail,
    fund: Fund,
    collection_id: str,
    part: PlanPart | None = None,
) -> str:
    """The reference of the next try to collect all that is left of a debt, or `part` of a settlement plan."""
    if rail in (Rail.MOBILE_MONEY, Rail.CARD_TERMINAL):
        return of_mobile_money(
            fund.payments.transfer_prefix,
            employer_id=obligation.employer_id,
            period=obligation.period,
            amount_minor=part.amount_minor if part else obligation.to_pay_minor,
            collection_id=collection_id,
        )
    if part is not None:
        return part.reference
    return of_transfer(
        fund.payments.transfer_prefix,
        employer_id=obligation.employer_id,
        period=obligation.period,
        amount_minor=obligation.to_pay_minor,
        attempt=sum(each.amount_minor == obligation.to_pay_minor for each in tries),
    )


def _base_36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
