"""Whether two spellings may be the name of one person: case, accents, order and blanks are ignored. Pure."""

import unicodedata
from difflib import SequenceMatcher


def are_alike(one: str, other: str, *, percent: int) -> bool:
    """Whether names are so alike that they may be of one person; true where one of them holds no Latin letter, since
    the same name in two scripts cannot be compared by its letters."""
    words, others = _words(one), _words(other)
    # Files leave second names out, and write compound ones with and without a blank.
    if set(words) <= set(others) or set(others) <= set(words) or "".join(words) == "".join(others):
        return True
    first, second = "".join(sorted(words)), "".join(sorted(others))
    return SequenceMatcher(None, first, second, autojunk=False).ratio() * 100 >= percent


def _words(name: str) -> list[str]:
    plain = "".join(each for each in unicodedata.normalize("NFKD", name.upper()) if not unicodedata.combining(each))
    latin = "".join(each if "A" <= each <= "Z" else "" if each == "'" else " " for each in plain)
    return latin.split()
