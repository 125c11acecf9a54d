"""Names and purposes as a bank takes them: which characters its files may hold, and what is written for the others.

Pure. Arabic and accented letters are written in Latin ones where the bank knows only these; signs that show nothing,
and those that turn the direction of a text, are written for no bank.
"""

import re
import unicodedata

from anyascii import anyascii

from shared.funds.payments import BankCharacters

_LATIN = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
"""What every bank takes: the character set of SWIFT and of the SEPA guidelines."""

_VARIANTS = re.compile("[\ufe00-\ufe0f]")
"""Say whether the sign before is to be coloured."""
_NOT_SHOWN = {"Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk", "Me"}


def written_for(text: str, *, characters: BankCharacters, characters_max: int) -> str:
    """A text in the bank's characters, cut to its maximal length; empty if no character is left."""
    shown = "".join(" " if each.isspace() else each for each in unicodedata.normalize("NFC", _VARIANTS.sub("", text)))
    kept = "".join(each for each in shown if unicodedata.category(each) not in _NOT_SHOWN)
    if characters is BankCharacters.LATIN:
        kept = _LATIN.sub(" ", anyascii(kept).replace("`", "'"))
        # No text may begin or end with a slash or hold two; apostrophes at its ends are Arabic's hamza, not a quote.
        kept = re.sub("/{2,}", "/", kept).strip(" /'")
    return " ".join(kept.split())[:characters_max].strip()
