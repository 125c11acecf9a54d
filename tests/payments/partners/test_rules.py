"""When a message is tried again, what counts as success, and which addresses may be named."""

from datetime import timedelta
from typing import Any

import pytest

from services.payments.partners import rules
from services.payments.partners.delivery import BODY_BYTES_MAX, Delivery
from services.payments.partners.delivery import Status as DeliveryStatus
from services.payments.partners.endpoint import DisabledReason, Endpoint, Status, WebhookKind
from shared.events.payments.partners import EndpointDisabled
from tests.kit.clock import AT

SECRET = rules.new_secret(b"a" * 32)


def delivery(**facts: Any) -> Delivery:
    whole = {
        "delivery_id": "e1/msg_1",
        "endpoint_id": "e1",
        "message_id": "msg_1",
        "kind": WebhookKind.PAYMENT_DEBITED,
        "happened_at": AT,
        "body": "{}",
        "next_try_at": AT,
    }
    return Delivery(**{**whole, **facts})


def endpoint(**facts: Any) -> Endpoint:
    whole = {
        "endpoint_id": "e1",
        "client": "bank-1",
        "url": "https://bank.example/hook",
        "kinds": (WebhookKind.PAYMENT_DEBITED,),
        "secrets": (SECRET,),
        "changed_at": AT,
    }
    return Endpoint(**{**whole, **facts})


def register(url: str, *, others: int = 0) -> Endpoint:
    kinds = [WebhookKind.BENEFIT_PAID, WebhookKind.PAYMENT_DEBITED, WebhookKind.BENEFIT_PAID]
    return rules.register(endpoint_id="e1", client="bank-1", url=url, kinds=kinds, secret=SECRET, others=others, at=AT)


# --- Addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["https://bank.example", "https://bank.example:8443/hook?of=dz", "http://127.0.0.1:9/", "http://[::1]:9/"]
)
def test_an_address_that_may_be_named(url: str) -> None:
    assert register(url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "bank.example",
        "ftp://bank.example/",
        "http://bank.example/",
        "http://localhost/",
        "http://1.1.1.1/",
        "https:///hook",
        "https://user:pass@bank.example/",
        "https://user@bank.example/",
        "https://bank.example/#part",
        "https://bank.example:0/",
        "https://bank.example:99999/",
        "https://bank.example/a b",
        "https://bank.example/\r\nX: y",
        "https://bänk.example/",
        "https://[::1/",
        "https://bank.example/" + "a" * 500,
    ],
)
def test_an_address_that_may_not_be_named(url: str) -> None:
    with pytest.raises(rules.UrlNotAllowed):
        register(url)


def test_a_partner_has_so_many_endpoints_and_no_more() -> None:
    assert register("https://bank.example", others=rules.ENDPOINTS_MAX - 1).kinds == ("benefit.paid", "payment.debited")
    with pytest.raises(rules.TooManyEndpoints):
        register("https://bank.example", others=rules.ENDPOINTS_MAX)


# --- Tries ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["200", "201", "204", "299"])
def test_a_status_of_two_hundred_and_something_is_success(answer: str) -> None:
    done = rules.answered(delivery(), answer=answer, at=AT, entropy=0.5)
    assert (done.status, done.tries, done.next_try_at, done.last_answer) == (DeliveryStatus.DELIVERED, 1, None, answer)


@pytest.mark.parametrize(
    "answer", ["100", "301", "302", "308", "400", "404", "429", "500", "503", "timeout", "2", "2000"]
)
def test_all_else_is_failure_and_is_tried_again(answer: str) -> None:
    tried = rules.answered(delivery(), answer=answer, at=AT, entropy=0.0)
    assert (tried.status, tried.next_try_at) == (DeliveryStatus.WAITING, AT + timedelta(seconds=5))


@pytest.mark.parametrize("entropy", [0.0, 0.999])
def test_ten_tries_over_three_days_and_then_no_more(entropy: float) -> None:
    tried, at = delivery(), AT
    for number, wait_s in enumerate(rules.RETRY_WAITS.waits_s, start=1):
        tried = rules.answered(tried, answer="503", at=at, entropy=entropy)
        assert tried.tries == number and tried.next_try_at is not None
        assert wait_s <= (tried.next_try_at - at).total_seconds() < wait_s * 1.1
        at = tried.next_try_at
    last = rules.answered(tried, answer="503", at=at, entropy=entropy)
    assert (last.status, last.tries, last.next_try_at) == (DeliveryStatus.FAILED, 10, None)
    assert timedelta(hours=75) < at - AT < timedelta(hours=84)


