"""Whom claims knows: persons whose right to care ends soon."""

from dataclasses import replace
from datetime import date, timedelta

from services.claims.audiences.queries import audiences
from services.claims.wiring import service
from shared.storage.service_context import ServiceContext
from tests.claims.builders import wages
from tests.kit.audiences import ask, members
from tests.kit.clock import Clock
from tests.kit.contexts import handle
from tests.kit.people import AMIRA


def test_who_has_a_right_that_ends_by_a_day_with_its_last_day(context: ServiceContext) -> None:
    clock = Clock()
    town = replace(context, clock=clock)
    handle(town, service, wages(AMIRA))
    row = town.database["entitlements"].find_one({"person_ref": AMIRA})
    assert row is not None
    last_on = date.fromisoformat(row["right"]["valid_until"])

    def found(until: date) -> list[str]:
        town.database["audience_selections"].delete_many({})
        town.database["outbox"].delete_many({})
        return [
            f"{member.owner_id} {member.values['valid_until']}"
            for member in members(ask(town, service, audiences, "rights-ending", until=until.isoformat()))
        ]

    assert found(last_on) == [f"{AMIRA} {last_on}"]
    assert found(last_on - timedelta(days=1)) == []
    clock.move(days=(last_on - clock.at.date()).days + 1)
    assert found(last_on + timedelta(days=30)) == [], "it has ended"
