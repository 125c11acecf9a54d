import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.channels.sms_parts import GSM_7, PARTS_MAX, UCS_2, SmsTooLong, parts, shortened
from simulators.messages.sms import decode


def joined(text: str) -> str:
    """What a phone makes of the parts: another decoder than the one that wrote them."""
    cut = parts(text, message_id="m-1")
    return decode(b"".join(body[6:] if cut.has_header else body for body in cut.bodies), cut.coding)


@pytest.mark.parametrize(
    "text, coding, count",
    [
        ("", GSM_7, 1),
        ("a" * 160, GSM_7, 1),
        ("a" * 161, GSM_7, 2),
        ("a" * 306, GSM_7, 2),
        ("a" * 307, GSM_7, 3),
        ("€" * 80, GSM_7, 1),
        ("€" * 81, GSM_7, 2),
        ("ح" * 70, UCS_2, 1),
        ("ح" * 71, UCS_2, 2),
        ("ح" * 134, UCS_2, 2),
        ("ح" * 135, UCS_2, 3),
        ("Vos droits sont ouverts, à compter de février.", GSM_7, 1),
        ("Reçu", UCS_2, 1),  # the GSM alphabet has Ç and no ç
        ("`", UCS_2, 1),
        ("😀" * 35, UCS_2, 1),
        ("😀" * 36, UCS_2, 2),
    ],
)
def test_as_few_parts_as_there_can_be(text, coding, count):
    cut = parts(text, message_id="m-1")

    assert (cut.coding, len(cut.bodies), cut.has_header) == (coding, count, count > 1)
    assert all(len(body) <= (160 if coding == GSM_7 else 140) for body in cut.bodies)


def test_the_header_says_which_part_of_which_message():
    first, second = parts("ح" * 100, message_id="m-1").bodies

    assert first[:3] == second[:3] == b"\x05\x00\x03"
    assert first[3] == second[3]
    assert (first[4:6], second[4:6]) == (b"\x02\x01", b"\x02\x02")


def test_a_second_attempt_repeats_the_reference_and_another_message_does_not():
    text = "ح" * 100

    assert parts(text, message_id="m-1") == parts(text, message_id="m-1")
    assert len({parts(text, message_id=f"m-{number}").bodies[0][3] for number in range(50)}) > 20


def test_escapes_and_emoji_are_not_cut_in_two():
    euro, emoji = parts("a" * 152 + "€" * 20, message_id="m"), parts("ح" * 66 + "😀" * 5, message_id="m")

    assert euro.bodies[0].endswith(b"a") and euro.bodies[1][6:].startswith(b"\x1b\x65")
    assert len(emoji.bodies[0]) == 6 + 2 * 66


def test_a_letter_is_no_sms():
    assert len(parts("ح" * 67 * PARTS_MAX, message_id="m").bodies) == PARTS_MAX
    with pytest.raises(SmsTooLong) as refusal:
        parts("ح" * (67 * PARTS_MAX + 1), message_id="m")
    assert refusal.value.parameters == {"parts": PARTS_MAX + 1, "parts_max": PARTS_MAX}


@given(st.text(st.one_of(st.sampled_from("aé€[ح😀\n"), st.characters(exclude_categories=["Cs"])), max_size=200))
def test_a_phone_reads_what_was_written(text):
    assert joined(text) == text


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("1\u00a0000,00\u00a0DA", "1 000,00 DA"),
        ("1\u202f000,00\u202fDT", "1 000,00 DT"),
        ("dossier re\u00e7u", "dossier recu"),
        ("Re\u00c7u", "Re\u00c7u"),  # the alphabet has the capital one
        ("d\u00e8s l\u2019\u00e9t\u00e9", "d\u00e8s l'\u00e9t\u00e9"),
        ("\u00ab\u00a0oui\u00a0\u00bb, \u201cnon\u201d", '"oui", "non"'),
        (
            "f\u00eate, ma\u00eetre, o\u00f9, No\u00ebl, \u0153uvre, \u00c0 bient\u00f4t",
            "fete, maitre, o\u00f9, Noel, oeuvre, A bientot",
        ),
        ("2025\u20132026 \u2014 fin\u2026", "2025-2026 - fin..."),
        ("e\u0301te\u0301", "\u00e9t\u00e9"),  # two signs for one letter
        ("\u200e0550\u200b12", "055012"),
        ("12 \u20ac [net]", "12 \u20ac [net]"),
        ("\u062a\u0645 \u00ab1\u00a0000\u00bb", "\u062a\u0645 \u00ab1\u00a0000\u00bb"),  # needs UCS-2 anyhow
    ],
)
def test_n01_a_text_in_the_short_alphabet_where_it_says_the_same(text, short):
    assert shortened(text) == short
    assert parts(shortened(text), message_id="m").coding == (UCS_2 if "\u062a" in text else GSM_7)
