"""International bank account numbers (ISO 13616): what a national number is written as abroad."""

from schwifty import IBAN


def national_number(number: str, *, length: int) -> str:
    """The national account number, of so many signs, that a valid IBAN holds, or the number itself where it is none.
    It comes without separators, in capitals.

    An IBAN may be longer than what it holds: leading noughts fill it up. Algerian banks write theirs with two and
    without.
    """
    if len(number) > length and number[:2].isalpha():
        for written in (number, f"{number[:4]}00{number[4:]}"):
            if is_valid(written):
                return number[4:].lstrip("0").zfill(length)
    return number


def is_valid(written: str) -> bool:
    """Whether a number without separators is an IBAN, of the length and with the key of its country."""
    return bool(IBAN(written, allow_invalid=True).is_valid)
