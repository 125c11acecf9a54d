"""Claims of an earlier release get their due day, once, and stand in the queue then."""

import pytest

from services.claims.wiring import service
from shared.process.backfills import backfill_all
from shared.storage.service_context import ServiceContext
from tests.claims.builders import upload
from tests.claims.claims.test_routes import filing
from tests.kit.callers import Office
from tests.kit.contexts import DZ, handle
from tests.kit.people import AMIRA


@pytest.mark.parametrize("is_asked", [False, True])
def test_a_claim_without_a_due_day_gets_one(context: ServiceContext, is_asked: bool) -> None:
    office = Office(service, context)
    handle(context, service, upload("u1"), upload("u2"))
    filed = office.person(AMIRA).post("/claims", filing()).json
    path = f"/claims/{filed['claim_id']}"
    if is_asked:
        office.staff().post(f"{path}/paper-requests", {"kind": "invoice", "reason": "missing"})
    context.database["claims"].update_one({"claim_id": filed["claim_id"]}, {"$unset": {"due_on": 1}})
    status = "papers-asked" if is_asked else "submitted"
    assert [backfill_all(context, DZ, backfills=service.backfills) for _ in range(2)] == [1, 0]
    (shown,) = office.staff().get(f"/queue/claims?status={status}").json["items"]
    assert (shown["claim_id"], shown["due_on"]) == (filed["claim_id"], filed["due_on"])
