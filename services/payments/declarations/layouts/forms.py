"""The forms that a field of a fixed-width file can have: how its bytes become a value, and a value its bytes.

Reading never repairs: bytes that do not have the form are a `FieldRefused`, which says what is wrong without showing
it. Only the apostrophes, hyphens and blanks that word processors put for those of a keyboard are read as these.
"""

import string
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Protocol

from services.payments.declarations.findings import Phrase, Severity, value
from services.payments.declarations.layouts.encodings import is_arabic, is_without_latin
from shared.funds.layouts import FieldCode
from shared.kernel.partial_date import PartialDate, partial_date, parts

AMOUNT_MINOR_MAX = 10**14
"""A total above this (a million million dinars in centimes) is a mistake, whatever the width of its field."""


class FieldRefused(Exception):
    """The bytes of a field do not have its form."""

    def __init__(self, code: str, found: Phrase, expected: Phrase, severity: Severity = Severity.ERROR) -> None:
        super().__init__(code)
        self.code = code
        self.found = found
        self.expected = expected
        self.severity = severity


class DoesNotFit(Exception):
    """A value that is to be written is wider than its field, or not of its encoding: nothing is ever cut silently."""


class FieldCodec(Protocol):
    """How one field is written."""

    def read(self, raw: bytes) -> Any:
        """The value, or `FieldRefused`."""

    def write(self, value: Any, *, length: int) -> bytes:
        """The bytes of a value, exactly `length` of them, or `DoesNotFit`."""


@dataclass(frozen=True)
class Digits:
    """A number that is a name, such as an employer's: every digit counts, the zeros on the left too."""

    code: str = "wage-file.number-malformed"

    def read(self, raw: bytes) -> str:
        if not raw.isdigit():
            raise FieldRefused(self.code, shape(raw), Phrase("digits", {"count": len(raw)}))
        if not raw.strip(b"0"):
            raise FieldRefused("wage-file.value-missing", Phrase("zeros"), Phrase("digits", {"count": len(raw)}))
        return raw.decode("ascii")

    def write(self, value: str, *, length: int) -> bytes:
        return _fitting(value.encode("ascii"), length, bytes.rjust, b"0")


@dataclass(frozen=True)
class OptionalDigits:
    """A number that is a name and that some people do not have: zeros and blanks are none.

    What is not such a number is left out with a warning: a worker is known by another one. Where it is the one that
    they are known by (`severity`), it is an error.
    """

    code: str
    severity: Severity = Severity.WARNING

    def read(self, raw: bytes) -> str | None:
        if not raw.strip(b"0") or not raw.strip(b" "):
            return None
        if not raw.isdigit():
            expected = Phrase("digits", {"count": len(raw)})
            raise FieldRefused(self.code, shape(raw), expected, self.severity)
        return raw.decode("ascii")

    def write(self, value: str | None, *, length: int) -> bytes:
        return _fitting((value or "").encode("ascii"), length, bytes.rjust, b"0")


@dataclass(frozen=True)
class Word:
    """A name of letters and digits, such as a number with a letter in front; small letters are read as capitals."""

    code: str = "wage-file.number-malformed"

    def read(self, raw: bytes) -> str:
        bare = raw.rstrip(b" ")
        if not bare:
            raise FieldRefused("wage-file.value-missing", Phrase("blank"), Phrase("letters"))
        if not (bare.isascii() and bare.isalnum()):
            raise FieldRefused(self.code, shape(raw), Phrase("letters"))
        return bare.decode("ascii").upper()

    def write(self, value: str, *, length: int) -> bytes:
        return _fitting(value.encode("ascii"), length, bytes.ljust, b" ")


@dataclass(frozen=True)
class OptionalWord:
    """A name of letters and digits that some people do not have: blanks and zeros are none."""

    code: str

    def read(self, raw: bytes) -> str | None:
        return Word(self.code).read(raw) if raw.strip(b" 0") else None

    def write(self, value: str | None, *, length: int) -> bytes:
        return Word(self.code).write(value or "", length=length)


@dataclass(frozen=True)
class Choice:
    """One of a few codes, each with a rank that counts in control sums."""

    codes: tuple[FieldCode, ...]

    def read(self, raw: bytes) -> str:
        code = raw.rstrip(b" ").decode("cp1252", "replace").upper()
        if code not in {each.code for each in self.codes}:
            listed = ", ".join(each.code for each in self.codes if each.code)
            raise FieldRefused("wage-file.code-unknown", Phrase("other-code"), Phrase("one-of", {"letters": listed}))
        return code

    def write(self, value: str, *, length: int) -> bytes:
        return _fitting(value.encode("ascii"), length, bytes.ljust, b" ")


