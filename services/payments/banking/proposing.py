"""Whose money that waits could be: what stands in its texts, and how well each debt fits it. Pure.

A proposal books nothing: a person allocates. So each says by which rules it was made, and none is left out because
another fits better.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.payments.banking import own_references
from services.payments.banking.bank_entry import Target
from shared.kernel import normalize
from shared.kernel.references import has_valid_check_digits

PROPOSALS_MAX = 20
NUMBERS_MAX = 20
"""Words of an entry's texts that are looked up as numbers of employers."""
NEAR_MAX = 400
"""References with one slip put right that are looked up; of a text with one reference there are some tens."""
NAME_CHARACTERS_MIN = 5
"""Of a word of a name that tells one employer from another: `SARL` and `SPA` do not."""
_STRETCHES_MAX = 3
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WORD = re.compile(r"[0-9A-Z]{6,20}", re.ASCII)


class ProposalRule(StrEnum):
    """Why money could be for a debt, the strongest first. `reference-near`: the text has its reference with one
    character wrong, or two swapped. `employer-number`: the text has the employer's number. `account-known`: the same
    account paid for this employer before. `name`: the text has the employer's name. `amount`: it is exactly what is to
    be paid."""

    REFERENCE_NEAR = "reference-near"
    EMPLOYER_NUMBER = "employer-number"
    ACCOUNT_KNOWN = "account-known"
    NAME = "name"
    AMOUNT = "amount"


@dataclass(frozen=True, kw_only=True)
class CandidateDebt:
    """A debt that is open, and what money for it is booked to: the collection that stands, or its declaration."""

    target: Target
    target_id: str
    employer_id: str
    period: str
    to_pay_minor: int
    rules: frozenset[ProposalRule] = frozenset()


@dataclass(frozen=True, kw_only=True)
class CandidateEmployer:
    """An employer that something points to, or of which something is owed."""

    employer_id: str
    name: str
    rules: frozenset[ProposalRule] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What money could be for, and by which rules. Of an employer that owes nothing it is the employer's credit."""

    target: Target
    target_id: str
    employer_id: str
    employer_name: str
    period: str | None
    to_pay_minor: int
    rules: tuple[ProposalRule, ...]


def near_references(texts: Iterable[str], *, prefix: str) -> tuple[str, ...]:
    """References that would stand in the texts but for one slip: their check digits hold. Most name nothing."""
    squeezed = own_references.squeezed("".join(texts)[: own_references.TEXT_CHARACTERS_MAX])
    found: dict[str, None] = {}
    for start in [match.start() for match in re.finditer(f"(?={prefix})", squeezed)][:_STRETCHES_MAX]:
        for length in own_references.REFERENCE_CHARACTERS:
            stretch = squeezed[start : start + length]
            if len(stretch) == length:
                found |= dict.fromkeys(each for each in _slips(stretch, len(prefix)) if has_valid_check_digits(each))
    return tuple(found)[:NEAR_MAX]


def _slips(stretch: str, first: int) -> Iterable[str]:
    """The stretch with each of its characters but the first few replaced, and each two neighbours swapped."""
    for at in range(first, len(stretch)):
        before, after = stretch[:at], stretch[at + 1 :]
        yield from (before + letter + after for letter in _LETTERS if letter != stretch[at])
        if after:
            yield before + after[0] + stretch[at] + after[1:]


def numbers_in(texts: Iterable[str]) -> tuple[str, ...]:
    """What in the texts could be the number of an employer."""
    words = _WORD.findall(normalize.plain(" ".join(texts)).upper())
    return tuple(dict.fromkeys(words))[:NUMBERS_MAX]


def has_name(texts: Iterable[str], name: str) -> bool:
    """Whether every distinctive word of a name stands in the texts."""
    written = set(_words(" ".join(texts)))
    distinctive = [each for each in _words(name) if len(each) >= NAME_CHARACTERS_MIN]
    return bool(distinctive) and written.issuperset(distinctive)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", normalize.name(text).upper())


def propose(
    *,
    amount_minor: int,
    texts: Iterable[str],
    debts: Iterable[CandidateDebt],
    employers: Mapping[str, CandidateEmployer],
) -> tuple[Proposal, ...]:
    """What the money could be for, that for which most speaks first, and of these the oldest period."""
    written_texts = tuple(texts)
    owed = list(debts)
    owing = {each.employer_id for each in owed}
    proposals = [
        _proposal(each, employers[each.employer_id], amount_minor=amount_minor, texts=written_texts)
        for each in owed
        if each.employer_id in employers
    ]
    proposals += [_credit(each, texts=written_texts) for each in employers.values() if each.employer_id not in owing]
    return tuple(sorted((each for each in proposals if each.rules), key=_rank)[:PROPOSALS_MAX])


def _proposal(
    debt: CandidateDebt, employer: CandidateEmployer, *, amount_minor: int, texts: tuple[str, ...]
) -> Proposal:
    rules = debt.rules | _of_employer(employer, texts)
    if debt.to_pay_minor == amount_minor:
        rules |= {ProposalRule.AMOUNT}
    return Proposal(
        target=debt.target,
        target_id=debt.target_id,
        employer_id=debt.employer_id,
        employer_name=employer.name,
        period=debt.period,
        to_pay_minor=debt.to_pay_minor,
        rules=_sorted(rules),
    )


def _credit(employer: CandidateEmployer, *, texts: tuple[str, ...]) -> Proposal:
    return Proposal(
        target=Target.EMPLOYER,
        target_id=employer.employer_id,
        employer_id=employer.employer_id,
        employer_name=employer.name,
        period=None,
        to_pay_minor=0,
        rules=_sorted(_of_employer(employer, texts)),
    )


def _of_employer(employer: CandidateEmployer, texts: tuple[str, ...]) -> frozenset[ProposalRule]:
    named = frozenset({ProposalRule.NAME}) if has_name(texts, employer.name) else frozenset()
    return employer.rules | named


def _sorted(rules: Iterable[ProposalRule]) -> tuple[ProposalRule, ...]:
    return tuple(sorted(rules, key=list(ProposalRule).index))


def _rank(proposal: Proposal) -> tuple[int, int, str]:
    return -len(proposal.rules), list(ProposalRule).index(proposal.rules[0]), proposal.period or "9"
