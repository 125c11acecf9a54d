"""Where what was charged for late debts is counted."""

from datetime import date

from services.payments.arrears.notice import PenaltyNotice
from services.payments.arrears.penalty import PenaltyAccount
from services.payments.arrears.rules import PenaltiesUnknown
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

accounts = Repository(
    "penalty_accounts",
    PenaltyAccount,
    key="debt_id",
    missing=PenaltiesUnknown,
    retention=BY_LAW,
    indexes=[Index(("form", "period", "due_on"))],
)


notices = Repository("penalty_notices", PenaltyNotice, key="employer_id", missing=PenaltiesUnknown, retention=BY_LAW)


def charged_by_earlier_day(
    uow: UnitOfWork, *, form: str, periods: tuple[str, ...], due_on: date, limit: int
) -> list[PenaltyAccount]:
    """Some of those that were charged by an earlier last day in time than the one that a decree has set."""
    return accounts.find_all(
        uow, limit=limit, form=form, period={"$in": list(periods)}, due_on={"$lt": due_on.isoformat()}
    )
