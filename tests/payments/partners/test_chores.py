"""Rounds over endpoints: each message once where all goes well, and nobody held up by another."""

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from services.payments.banking.rounds import in_unit_of_work
from services.payments.partners import actions, rules, store
from services.payments.partners.chores import OF_PARTNER_AT_ONCE_MAX, Calling, forget_removed
from services.payments.partners.delivery import Delivery, Status
from services.payments.partners.endpoint import Kind
from services.payments.partners.outbound import OutboundClient
from shared.kernel.outcome import Outcome
from shared.process import purging
from shared.storage.paging import Wanted
from shared.storage.retention import PURGED_AT_ONCE_MAX
from shared.storage.service_context import ServiceContext, now
from tests.faults.partner.asking import offences
from tests.kit.callers import Office
from tests.kit.clock import AT
from tests.kit.contexts import DZ, TN, reading, told
from tests.payments.bank import office
from tests.payments.partners.partner import Partner, debit, deliveries, register

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
def calling() -> Iterator[Calling]:
    calling = Calling(OUTBOUND, round_s=10)
    yield calling
    end(calling)


def end(calling: Calling) -> None:
    """Let the calls end that are under way: none writes into a database that its test has dropped."""
    let_go.set()
    for lines in calling._lines.values():
        lines.calls.shutdown()


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
    assert calling.run(context, DZ) == 1 and calling.run(context, DZ) == 0
    (delivered,) = deliveries(made, endpoint)
    assert (delivered["status"], delivered["tries"], delivered["last_answer"]) == ("delivered", 1, "204")
    assert partner.ids == [delivered["message_id"]] and partner.believes(endpoint["secret"], at=now())


def test_both_secrets_sign_until_the_old_one_is_retired(
    made: Office, context: ServiceContext, partner: Partner, calling: Calling
) -> None:
    old = register(made, partner.url)
    new = made.machine().post(f"/endpoints/{old['endpoint_id']}/secrets").json
    debit(context, "c1")
    calling.run(context, DZ)
    assert partner.believes(old["secret"], at=now()) and partner.believes(new["secret"], at=now())
    made.machine().post(f"/endpoints/{old['endpoint_id']}/secrets/retirement")
    debit(context, "c2")
    calling.run(context, DZ)
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
    assert calling.send(endpoint, delivery, fund_id=DZ, at=now()) == "204"  # and here the process dies
    assert calling.run(context, DZ) == 1
    assert len(partner.ids) == 2 and len(set(partner.ids)) == 1


def test_after_a_failure_the_others_wait_for_the_next_round(
    made: Office, context: ServiceContext, partner: Partner, calling: Calling
) -> None:
    endpoint = register(made, partner.url)
    for number in range(3):
        debit(context, f"c{number}", at=AT + timedelta(seconds=number))
    partner.answers = [503]
    assert calling.run(context, DZ) == 1
    assert calling.run(context, DZ) == 2, "the one that failed waits for its time"
    assert sorted(each["status"] for each in deliveries(made, endpoint)) == ["delivered", "delivered", "waiting"]


def test_gone_disables_at_once_and_a_redirection_is_a_failure(
    made: Office, context: ServiceContext, partner: Partner, calling: Calling
) -> None:
    endpoint = register(made, partner.url)
    partner.answers = [301, 410]
    debit(context, "c1")
    calling.run(context, DZ)
    assert deliveries(made, endpoint)[0]["last_answer"] == "301" and told(context)[-1:] == []
    debit(context, "c2", at=AT + timedelta(seconds=1))
    calling.run(context, DZ)
    shown = made.machine().get(f"/endpoints/{endpoint['endpoint_id']}").json
    assert (shown["status"], shown["reason"]) == ("disabled", "gone")
    assert told(context) == ["payments.endpoint-disabled"]
    refused = made.machine().post(
        f"/endpoints/{endpoint['endpoint_id']}/replays",
        {"since": AT.isoformat(), "until": (AT + timedelta(days=1)).isoformat()},
    )
    assert (refused.status_code, refused.json["code"]) == (409, "partner.endpoint-disabled")
    assert calling.run(context, DZ) == 0 and len(partner.ids) == 2


def test_an_endpoint_that_hangs_holds_up_no_other(made: Office, context: ServiceContext, partner: Partner) -> None:
    """The first one takes the call and never answers; the other is told meanwhile, also of what comes later."""
    calling = Calling(OutboundClient(may_be_private=True, timeout_s=30), round_s=0.1)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        hanging = register(made, f"http://127.0.0.1:{mute.getsockname()[1]}/", client="bank-2")
        register(made, partner.url)
        for number in range(2):
            debit(context, f"c{number}", at=AT + timedelta(seconds=number))
            for _ in range(100):
                calling.run(context, DZ)
                if len(partner.ids) > number:
                    break
        assert len(set(partner.ids)) == 2
        assert [each["tries"] for each in deliveries(made, hanging, client="bank-2")] == [0, 0], "it hangs still"
        connection, _ = mute.accept()
        connection.close()


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
    assert calling.run(context, DZ) == 1


