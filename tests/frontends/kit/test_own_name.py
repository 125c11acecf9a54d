"""How a page calls who is signed in."""

from typing import Any

import pytest

from frontends.portal.portal import PORTAL
from tests.kit.frontends import rendered, unreached

APP = unreached(PORTAL)
LATIN = {"given_name": "Amira", "family_name": "Benali"}
BOTH = {**LATIN, "given_name_ar": "أميرة", "family_name_ar": "بن علي"}


@pytest.mark.parametrize(
    ("language", "names", "called"),
    [
        ("fr", BOTH, "Amira"),
        ("en", BOTH, "Amira"),
        ("ar", BOTH, "أميرة"),
        ("ar", LATIN, "Amira"),
        ("ar", {"family_name": "Benali", "family_name_ar": "بن علي"}, "بن علي"),
        ("fr", {"family_name": "Benali", "family_name_ar": "بن علي"}, "Benali"),
        ("fr", {}, "Connecté"),
        ("ar", {}, "متصل"),
    ],
)
def test_by_the_name_in_the_letters_of_the_page(language: str, names: dict[str, Any], called: str) -> None:
    user = {"sub": "s", "actor": "person", "scope": "", **names}
    page = rendered(APP, APP.jinja_env.from_string('{% extends "frame.html" %}'), language=language, user=user)
    assert f"<bdi>{called}</bdi>" in page
