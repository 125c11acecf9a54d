"""Words beside a number: the form that each language has for it."""

import pytest

from shared.languages.plurals import chosen
from shared.languages.texts import Texts

ARABIC = "# أجير|أجير واحد|أجيران|# أجراء|# أجيرا|# أجير"


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("fr", 0, "0 salarié"),
        ("fr", 1, "1 salarié"),
        ("fr", 2, "2 salariés"),
        ("fr", 1_000_000, "1000000 salariés"),
        ("en", 0, "0 workers"),
        ("en", 1, "1 worker"),
        ("en", 21, "21 workers"),
        ("ar", 0, "0 أجير"),
        ("ar", 1, "أجير واحد"),
        ("ar", 2, "أجيران"),
        ("ar", 3, "3 أجراء"),
        ("ar", 10, "10 أجراء"),
        ("ar", 11, "11 أجيرا"),
        ("ar", 99, "99 أجيرا"),
        ("ar", 100, "100 أجير"),
        ("ar", 103, "103 أجراء"),
    ],
)
def test_u08_a_word_has_the_form_of_its_number(language: str, number: int, said: str) -> None:
    forms = {"fr": "# salarié|# salariés", "en": "# worker|# workers", "ar": ARABIC}
    assert chosen(forms[language], number=number, language=language) == said


def test_u08_a_sentence_takes_forms_and_numbers_of_its_parameters() -> None:
    texts = Texts({"x": {"fr": "{count} {count:carte|cartes} de {who}", "ar": "", "en": "{count:# card|# cards}"}})
    assert texts.translate("x", "fr", {"count": 2, "who": "A"}) == "2 cartes de A"
    assert texts.translate("x", "ar", {"count": 1, "who": "A"}) == "1 carte de A"  # French where there is no sentence
    assert texts.translate("x", "en", {"count": 1}) == "1 card"
