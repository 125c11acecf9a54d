"""What an earlier release found overpaid to persons who died, which it did not tell payments of: money that came for it
waited."""

from services.claims.overpayments import actions, store
from shared.process.backfills import Backfill

backfills = Backfill(name="expect-repayments-of-heirs", find=store.not_expected, fill=actions.expect_repayment)
