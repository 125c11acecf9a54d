"""Charges the penalties of a debt when a month of lateness begins, and whenever the debt changes."""

from datetime import datetime
from functools import partial

from services.payments.arrears import actions
from services.payments.obligations.store import ASSESS
from shared.jobs.job import JobKind
from shared.kernel.actors import system
from shared.process.backfills import Backfill
from shared.storage.service_context import ServiceContext

ASSESSOR = system("assess-penalties")


def assessing() -> JobKind:
    """Runs when a debt becomes late, when it changed after that, and with each month that begins."""
    return JobKind(name=ASSESS, run=run)


def run(context: ServiceContext, fund_id: str, declaration_id: str) -> datetime | None:
    """Charge what one debt costs today; when it costs more."""
    action = partial(actions.assess, declaration_id=declaration_id)
    return context.run(fund_id, by=ASSESSOR, cause=f"job:{ASSESS}:{declaration_id}", action=action)


def announcing() -> JobKind:
    """Runs some minutes after something was charged to an employer, for all that was charged until then."""
    return JobKind(name=actions.ANNOUNCE, run=announce)


def announce(context: ServiceContext, fund_id: str, employer_id: str) -> None:
    """Publish what was charged to one employer."""
    action = partial(actions.announce, employer_id=employer_id)
    context.run(fund_id, by=ASSESSOR, cause=f"job:{actions.ANNOUNCE}:{employer_id}", action=action)


backfills = Backfill(name="arrears.graces", find=actions.put_off, fill=actions.assess_again)
"""A decree may put a day off after it has passed: its debts are charged anew once the fund's definition says so."""
