import hmac
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.errors import Forbidden
from shared.webhooks import HeadersMissing, OldTimestamp, Secret, WrongSignature, sign, verify

AT = datetime(2021, 2, 25, 15, 2, 10, tzinfo=UTC)
SECRET = Secret.read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
OTHER = Secret(b"another key of at least 24 bytes")
BODY = b'{"test": 2432232314}'
MESSAGE_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"


def signed(**changes):
    return sign(BODY, message_id=MESSAGE_ID, at=AT, secrets=[SECRET]) | changes


def test_signs_the_published_example_of_the_standard():
    assert signed() == {
        "webhook-id": MESSAGE_ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_signs_id_time_and_body_joined_by_dots():
    by_hand = hmac.new(OTHER.key, b"m1.1614265330.{}", "sha256").digest()

    headers = sign(b"{}", message_id="m1", at=AT, secrets=[OTHER])

    assert headers["webhook-signature"] == "v1," + b64encode(by_hand).decode()


@pytest.mark.parametrize("late_s", [-300, -299, 0, 299, 300])
def test_accepts_within_five_minutes_either_way(late_s):
    at = AT + timedelta(seconds=late_s)

    assert verify(BODY, headers=signed(), secrets=[SECRET], at=at) == MESSAGE_ID


@pytest.mark.parametrize("late_s", [-301, 301, 86400])
def test_refuses_old_and_future_timestamps(late_s):
    with pytest.raises(OldTimestamp):
        verify(BODY, headers=signed(), secrets=[SECRET], at=AT + timedelta(seconds=late_s))


def test_header_names_are_read_in_any_case():
    headers = {name.title(): value for name, value in signed().items()}

    assert verify(BODY, headers=headers, secrets=[SECRET], at=AT) == MESSAGE_ID


@pytest.mark.parametrize(
    "senders, receivers",
    [
        ([SECRET, OTHER], [SECRET]),
        ([SECRET, OTHER], [OTHER]),
        ([SECRET], [OTHER, SECRET]),
        ([OTHER], [OTHER, SECRET]),
    ],
)
def test_a_secret_is_replaced_without_losing_a_message(senders, receivers):
    headers = sign(BODY, message_id=MESSAGE_ID, at=AT, secrets=senders)

    assert verify(BODY, headers=headers, secrets=receivers, at=AT) == MESSAGE_ID


def test_passes_over_signatures_of_other_schemes():
    headers = signed()
    headers["webhook-signature"] = "v1a,AAAA " + headers["webhook-signature"]

    assert verify(BODY, headers=headers, secrets=[SECRET], at=AT) == MESSAGE_ID


@pytest.mark.parametrize(
    "body, changes",
    [
        (BODY + b" ", {}),
        (b"", {}),
        (BODY, {"webhook-id": "msg_other"}),
        (BODY, {"webhook-timestamp": "1614265331"}),
        (BODY, {"webhook-signature": "v1,AAAA"}),
        (BODY, {"webhook-signature": "v1,é"}),
        (BODY, {"webhook-signature": "v1"}),
        (BODY, {"webhook-signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}),
        (BODY, {"webhook-signature": "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}),
    ],
)
def test_refuses_anything_that_was_not_signed(body, changes):
    with pytest.raises(WrongSignature):
        verify(body, headers=signed(**changes), secrets=[SECRET], at=AT)


def test_refuses_a_secret_we_do_not_hold():
    for secrets in ([OTHER], []):
        with pytest.raises(WrongSignature):
            verify(BODY, headers=signed(), secrets=secrets, at=AT)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_each_header_is_needed(name):
    headers = signed()
    del headers[name]

    with pytest.raises(HeadersMissing):
        verify(BODY, headers=headers, secrets=[SECRET], at=AT)


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-timestamp": "yesterday"},
        {"webhook-timestamp": "-1614265330"},
        {"webhook-timestamp": "1614265330.5"},
        {"webhook-timestamp": "١٦١٤٢٦٥٣٣٠"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-id": "two.parts"},
        {"webhook-id": "m" * 257},
        {"webhook-id": "line\nbreak"},
    ],
)
def test_unreadable_headers_count_as_missing(changes):
    with pytest.raises(HeadersMissing):
        verify(BODY, headers=signed(**changes), secrets=[SECRET], at=AT)


def test_every_refusal_is_a_forbidden_with_its_own_code():
    codes = {error.code for error in (HeadersMissing, OldTimestamp, WrongSignature) if issubclass(error, Forbidden)}

    assert codes == {"webhook.headers-missing", "webhook.old-timestamp", "webhook.wrong-signature"}


@pytest.mark.parametrize("text", ["whsec_short", "whsec_****", "whsec_" + b64encode(b"x" * 65).decode(), ""])
def test_a_secret_that_is_none_is_refused_without_being_shown(text):
    with pytest.raises(ValueError) as refusal:
        Secret.read(text)

    assert not text or text not in str(refusal.value)


def test_a_secret_does_not_show_itself():
    assert "MfKQ" not in repr(SECRET) and repr(SECRET.key) not in repr(SECRET)


@pytest.mark.parametrize("message_id", ["", "a.b", "m" * 257, "tab\t"])
def test_an_id_that_could_not_be_verified_is_not_signed(message_id):
    with pytest.raises(ValueError):
        sign(BODY, message_id=message_id, at=AT, secrets=[SECRET])


@given(body=st.binary(max_size=200), place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_what_is_signed_verifies_and_one_flipped_bit_does_not(body, place, bit):
    headers = sign(body, message_id=MESSAGE_ID, at=AT, secrets=[SECRET])
    assert verify(body, headers=headers, secrets=[SECRET], at=AT) == MESSAGE_ID

    if body:
        changed = bytearray(body)
        changed[place % len(body)] ^= 1 << bit
        with pytest.raises(WrongSignature):
            verify(bytes(changed), headers=headers, secrets=[SECRET], at=AT)
