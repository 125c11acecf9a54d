"""Which addresses are called: none of one's own network, however it is written, unless this is a local run."""

import pytest

from services.payments.partners.door import Door, is_public
from tests.endless import endless
from tests.payments.partners.partner import Partner

OPEN, CLOSED = Door(may_be_private=True, timeout_s=5), Door(may_be_private=False, timeout_s=5)


@pytest.mark.parametrize("address", ["1.1.1.1", "9.9.9.9", "2606:4700:4700::1111"])
def test_an_address_of_the_open_network(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"),
        *("::1", "::", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::"),
    ],
)
def test_an_address_that_is_not_of_the_open_network(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("https://127.0.0.1:{port}/", "address-not-allowed"),
        ("http://127.0.0.1:{port}/", "address-not-allowed"),
        ("https://localhost:{port}/", "address-not-allowed"),
        ("https://0177.0.0.1:{port}/", "address-not-allowed"),
        ("https://[::1]:{port}/", "address-not-allowed"),
        ("http://1.1.1.1:{port}/", "not-encrypted"),
        ("https://nobody.invalid/", "no-such-host"),
    ],
)
def test_a_closed_door_calls_nobody_at_home(url: str, answer: str) -> None:
    partner = Partner()
    with partner.up():
        assert CLOSED.post(url.format(port=partner.port), b"{}", headers={}) == answer
    assert partner.heard == []


def test_what_was_answered_and_what_was_not() -> None:
    partner = Partner(answers=[200, 301, 410])
    with partner.up():
        assert [OPEN.post(partner.url, b"{}", headers={"a": "b"}) for _ in range(3)] == ["200", "301", "410"]
        assert OPEN.post(partner.url.replace("http:", "https:"), b"{}", headers={}) == "certificate"
    assert len(partner.heard) == 3, "a redirection is not followed"
    headers, body = partner.heard[0]
    assert (headers["host"], headers["a"], body) == (f"127.0.0.1:{partner.port}", "b", b"{}")
    assert OPEN.post(partner.url, b"{}", headers={}) == "unreachable"


def test_of_a_partner_that_answers_without_end_the_status_is_enough() -> None:
    with endless(200) as source:
        assert OPEN.post(source.url, b"{}", headers={}) == "200"
        assert source.was_left.wait(10)
