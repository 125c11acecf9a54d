"""What of ours an entry names, anywhere in its texts: references, ids, files. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from services.payments.banking.reported_entry import ReportedEntry
from services.payments.self_payers.self_contribution import SELF_PAYMENT_PREFIX
from shared.events.claims.overpayments import REPAYMENT_PREFIX
from shared.kernel.references import has_valid_check_digits

REFUND_PREFIX = "RB"
"""The letters that open the reference of money that the fund sends back."""
SETTLEMENT_PREFIX = "RM"
"""Those of the reference under which an operator of mobile money pays in what it took on a day."""
OWN_PREFIXES = (REFUND_PREFIX, SETTLEMENT_PREFIX, REPAYMENT_PREFIX, SELF_PAYMENT_PREFIX)
"""Those of all references that are the same at every fund."""
TEXT_CHARACTERS_MAX = 2_000
REFERENCES_MAX = 40
IDS_MAX = 10
REFERENCE_CHARACTERS = range(9, 30)
"""Letters, body and check digits of a reference (`shared.kernel.references`)."""
_NEITHER = re.compile(r"[^0-9A-Za-z]+")
_UUID_HEX = re.compile(r"[0-9A-F]{32}")


@dataclass(frozen=True, kw_only=True)
class NamedReferences:
    """What an entry names that may be looked up: references of ours, ids that we gave, files of ours."""

    references: tuple[str, ...]
    ids: tuple[str, ...]
    files: tuple[str, ...]

    def beginning(self, prefix: str) -> tuple[str, ...]:
        """The references of one kind."""
        return tuple(each for each in self.references if each.startswith(prefix))


def named(entry: ReportedEntry, *, prefix: str) -> NamedReferences:
    """What stands anywhere in the entry's texts and ids."""
    ids = [entry.end_to_end_id, *_uuids_in((entry.end_to_end_id, *entry.texts))]
    files = [entry.payment_information_id, *_uuids_in((entry.payment_information_id,)), *ids]
    return NamedReferences(
        references=references_in(entry.texts, prefixes=(prefix, *OWN_PREFIXES)),
        ids=_each_once(ids)[:IDS_MAX],
        files=_each_once(files)[:IDS_MAX],
    )


def references_in(texts: Iterable[str], *, prefixes: Iterable[str]) -> tuple[str, ...]:
    """Every stretch of the texts that could be a reference of ours: its check digits hold. Blanks, dashes, slashes and
    the ends of lines may stand in it, words before and after it. Most are none, which the look-up shows."""
    plain = squeezed("".join(texts)[:TEXT_CHARACTERS_MAX])
    found: list[str] = []
    for prefix in prefixes:
        for start in (match.start() for match in re.finditer(f"(?={prefix})", plain)):
            stretches = (plain[start : start + length] for length in reversed(REFERENCE_CHARACTERS))
            found += [each for each in stretches if has_valid_check_digits(each)]
    return _each_once(found)[:REFERENCES_MAX]


def _uuids_in(texts: Iterable[str]) -> Iterator[str]:
    """Ids of ours as we write them into files (no dashes) and as we keep them: 36 characters fit no EndToEndId."""
    for text in texts:
        for hexadecimal in _UUID_HEX.findall(squeezed(text)):
            yield hexadecimal.lower()
            yield str(UUID(hexadecimal))


def squeezed(text: str) -> str:
    """Letters and digits alone, in capitals; digits of any script as 0 to 9."""
    if text.isascii():  # nearly every text: the files of a bank have some hundred thousand
        return _NEITHER.sub("", text).upper()
    return "".join(
        plain
        for each in unicodedata.normalize("NFKC", text).upper()
        for plain in [str(unicodedata.decimal(each)) if each.isdecimal() else each]
        if plain.isascii() and plain.isalnum()
    )


def _each_once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in texts if each))
