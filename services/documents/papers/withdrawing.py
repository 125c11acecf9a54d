"""When a paper is withdrawn: what it says is no longer so. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.documents.awards.award import KnownAward
from services.documents.awards.award import Status as AwardStatus
from services.documents.careers.career import CareerEntry
from services.documents.papers.career_statements import career_difference
from services.documents.papers.content import (
    GrantedAward,
)
from services.documents.papers.paper import (
    MOVES,
    Issue,
    Paper,
    Status,
    Withdrawal,
    WithdrawalReason,
)
from services.documents.papers.rules import event_of
from shared.events.documents import (
    EmployerPaperRevoked,
    PaperRevoked,
)
from shared.funds.fund import Fund
from shared.kernel.outcome import Outcome


def withdraw(paper: Paper, *, entries: Sequence[CareerEntry], fund: Fund, at: datetime) -> Outcome[Paper] | None:
    """The paper withdrawn where the career that it was made from says otherwise now; None where it still holds.

    What was changed revokes it, what was only added supersedes it.
    """
    reason = career_difference(paper.said.wages, entries, currency=fund.currency) if paper.said.wages else None
    return None if reason is None else _withdrawn(paper, reason, fund=fund, at=at)


def withdraw_for_award(paper: Paper, award: KnownAward, *, fund: Fund, at: datetime) -> Outcome[Paper] | None:
    """The certificate of an award withdrawn where the award is no longer as it says; None where it still holds. What
    expires with the award anyhow is left to expire."""
    said = paper.said.award
    if said is None:
        return None
    reason = _award_difference(said, award, issue=paper.issue)
    return None if reason is None else _withdrawn(paper, reason, fund=fund, at=at)


def withdraw_for_reason(paper: Paper, reason: WithdrawalReason, *, fund: Fund, at: datetime) -> Outcome[Paper] | None:
    """A paper withdrawn because the service that wanted it says so; None where it is already."""
    return _withdrawn(paper, reason, fund=fund, at=at)


def _award_difference(said: GrantedAward, award: KnownAward, *, issue: Issue | None) -> WithdrawalReason | None:
    if award.status is AwardStatus.SUSPENDED:
        return WithdrawalReason.AWARD_SUSPENDED
    if award.status is AwardStatus.ENDED:
        is_longer = issue is None or award.until_on is None or issue.valid_until_on > award.until_on
        return WithdrawalReason.AWARD_ENDED if is_longer else None
    is_same = said.amount is None or said.amount.amount_minor == award.amount_minor
    return None if is_same else WithdrawalReason.AMOUNT_CHANGED


def _withdrawn(paper: Paper, reason: WithdrawalReason, *, fund: Fund, at: datetime) -> Outcome[Paper] | None:
    """The paper withdrawn for a reason; None where it is already, or never was issued."""
    to = _WITHDRAWN[reason]
    if to not in MOVES[paper.status]:
        return None
    withdrawn = replace(
        paper,
        status=to,
        withdrawal=Withdrawal(reason=reason, withdrawn_at=at, withdrawn_on=fund.day_of(at)),
    )
    published = event_of(paper, PaperRevoked, EmployerPaperRevoked, reason=reason.value, revoked_at=at)
    return Outcome(withdrawn, (published,))


_WITHDRAWN = {
    WithdrawalReason.WAGES_ADDED: Status.SUPERSEDED,
    WithdrawalReason.WAGES_CHANGED: Status.REVOKED,
    WithdrawalReason.AWARD_SUSPENDED: Status.REVOKED,
    WithdrawalReason.AWARD_ENDED: Status.REVOKED,
    WithdrawalReason.AMOUNT_CHANGED: Status.SUPERSEDED,
    WithdrawalReason.NOT_IN_ORDER: Status.REVOKED,
    WithdrawalReason.MANDATE_OVER: Status.REVOKED,
}
