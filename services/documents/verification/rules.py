"""How a paper is judged when somebody verifies it, and what of its holder's name is shown."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from services.documents.papers.paper import Paper, WithdrawalReason
from services.documents.papers.paper import Status as PaperStatus
from services.documents.verification.verification import Certified, CodeAnswer, PublicRecord, Status, Verification
from shared.kernel import normalize
from shared.kernel.control_codes import matches_code
from shared.kernel.references import has_valid_check_digits


def number_in(text: str) -> str | None:
    """The number of a paper as somebody typed or copied it (`normalize.reference`); None when it cannot be one.

    By its check digits: a typing error is found without a query.
    """
    number = normalize.reference(text)
    return number if has_valid_check_digits(number) else None


def certificate(papers: Iterable[Paper], *, code_typed: str) -> Paper | None:
    """Which of the certificates of an award its number stands for: that whose code was typed, else the newest that
    holds, else the newest."""
    issued = sorted((each for each in papers if each.issue), key=lambda each: each.asked_at, reverse=True)
    shown = next((each for each in issued if each.said.code and matches_code(code_typed, each.said.code)), None)
    valid = next((each for each in issued if each.status is PaperStatus.VALID), None)
    return shown or valid or next(iter(issued), None)


def is_ended(paper: Paper) -> bool:
    """Whether what it certifies has ended, rather than that it was wrong."""
    over = (WithdrawalReason.AWARD_ENDED, WithdrawalReason.AWARD_SUSPENDED)
    return paper.withdrawal is not None and paper.withdrawal.reason in over


def with_code(verification: Verification, *, text: str, code: str, certified: Certified | None) -> Verification:
    """The answer to whoever typed a control code; `code` is the paper's own, empty where it has none."""
    if certified is None or not matches_code(text, code):
        return replace(verification, code=CodeAnswer.WRONG)
    return replace(verification, code=CodeAnswer.RIGHT, certified=certified)


def verify(record: PublicRecord | None, *, number: str, on: date) -> Verification:
    """Whether the paper of this number holds on a day of the fund's calendar."""
    if record is None:
        return Verification(number=number, status=Status.UNKNOWN, on=on)
    status, since_on = _status(record, on=on)
    return Verification(number=number, status=status, on=on, record=record, since_on=since_on)


def _status(record: PublicRecord, *, on: date) -> tuple[Status, date | None]:
    if record.revoked_on:
        return Status.REVOKED, record.revoked_on
    if record.ended_on:
        return Status.ENDED, record.ended_on
    if record.superseded_on:
        return Status.SUPERSEDED, record.superseded_on
    if on > record.valid_until_on:
        return Status.EXPIRED, record.valid_until_on + timedelta(days=1)
    return Status.VALID, None


def initials(full_name: str) -> str:
    """The first letter of each word of a name (Fatima-Zohra BEN ALI is F. Z. B. A.), enough to compare, not to find."""
    return "\u00a0".join(f"{letter}." for letter in normalize.initials(full_name))
