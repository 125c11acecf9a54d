"""What is written into a bank's file of what people are called."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.banking.characters import written_for
from shared.funds.payments import BankCharacters

UNICODE, LATIN = BankCharacters.UNICODE, BankCharacters.LATIN


@pytest.mark.parametrize(
    "text, unicode, latin",
    [
        ("Amel Haddad", "Amel Haddad", "Amel Haddad"),
        ("Zoé  Été", "Zoé Été", "Zoe Ete"),
        ("Zoe\u0301", "Zoé", "Zoe"),
        ("محمد علي", "محمد علي", "mhmd 'ly"),
        ("\u202eAmel\u202c Haddad", "Amel Haddad", "Amel Haddad"),
        ("A\u200bmel\ufeff", "Amel", "Amel"),
        ("Amel \U0001f469\u200d\u2695\ufe0f Haddad", "Amel Haddad", "Amel Haddad"),
        ("Amel\tHaddad\n", "Amel Haddad", "Amel Haddad"),
        ("Amel\u00a0Haddad", "Amel Haddad", "Amel Haddad"),
        ("N&D <SARL>; 50% #1", "N&D <SARL>; 50% #1", "N D SARL 50 1"),
        ("//ROC/CT1/", "//ROC/CT1/", "ROC/CT1"),
        ("\U0001f469", "", ""),
        ("\u202e", "", ""),
        ("", "", ""),
    ],
)
def test_x2_a_text_is_written_as_the_bank_takes_it(text: str, unicode: str, latin: str) -> None:
    assert written_for(text, characters=UNICODE, characters_max=140) == unicode
    assert written_for(text, characters=LATIN, characters_max=140) == latin


@given(st.text(max_size=60), st.integers(1, 40))
def test_x2_whatever_is_written_is_of_the_bank_s_characters_and_length(text: str, characters_max: int) -> None:
    latin = written_for(text, characters=LATIN, characters_max=characters_max)
    assert re.fullmatch(r"[A-Za-z0-9/\-?:().,'+ ]*", latin) and len(latin) <= characters_max
    assert latin == latin.strip() and not latin.startswith("/") and "//" not in latin
    assert len(written_for(text, characters=UNICODE, characters_max=characters_max)) <= characters_max


def test_x2_letters_of_every_script_stay_where_the_bank_knows_them() -> None:
    for text in ("أمينة بن سالم", "ⴰⵎⵉⵏⴰ", "مُحَمَّد", "ᚠ A-B’s"):
        assert written_for(text, characters=UNICODE, characters_max=140) == text
