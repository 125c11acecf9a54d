"""A card is taken once, and a ticket is in its terminal's close or refused, whoever types at the same moment."""

from concurrent.futures import ThreadPoolExecutor

from services.payments.wiring import service
from tests.kit.contexts import make_unique_indexes
from tests.payments.card_terminals.counter import DUE_MINOR, OTHER, OWED_BY_ACQUIRER, TERMINAL, Counter

AT_ONCE = 4
STALE = {200, 201, 409}


def test_of_two_counters_that_begin_at_once_one_has_the_debt(counter: Counter) -> None:
    terminals = [TERMINAL, OTHER] * (AT_ONCE // 2)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(lambda terminal: counter.begin(terminal=terminal), terminals))
    assert {each.status_code for each in answers} <= STALE
    assert sum(each.status_code == 201 for each in answers) == 1


def test_a_ticket_that_is_typed_for_two_payments_at_once_is_of_one(counter: Counter) -> None:
    make_unique_indexes(service, counter.context)
    begun = [counter.begun("d1"), counter.begun("d2")]
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(counter.type, begun))
    assert sorted(each.status_code for each in answers) == [200, 409]
    assert counter.net(OWED_BY_ACQUIRER) == DUE_MINOR


def test_a_ticket_that_is_typed_while_the_terminal_is_closed_is_in_the_close_or_refused(counter: Counter) -> None:
    payment_id = counter.begun()
    with ThreadPoolExecutor(2) as threads:
        typed, closed = threads.submit(counter.type, payment_id), threads.submit(counter.close)
    assert closed.result().status_code == 201, closed.result().text
    day_id = closed.result().json["day_id"]
    day = counter.agent().get(f"/operator-days/{day_id}").json
    if typed.result().status_code == 200:
        kept = counter.agent().get(f"/terminal-payments/{payment_id}").json
        assert (kept["closed_in"], day["differences"]) == (day_id, [])
    else:
        assert typed.result().json["code"] in ("card-terminal.batch-closed", "state.changed-meanwhile")
        assert [each["kind"] for each in day["differences"]] == ["totals-differ"]


def test_what_is_typed_by_many_at_once_is_booked_once(counter: Counter) -> None:
    payment_id = counter.begun()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(lambda _: counter.type(payment_id), range(AT_ONCE)))
    assert {each.status_code for each in answers} <= STALE
    assert len({each.json["receipt"] for each in answers if each.status_code == 200}) == 1
    assert counter.net(OWED_BY_ACQUIRER) == DUE_MINOR
