"""The check digits of bank accounts and of the numbers that people are known by: named rules, which a fund's
definition chooses among. Formats without a known key are patterns there.

Sources: the countries' RIB rules as agreed by independent libraries, the post's rule as its customers compute it; the
vectors stand in the tests.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from operator import mul

from shared.funds.faults import refuse
from shared.funds.key_table import KeyTable
from shared.funds.law import Law
from shared.funds.texts import Texts
from shared.kernel import normalize
from shared.kernel.iban import is_valid as is_valid_iban
from shared.kernel.iban import national_number


class AccountRule(StrEnum):
    """How a country writes a bank account."""

    RIB_DZ = "rib-dz"
    RIB_TN = "rib-tn"
    RIB_MA = "rib-ma"
    CCP = "ccp"
    """The post's account in Algeria, without a bank's code."""
    IBAN = "iban"
    """Of any country that has them."""
    NATIONAL = "national"
    """Of a country that none of these is for: as the fund itself says (`payments.national_account`)."""


def is_rib_dz(number: str) -> bool:
    """Algeria, 20 digits: bank 3, branch 5, account 10, key 2. The key leaves the bank's code out.

    The post's own accounts (RIP, bank 007) follow the same rule.
    """
    return _is_digits(number, 20) and _key(number[3:18]) == number[18:]


def is_rib_tn(number: str) -> bool:
    """Tunisia, 20 digits: bank 2, branch 3, account 13, key 2 over all that goes before."""
    return _is_digits(number, 20) and _key(number[:18]) == number[18:]


def is_rib_ma(number: str) -> bool:
    """Morocco, 24 digits: bank 3, place 3, account 16, key 2 over all that goes before."""
    return _is_digits(number, 24) and _key(number[:22]) == number[22:]


def is_ccp(number: str) -> bool:
    """Algeria's post, 12 digits: account 10, key 2: the digits times 4, 5, 6 and so on from the right, modulo 100."""
    if not _is_digits(number, 12):
        return False
    total = sum(int(digit) * weight for weight, digit in enumerate(reversed(number[:10]), start=4))
    return f"{total % 100:02d}" == number[10:]


def is_iban(number: str) -> bool:
    """An international account number without spaces, of the length and the key that its country has."""
    return is_valid_iban(number)


def is_national(number: str) -> bool:
    """Letters and digits, no more than any country has. Pattern and key are the fund's own, which are asked when the
    number is read."""
    return _NATIONAL.fullmatch(number) is not None


def _key(digits: str) -> str:
    """97 less the remainder, so never 00: a remainder of nothing gives 97."""
    return f"{97 - int(digits) * 100 % 97:02d}"


def _is_digits(number: str, count: int) -> bool:
    return len(number) == count and number.isascii() and number.isdigit()


_CHECKS: dict[AccountRule, Callable[[str], bool]] = {
    AccountRule.RIB_DZ: is_rib_dz,
    AccountRule.RIB_TN: is_rib_tn,
    AccountRule.RIB_MA: is_rib_ma,
    AccountRule.CCP: is_ccp,
    AccountRule.IBAN: is_iban,
    AccountRule.NATIONAL: is_national,
}
_DIGITS = {AccountRule.RIB_DZ: 20, AccountRule.RIB_TN: 20, AccountRule.RIB_MA: 24}
"""How many digits an account has that may be written as an IBAN too."""
_NATIONAL = re.compile("[0-9A-Z]{4,34}", re.ASCII)
_LABEL = re.compile("^(?:IBAN|RIB|RIP|CCP)(?=[0-9A-Z])")
"""What stands in front of the number on the bank's own slip; no country's code begins so."""
_KEY_SAID = re.compile("(?<=[0-9])CL[EÉ](?=[0-9])")
"""Between the account and its key, where people write `1234567 clé 89`."""
_POST_DIGITS = 12
"""Of an account of the post; people leave out the zeros on its left."""


