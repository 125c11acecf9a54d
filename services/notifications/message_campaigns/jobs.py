"""Joins the answers for an audience, and writes campaigns to their audiences, a slice at a time."""

import time
from datetime import datetime
from functools import partial

from services.notifications.message_campaigns import actions
from services.notifications.message_campaigns.store import JOIN, SEND
from shared.jobs.job import JobKind
from shared.kernel.actors import system
from shared.storage.service_context import ServiceContext
from shared.telemetry.failpoints import failpoint

BY = system("message-campaigns")
RUN_S_MAX = 5.0
"""After this time of joining or writing other campaigns have their turn."""


def sending() -> JobKind:
    """Runs while a campaign is being sent."""
    return JobKind(name=SEND, run=run)


def joining() -> JobKind:
    """Runs when the last service has answered for its conditions of an audience."""
    return JobKind(name=JOIN, run=join)


def join(context: ServiceContext, fund_id: str, campaign_id: str) -> datetime | None:
    """Join a page after the other; when it goes on, where there is more."""
    until_s = time.monotonic() + RUN_S_MAX
    action = partial(actions.join_next, campaign_id=campaign_id)
    while context.run(fund_id, by=BY, cause=f"job:{JOIN}:{campaign_id}", action=action):
        failpoint("message-campaigns.joined")
        if time.monotonic() > until_s:
            return context.clock()
    return None


def run(context: ServiceContext, fund_id: str, campaign_id: str) -> datetime | None:
    """Write slices of one campaign for as long as nothing makes it wait; when it goes on."""
    until_s = time.monotonic() + RUN_S_MAX
    action = partial(actions.write_next, campaign_id=campaign_id)
    while True:
        next_at: datetime | None = context.run(fund_id, by=BY, cause=f"job:{SEND}:{campaign_id}", action=action)
        failpoint("message-campaigns.written")
        if next_at is None or next_at > context.clock() or time.monotonic() > until_s:
            return next_at
