"""F25: a partner's endpoint is down for four days: tried by the schedule, then called no more, with a notice; once it
is up again, a replay of the time brings each message once. The partner is a real HTTP server; the days are the clock's.
"""

from datetime import datetime, timedelta
from typing import Any

from structlog.testing import capture_logs

from services.payments.partners import rules
from services.payments.partners.outbound import OutboundClient
from shared.storage.service_context import ServiceContext
from tests.faults.partner.asking import offences
from tests.kit.callers import Office
from tests.kit.clock import AT, RunningClock
from tests.kit.contexts import published
from tests.payments.bank import office
from tests.payments.partners.partner import Calling, Partner, debit, deliveries, register

SLACK = timedelta(minutes=2)
"""How long the test itself may take between two looks at the clock, which runs on while it is moved."""


def test_f25_down_for_four_days_then_replayed(context: ServiceContext, clock: RunningClock) -> None:
    made, calling = office(context), Calling(OutboundClient(may_be_private=True, timeout_s=5))
    down, healthy = Partner(), Partner()
    began_at = clock()
    endpoint = register(made, down.url)
    register(made, healthy.url, client="bank-2")
    debit(context, "c1")

    with healthy.up():
        with capture_logs() as logs:
            tried = _tries_until_it_ends(made, context, clock, calling, endpoint)
        _is_the_schedule(tried)
        assert timedelta(hours=75) < clock() - began_at < timedelta(days=4)
        assert len(healthy.ids) == 1, "another partner was told at once"

        (notice,) = [line for line in logs if line["event"] == "endpoint-disabled"]
        assert (notice["endpoint"], notice["why"]) == (endpoint["endpoint_id"], "not-answering")
        assert published(context) == ["payments.endpoint-disabled"]
        seen = {each["endpoint_id"]: each for each in _all(made, clock)}[endpoint["endpoint_id"]]
        assert (seen["status"], seen["reason"]) == ("disabled", "not-answering")

        debit(context, "c2", at=AT + timedelta(days=1))
        with down.up():
            assert calling.run(context) == 1 and down.ids == [], "disabled is disabled, though it is up again"
            _replayed(made, clock, endpoint, hours=36)
            assert calling.run(context) == 2 and calling.run(context) == 0
            messages = {each["message_id"]: each for each in _at(clock, lambda: deliveries(made, endpoint))}
            assert sorted(down.ids) == sorted(messages) and len(messages) == 2
            assert {each["status"] for each in messages.values()} == {"delivered"}
            assert all(down.believes(endpoint["secret"], at=clock(), number=number) for number in (0, 1))

            _replayed(made, clock, endpoint, hours=12)
            assert calling.run(context) == 1
            assert set(down.ids) == set(messages), "what comes again has the id that it had"
    assert _at(clock, lambda: offences(context)) == []


def _tries_until_it_ends(
    made: Office, context: ServiceContext, clock: RunningClock, calling: Calling, endpoint: dict[str, Any]
) -> list[datetime]:
    """Let time pass from try to try, with many rounds before each is due; when each was made."""
    tries: list[datetime] = []
    for _ in range(rules.RETRY_WAITS.tries_max + 1):
        calling.run(context)
        calling.run(context)
        (delivery,) = _at(clock, lambda: deliveries(made, endpoint))
        assert (delivery["tries"], delivery["last_answer"]) == (len(tries) + 1, "unreachable")
        tries.append(datetime.fromisoformat(delivery["last_try_at"]))
        if delivery["next_try_at"] is None:
            return tries
        clock.ahead += datetime.fromisoformat(delivery["next_try_at"]) - clock()
    raise AssertionError("it is tried for ever")


def _is_the_schedule(tries: list[datetime]) -> None:
    assert len(tries) == rules.RETRY_WAITS.tries_max
    for wait_s, before, after in zip(rules.RETRY_WAITS.waits_s, tries[:-1], tries[1:], strict=True):
        assert timedelta(seconds=wait_s) <= after - before <= timedelta(seconds=wait_s * 1.1) + SLACK


def _replayed(made: Office, clock: RunningClock, endpoint: dict[str, Any], *, hours: int) -> None:
    """The partner is enabled again and asks for what happened from the first message on."""
    path, until = f"/endpoints/{endpoint['endpoint_id']}", AT + timedelta(hours=hours)
    asked = {"since": AT.isoformat(), "until": until.isoformat()}

    def ask() -> int:
        assert made.machine().post(f"{path}/activation").json["status"] == "enabled"
        answer = made.machine().post(f"{path}/replays", asked)
        return int(answer.json["queued"])

    assert _at(clock, ask) == (2 if hours > 24 else 1)


def _all(made: Office, clock: RunningClock) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = _at(clock, lambda: made.staff().get("/partners/endpoints").json["items"])
    return items


def _at(clock: RunningClock, act: Any) -> Any:
    """Do something over HTTP: tokens are of today, so the clock stands still at today for it."""
    ahead, clock.ahead = clock.ahead, timedelta()
    try:
        return act()
    finally:
        clock.ahead = ahead
