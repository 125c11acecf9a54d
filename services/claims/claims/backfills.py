"""Undecided claims that an earlier release filed, without the day by which the fund is to decide."""

from services.claims.claims import actions, store
from shared.process.backfills import Backfill

backfills = Backfill(name="set-due-days", find=store.without_due_day, fill=actions.set_due_day)
