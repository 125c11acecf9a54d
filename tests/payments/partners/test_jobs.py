"""Jobs of endpoints: each message once where all goes well, and nobody held up by another."""

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from services.payments.banking.bank_calls import in_unit_of_work
from services.payments.partners import actions, rules, store
from services.payments.partners.delivery import Delivery, Status
from services.payments.partners.endpoint import WebhookKind
from services.payments.partners.jobs import (
    AT_ONCE_MAX,
    FAILED_WAIT,
    LEASE_S,
    OF_PARTNER_AT_ONCE_MAX,
    SECOND_LOOK_AFTER,
    backfills,
)
from services.payments.partners.outbound import OutboundClient
from shared.jobs import queue
from shared.jobs.job import Job
from shared.jobs.runner import Runner
from shared.kernel.outcome import Outcome
from shared.process import purging
from shared.process.backfills import backfill_all
from shared.storage.paging import PageRequest
from shared.storage.retention import PURGED_AT_ONCE_MAX
from shared.storage.service_context import ServiceContext, now
from tests.faults.partner.asking import offences
from tests.kit.callers import Office
from tests.kit.clock import AT, RunningClock
from tests.kit.contexts import DZ, TN, published, reading
from tests.kit.waiting import until
from tests.payments.bank import office
from tests.payments.partners.partner import Calling, Partner, debit, deliveries, register

OUTBOUND = OutboundClient(may_be_private=True, timeout_s=5)

calls: list[str] = []
let_go = Event()


@pytest.fixture
def made(context: ServiceContext) -> Office:
    return office(context)


@pytest.fixture
def partner() -> Iterator[Partner]:
    listening = Partner()
    with listening.up():
        yield listening


@pytest.fixture
def calling() -> Calling:
    return Calling(OUTBOUND)


def job(context: ServiceContext, endpoint: dict[str, Any], fund_id: str = DZ) -> Job | None:
    return queue.jobs.find(reading(context, fund_id), f"{store.DELIVER}:{endpoint['endpoint_id']}")


def purged(context: ServiceContext, fund_id: str) -> int:
    """How many messages the purging of a fund removed."""
    rows = context.database[store.deliveries.name]
    before = rows.count_documents({})
    purging.purge_all(context, fund_id, things={store.deliveries.name: store.deliveries.retention})
    return before - rows.count_documents({})


def test_a_message_is_sent_once_and_its_signature_is_good(
    made: Office, context: ServiceContext, partner: Partner, calling: Calling
) -> None:
    endpoint = register(made, partner.url)
    debit(context)
    assert calling.run(context) == 1 and calling.run(context) == 0
    (delivered,) = deliveries(made, endpoint)
    assert (delivered["status"], delivered["tries"], delivered["last_answer"]) == ("delivered", 1, "204")
    assert partner.ids == [delivered["message_id"]] and partner.believes(endpoint["secret"], at=now())


def test_both_secrets_sign_until_the_old_one_is_retired(
    made: Office, context: ServiceContext, partner: Partner, calling: Calling
) -> None:
    old = register(made, partner.url)
    new = made.machine().post(f"/endpoints/{old['endpoint_id']}/secrets").json
    debit(context, "c1")
    calling.run(context)
    assert partner.believes(old["secret"], at=now()) and partner.believes(new["secret"], at=now())
    made.machine().post(f"/endpoints/{old['endpoint_id']}/secrets/retirement")
    debit(context, "c2")
    calling.run(context)
    assert partner.believes(new["secret"], at=now())
    with pytest.raises(Exception, match="wrong-signature"):
        partner.believes(old["secret"], at=now())


def test_killed_between_the_call_and_its_keeping_it_is_sent_again_under_its_id(
    made: Office, context: ServiceContext, partner: Partner, calling: Calling
) -> None:
    register(made, partner.url)
    debit(context)
    uow = reading(context)
    (endpoint,) = store.of_fund(uow)
    (delivery,) = store.due(uow, endpoint.endpoint_id, at=uow.at)
    assert calling.delivering.send(endpoint, delivery, fund_id=DZ, at=now()) == "204"  # and here the process dies
    assert calling.run(context) == 1
    assert len(partner.ids) == 2 and len(set(partner.ids)) == 1


