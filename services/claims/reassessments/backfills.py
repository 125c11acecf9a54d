"""Awards that an earlier release opened, for which no changed facts are watched."""

from services.claims.awards import store as awards
from services.claims.reassessments import actions
from shared.process.backfills import Backfill

backfills = Backfill(name="follow-awards", find=awards.not_followed, fill=actions.follow_older)
