"""Judges awards again: when a fact has changed, and on the days on which somebody reaches an age."""

from datetime import datetime

from services.claims.awards.award import BY_FACTS
from services.claims.reassessments import actions, store
from shared.jobs.job import JobKind
from shared.kernel.actors import Actor, ActorKind
from shared.storage.service_context import ServiceContext

BY = Actor(kind=ActorKind.SYSTEM, subject=BY_FACTS)


def judging() -> JobKind:
    """Judges one award again in one unit of work: a crash before its end changes nothing."""
    return JobKind(name=store.JUDGE, run=run)


def run(context: ServiceContext, fund_id: str, award_id: str) -> datetime | None:
    """Judge the award by what is known now. When it is to be looked at next."""
    kept = context.run(
        fund_id,
        by=BY,
        cause=f"job:{store.JUDGE}:{award_id}",
        action=lambda uow: actions.judge(uow, award_id=award_id),
    )
    return kept.next_look_at