# --- Forgetting -------------------------------------------------------------------------------------------------------


def after(context: ServiceContext, time: timedelta) -> ServiceContext:
    """The same ground, so much later."""
    return replace(context, clock=lambda: now() + time)


def test_what_ended_is_forgotten_in_time_and_what_is_still_to_be_sent_never(
    made: Office, context: ServiceContext, partner: Partner, calling: Calling
) -> None:
    partner.answers = [204, 410]
    delivered, failed, waiting = (
        register(made, partner.url, client=client) for client in ("bank-1", "bank-2", "bank-3")
    )
    debit(context)
    for endpoint in (delivered, failed, waiting):
        (mine,) = store.newest(reading(context), endpoint["endpoint_id"], wanted=Wanted())
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
    calling.run(context, DZ)
    later = after(context, rules.KEPT - timedelta(hours=1))
    in_unit_of_work(
        later,
        DZ,
        "test",
        lambda uow: [
            store.deliveries.save(uow, Outcome(rules.again(each, at=uow.at)))
            for each in store.newest(uow, endpoint["endpoint_id"], wanted=Wanted())
        ],
    )
    assert purged(after(context, 2 * rules.KEPT), DZ) == 0, "it is to be sent"
    assert calling.run(later, DZ) == 1
    assert purged(after(context, rules.KEPT + timedelta(hours=1)), DZ) == 0
    assert purged(after(context, 2 * rules.KEPT), DZ) == 1


def test_a_backlog_is_forgotten_in_parts(made: Office, context: ServiceContext) -> None:
    endpoint = register(made, "https://bank.example/")
    ended = [
        Delivery(
            delivery_id=f"{endpoint['endpoint_id']}/m{number}",
            endpoint_id=endpoint["endpoint_id"],
            message_id=f"m{number}",
            kind=Kind.PAYMENT_DEBITED,
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
def silent() -> Iterator[OutboundClient]:
    calls.clear()
    let_go.clear()
    yield Silent(may_be_private=True)
    let_go.set()


def test_w1_a_partner_with_many_silent_endpoints_holds_up_no_other(
    made: Office, context: ServiceContext, silent: OutboundClient
) -> None:
    for number in range(9):
        register(made, f"https://silent.example/{number}", client="bank-1")
    others = [register(made, f"https://bank.example/{number}", client="bank-2") for number in range(3)]
    debit(context)
    calling = Calling(silent, round_s=0.2)
    for _ in range(4):
        calling.run(context, DZ)
    assert sum("silent" in url for url in calls) == OF_PARTNER_AT_ONCE_MAX
    assert all(deliveries(made, each, "bank-2")[0]["status"] == "delivered" for each in others)
    end(calling)


def test_w1_the_slow_endpoints_of_a_partner_do_not_keep_its_others_out(
    made: Office, context: ServiceContext, silent: OutboundClient
) -> None:
    for number in range(5):
        register(made, f"https://silent.example/{number}", client="bank-1")
    good = register(made, "https://bank.example/", client="bank-1")
    debit(context)
    calling = Calling(silent, round_s=0.1)
    let_go.set()  # each silent call ends by its deadline, sooner or later
    for _ in range(6):
        calling.run(context, DZ)
    end(calling)
    assert deliveries(made, good)[0]["status"] == "delivered"


def test_w1_one_funds_silent_partner_slows_no_other_fund(
    made: Office, context: ServiceContext, silent: OutboundClient
) -> None:
    for number in range(4):
        register(made, f"https://silent.example/{number}", client=f"bank-{number}")
    debit(context)
    calling = Calling(silent, round_s=0.1)
    calling.run(context, DZ)
    made.machine(fund=TN).post("/endpoints", {"url": "https://bank.example/", "kinds": ["payment.debited"]})
    began_s = time.monotonic()
    calling.run(context, TN)
    assert time.monotonic() - began_s < 5.0
    end(calling)


def test_w1_what_waits_for_a_removed_endpoint_ends_with_it(
    made: Office, context: ServiceContext, partner: Partner
) -> None:
    endpoint = register(made, partner.url)
    debit(context)
    assert made.machine().delete(f"/endpoints/{endpoint['endpoint_id']}").status_code == 204
    assert Calling(OUTBOUND, round_s=1).run(context, DZ) == 0 and partner.ids == []
    forget_removed(context, DZ)
    (row,) = context.database["partner_deliveries"].find()
    assert (row["status"], row["last_answer"], row["next_try_at"]) == ("failed", "endpoint-removed", None)
    assert context.database["partner_endpoints"].count_documents({}) == 0
    assert offences(context) == []
