"""Disputes as agents see them: decided by one, and of much confirmed by another."""

from types import SimpleNamespace
from typing import Any

import pytest

from frontends.backoffice.backoffice import BACKOFFICE
from frontends.backoffice.disputes import ACTS
from frontends.kit.codes import Codes
from tests.frontends.portal.test_disputes import DISPUTE
from tests.kit.frontends import rendered, unreached

APP = unreached(BACKOFFICE)
NEW = SimpleNamespace(key="k", version=1, values={})
AGENT = {"sub": "agent-1", "actor": "staff", "scope": "ledger:read bank:settle"}
CODES = Codes({"items": [{"name": "dispute-statuses", "codes": [{"code": "open", "text": "À décider"}]}]})


def one(language: str = "fr", *, scope: str = "ledger:read bank:settle", **changed: Any) -> str:
    return rendered(
        APP,
        "dispute.html",
        language=language,
        user={**AGENT, "scope": scope},
        found={**DISPUTE, **changed},
        forms=dict.fromkeys(ACTS, NEW),
        purpose="claim-review",
        problem=None,
    )


@pytest.mark.parametrize(
    ("status", "acts"),
    [("open", {"decision"}), ("proposed", {"confirmation", "rejection"}), ("upheld", set()), ("withdrawn", set())],
)
def test_each_state_has_its_acts(status: str, acts: set[str]) -> None:
    page = one(status=status)
    assert {each for each in ("decision", "confirmation", "rejection") if f"/disputes/di1/{each}" in page} == acts
    assert "/disputes/di1/" not in one(status=status, scope="ledger:read")


@pytest.mark.parametrize(
    ("language", "text"),
    [("fr", "Proposé comme non dû"), ("ar", "مقترح أنه غير مستحق"), ("en", "Proposed as not owed")],
)
def test_a_second_person_sees_what_is_proposed_and_why(language: str, text: str) -> None:
    page = one(language, status="proposed", relieved="1000.00", reason="Les départs sont établis.")
    assert text in page and "Les départs sont établis." in page


def test_the_queue_says_by_when_each_is_to_be_decided() -> None:
    page = rendered(
        APP,
        "disputes.html",
        language="fr",
        user=AGENT,
        listed={"items": [DISPUTE], "next": None},
        codes=CODES,
        status="",
        is_first=True,
    )
    assert "à décider avant le" in page and "/disputes/di1" in page and "À décider" in page
