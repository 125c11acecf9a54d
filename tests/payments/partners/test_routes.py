"""A partner and its endpoints over HTTP: its own, with a secret that is shown once."""

import json
from datetime import timedelta
from typing import Any

import pytest

from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.clock import AT
from tests.kit.contexts import TN
from tests.payments.bank import office
from tests.payments.partners.partner import debit, deliveries, register

URL = "https://bank.example/hook"


@pytest.fixture
def made(context: ServiceContext) -> Office:
    return office(context)


def test_a_secret_is_shown_once_and_rests_sealed(made: Office, context: ServiceContext) -> None:
    made_now = register(made, URL, "payment.debited", "benefit.paid")
    assert made_now["secret"].startswith("whsec_") and made_now["secrets"] == 1
    later = made.machine().get(f"/endpoints/{made_now['endpoint_id']}").json
    assert (later["url"], later["kinds"], later["status"]) == (URL, ["benefit.paid", "payment.debited"], "enabled")
    kept = {name: list(context.database[name].find()) for name in context.database.list_collection_names()}
    assert made_now["secret"] not in json.dumps([later, kept], default=str)


def test_a_secret_is_replaced_in_two_steps(made: Office) -> None:
    first = register(made, URL)
    path = f"/endpoints/{first['endpoint_id']}/secrets"
    second = made.machine().post(path).json
    assert second["secret"] != first["secret"] and second["secrets"] == 2
    assert made.machine().post(f"{path}/retirement").json["secrets"] == 1


def test_an_endpoint_is_its_partners_alone_and_the_funds_agents_see_all(made: Office) -> None:
    endpoint_id = register(made, URL)["endpoint_id"]
    other = made.machine("bank-2")
    since = {"since": AT.isoformat(), "until": (AT + timedelta(days=1)).isoformat()}
    for answer in (
        other.get(f"/endpoints/{endpoint_id}"),
        other.get(f"/endpoints/{endpoint_id}/deliveries"),
        other.post(f"/endpoints/{endpoint_id}/replays", since),
        other.post(f"/endpoints/{endpoint_id}/activation"),
        other.post(f"/endpoints/{endpoint_id}/secrets"),
        other.post(f"/endpoints/{endpoint_id}/secrets/retirement"),
    ):
        assert (answer.status_code, answer.json["code"]) == (403, "access.not-yours")
    assert other.get("/endpoints").json["items"] == []
    assert [each["endpoint_id"] for each in made.staff().get("/partners/endpoints").json["items"]] == [endpoint_id]
    assert made.staff(fund=TN).get("/partners/endpoints").json["items"] == []
    unknown = made.machine(fund=TN).get(f"/endpoints/{endpoint_id}")
    assert (unknown.status_code, unknown.json["code"]) == (404, "partner.endpoint-unknown")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "http://bank.example/", "kinds": ["payment.debited"]}, "partner.url-not-allowed"),
        ({"url": URL, "kinds": []}, "request.invalid"),
        ({"url": URL, "kinds": ["everything"]}, "request.invalid"),
        ({"kinds": ["payment.debited"]}, "request.invalid"),
    ],
)
def test_a_malformed_endpoint_is_refused(made: Office, body: dict[str, Any], code: str) -> None:
    answer = made.machine().post("/endpoints", body)
    assert (answer.status_code, answer.json["code"]) == (422, code)


def test_an_eleventh_endpoint_is_refused(made: Office) -> None:
    for _ in range(10):
        register(made, URL)
    refused = made.machine().post("/endpoints", {"url": URL, "kinds": ["payment.debited"]})
    assert (refused.status_code, refused.json["code"]) == (409, "partner.too-many-endpoints")
    assert register(made, URL, client="bank-2")


def test_a_message_is_written_for_who_wants_it_once_and_names_nobody(made: Office, context: ServiceContext) -> None:
    wants, other = register(made, URL), register(made, URL, "benefit.paid")
    debit(context)
    (waiting,) = deliveries(made, wants)
    assert (waiting["kind"], waiting["status"], waiting["tries"]) == ("payment.debited", "waiting", 0)
    assert deliveries(made, other) == []
    (row,) = context.database["partner_deliveries"].find()
    published = json.loads(row["body"])
    assert published == {
        "type": "payment.debited",
        "timestamp": AT.isoformat(),
        "data": {"fund": "dz-cnas", "payment_id": "c1", "rail": "card", "amount": "3150.25", "currency": "DZD"},
    }


