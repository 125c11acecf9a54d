"""What agents do about the differences of operators' days: seen oldest first, held, closed, agreed to, written off."""

from typing import Any

import pytest

from deploy.local.verify import ledger
from deploy.local.verify.seen import Seen
from services.payments.wiring import service
from shared.process import backfills
from tests.kit.callers import Caller
from tests.kit.contexts import TN
from tests.payments.mobile_money.shop import Shop
from tests.payments.mobile_money.test_days import line, paid_in
from tests.verify.town import found

OWED_BY_OPERATOR = "operator:mahfadha"
EXPLAINED = {"reason": "explained-by-operator", "note": "Told by telephone, invented."}


def agent(shop: Shop, name: str = "a1") -> Caller:
    return shop.office.staff(name, fund=TN)


def differing(shop: Shop, **filters: str) -> list[dict[str, Any]]:
    return list(agent(shop).get("/operator-differences", query_string=filters).json["items"])


def missing(shop: Shop, amount: str = "1290.277") -> tuple[str, dict[str, Any]]:
    """A day whose file lacks a payment that was reported."""
    reference = shop.reference()
    shop.take(reference, amount)
    day = shop.file().json
    return day["day_id"], differing(shop)[0]


def at(each: dict[str, Any], verb: str = "") -> str:
    return f"/operator-differences/{each['difference_id']}{verb}"


def test_what_differs_waits_until_somebody_closes_it(shop: Shop) -> None:
    day_id, each = missing(shop)
    assert (each["kind"], each["status"], each["assigned_to"], each["balance"]) == (
        "not-in-file",
        "open",
        None,
        "1290.277",
    )
    assert each["opened_on"] == "2025-04-10" and each["operator_name"].startswith("Mahfadha")
    done = agent(shop).post(at(each, "/closing"), EXPLAINED)
    assert done.status_code == 200, done.text
    assert (done.json["status"], done.json["closing"]["by"], done.json["assigned_to"]) == ("closed", "a1", "a1")
    assert done.json["note"] == EXPLAINED["note"]
    day = agent(shop).get(f"/operator-days/{day_id}").json
    assert (day["differences_count"], day["differences_open"]) == (1, 0)
    assert not differing(shop) and len(differing(shop, status="closed")) == len(differing(shop, day_id=day_id)) == 1
    assert not agent(shop).get("/operator-days?has_differences=true").json["items"]
    refused = agent(shop).post(at(each, "/closing"), EXPLAINED)
    assert (refused.status_code, refused.json["code"]) == (409, "operator-difference.not-open")


def test_what_is_written_about_a_difference_rests_encrypted(shop: Shop) -> None:
    _, each = missing(shop)
    agent(shop).post(at(each, "/closing"), EXPLAINED)
    (row,) = shop.context.database["operator_differences"].find()
    assert "telephone" not in str(row)


def test_the_list_is_by_age_and_by_hands(shop: Shop) -> None:
    reference = shop.reference()
    shop.take(reference, "1000.000")
    shop.take(reference, "290.277", payment="p2")
    shop.file(line(reference, amount="1000,500", fee="1,000"))
    first, *_ = differing(shop)
    assert agent(shop).post(at(first, "/assignment")).json["assigned_to"] == "a1"
    assert [each["difference_id"] for each in differing(shop, assigned_to="me")] == [first["difference_id"]]
    assert len(differing(shop, assigned_to="nobody")) == 2
    assert {each["kind"] for each in differing(shop, kind="fee-differs")} == {"fee-differs"}
    assert len(differing(shop, operator="mahfadha")) == 3 and not differing(shop, operator="other")
    taken = agent(shop, "a2").post(at(first, "/assignment"))
    assert (taken.status_code, taken.json["code"]) == (409, "operator-difference.assigned-to-another")
    given = shop.office.staff("s1", fund=TN, scopes=("bank:supervise",)).post(
        at(first, "/reassignment"), {"to": "a2", "reason": "Absent"}
    )
    assert given.json["assigned_to"] == "a2", given.text
    assert agent(shop, "a2").post(at(first, "/release")).json["assigned_to"] is None
    unheld = agent(shop, "a2").post(at(first, "/release"))
    assert (unheld.status_code, unheld.json["code"]) == (409, "operator-difference.not-assigned")


def test_the_second_of_two_is_told(shop: Shop) -> None:
    _, each = missing(shop)
    seen = agent(shop).get(at(each))
    agent(shop).post(at(each, "/assignment"), headers={"If-Match": seen.headers["ETag"]})
    late = agent(shop).post(at(each, "/closing"), EXPLAINED, headers={"If-Match": seen.headers["ETag"]})
    assert (late.status_code, late.json["version"]) == (412, 2)


