"""Invented numbers of people, firms and accounts, written as a fund's own definition says: nothing here knows a fund.

Each begins as the definition's example does, holds a serial, and ends in the key that the rule asks for.
"""

from collections.abc import Callable, Iterable

from shared.funds.fund import PhoneRule
from shared.funds.identifiers import AccountRule, IdentifierRule, KeyRule, is_account
from shared.funds.key_table import KeyTable
from shared.funds.payments import FundAccount, Payments

SERIAL_DIGITS_MAX = 10
"""What stands before them is the example's."""
TRIES = {KeyRule.MOD_97: 100, KeyRule.LUHN: 10, KeyRule.WEIGHTED_MOD_10: 10}
"""Of how many numbers in a row one has the key."""
TRIES_WITH_TABLE = 10
"""Of how many in a row one has a key that can be written."""
ACCOUNT_SERIAL_DIGITS = 8


class NoNumber(ValueError):
    """The rule allows no number that is like its example with other digits at the end."""


def identifier(rule: IdentifierRule, *, run: int, index: int) -> str:
    """A number by this rule; another one for each run and each of its people."""
    example, table = rule.read(rule.example) or "", rule.key_table
    if table is not None:
        return _like(example, run=run, index=index, tries=TRIES_WITH_TABLE, fits=rule.fits, table=table)
    tries = 1 if rule.key is None else TRIES[rule.key]
    return _like(example, run=run, index=index, tries=tries, fits=rule.fits)


def mobile(rule: PhoneRule, *, run: int, index: int) -> str:
    """A mobile number of the country, as `+213550123456`."""
    example = rule.e164(rule.example) or ""
    code = f"+{rule.country_code}"

    def fits(national: str) -> bool:
        return rule.e164(national) == f"{code}{national}"

    return code + _like(example.removeprefix(code), run=run, index=index, tries=1, fits=fits)


def account(own: FundAccount, *, of: Payments, run: int, index: int) -> str:
    """An account at the bank of a fund's own account, with the key of its rule."""
    if own.rule is AccountRule.NATIONAL and of.national_account is not None:
        return identifier(of.national_account, run=run, index=index)
    serial = (run * 10_000 + index) % 10**ACCOUNT_SERIAL_DIGITS
    body = f"{own.number[: -ACCOUNT_SERIAL_DIGITS - 2]}{serial:0{ACCOUNT_SERIAL_DIGITS}d}"
    keys = (f"{key:02d}" for key in range(100))
    if own.rule is AccountRule.IBAN:
        written: Iterable[str] = (f"{body[:2]}{key}{body[4:]}{own.number[-2:]}" for key in keys)
    else:
        written = (body + key for key in keys)
    for number in written:
        if is_account(number, rule=own.rule):
            return number
    raise NoNumber(f"no account like {own.number} has the key of {own.rule}")


def _like(
    example: str,
    *,
    run: int,
    index: int,
    tries: int,
    fits: Callable[[str], bool],
    table: KeyTable | None = None,
) -> str:
    """The example with other digits at its end, and with the key that a table computes."""
    kept = table.places(example) if table else range(0)
    places = [at for at, sign in enumerate(example) if sign.isdigit() and at not in kept]
    free = places[max(1, len(places) - SERIAL_DIGITS_MAX) :]
    serials = 10 ** len(free) // tries
    people = 10 ** (len(str(serials - 1)) // 2)  # so many in a run before numbers meet those of another
    serial = (run * people + index) % serials * tries
    for key in range(tries):
        signs = list(example)
        for at, digit in zip(free, f"{serial + key:0{len(free)}d}", strict=True):
            signs[at] = digit
        number = "".join(signs)
        number = (table.completed(number) or "") if table else number
        if fits(number):
            return number
    raise NoNumber(f"no number like {example} fits")