def test_after_a_failure_the_others_wait_for_the_next_round(
    made: Office, context: ServiceContext, partner: Partner, calling: Calling
) -> None:
    endpoint = register(made, partner.url)
    for number in range(3):
        debit(context, f"c{number}", at=AT + timedelta(seconds=number))
    partner.answers = [503]
    assert calling.run(context) == 1
    assert calling.run(after(context, FAILED_WAIT)) == 2, "the one that failed waits for its time"
    assert sorted(each["status"] for each in deliveries(made, endpoint)) == ["delivered", "delivered", "waiting"]


def test_gone_disables_at_once_and_a_redirection_is_a_failure(
    made: Office, context: ServiceContext, partner: Partner, calling: Calling
) -> None:
    endpoint = register(made, partner.url)
    partner.answers = [301, 410]
    debit(context, "c1")
    calling.run(context)
    assert deliveries(made, endpoint)[0]["last_answer"] == "301" and published(context)[-1:] == []
    debit(context, "c2", at=AT + timedelta(seconds=1))
    calling.run(context)
    shown = made.machine().get(f"/endpoints/{endpoint['endpoint_id']}").json
    assert (shown["status"], shown["reason"]) == ("disabled", "gone")
    assert published(context) == ["payments.endpoint-disabled"]
    refused = made.machine().post(
        f"/endpoints/{endpoint['endpoint_id']}/replays",
        {"since": AT.isoformat(), "until": (AT + timedelta(days=1)).isoformat()},
    )
    assert (refused.status_code, refused.json["code"]) == (409, "partner.endpoint-disabled")
    assert calling.run(context) == 0 and len(partner.ids) == 2


def test_an_endpoint_that_hangs_holds_up_no_other(made: Office, context: ServiceContext, partner: Partner) -> None:
    """The first one takes the call and never answers; the other is told meanwhile, also of what comes later."""
    calling = Calling(OutboundClient(may_be_private=True, timeout_s=3))
    with socket.create_server(("127.0.0.1", 0)) as mute:
        hanging = register(made, f"http://127.0.0.1:{mute.getsockname()[1]}/", client="bank-2")
        register(made, partner.url)
        with calling.running(context):
            for number in range(2):
                debit(context, f"c{number}", at=AT + timedelta(seconds=number))
                until(lambda number=number: len(partner.ids) > number)  # type: ignore[misc]
            assert len(set(partner.ids)) == 2
            assert [each["tries"] for each in deliveries(made, hanging, client="bank-2")] == [0, 0], "it hangs still"


def test_a_message_that_is_asked_for_anew_while_it_is_sent_is_sent_anew(
    made: Office, context: ServiceContext, partner: Partner, calling: Calling
) -> None:
    endpoint = register(made, partner.url)
    debit(context)
    uow = reading(context)
    (before,) = store.due(uow, endpoint["endpoint_id"], at=uow.at)
    asked = {"since": AT.isoformat(), "until": (AT + timedelta(days=1)).isoformat()}
    assert made.machine().post(f"/endpoints/{endpoint['endpoint_id']}/replays", asked).json["queued"] == 1
    in_unit_of_work(context, DZ, "test", lambda uow: actions.take_answer(uow, before, answer="204"))
    assert deliveries(made, endpoint)[0]["status"] == "waiting"
    assert calling.run(context) == 1


# --- Forgetting -------------------------------------------------------------------------------------------------------


def after(context: ServiceContext, time: timedelta) -> ServiceContext:
    """The same ground, so much later."""
    return replace(context, clock=RunningClock(time))


def test_what_ended_is_forgotten_in_time_and_what_is_still_to_be_sent_never(
    made: Office, context: ServiceContext, partner: Partner, calling: Calling
) -> None:
    partner.answers = [204, 410]
    delivered, failed, waiting = (
        register(made, partner.url, client=client) for client in ("bank-1", "bank-2", "bank-3")
    )
    debit(context)
    for endpoint in (delivered, failed, waiting):
        (mine,) = store.newest(reading(context), endpoint["endpoint_id"], wanted=PageRequest())
        if endpoint is not waiting:
            answer = partner.answers.pop(0)
            in_unit_of_work(
                context,
                DZ,
                "test",
                lambda uow, one=mine, said=answer: actions.take_answer(uow, one, answer=str(said)),
            )
    statuses = [deliveries(made, each, client=each["client"])[0]["status"] for each in (delivered, failed, waiting)]
    assert statuses == ["delivered", "failed", "waiting"]

    assert purged(after(context, rules.KEPT - timedelta(hours=1)), DZ) == 0
    assert purged(after(context, rules.KEPT + timedelta(hours=1)), TN) == 0, "another fund's"
    assert purged(after(context, rules.KEPT + timedelta(hours=1)), DZ) == 2
    assert [len(deliveries(made, each, client=each["client"])) for each in (delivered, failed, waiting)] == [0, 0, 1]
    assert purged(after(context, rules.KEPT + timedelta(days=20)), DZ) == 0
    assert offences(context) == []


