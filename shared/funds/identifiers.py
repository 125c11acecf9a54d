"""The check digits of bank accounts, by country. Formats without a known key are patterns in the fund's definition.

Sources: the two countries' RIB rules as agreed by independent libraries; the vectors stand in the tests.
"""

from collections.abc import Callable
from enum import StrEnum

from shared.kernel import typed
from shared.kernel.iban import national_number

DIGITS = 20
"""Of an account in Algeria and in Tunisia."""


class AccountRule(StrEnum):
    """How a country writes a bank account."""

    RIB_DZ = "rib-dz"
    RIB_TN = "rib-tn"


def is_rib_dz(number: str) -> bool:
    """Algeria, 20 digits: bank 3, branch 5, account 10, key 2. The key leaves the bank's code out.

    The post's own accounts (RIP, bank 007) follow the same rule.
    """
    return _is_twenty_digits(number) and _key(number[3:18]) == number[18:]


def is_rib_tn(number: str) -> bool:
    """Tunisia, 20 digits: bank 2, branch 3, account 13, key 2 over all that goes before."""
    return _is_twenty_digits(number) and _key(number[:18]) == number[18:]


def _key(digits: str) -> str:
    """97 less the remainder, so never 00: a remainder of nothing gives 97."""
    return f"{97 - int(digits) * 100 % 97:02d}"


def _is_twenty_digits(number: str) -> bool:
    return len(number) == DIGITS and number.isascii() and number.isdigit()


_CHECKS: dict[AccountRule, Callable[[str], bool]] = {
    AccountRule.RIB_DZ: is_rib_dz,
    AccountRule.RIB_TN: is_rib_tn,
}


def read_account(text: str, *, rule: AccountRule) -> str | None:
    """A bank account as it is kept, however people wrote it, as an IBAN too; None where its form or key is wrong."""
    number = national_number(typed.number(text).upper(), length=DIGITS)
    return number if is_account(number, rule=rule) else None


def is_account(number: str, *, rule: AccountRule) -> bool:
    """Whether an account number, without spaces, has the form and the key of its country."""
    return _CHECKS[rule](number)