def test_above_the_fund_s_limit_a_second_person_agrees(shop: Shop) -> None:
    reference = shop.reference()
    shop.take(reference, "90000.000")
    shop.file()
    (each,) = differing(shop)
    proposed = agent(shop).post(at(each, "/closing"), EXPLAINED)
    assert proposed.json["status"] == "proposed", proposed.text
    alone = agent(shop).post(at(each, "/confirmation"))
    assert (alone.status_code, alone.json["code"]) == (403, "operator-difference.second-person-needed")
    rejected = agent(shop, "a2").post(at(each, "/rejection"))
    assert (rejected.json["status"], len(rejected.json["closed_before"])) == ("open", 1)
    agent(shop).post(at(each, "/closing"), EXPLAINED)
    agreed = agent(shop, "a2").post(at(each, "/confirmation"))
    assert (agreed.json["status"], agreed.json["closing"]["confirmed_by"]) == ("closed", "a2")


def test_a_later_file_closes_what_it_no_longer_has_and_keeps_the_age_of_the_rest(shop: Shop) -> None:
    reference = shop.reference()
    shop.take(reference, "1000.000")
    shop.take(reference, "290.277", payment="p2")
    shop.file(line(reference, amount="1000,000", fee="5,200"))
    (p2,) = differing(shop)
    agent(shop).post(at(p2, "/assignment"))
    shop.clock.move(hours=2)
    shop.file(line(reference, amount="1000,000", fee="5,201"))
    kept = next(each for each in differing(shop) if each["difference_id"] == p2["difference_id"])
    assert (kept["opened_at"], kept["assigned_to"]) == (p2["opened_at"], "a1")
    right = shop.file(
        line(reference, amount="1000,000", fee="5,200"), line(reference, payment="p2", amount="290,277", fee="1,652")
    )
    assert (right.json["differences_count"], right.json["differences_open"]) == (0, 0), right.json["differences"]
    assert not differing(shop)
    gone = agent(shop).get(at(p2)).json
    assert (gone["status"], gone["closing"]["reason"], gone["closing"]["by"]) == (
        "closed",
        "corrected-by-later-file",
        "",
    )


def test_what_is_written_off_leaves_the_operator_s_account_and_the_file_stands(shop: Shop) -> None:
    day_id, each = missing(shop)
    seen = Seen(databases={"payments": shop.context.database})
    assert shop.net(OWED_BY_OPERATOR) == 1_290_277
    done = agent(shop).post(at(each, "/closing"), {"reason": "written-off", "note": "Nobody finds it."})
    assert done.json["status"] == "closed", done.text
    assert (shop.net(OWED_BY_OPERATOR), shop.net("written-off:lost")) == (0, 1_290_277)
    assert agent(shop).get(f"/operator-days/{day_id}").json["written_off"] == "1290.277"
    assert found(seen, ledger.ask) == []
    refused = shop.file(line("99999999999999"))
    assert (refused.status_code, refused.json["code"]) == (409, "operator-day.settled")


def test_what_the_operator_pays_beyond_what_was_reported_may_become_the_fund_s(shop: Shop) -> None:
    reference = shop.reference()
    shop.take(reference, "1290.277")
    day = shop.file(line(reference, amount="1300,000", fee="6,700")).json
    each = next(each for each in differing(shop) if each["kind"] == "amount-differs")
    assert each["balance"] == "-9.723"
    paid_in(shop, day["reference"], 1_293_300)
    assert shop.net(OWED_BY_OPERATOR) == -9_723
    agent(shop).post(at(each, "/closing"), {"reason": "written-off", "note": "Nobody asks for it."})
    assert (shop.net(OWED_BY_OPERATOR), shop.net("written-off:received")) == (0, -9_723)
    assert found(Seen(databases={"payments": shop.context.database}), ledger.ask) == []


def test_what_leaves_nothing_is_not_written_off(shop: Shop) -> None:
    reference = shop.reference()
    shop.file(line(reference))
    (each,) = differing(shop)
    refused = agent(shop).post(at(each, "/closing"), {"reason": "written-off", "note": "?"})
    assert (refused.status_code, refused.json["code"]) == (422, "operator-difference.nothing-to-write-off")


@pytest.mark.parametrize(
    "body", [{}, {"reason": "tired", "note": "x"}, {"reason": "refunded"}, {"reason": "refunded", "note": ""}]
)
def test_a_difference_is_closed_with_a_reason_and_a_note(shop: Shop, body: dict[str, str]) -> None:
    _, each = missing(shop)
    assert agent(shop).post(at(each, "/closing"), body).status_code == 422


def test_a_difference_is_of_its_fund_and_there_is_none_of_another_id(shop: Shop) -> None:
    _, each = missing(shop)
    assert agent(shop).get("/operator-differences/none").status_code == 404
    assert shop.office.staff().get(at(each)).status_code == 404


def test_days_of_an_earlier_release_are_followed_from_now_on(shop: Shop) -> None:
    day_id, each = missing(shop)
    days, kept = shop.context.database["operator_days"], shop.context.database["operator_differences"]
    days.update_one({}, {"$unset": {"open_differences": 1}, "$set": {"differences.0.difference_id": ""}})
    kept.delete_many({})
    assert agent(shop).get(f"/operator-days/{day_id}").json["differences_open"] == 1
    assert backfills.backfill_all(shop.context, TN, backfills=service.backfills) == 1
    assert [again["difference_id"] for again in differing(shop)] == [each["difference_id"]]
    assert backfills.backfill_all(shop.context, TN, backfills=service.backfills) == 0
