"""What payments does with settlements: say by which schemes an employer may settle, and what a plan would come to."""

from services.payments.arrears import actions as arrears
from services.payments.settlements import rules
from services.payments.settlements.plan import PlanSimulation
from shared.process.access_journal.entry import Purpose
from shared.storage.unit_of_work import UnitOfWork


def simulate(uow: UnitOfWork, *, employer_id: str, scheme: str, months: int, purpose: Purpose) -> PlanSimulation:
    """What a plan would come to today, for the employer and the fund's agents. Nothing is kept."""
    debts = arrears.debts_of(uow, employer_id=employer_id, purpose=purpose)
    return rules.simulate(uow.fund, debts, code=scheme, employer_id=employer_id, months=months, today=uow.today)
