"""N03: what centres write of a message that they took, as text or as parameters, and under which name."""

import pytest

from services.notifications.channels.receipts import (
    DeliveryReceipt,
    DeliveryState,
    is_same_number,
    match_key,
    match_keys,
    read,
)

NUMBER = "213550123459"
TEXT = "id:{id} sub:001 dlvrd:000 submit date:2602100900 done date:2602100901 stat:{stat} err:027 text:Vos droits"


def receipt(
    text: str | bytes = "", *, esm_class: int = 4, data_coding: int = 0, **parameters: object
) -> DeliveryReceipt | None:
    octets = text if isinstance(text, bytes) else text.encode("latin-1")
    return read(esm_class=esm_class, data_coding=data_coding, text=octets, source_addr=NUMBER, parameters=parameters)


@pytest.mark.parametrize(
    ("stat", "delivery"),
    [
        ("DELIVRD", DeliveryState.DELIVERED),
        ("delivrd", DeliveryState.DELIVERED),
        ("DELIVERED", DeliveryState.DELIVERED),
        ("UNDELIV", DeliveryState.FAILED),
        ("EXPIRED", DeliveryState.FAILED),
        ("DELETED", DeliveryState.FAILED),
        ("REJECTD", DeliveryState.FAILED),
        ("REJECTED", DeliveryState.FAILED),
        ("ACCEPTD", DeliveryState.UNDER_WAY),
        ("ENROUTE", DeliveryState.UNDER_WAY),
        ("UNKNOWN", DeliveryState.UNDER_WAY),
        ("SOMETHING", DeliveryState.UNDER_WAY),
    ],
)
def test_n03_the_words_of_the_text_form(stat: str, delivery: DeliveryState) -> None:
    found = receipt(TEXT.format(id="4f1a", stat=stat))
    assert found == DeliveryReceipt("4f1a", delivery, stat.upper(), error="027", recipient=NUMBER)


@pytest.mark.parametrize(
    "text",
    [
        "id:7 stat:UNDELIV",
        "ID:7 SUB:001 STAT:UNDELIV ERR:000",
        "id: 7 sub:001 dlvrd:001 stat: UNDELIV err: 001",
        "text:Bonjour stat:UNDELIV id:7",
        "id:7\nsub:001\nstat:UNDELIV\n",
    ],
)
def test_n03_the_text_form_as_centres_write_it(text: str) -> None:
    found = receipt(text)
    assert found is not None and (found.provider_id, found.status) == ("7", "UNDELIV")


def test_n03_a_text_in_ucs_2() -> None:
    found = receipt(TEXT.format(id="7", stat="UNDELIV").encode("utf-16-be"), data_coding=8)
    assert found is not None and (found.provider_id, found.delivery) == ("7", DeliveryState.FAILED)


@pytest.mark.parametrize(
    ("state", "status", "delivery"),
    [
        (2, "DELIVRD", DeliveryState.DELIVERED),
        (3, "EXPIRED", DeliveryState.FAILED),
        (4, "DELETED", DeliveryState.FAILED),
        (5, "UNDELIV", DeliveryState.FAILED),
        (8, "REJECTD", DeliveryState.FAILED),
        (1, "ENROUTE", DeliveryState.UNDER_WAY),
        (99, "UNKNOWN", DeliveryState.UNDER_WAY),
    ],
)
def test_n03_the_form_of_parameters(state: int, status: str, delivery: DeliveryState) -> None:
    found = receipt(receipted_message_id=b"4f1a\0", message_state=state)
    assert found == DeliveryReceipt("4f1a", delivery, status, recipient=NUMBER)


def test_n03_parameters_count_more_than_the_text() -> None:
    found = receipt(TEXT.format(id="1", stat="DELIVRD"), receipted_message_id=b"4f1a", message_state=5)
    assert found is not None and (found.provider_id, found.status) == ("4f1a", "UNDELIV")


def test_n03_an_id_in_parameters_and_a_state_in_the_text() -> None:
    found = receipt(TEXT.format(id="1", stat="UNDELIV"), receipted_message_id=b"4f1a")
    assert found is not None and (found.provider_id, found.status) == ("4f1a", "UNDELIV")


@pytest.mark.parametrize("esm_class", [0x04, 0x44, 0x20])
def test_n03_the_bits_that_say_that_it_is_a_receipt(esm_class: int) -> None:
    assert receipt("id:7 stat:UNDELIV", esm_class=esm_class) is not None


@pytest.mark.parametrize(
    ("text", "esm_class"),
    [
        ("id:7 stat:UNDELIV", 0),  # an SMS that a person wrote
        ("Merci", 0),
        ("Merci", 4),
        ("id:7", 4),
        ("stat:UNDELIV", 4),
        ("id:" + "7" * 66 + " stat:UNDELIV", 4),
        ("", 4),
    ],
)
def test_n03_what_is_no_receipt(text: str, esm_class: int) -> None:
    assert receipt(text, esm_class=esm_class) is None


@pytest.mark.parametrize(
    ("answered", "receipted"),
    [
        ("4f1a", "4f1a"),
        ("4F1A", "4f1a"),
        ("0000004F1A", "4f1a"),
        ("4f1a", "20250"),  # hexadecimal in the answer, decimal in the receipt
        ("20250", "4F1A"),  # and the other way round
        ("00020250", "4f1a"),
        ("a81bc81bdead4e5d", str(0xA81BC81BDEAD4E5D)),
        ("0", "0"),
        ("msg-77-Ab", "MSG-77-aB"),
    ],
)
def test_n03_one_message_under_two_names(answered: str, receipted: str) -> None:
    assert match_key(answered) in match_keys(receipted)


def test_n03_the_name_as_it_was_given_is_the_likeliest() -> None:
    assert match_keys("16")[0] == "16" and set(match_keys("16")) == {"16", "10", "22"}
    assert match_keys("f" * 40) == ("f" * 40,), "no counter has so many digits"


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("+213550123459", "213550123459", True),
        ("+213550123459", "0550123459", True),
        ("+21622123456", "22123456", True),
        ("+213550123459", "213550123458", False),
        ("+213550123459", "", False),
        ("", "", False),
    ],
)
def test_n03_a_number_however_it_is_written(one: str, other: str, is_same: bool) -> None:
    assert is_same_number(one, other) is is_same