def test_again_begins_anew_under_the_same_id() -> None:
    failed = delivery(status=DeliveryStatus.FAILED, tries=10, next_try_at=None)
    once_more = rules.again(failed, at=AT)
    assert (once_more.message_id, once_more.tries, once_more.next_try_at) == ("msg_1", 0, AT)


# --- Endpoints --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tried", "reason"),
    [
        ({"status": DeliveryStatus.FAILED, "next_try_at": None, "last_answer": "410"}, DisabledReason.GONE),
        ({"status": DeliveryStatus.FAILED, "next_try_at": None, "last_answer": "503"}, DisabledReason.NOT_ANSWERING),
    ],
)
def test_an_endpoint_is_disabled_once_and_told_of(tried: dict[str, Any], reason: DisabledReason) -> None:
    judged = rules.judge(endpoint(), delivery(**tried), at=AT)
    assert judged is not None and (judged.thing.status, judged.thing.reason) == (Status.DISABLED, reason)
    published = EndpointDisabled(endpoint_id="e1", partner="bank-1", reason=reason.value, disabled_at=AT)
    assert judged.events == (published,)
    assert rules.judge(judged.thing, delivery(**tried), at=AT) is None
    enabled = rules.enable(judged.thing, at=AT)
    assert (enabled.status, enabled.reason) == (Status.ENABLED, None)


@pytest.mark.parametrize("tried", [{"last_answer": "503"}, {"status": DeliveryStatus.DELIVERED, "next_try_at": None}])
def test_an_endpoint_is_not_disabled_for_less(tried: dict[str, Any]) -> None:
    assert rules.judge(endpoint(), delivery(**tried), at=AT) is None


def test_two_secrets_sign_while_one_is_replaced() -> None:
    second, third = (rules.new_secret(letter * 32) for letter in (b"b", b"c"))
    both = rules.change_secret(endpoint(), secret=second, at=AT)
    assert both.secrets == (second, SECRET)
    assert rules.change_secret(both, secret=third, at=AT).secrets == (third, second)
    assert rules.retire_secret(both, at=AT).secrets == (second,)
    assert SECRET not in repr(both)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kinds": ()},
        {"secrets": ()},
        {"secrets": (SECRET, SECRET, SECRET)},
        {"status": Status.DISABLED},
        {"reason": DisabledReason.GONE},
    ],
)
def test_a_wrong_endpoint_cannot_be_built(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="endpoint"):
        endpoint(**wrong)


@pytest.mark.parametrize("wrong", [{"next_try_at": None}, {"body": "x" * (BODY_BYTES_MAX + 1)}])
def test_a_wrong_delivery_cannot_be_built(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a message is"):
        delivery(**wrong)


# --- changed and removed ----------------------------------------------------------------------------------------------


def test_w1_a_changed_endpoint_keeps_its_secret_and_its_state() -> None:
    before = endpoint()
    after = rules.change(
        before, url="https://other.example/", kinds=[WebhookKind.BENEFIT_PAID, WebhookKind.BENEFIT_PAID], at=AT
    )
    assert (after.url, after.kinds) == ("https://other.example/", (WebhookKind.BENEFIT_PAID,))
    assert (after.secrets, after.status) == (before.secrets, before.status)
    with pytest.raises(rules.UrlNotAllowed):
        rules.change(before, url="http://other.example/", kinds=[WebhookKind.BENEFIT_PAID], at=AT)


def test_w1_a_removed_endpoint_is_judged_no_more_and_what_waits_for_it_ends() -> None:
    removed = rules.remove(endpoint(), at=AT)
    assert (removed.status, removed.reason) == (Status.REMOVED, None)
    gone = delivery(status=DeliveryStatus.FAILED, next_try_at=None, last_answer="410")
    assert rules.judge(removed, gone, at=AT) is None
    ended = rules.end(delivery(), at=AT)
    assert (ended.status, ended.next_try_at) == (DeliveryStatus.FAILED, None)
    assert (ended.last_answer, ended.last_try_at) == ("endpoint-removed", AT)