def test_what_is_asked_for_again_stays_and_is_kept_from_then_on(
    made: Office, context: ServiceContext, partner: Partner, calling: Calling
) -> None:
    endpoint = register(made, partner.url)
    debit(context)
    calling.run(context)
    later = after(context, rules.KEPT - timedelta(hours=1))
    in_unit_of_work(
        later,
        DZ,
        "test",
        lambda uow: [
            store.deliveries.save(uow, Outcome(rules.again(each, at=uow.at)))
            for each in store.newest(uow, endpoint["endpoint_id"], wanted=PageRequest())
        ],
    )
    assert purged(after(context, 2 * rules.KEPT), DZ) == 0, "it is to be sent"
    assert calling.run(later) == 1
    assert purged(after(context, rules.KEPT + timedelta(hours=1)), DZ) == 0
    assert purged(after(context, 2 * rules.KEPT), DZ) == 1


def test_a_backlog_is_forgotten_in_parts(made: Office, context: ServiceContext) -> None:
    endpoint = register(made, "https://bank.example/")
    ended = [
        Delivery(
            delivery_id=f"{endpoint['endpoint_id']}/m{number}",
            endpoint_id=endpoint["endpoint_id"],
            message_id=f"m{number}",
            kind=WebhookKind.PAYMENT_DEBITED,
            happened_at=AT,
            body="{}",
            status=Status.DELIVERED,
            tries=1,
            next_try_at=None,
            last_try_at=AT,
        )
        for number in range(PURGED_AT_ONCE_MAX + 1)
    ]
    in_unit_of_work(context, DZ, "test", lambda uow: store.deliveries.save_many(uow, ended, part_of="test"))
    assert purged(context, DZ) == PURGED_AT_ONCE_MAX + 1
    assert deliveries(made, endpoint) == []


class Silent(OutboundClient):
    """A way out behind which some addresses never answer, until they are let go."""

    def post(self, url: str, body: bytes, **more: Any) -> str:
        calls.append(url)
        if "silent" in url:
            let_go.wait(20)
            return "timeout"
        return "204"


@pytest.fixture
def silent() -> Iterator[Calling]:
    calls.clear()
    let_go.clear()
    yield Calling(Silent(may_be_private=True))
    let_go.set()


def test_w1_a_partner_with_many_silent_endpoints_holds_up_no_other(
    made: Office, context: ServiceContext, silent: Calling
) -> None:
    for number in range(9):
        register(made, f"https://silent.example/{number}", client="bank-1")
    others = [register(made, f"https://bank.example/{number}", client="bank-2") for number in range(3)]
    debit(context)
    with silent.running(context):
        for each in others:
            until(lambda each=each: deliveries(made, each, "bank-2")[0]["status"] == "delivered")  # type: ignore[misc]
        until(lambda: sum("silent" in url for url in calls) == OF_PARTNER_AT_ONCE_MAX)
        time.sleep(1.5)  # those that found no share have come again
        assert sum("silent" in url for url in calls) == OF_PARTNER_AT_ONCE_MAX
        let_go.set()


def test_w1_the_slow_endpoints_of_a_partner_do_not_keep_its_others_out(
    made: Office, context: ServiceContext, silent: Calling
) -> None:
    for number in range(5):
        register(made, f"https://silent.example/{number}", client="bank-1")
    good = register(made, "https://bank.example/", client="bank-1")
    debit(context)
    let_go.set()  # each silent call ends by its deadline, sooner or later
    with silent.running(context):
        until(lambda: deliveries(made, good)[0]["status"] == "delivered")


