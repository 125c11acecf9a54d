"""Normalization of what people type, paste or upload, used for every input: imports, requests, forms.

Invisible characters and direction marks are removed, every kind of blank becomes one space, digits of any script
become 0 to 9, every dash becomes a hyphen, and the line that stretches Arabic words (tatweel) is removed. Telephone
numbers and a fund's identifiers have their rule in the fund (`shared.funds`), which applies `number` first. Passwords
are never changed: `folded` is only for comparing.
"""

import re
import unicodedata

from email_validator import EmailNotValidError, validate_email

INITIALS_MAX = 6

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
"""Signs that show nothing: what Unicode calls default-ignorable, and marks of direction and of interlines."""
_STRETCH = "\u0640"
_DASHES = re.compile("[-\u058a\u05be\u1806\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d\u02d7]")
_BETWEEN_DIGITS = re.compile(r"[\s\-./()\[\]',;:_\u00b7\u2022\u2018\u2019\u060c\u061b]")
"""What people put into a number so that it reads well; a spreadsheet puts an apostrophe before it."""
_MAIL_LINK = re.compile("mailto: ?", re.IGNORECASE)
_AROUND_ADDRESS = " <>,;.\u060c\u061b"
"""What is copied with an address out of a list or a mail program."""
_SHAPED = re.compile("[\ufb00-\ufb06\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdf2\ufe80-\ufefc]+")
"""Latin ligatures and the shapes of Arabic letters, which old programs and copied PDFs have for the letters."""
_SAME_LETTER = str.maketrans(
    {
        "ى": "ي",
        "ی": "ي",
        "ة": "ه",
        "ک": "ك",
        "ٱ": "ا",
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ı": "i",
    }
)
_LETTERS = {"Lu", "Ll", "Lt", "Lo"}


def text(value: str) -> str:
    """The text as its author sees it: composed (NFC), one plain space where there were blanks, none at either end."""
    return " ".join(value.split()) if value.isascii() else " ".join(_visible(value).split())


def plain(value: str) -> str:
    """The text with digits and dashes as a keyboard without other scripts has them: a date, an address, a count."""
    if value.isascii():
        return text(value)
    visible = _DASHES.sub("-", _visible(value)).replace(_STRETCH, "")
    return text("".join(_digit(character) for character in visible))


def name(value: str) -> str:
    """The name of a person or a firm. Letters keep their script, their accents and their vowel signs."""
    if value.isascii():
        return text(value)
    return text(_SHAPED.sub(_letters, _DASHES.sub("-", value)).replace(_STRETCH, ""))


def number(value: str) -> str:
    """A number that stands for something (an identifier, a telephone, an account, a code), without what separates it.

    Its letters stay as they are written; a plus in front stays too. The form that it must have is checked by its own
    rule.
    """
    if not value.isascii():
        value = plain(unicodedata.normalize("NFKC", value))
    return _composed(_BETWEEN_DIGITS.sub("", value))


def reference(value: str) -> str:
    """A reference of ours (a claim, a payment, a paper), as it was given: `pr26 0000-0001 23` is PR260000000123."""
    return _composed(number(value).upper())


def token(value: str) -> str:
    """The secret of a link, copied out of a mail: without blanks and line ends, with its own hyphens."""
    return _composed("".join(plain(value).split()))


def email(value: str) -> str | None:
    """An e-mail address to which mail can be sent, or None: the one rule for all of them.

    Plain ASCII before the @, as all mail servers take it (we send without SMTPUTF8); a domain in other letters becomes
    the form that name servers know (`xn--…`).
    """
    try:
        found = validate_email(
            _MAIL_LINK.sub("", plain(value).strip(_AROUND_ADDRESS), count=1),
            allow_smtputf8=False,
            check_deliverability=False,  # only the mail server knows whether the mailbox exists
            strict=True,
            test_environment=True,  # names under .test are as good as others
        )
    except EmailNotValidError:
        return None
    return found.ascii_email


def folded(value: str) -> str:
    """The letters and digits alone, for comparing what should count as the same word: `Aït-Mehdi` is `aitmehdi`.

    Without accents, vowel signs, case, blanks and punctuation; never kept and never shown.
    """
    loose = unicodedata.normalize("NFKD", plain(value).casefold()).casefold()
    bare = "".join(each for each in loose if each.isdigit() or unicodedata.category(each) in _LETTERS)
    return bare.translate(_SAME_LETTER)


def length(value: str) -> int:
    """How many visible characters were typed, before any of them is decomposed."""
    return len(_visible(value))


def initials(value: str) -> list[str]:
    """The first letter of each word of a name: of مُحَمَّد بْنُ عَلِيّ they are م, ب and ع."""
    letters = "".join(_letter_or_blank(character) for character in name(value))
    return [word[0].upper() for word in letters.split()][:INITIALS_MAX]


def _composed(value: str) -> str:
    """Letters and the marks that came to stand next to them as one again: what is read twice stays the same."""
    return value if value.isascii() else unicodedata.normalize("NFC", value)


def _visible(value: str) -> str:
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", value))


def _digit(character: str) -> str:
    value = None if character.isascii() else unicodedata.decimal(character, None)
    return character if value is None else str(value)


def _letters(shaped: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", shaped.group())


def _letter_or_blank(character: str) -> str:
    category = unicodedata.category(character)
    if category.startswith("M"):
        return ""
    return character if category in _LETTERS else " "
