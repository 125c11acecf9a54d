"""Waves over HTTP: for operators of the fund, by day, without anybody's address."""

import csv
from datetime import timedelta

import pytest

from services.notifications.delivery import actions
from services.notifications.wiring import service
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Caller, Office
from tests.kit.contexts import DZ, TN, handle, someone
from tests.notifications import builders as made

PEOPLE = ("p1", "p2", "p3")


@pytest.fixture
def operator(context: ServiceContext) -> Caller:
    office = Office(service, context)
    reached = {"mobile": "0550 12 34 56"}
    handle(context, service, made.persons(*(made.person(person_ref, **reached) for person_ref in PEOPLE)))
    handle(context, service, made.cards(*PEOPLE))
    return office.staff("operator-1")


def settle(context: ServiceContext, owner_id: str, **facts: object) -> str:
    """Give a message the end that a provider would have given it; its id."""
    message = context.database["messages"].find_one_and_update(
        {"owner_id": owner_id}, {"$set": {"settled_at": context.clock(), **facts}}
    )
    assert message is not None
    return str(message["message_id"])


def test_a_wave_is_all_that_was_written_of_a_template_on_a_day(context: ServiceContext, operator: Caller) -> None:
    (wave,) = operator.get("/operations/waves").json["items"]
    assert (wave["template"], wave["messages"], wave["subject"]) == ("card-refreshed", 3, "Votre carte est à jour")
    assert wave["on"] == context.funds[DZ].day_of(context.clock()).isoformat()
    yesterday = (context.funds[DZ].day_of(context.clock()) - timedelta(days=1)).isoformat()
    assert operator.get(f"/operations/waves?on={yesterday}").json["items"] == []
    none = operator.get(f"/operations/waves/report?template=card-refreshed&on={yesterday}")
    assert (none.status_code, none.json["code"]) == (404, "wave.unknown")
    assert operator.get("/operations/waves/report?template=nothing").status_code == 404
    assert operator.get("/operations/waves/report").status_code == 422
    assert Office(service, context).staff(fund=TN).get("/operations/waves").json["items"] == []


def test_a_report_says_what_arrived_and_why_the_rest_did_not(context: ServiceContext, operator: Caller) -> None:
    arrived = settle(context, "p1", status="sent")
    settle(context, "p2", status="sent")
    settle(context, "p3", status="failed", reason="sms.number-refused")
    context.run(DZ, by=someone(), cause="test", action=lambda uow: actions.save_receipts(uow, {arrived: None}))
    said = operator.get("/operations/waves/report?template=card-refreshed").json
    (sms,) = said["channels"]
    assert (sms["channel"], sms["sent"], sms["delivered"], sms["failed"], sms["queued"]) == ("sms", 2, 1, 1, 0)
    (why,) = said["reasons"]
    assert why["text"].startswith("Le numéro de téléphone n’existe pas")
    assert said["is_whole"] and said["ends_at"] is None and sum(each["messages"] for each in said["curve"]) == 3
    answer = operator.get("/operations/waves/recipients?template=card-refreshed")
    assert answer.mimetype == "text/csv" and "card-refreshed.csv" in answer.headers["Content-Disposition"]
    assert "50123456" not in answer.text and "0550 12" not in answer.text
    rows = list(csv.DictReader(answer.data.decode("utf-8-sig").splitlines()))
    assert sorted((row["address"], row["state"], row["reason"]) for row in rows) == [
        ("…56", "delivered", ""),
        ("…56", "failed", "sms.number-refused"),
        ("…56", "sent", ""),
    ]