def test_w1_one_funds_silent_partner_slows_no_other_fund(
    made: Office, context: ServiceContext, silent: Calling
) -> None:
    for number in range(AT_ONCE_MAX):
        register(made, f"https://silent.example/{number}", client=f"bank-{number}")
    debit(context)
    with silent.running(context):
        until(lambda: len(calls) == AT_ONCE_MAX)
        register(made, "https://bank.example/", fund_id=TN)
        debit(context, fund_id=TN)
        until(lambda: "https://bank.example/" in calls)
        let_go.set()


def test_w1_what_waits_for_a_removed_endpoint_ends_with_it(
    made: Office, context: ServiceContext, partner: Partner, calling: Calling
) -> None:
    endpoint = register(made, partner.url)
    debit(context)
    assert made.machine().delete(f"/endpoints/{endpoint['endpoint_id']}").status_code == 204
    assert calling.run(context) == 0 and partner.ids == []
    (row,) = context.database["partner_deliveries"].find()
    assert (row["status"], row["last_answer"], row["next_try_at"]) == ("failed", "endpoint-removed", None)
    assert context.database["partner_endpoints"].count_documents({}) == 0
    assert context.database["jobs"].count_documents({}) == 0
    assert offences(context) == []


# --- Its job ----------------------------------------------------------------------------------------------------------


def test_an_endpoint_has_a_job_while_something_waits_for_it(
    made: Office, context: ServiceContext, partner: Partner, calling: Calling
) -> None:
    endpoint, idle = register(made, partner.url), register(made, partner.url, "benefit.paid")
    debit(context, "c1")
    assert job(context, idle) is None
    calling.run(context)
    assert job(context, endpoint) is not None, "it looks once more"
    assert calling.run(after(context, SECOND_LOOK_AFTER)) == 0
    assert job(context, endpoint) is None


def test_a_new_message_does_not_wait_behind_one_that_is_tried_again_later(
    made: Office, context: ServiceContext, partner: Partner, calling: Calling
) -> None:
    endpoint = register(made, partner.url)
    partner.answers = [503]
    debit(context, "c1")
    calling.run(context)
    waiting = job(context, endpoint)
    assert waiting is not None and waiting.due_at > now() + timedelta(seconds=3), "it waits as its message does"
    debit(context, "c2", at=AT + timedelta(seconds=1))
    assert calling.run(context) == 1
    assert sorted(each["status"] for each in deliveries(made, endpoint)) == ["delivered", "waiting"]
    assert calling.run(after(context, timedelta(seconds=6))) == 1, "and the one that failed has not lost its time"


def test_two_workers_do_not_call_one_endpoint_at_once(made: Office, context: ServiceContext, silent: Calling) -> None:
    register(made, "https://silent.example/")
    debit(context)
    with silent.running(context):
        until(lambda: len(calls) == 1)
        debit(context, "c2", at=AT + timedelta(seconds=1))  # asked for while it is called
        assert Calling(Silent(may_be_private=True)).run(context) == 0
        let_go.set()


def test_what_a_worker_was_killed_over_is_sent_after_its_lease(
    made: Office, context: ServiceContext, partner: Partner, calling: Calling
) -> None:
    endpoint = register(made, partner.url)
    debit(context)
    runner = Runner(context, [calling.kind])
    assert len(list(runner._take_due())) == 1  # and here it dies
    assert calling.run(context) == 0
    debit(context, "c2", at=AT + timedelta(seconds=1))
    assert calling.run(after(context, timedelta(seconds=LEASE_S + 1))) == 2
    assert {each["status"] for each in deliveries(made, endpoint)} == {"delivered"}


def broken(context: ServiceContext, calling: Calling) -> None:
    """Let an endpoint's job fail as often as it may, for a fault of ours: a message that nobody can read."""
    for hours in range(calling.kind.attempts_max):
        calling.run(after(context, timedelta(hours=hours)))