@dataclass(frozen=True)
class CodeCodec:
    """A code of digits, such as an establishment's: all zeros is one too, and the usual one."""

    def read(self, raw: bytes) -> str:
        if not raw.isdigit():
            raise FieldRefused("wage-file.number-malformed", shape(raw), Phrase("digits", {"count": len(raw)}))
        return raw.decode("ascii")

    def write(self, value: str, *, length: int) -> bytes:
        return _fitting(value.encode("ascii"), length, bytes.rjust, b"0")


@dataclass(frozen=True)
class Count:
    """A whole number: a year, a line's number, a duration. Blank-padded ones may be blank, which is nought."""

    pad: bytes = b"0"
    code: str = "wage-file.number-malformed"
    most: int | None = None

    def read(self, raw: bytes) -> int:
        bare = raw if self.pad == b"0" else raw.strip(b" ")
        if bare.isdigit():
            count = int(bare)
            if self.most is not None and count > self.most:
                at_most = Phrase("at-most", {"count": self.most})
                raise FieldRefused("wage-file.duration-too-long", value(count), at_most)
            return count
        if not bare:
            return 0
        raise FieldRefused(self.code, shape(raw), Phrase("digits", {"count": len(raw)}))

    def write(self, value: int, *, length: int) -> bytes:
        return _fitting(b"%d" % value, length, bytes.rjust, self.pad)


_NEGATIVE_ENDINGS = b"}JKLMNOPQR"
"""How COBOL programs write the last digit, 0 to 9, of a number below nought."""


@dataclass(frozen=True)
class AmountCodec:
    """Minor units of the fund's currency, without sign or separator.

    What counts as negative in a field that has no place for a sign: digits with a minus before or after them, or with
    the letter of a signed COBOL number at their end. What counts as overflowing: more than the field's `minor_max`, a
    field of nines only, or the asterisks that programs print when a number does not fit. `narrow` is the width in
    which a blank-padded amount is written on the right, what follows staying blank, as long as it fits.
    """

    minor_max: int = AMOUNT_MINOR_MAX
    pad: bytes = b"0"
    narrow: int = 0

    def read(self, raw: bytes) -> int:
        bare = raw if self.pad == b"0" else raw.strip(b" ")
        if bare.isdigit():
            amount_minor = int(bare)
            if amount_minor > self.minor_max or (len(bare) == len(raw) and not bare.strip(b"9")):
                raise FieldRefused("wage-file.amount-overflowing", Phrase("too-large"), Phrase("amount"))
            return amount_minor
        if not bare:
            return 0
        raise self._fault(raw.strip(b" "), raw)

    def _fault(self, bare: bytes, raw: bytes) -> FieldRefused:
        if (bare[:1] == b"-" or bare[-1:] == b"-") and bare.strip(b"-").strip(b" ").isdigit():
            return FieldRefused("wage-file.amount-negative", Phrase("negative"), Phrase("amount"))
        if bare[:-1].isdigit() and bare[-1] in _NEGATIVE_ENDINGS:
            return FieldRefused("wage-file.amount-negative", Phrase("negative"), Phrase("amount"))
        if bare and not bare.strip(b"*#"):
            return FieldRefused("wage-file.amount-overflowing", Phrase("too-large"), Phrase("amount"))
        return FieldRefused("wage-file.amount-malformed", shape(raw), Phrase("amount"))

    def write(self, value: int, *, length: int) -> bytes:
        if not 0 <= value <= self.minor_max:
            raise DoesNotFit
        digits = (b"%d" % value).rjust(self.narrow) if self.narrow else (b"%d" % value).rjust(length, self.pad)
        return _fitting(digits, length, bytes.ljust, b" ")


@dataclass(frozen=True)
class Day:
    """A date as ddmmyyyy, or as yyyymmdd. `absent` is how no date is written; zeros and blanks are both read so."""

    code: str = "wage-file.date-malformed"
    absent: bytes = b"0"
    is_year_first: bool = False

    def read(self, raw: bytes) -> date | None:
        day = _day(raw[6:8] + raw[4:6] + raw[:4] if self.is_year_first else raw)
        if day is not None:
            return day
        if raw.strip(b" ") and raw.strip(b"0"):
            # A wrong date is not shown further: its eight digits are the date itself.
            raise FieldRefused(self.code, Phrase("no-such-day") if raw.isdigit() else shape(raw), Phrase("valid-day"))
        return None

    def write(self, value: date | None, *, length: int) -> bytes:
        if value is None:
            return self.absent * length
        if self.is_year_first:
            return b"%04d%02d%02d" % (value.year, value.month, value.day)
        return b"%02d%02d%04d" % (value.day, value.month, value.year)


@dataclass(frozen=True)
class BirthCodec:
    """A date of birth as ddmmyyyy, with zeros for what is unknown: of many people only the year is (`00001950`)."""

    absent: bytes = b"0"

    def read(self, raw: bytes) -> PartialDate | None:
        birth = _birth(raw)
        if birth is None and raw.strip(b" ") and raw.strip(b"0"):
            found = Phrase("no-such-day") if raw.isdigit() else shape(raw)
            raise FieldRefused("wage-file.birth-date-malformed", found, Phrase("valid-day"))
        return birth

    def write(self, value: PartialDate | None, *, length: int) -> bytes:
        if value is None:
            return self.absent * length
        year, month, day = parts(value)
        return b"%02d%02d%04d" % (day, month, year)