def read_account(text: str, *, rule: AccountRule, national: "IdentifierRule | None" = None) -> str | None:
    """A bank account as it is kept, however people wrote it, as an IBAN too; None where its form or key is wrong.
    `national` is the fund's own rule."""
    number = _LABEL.sub("", normalize.number(text).upper())
    if rule is AccountRule.NATIONAL:
        return None if national is None else national.read(number)
    if rule in _DIGITS:
        number = national_number(number, length=_DIGITS[rule])
    elif rule is AccountRule.CCP and number:
        number = _KEY_SAID.sub("", number).zfill(_POST_DIGITS)
    return number if is_account(number, rule=rule) else None


def digits_of(rule: AccountRule) -> int | None:
    """How many digits an account of a country has; None where it has letters, or may be written shorter."""
    return _DIGITS.get(rule)


def is_account(number: str, *, rule: AccountRule) -> bool:
    """Whether an account number, without spaces, has the form and the key of its country."""
    return _CHECKS[rule](number)


class KeyRule(StrEnum):
    """How the last digits of a number that people are known by are computed from those before."""

    MOD_97 = "mod-97"
    """The whole number is divisible by 97: its last two digits are 97 less the remainder of the others times 100."""
    LUHN = "luhn"
    """ISO/IEC 7812: every second digit from the right twice, tens and units added; the sum is divisible by ten."""
    WEIGHTED_MOD_10 = "weighted-mod-10"
    """The last digit fills the sum of the others, each times its weight, up to the next ten."""


def has_key(number: str, *, rule: KeyRule, weights: tuple[int, ...] = ()) -> bool:
    """Whether a number of digits has the key of a rule. `weights`, one for each digit before the last, are those of
    `weighted-mod-10`."""
    if not (number.isascii() and number.isdigit()):
        return False
    digits = [int(digit) for digit in number]
    if rule is KeyRule.MOD_97:
        return int(number) % 97 == 0
    if rule is KeyRule.LUHN:
        return sum(digits[-1::-2]) % 10 == -sum(sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]) % 10
    return len(weights) == len(digits) - 1 and digits[-1] == -sum(map(mul, digits, weights)) % 10


@dataclass(frozen=True, kw_only=True)
class IdentifierRule:
    """How a number that people are known by is written. `pattern` fits the whole number, without its separators; `key`
    names how its last digits are computed, with `weights` where the rule has them; `key_table` says it in full where
    no named rule does."""

    pattern: str
    names: Texts
    example: str
    law: Law
    key: KeyRule | None = None
    weights: tuple[int, ...] = ()
    key_table: KeyTable | None = None

    def __post_init__(self) -> None:
        try:
            re.compile(self.pattern)
        except re.error as fault:
            raise ValueError(f"pattern is not a regular expression: {fault}") from fault
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if (self.key is KeyRule.WEIGHTED_MOD_10) != bool(self.weights):
            yield f"weights belong to the key {KeyRule.WEIGHTED_MOD_10}, which needs them"
            return
        if self.key is not None and self.key_table is not None:
            yield "key and key_table are two ways of saying one thing: one of them is enough"
            return
        bare = normalize.number(self.example).upper()
        if re.fullmatch(self.pattern, bare, re.ASCII) is None:
            yield f"example does not fit pattern: it is read as {bare}"
        elif self.key_table is not None and not self.fits(bare):
            would = self.key_table.completed(bare)
            other = f"{would} would" if would else "it has none by it, or other digits than its weights and places want"
            yield f"example does not have the key of key_table: {other}"
        elif not self.fits(bare):
            right = next(filter(self.fits, (f"{bare[:-2]}{end:02d}" for end in range(100))), None)
            would = f"{right} would" if right else "it is of digits alone"
            yield f"example does not have the key {self.key}: {would}"

    def read(self, text: str) -> str | None:
        """The number as it is kept, letters as capitals, without what people put in (`normalize.number`); None when
        malformed."""
        bare = normalize.number(text).upper()
        return bare if self.fits(bare) else None

    def fits(self, bare: str) -> bool:
        """Whether a number is written as it is kept, and has its key."""
        if re.fullmatch(self.pattern, bare, re.ASCII) is None:
            return False
        if self.key_table is not None:
            return self.key_table.holds(bare)
        return self.key is None or has_key(bare, rule=self.key, weights=self.weights)