def test_a_message_that_nobody_can_read_is_seen_and_tried_again_by_an_operator(
    made: Office, context: ServiceContext, partner: Partner, calling: Calling
) -> None:
    endpoint, other = register(made, partner.url), register(made, partner.url, client="bank-2")
    debit(context)
    rows = context.database["partner_deliveries"]
    rows.update_one({"endpoint_id": endpoint["endpoint_id"]}, {"$set": {"tries": "many"}})
    broken(context, calling)
    assert deliveries(made, other, "bank-2")[0]["status"] == "delivered"
    (shown,) = made.staff().get("/operations/jobs").json["items"]
    assert (shown["job_id"], shown["last_error"]) == (f"{store.DELIVER}:{endpoint['endpoint_id']}", "ValidationError")
    debit(context, "c2", at=AT + timedelta(seconds=1))
    assert calling.run(context) == 1, "what comes meanwhile waits for the operator: only the other partner is told"
    rows.update_many({"endpoint_id": endpoint["endpoint_id"]}, {"$set": {"tries": 0}})
    assert made.staff().post(f"/operations/jobs/{shown['job_id']}/retry").status_code == 202
    assert calling.run(context) == 2
    assert {each["status"] for each in deliveries(made, endpoint)} == {"delivered"}


def test_an_endpoint_that_an_operator_gives_up_is_disabled_until_its_partner_enables_it(
    made: Office, context: ServiceContext, partner: Partner, calling: Calling
) -> None:
    endpoint = register(made, partner.url)
    debit(context)
    rows = context.database["partner_deliveries"]
    rows.update_many({}, {"$set": {"tries": "many"}})
    broken(context, calling)
    path = f"/operations/jobs/{store.DELIVER}:{endpoint['endpoint_id']}/giving-up"
    assert made.staff().post(path, {"reason": "a fault of ours"}).status_code == 202
    assert calling.run(context) == 0
    shown = made.machine().get(f"/endpoints/{endpoint['endpoint_id']}").json
    assert (shown["status"], shown["reason"]) == ("disabled", "given-up")
    assert published(context) == ["payments.endpoint-disabled"] and job(context, endpoint) is None
    rows.update_many({}, {"$set": {"tries": 0}})
    assert made.machine().post(f"/endpoints/{endpoint['endpoint_id']}/activation").status_code == 200
    assert calling.run(context) == 1 and deliveries(made, endpoint)[0]["status"] == "delivered"


def test_messages_that_an_earlier_release_left_get_a_job_of_their_endpoint(
    made: Office, context: ServiceContext, partner: Partner, calling: Calling
) -> None:
    """It had rounds over endpoints and no jobs; and one that was removed under it is forgotten."""
    endpoint, gone, idle = (register(made, partner.url, client=client) for client in ("bank-1", "bank-2", "bank-3"))
    debit(context)
    made.machine("bank-2").delete(f"/endpoints/{gone['endpoint_id']}")
    context.database["partner_deliveries"].delete_many({"endpoint_id": idle["endpoint_id"]})
    context.database["jobs"].delete_many({})
    assert calling.run(context) == 0
    assert backfill_all(context, DZ, backfills=[backfills]) == 2
    assert backfill_all(context, DZ, backfills=[backfills]) == 0
    assert calling.run(context) == 1 and deliveries(made, endpoint)[0]["status"] == "delivered"
    assert context.database["partner_endpoints"].count_documents({}) == 2


def test_a_disabled_endpoint_has_no_job_before_it_is_enabled(
    made: Office, context: ServiceContext, partner: Partner, calling: Calling
) -> None:
    endpoint = register(made, partner.url)
    partner.answers = [410]
    debit(context, "c1")
    calling.run(context)
    debit(context, "c2", at=AT + timedelta(seconds=1))
    assert job(context, endpoint) is None
    assert backfill_all(context, DZ, backfills=[backfills]) == 0
    made.machine().post(f"/endpoints/{endpoint['endpoint_id']}/activation")
    assert calling.run(context) == 1


def test_an_endpoint_with_many_messages_sends_some_at_a_time(
    made: Office, context: ServiceContext, partner: Partner, calling: Calling
) -> None:
    endpoint = register(made, partner.url)
    for number in range(store.DUE_MAX + 5):
        debit(context, f"c{number}", at=AT + timedelta(seconds=number))
    ((fund_id, taken),) = Runner(context, [calling.kind])._take_due()
    assert calling.delivering.run(context, fund_id, taken.thing_id) is not None
    assert calling.tries == store.DUE_MAX
    assert calling.run(after(context, timedelta(seconds=LEASE_S + 1))) == 5
    assert {each["status"] for each in deliveries(made, endpoint)} == {"delivered"}
