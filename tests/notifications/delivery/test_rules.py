"""When a batch may be sent, and what each answer makes of a message, on each try."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from services.notifications.delivery import rules
from services.notifications.delivery.outgoing import ProviderAnswer, Verdict
from services.notifications.delivery.rules import DOUBTS_MAX, LEASE, RETRY_WAITS, Settlement
from services.notifications.messages.batch import BATCH_MOVES, Batch, BatchStatus
from services.notifications.messages.message import Message, Status
from shared.events.notifications import MessageFailed, MessageSent
from shared.funds.messages import Channel
from shared.kernel.moves import MoveNotAllowed
from shared.kernel.personal import Encrypted
from tests.kit.clock import AT
from tests.kit.people import AMIRA

TRIES_MAX = RETRY_WAITS.tries_max
WAITS = [timedelta(seconds=wait_s) for wait_s in RETRY_WAITS.waits_s]


def batch(**facts: Any) -> Batch:
    """A batch that somebody is sending for the first time."""
    return Batch(
        **{
            "batch_id": "b1",
            "channel": Channel.SMS,
            "is_urgent": False,
            "status": BatchStatus.SENDING,
            "due_at": AT,
            "tries": 1,
            "taken_at": AT,
            "traceparent": "00-trace",
            "version": 2,
            **facts,
        }
    )


def message(message_id: str = "m1") -> Message:
    return Message(
        message_id=message_id,
        notice_id=f"{message_id}.sms",
        about="c1",
        template="claim-paid",
        template_version=1,
        channel=Channel.SMS,
        owner_id=AMIRA,
        language="fr",
        status=Status.QUEUED,
        told_at=AT,
        sealed={"link": Encrypted("k1.x")},
        batch_id="b1",
        version=1,
    )


def settle(sent: Batch, **answers: ProviderAnswer) -> Settlement:
    ids = count(2)
    messages = [message(message_id) for message_id in answers]
    return rules.settle(sent, messages, answers, new_id=lambda: f"b{next(ids)}", at=AT)


# --- when -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "due_at", "taken_at", "is_due", "is_lease_expired"),
    [
        (BatchStatus.QUEUED, AT, None, True, False),
        (BatchStatus.QUEUED, AT - timedelta(days=1), None, True, False),
        (BatchStatus.QUEUED, AT + timedelta(seconds=1), None, False, False),
        (BatchStatus.SENDING, AT, AT, False, False),
        (BatchStatus.SENDING, AT, AT - LEASE, False, False),
        (BatchStatus.SENDING, AT, AT - LEASE - timedelta(seconds=1), False, True),
        (BatchStatus.DONE, AT, AT - timedelta(days=1), False, False),
    ],
)
def test_a_batch_is_sent_when_it_is_due_or_its_sender_is_dead(
    status: BatchStatus, due_at: datetime, taken_at: datetime | None, is_due: bool, is_lease_expired: bool
) -> None:
    found = batch(status=status, due_at=due_at, taken_at=taken_at)
    assert (rules.is_due(found, at=AT), rules.is_lease_expired(found, at=AT)) == (is_due, is_lease_expired)


@pytest.mark.parametrize(
    ("here", "tries", "doubts"),
    [(BatchStatus.QUEUED, 2, 0), (BatchStatus.SENDING, 2, 1), (BatchStatus.DONE, None, None)],
)
def test_to_take_a_batch_from_a_dead_sender_is_a_doubt(
    here: BatchStatus, tries: int | None, doubts: int | None
) -> None:
    if tries is None:
        with pytest.raises(MoveNotAllowed):
            rules.take(batch(status=here), at=AT)
        return
    taken = rules.take(batch(status=here), at=AT + LEASE * 2)
    assert (taken.status, taken.tries, taken.doubts) == (BatchStatus.SENDING, tries, doubts)
    assert taken.taken_at == AT + LEASE * 2


def test_the_moves_of_a_batch() -> None:
    assert {(here.value, to.value) for here, allowed in BATCH_MOVES.items() for to in allowed} == {
        ("queued", "sending"),
        ("queued", "apart"),
        ("queued", "done"),
        ("apart", "sending"),
        ("apart", "done"),
        ("sending", "sending"),
        ("sending", "queued"),
        ("sending", "done"),
    }


def test_whoever_lives_is_done_within_the_lease() -> None:
    longest_s = 6 * 5.0  # connect, greet, sender, recipient, text, answer: each has the channel's time-out
    assert rules.SENDING_MAX + timedelta(seconds=longest_s) < LEASE


# --- what an answer means ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "sent", "status", "tries_then", "doubts_then", "wait"),
    [
        (Verdict.TAKEN, {}, Status.SENT, None, None, None),
        (Verdict.TAKEN, {"tries": TRIES_MAX, "doubts": DOUBTS_MAX}, Status.SENT, None, None, None),
        (Verdict.REFUSED, {}, Status.FAILED, None, None, None),
        (Verdict.LATER, {}, Status.QUEUED, 1, 0, WAITS[0]),
        (Verdict.LATER, {"tries": 2}, Status.QUEUED, 2, 0, WAITS[1]),
        (Verdict.LATER, {"tries": TRIES_MAX - 1}, Status.QUEUED, TRIES_MAX - 1, 0, WAITS[-1]),
        (Verdict.LATER, {"tries": TRIES_MAX}, Status.FAILED, None, None, None),
        (Verdict.LATER, {"doubts": DOUBTS_MAX}, Status.QUEUED, 1, DOUBTS_MAX, WAITS[0]),
        (Verdict.DOUBTFUL, {}, Status.QUEUED, 1, 1, WAITS[0]),
        (Verdict.DOUBTFUL, {"doubts": DOUBTS_MAX}, Status.UNKNOWN, None, None, None),
        (Verdict.NOT_TRIED, {"tries": TRIES_MAX}, Status.QUEUED, TRIES_MAX - 1, 0, timedelta(0)),
    ],
)
def test_what_an_answer_makes_of_a_message(
    verdict: Verdict,
    sent: dict[str, Any],
    status: Status,
    tries_then: int | None,
    doubts_then: int | None,
    wait: timedelta | None,
) -> None:
    """Beside a message that was taken, so that the batch is not put back whole."""
    settlement = settle(
        batch(**sent), m1=ProviderAnswer(verdict=verdict, reason="why"), m2=ProviderAnswer(verdict=Verdict.TAKEN)
    )
    assert settlement.batch.status is BatchStatus.DONE
    if status is Status.SENT:
        assert [each.message_id for each in settlement.sent] == ["m1", "m2"]
        return
    (other,) = settlement.others
    assert (other.message_id, other.status) == ("m1", status)
    if status is Status.QUEUED:
        (again,) = settlement.batches
        assert (other.batch_id, other.sealed, again.status) == (again.batch_id, {"link": "k1.x"}, BatchStatus.QUEUED)
        assert (again.tries, again.doubts, again.due_at - AT) == (tries_then, doubts_then, wait)
        assert (again.traceparent, again.channel, again.version) == ("00-trace", Channel.SMS, 0)
    else:
        assert (settlement.batches, other.sealed, other.batch_id) == ((), {}, None)


def test_waits_grow() -> None:
    assert list(WAITS) == sorted(set(WAITS))


def test_what_is_settled_is_told_and_what_waits_is_not() -> None:
    settlement = settle(
        batch(doubts=DOUBTS_MAX),
        m1=ProviderAnswer(verdict=Verdict.TAKEN),
        m2=ProviderAnswer(verdict=Verdict.REFUSED, reason="sms.number-refused"),
        m3=ProviderAnswer(verdict=Verdict.DOUBTFUL),
        m4=ProviderAnswer(verdict=Verdict.LATER),
        m5=ProviderAnswer(verdict=Verdict.NOT_TRIED),
    )
    published = [(type(event), event.message_id, getattr(event, "reason", None)) for event in settlement.events]  # type: ignore[attr-defined]
    assert published == [
        (MessageSent, "m1", None),
        (MessageFailed, "m2", "sms.number-refused"),
        (MessageFailed, "m3", rules.NOBODY_KNOWS),
    ]
    assert [each.batch_id for each in settlement.batches] == ["b2", "b3"]


def test_a_batch_of_which_nothing_left_the_house_goes_back_as_it_was() -> None:
    before = replace(batch(), status=BatchStatus.QUEUED, tries=3, taken_at=None)
    nothing = ProviderAnswer(verdict=Verdict.NOT_TRIED)
    settlement = settle(rules.take(before, at=AT), m1=nothing, m2=nothing)
    assert settlement == Settlement(batch=before)


def test_a_message_without_an_answer_is_in_doubt() -> None:
    settlement = rules.settle(batch(), [message()], {}, new_id=lambda: "b2", at=AT)
    assert [each.doubts for each in settlement.batches] == [1]


def test_the_providers_names_are_kept_with_the_batch() -> None:
    settlement = settle(batch(), m1=ProviderAnswer(verdict=Verdict.TAKEN, provider_id="p-77"))
    assert settlement.batch.provider_ids == {"m1": "p-77"}


def test_a_batch_that_was_forsaken_twice_is_given_up() -> None:
    settlement = rules.give_up(batch(doubts=DOUBTS_MAX), [message("m1"), message("m2")], at=AT)
    assert settlement.batch.status is BatchStatus.DONE
    assert {(each.status, each.reason) for each in settlement.others} == {(Status.UNKNOWN, rules.NOBODY_KNOWS)}
    assert [type(event) for event in settlement.events] == [MessageFailed, MessageFailed]


# --- windows ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "messages_max", "together"),
    [
        ([], 200, []),
        ([1] * 5, 200, [5]),
        ([1] * 401, 200, [200, 200, 1]),
        ([200, 200, 150], 200, [1, 1, 1]),
        ([150, 50, 1], 200, [2, 1]),
        ([200, 1], 10, [1, 1]),  # one that has more goes by itself
        ([0, 0], 200, [1, 1]),  # an earlier release did not count them
    ],
)
def test_batches_go_together_as_many_as_a_window_holds(
    sizes: list[int], messages_max: int, together: list[int]
) -> None:
    batches = [batch(batch_id=f"b{place}", size=size) for place, size in enumerate(sizes)]
    windows = list(rules.windows(batches, messages_max=messages_max))
    assert [len(window) for window in windows] == together
    assert [each for window in windows for each in window] == batches, "in their order, each once"


def test_what_waits_again_is_counted() -> None:
    settlement = settle(
        batch(size=3),
        m1=ProviderAnswer(verdict=Verdict.LATER),
        m2=ProviderAnswer(verdict=Verdict.LATER),
        m3=ProviderAnswer(verdict=Verdict.NOT_TRIED),
    )
    assert [each.size for each in settlement.batches] == [2, 1]


def test_what_was_taken_carries_nothing_personal_and_the_providers_name() -> None:
    settlement = settle(batch(), m1=ProviderAnswer(verdict=Verdict.TAKEN, provider_id="00A1"))
    (sent,) = settlement.sent
    assert (sent.status, sent.settled_at, sent.sealed) == (Status.SENT, AT, {})
    assert sent.batch_id == "b1"
    assert (settlement.batch.provider_ids, settlement.batch.provider_keys) == ({"m1": "00A1"}, ("a1",))
    mail = settle(batch(channel=Channel.EMAIL), m1=ProviderAnswer(verdict=Verdict.TAKEN, provider_id="00A1"))
    assert mail.batch.provider_keys == (), "mail has no receipts"


# --- receipts ---------------------------------------------------------------------------------------------------------


def taken(message_id: str = "m1", **facts: Any) -> Message:
    return replace(message(message_id), status=Status.SENT, settled_at=AT, **facts)


@pytest.mark.parametrize("here", Status)
def test_n03_a_receipt_decides_once_and_only_of_what_was_taken(here: Status) -> None:
    failed = rules.not_received(replace(message(), status=here), reason="delivery.expired-on-the-way")
    if here is not Status.SENT:
        assert failed is None
        return
    assert failed is not None and (failed.status, failed.reason) == (Status.UNDELIVERED, "delivery.expired-on-the-way")
    assert rules.not_received(failed, reason="delivery.rejected") is None
    arrived = replace(message(), status=here, delivered_at=AT)  # as an earlier release kept it
    assert rules.not_received(arrived, reason="delivery.rejected") is None


# --- what cannot be sent ----------------------------------------------------------------------------------------------


def test_a_batch_that_cannot_be_sent_is_split_into_its_messages() -> None:
    ids = count(2)
    whole = batch(status=BatchStatus.APART, tries=2, doubts=1, size=2, traces={"m2": "00-other"})
    split = rules.split(whole, [message("m1"), message("m2")], new_id=lambda: f"b{next(ids)}")
    assert split.batch.status is BatchStatus.DONE and split.events == ()
    assert [(each.batch_id, each.status, each.size, each.version) for each in split.batches] == [
        ("b2", BatchStatus.APART, 1, 0),
        ("b3", BatchStatus.APART, 1, 0),
    ]
    assert [(each.tries, each.doubts, each.traceparent) for each in split.batches] == [
        (2, 1, "00-trace"),
        (2, 1, "00-other"),
    ], "what was in doubt stays so"
    assert [each.batch_id for each in split.others] == ["b2", "b3"]


@pytest.mark.parametrize("here", [BatchStatus.QUEUED, BatchStatus.APART])
def test_what_an_operator_gives_up_has_failed(here: BatchStatus) -> None:
    settlement = rules.give_up(batch(status=here), [message()], at=AT)
    (ended,) = settlement.others
    assert (ended.status, ended.reason, ended.sealed, ended.batch_id) == (Status.FAILED, rules.BY_OPERATOR, {}, None)
    assert settlement.batch.status is BatchStatus.DONE
    assert [type(event) for event in settlement.events] == [MessageFailed]


def test_messages_that_wait_again_keep_their_traces_and_no_others() -> None:
    sent = batch(traces={"m2": "00-two", "m3": "00-three"})
    settlement = settle(
        sent,
        m1=ProviderAnswer(verdict=Verdict.TAKEN),
        m2=ProviderAnswer(verdict=Verdict.TAKEN),
        m3=ProviderAnswer(verdict=Verdict.LATER),
    )
    (waiting,) = settlement.batches
    assert waiting.traces == {"m3": "00-three"}


@pytest.mark.parametrize(
    ("keys_of", "theirs", "keys", "matched"),
    [
        ({}, set(), ("16", "10"), None),
        ({"m1": "16"}, {"m1"}, ("16", "10"), "m1"),
        ({"m1": "16"}, set(), ("16", "10"), "m1"),  # another number now: the name alone
        ({"m1": "10"}, {"m1"}, ("16", "10"), "m1"),  # written in another base, to the same recipient
        ({"m1": "10"}, set(), ("16", "10"), None),  # written in another base, to somebody else: not meant
        ({"m1": "10", "m2": "16"}, {"m1"}, ("16", "10"), "m1"),
        ({"m1": "10", "m2": "16"}, {"m2"}, ("16", "10"), "m2"),
        ({"m1": "10", "m2": "16"}, {"m1", "m2"}, ("16", "10"), "m2"),
        ({"m1": "10", "m2": "16"}, set(), ("16", "10"), None),
    ],
)
def test_n03_which_message_a_receipt_means(
    keys_of: dict[str, str], theirs: set[str], keys: tuple[str, ...], matched: str | None
) -> None:
    candidates = [taken(message_id, provider_key=key) for message_id, key in keys_of.items()]
    found = rules.matched(candidates, keys=keys, is_theirs=lambda each: each.message_id in theirs)
    assert (found.message_id if found else None) == matched


def test_n03_of_a_name_that_came_round_again_the_newest_is_meant() -> None:
    old = taken("old", provider_key="16")
    new = replace(taken("new", provider_key="16"), settled_at=AT + timedelta(days=90))
    found = rules.matched([old, new], keys=("16",), is_theirs=lambda each: True)
    assert found is new
