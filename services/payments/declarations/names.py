"""Whether two spellings may be the name of one person, and whom somebody looks for by a name or a number: case,
accents, order and blanks are ignored. Pure."""

import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from services.payments.declarations.wages import WageLine
from shared.kernel import normalize


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


def of_search(workers: Iterable[WageLine], search: str) -> tuple[WageLine, ...]:
    """The workers whose insurance number holds what is looked for, or who have a name that begins so for each of its
    words; in any script, with digits of any, whatever stands between them."""
    number = normalize.number(search).upper()
    number = number if any(each.isdigit() for each in number) else ""
    wanted = _folded_words(search)
    return tuple(worker for worker in workers if _is_of(worker, number=number) or _is_named(worker, wanted))


def _is_of(worker: WageLine, *, number: str) -> bool:
    return bool(number) and number in normalize.number(worker.insurance_number).upper()


def _is_named(worker: WageLine, wanted: Sequence[str]) -> bool:
    """A compound name may be written in one."""
    own = _folded_words(f"{worker.family_name} {worker.first_name}")
    whole = "".join(own)
    return bool(wanted) and (
        all(any(each.startswith(word) for each in own) for word in wanted) or whole.startswith("".join(wanted))
    )


def _folded_words(name: str) -> list[str]:
    words = normalize.name(name).replace("-", " ").split()
    return [folded for word in words if (folded := normalize.folded(word))]
