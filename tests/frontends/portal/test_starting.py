"""The pages of files to start from, and what of a complementary declaration the pages show."""

from typing import Any

import pytest

from frontends.kit.api import Problem
from frontends.kit.codes import Codes
from frontends.portal.portal import PORTAL
from tests.kit.frontends import rendered, unreached

APP = unreached(PORTAL)
CODES = Codes({"items": []})
FILES = [
    {"number": 1, "name": "D2026E1600000001.TXT", "size": 217},
    {"number": 2, "name": "D2026S1600000001.TXT", "size": 690},
]
DRAFT = {"before": {"period": "2025"}, "workers": 3, "files": FILES}


def page(language: str = "fr", **values: Any) -> str:
    given = {"employer_id": "1600000001", "which": "das/2026", "period": "2026", "draft": DRAFT} | values
    form = {"form": "das", "has_prefilled": False} | given.pop("form", {})
    return rendered(APP, "employer/start.html", codes=CODES, language=language, form=form, **given)


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
@pytest.mark.parametrize("workers", [1, 2, 3, 20_000])
def test_each_file_is_there_to_download_and_nothing_is_sent(language: str, workers: int) -> None:
    shown = page(language, draft={**DRAFT, "workers": workers})

    for file in FILES:
        assert f"/firms/1600000001/start/{file['number']}?which=das/2026" in shown
        assert file["name"] in shown
    assert "start/prefilled" not in shown
    assert shown.count(" download>") == 2


def test_a_fund_that_names_whom_it_expects_has_its_file_beside_them() -> None:
    assert "start/prefilled?which=das/2026" in page(form={"has_prefilled": True})


def test_what_cannot_be_made_is_said_and_the_way_on_stays() -> None:
    shown = page(draft=Problem(409, {"code": "declaration.nothing-to-start-from", "detail": "Aucune déclaration"}))

    assert "Aucune déclaration" in shown and "/firms/1600000001/declare?which=das/2026" in shown