@lru_cache(maxsize=1 << 16)
def _day(raw: bytes) -> date | None:
    if not raw.isdigit() or not 1900 <= int(raw[4:]) <= 2999:
        return None
    try:
        return date(int(raw[4:]), int(raw[2:4]), int(raw[:2]))
    except ValueError:
        return None


@lru_cache(maxsize=1 << 16)
def _birth(raw: bytes) -> PartialDate | None:
    if not raw.isdigit() or not 1900 <= int(raw[4:]) <= 2999:
        return None
    try:
        return partial_date(int(raw[4:]), int(raw[2:4]), int(raw[:2]))
    except ValueError:
        return None


ASCII_NAME = string.ascii_letters.encode() + b" '-."
LATIN_NAME = ASCII_NAME + bytes(
    byte for byte in range(0x80, 0x100) if bytes([byte]).decode("cp1252", "ignore").isalpha()
)
UPPER_NAME = string.ascii_uppercase.encode() + string.digits.encode() + b" '"
PRINTABLE_ASCII = bytes(range(0x20, 0x7F))
PRINTABLE_LATIN = PRINTABLE_ASCII + bytes(
    byte for byte in range(0x80, 0x100) if bytes([byte]).decode("cp1252", "ignore")
)


_AS_TYPED = bytes.maketrans(b"\x60\x91\x92\xb4\x96\x97\xad\xa0", b"''''--- ")
"""In Windows-1252: grave and acute accents that stand alone, curly quotes, dashes, the blank that does not break."""


@dataclass(frozen=True)
class Letters:
    """Text on the left, blanks on the right, of a set of characters of Windows-1252 (of which ASCII is a part)."""

    characters: bytes

    def read(self, raw: bytes) -> str:
        if not raw.isascii() and (is_arabic(raw) or is_without_latin(raw)):
            raise FieldRefused("wage-file.characters", Phrase("arabic"), Phrase("letters"))
        if raw.translate(None, self.characters):
            raw = raw.translate(_AS_TYPED)
        if foreign := raw.translate(None, self.characters):
            position = raw.index(foreign[:1]) + 1
            raise FieldRefused(
                "wage-file.characters", Phrase("character-at", {"position": position}), Phrase("letters")
            )
        return raw.rstrip(b" ").decode("cp1252")

    def write(self, value: str, *, length: int) -> bytes:
        try:
            raw = value.encode("cp1252")
        except UnicodeEncodeError as fault:
            raise DoesNotFit from fault
        if raw.translate(None, self.characters):
            raise DoesNotFit
        return _fitting(raw, length, bytes.ljust, b" ")


@dataclass(frozen=True)
class OneOf:
    """One of a few capital letters, which may be written small. A blank among `letters` says that nothing may stand
    there."""

    letters: bytes

    def read(self, raw: bytes) -> str:
        if (read := raw.upper()) not in self.letters:
            allowed = ", ".join(self.letters.decode("ascii").replace(" ", ""))
            raise FieldRefused("wage-file.letter-unknown", shape(raw), Phrase("one-of", {"letters": allowed}))
        return read.decode("ascii").strip()

    def write(self, value: str, *, length: int) -> bytes:
        return _fitting(value.encode("ascii"), length, bytes.ljust, b" ")


@dataclass(frozen=True)
class Filler:
    """Characters that mean nothing. Others in their place are worth a warning: the file may be of another layout."""

    filled: bytes = b" "

    def read(self, raw: bytes) -> None:
        if raw.strip(self.filled):
            raise FieldRefused("wage-file.filler", Phrase("not-blank"), Phrase("filler"), Severity.WARNING)

    def write(self, value: None, *, length: int) -> bytes:
        return self.filled * length


def shape(raw: bytes) -> Phrase:
    """What is wrong with bytes that should be digits, without showing any of them."""
    bare = raw.strip(b" ")
    if not bare:
        return Phrase("blank")
    if bare.isdigit():
        return Phrase("digits", {"count": len(bare)})
    blanks = len(raw) - len(raw.lstrip(b" "))
    position = next(at for at, byte in enumerate(bare, blanks + 1) if not 0x30 <= byte <= 0x39)
    strange = raw[position - 1 : position]
    if strange.decode("cp1252", "replace").isalpha():
        return Phrase("letter-at", {"position": position})
    return Phrase("space-at" if strange == b" " else "sign-at", {"position": position})


def _fitting(raw: bytes, length: int, justify: Callable[[bytes, int, bytes], bytes], pad: bytes) -> bytes:
    if len(raw) > length:
        raise DoesNotFit
    return justify(raw, length, pad)
