"""Undecided claims that an earlier release filed, without the day by which the fund is to decide."""

from services.claims.claims import actions, store
from shared.process.leftovers import Leftovers

leftovers = Leftovers(name="set-due-days", find=store.without_due_day, adopt=actions.set_due_day)