@pytest.mark.parametrize(("since_days", "until_days", "queued"), [(-1, 1, 1), (0, 1, 1), (-1, 0, 0), (1, 2, 0)])
def test_a_replay_is_of_what_happened_in_a_time(
    made: Office, context: ServiceContext, since_days: int, until_days: int, queued: int
) -> None:
    endpoint_id = register(made, URL)["endpoint_id"]
    debit(context)
    since, until = ((AT + timedelta(days=days)).isoformat() for days in (since_days, until_days))
    answer = made.machine().post(f"/endpoints/{endpoint_id}/replays", {"since": since, "until": until})
    assert (answer.status_code, answer.json) == (202, {"queued": queued, "next_since": None})
    empty = made.machine().post(f"/endpoints/{endpoint_id}/replays", {"since": until, "until": since})
    assert (empty.status_code, empty.json["code"]) == (422, "partner.range-empty")


def test_w1_an_endpoint_is_changed_by_who_saw_it_last(made: Office) -> None:
    first = register(made, URL)
    path = f"/endpoints/{first['endpoint_id']}"
    new = {"url": "https://bank.example/new", "kinds": ["benefit.paid", "benefit.returned"]}
    seen = made.machine().get(path).headers["ETag"]
    changed = made.machine().put(path, new, headers={"If-Match": seen})
    assert (changed.status_code, changed.json["url"], changed.json["kinds"]) == (200, new["url"], new["kinds"])
    assert changed.json["secrets"] == 1 and "secret" not in changed.json
    late = made.machine().put(path, {**new, "url": URL}, headers={"If-Match": seen})
    assert (late.status_code, late.json["code"]) == (412, "request.changed-since-read")
    assert made.machine().get(path).json["url"] == new["url"]
    refused = made.machine().put(path, {**new, "url": "http://bank.example/"})
    assert (refused.status_code, refused.json["code"]) == (422, "partner.url-not-allowed")


def test_w1_a_removed_endpoint_is_gone_and_leaves_its_place(made: Office, context: ServiceContext) -> None:
    paths = [f"/endpoints/{register(made, URL)['endpoint_id']}" for _ in range(10)]
    assert made.machine().delete(paths[0]).status_code == 204
    for answer in (
        made.machine().get(paths[0]),
        made.machine().delete(paths[0]),
        made.machine().put(paths[0], {"url": URL, "kinds": ["benefit.paid"]}),
        made.machine().post(f"{paths[0]}/activation"),
    ):
        assert (answer.status_code, answer.json["code"]) == (404, "partner.endpoint-unknown")
    assert len(made.machine().get("/endpoints").json["items"]) == 9
    assert len(made.staff().get("/partners/endpoints").json["items"]) == 9
    assert register(made, URL)
    debit(context)
    assert context.database["partner_deliveries"].count_documents({}) == 10


def test_w1_another_partners_endpoint_is_neither_changed_nor_removed(made: Office) -> None:
    path = f"/endpoints/{register(made, URL)['endpoint_id']}"
    for answer in (
        made.machine("bank-2").put(path, {"url": URL, "kinds": ["benefit.paid"]}),
        made.machine("bank-2").delete(path),
    ):
        assert (answer.status_code, answer.json["code"]) == (403, "access.not-yours")


def test_deliveries_are_paged_newest_first(made: Office, context: ServiceContext) -> None:
    endpoint_id = register(made, URL)["endpoint_id"]
    for number in range(5):
        debit(context, f"c{number}", at=AT + timedelta(minutes=number // 2))
    seen: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 2}
    for _ in range(5):
        answer = made.machine().get(f"/endpoints/{endpoint_id}/deliveries", query_string=query).json
        assert len(answer["items"]) <= 2
        seen += answer["items"]
        if answer["next"] is None:
            break
        query["cursor"] = answer["next"]
    times = [each["happened_at"] for each in seen]
    assert len({each["message_id"] for each in seen}) == 5 and times == sorted(times, reverse=True)
