"""Time comes in for figures: the last thirty days' as metrics, from time to time."""

from prometheus_client import Gauge

from services.claims.figures import actions
from services.claims.figures.rules import Figures
from shared.kernel.actors import system
from shared.process.periodic_tasks import PeriodicTask
from shared.storage.service_context import ServiceContext

EVERY_S = 600.0

DECIDED = Gauge(
    "himaya_claims_decided", "Claims decided in the last 30 days", ["fund", "by"], multiprocess_mode="mostrecent"
)
HOURS = Gauge(
    "himaya_claim_decision_hours",
    "Hours from filing to decision, last 30 days",
    ["fund", "quantile"],
    multiprocess_mode="mostrecent",
)
APPEALS = Gauge(
    "himaya_appeals_decided",
    "Appeals decided in the last 30 days",
    ["fund", "outcome"],
    multiprocess_mode="mostrecent",
)


def measure() -> PeriodicTask:
    """Show the figures of the last thirty days as metrics."""
    by = system("figures")

    def run(context: ServiceContext, fund_id: str) -> int:
        uow = context.reading(fund_id, by=by)
        _show(fund_id, actions.of_days(uow, from_on=None, until_on=None, claim_type=None))
        return 0

    return PeriodicTask("figures", EVERY_S, run, rest_s=EVERY_S)


def _show(fund_id: str, found: Figures) -> None:
    DECIDED.labels(fund_id, "rules").set(found.by_rules)
    DECIDED.labels(fund_id, "people").set(found.decided - found.by_rules)
    HOURS.labels(fund_id, "0.5").set(found.median_hours or 0)
    HOURS.labels(fund_id, "0.9").set(found.p90_hours or 0)
    APPEALS.labels(fund_id, "reversed").set(found.appeals_reversed)
    APPEALS.labels(fund_id, "confirmed").set(found.appeals_decided - found.appeals_reversed)
