"""A case through the services as an operator sees it: in the order of time, with what each service did."""

from typing import Any

import pytest

from frontends.operations.cases import Step
from frontends.operations.operations import OPERATIONS
from tests.kit.frontends import rendered, unreached

APP = unreached(OPERATIONS, traces_url="http://traces.test/zipkin/traces/")
STAFF = {"sub": "s", "actor": "staff", "scope": "operations:read"}


def step(service: str, number: int, *, is_sent: bool = True, **handled: str) -> Step:
    event = {
        "event_id": f"e{number}",
        "type": f"{service}.it-happened.v1",
        "published_at": f"2026-02-10T09:00:0{number}.123000+00:00",
        "sent_at": None,
        "is_sent": is_sent,
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
    }
    answers = {name: {"event_id": f"e{number}", "handling": handling} for name, handling in handled.items()}
    return Step(service, event, answers)


def page(*steps: Step, language: str = "fr", **more: Any) -> str:
    shown = {"case_id": "c1", "steps": list(steps), "away": [], "following": {}, "is_first": True, **more}
    return rendered(APP, "operations/case.html", language=language, user=STAFF, **shown)


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_each_event_says_who_published_it_and_who_has_it(language: str) -> None:
    shown = page(step("claims", 1, payments="handled"), step("payments", 2, claims="parked"), language=language)
    assert shown.index("claims.it-happened.v1") < shown.index("payments.it-happened.v1")
    assert "/dead-letters/claims/e2" in shown and "/dead-letters/payments/e1" not in shown
    assert shown.count("http://traces.test/zipkin/traces/4bf92f3577b34da6a3ce929d0e0e4736") == 2


def test_what_waits_and_what_nobody_has_is_said() -> None:
    waiting = page(step("claims", 1, is_sent=False))
    assert "attend l'envoi" in waiting.replace("&#39;", "'")
    assert "aucun service" in page(step("claims", 1))


def test_a_service_that_does_not_answer_is_named_and_the_rest_is_shown() -> None:
    shown = page(step("claims", 1), away=["identity"])
    assert "ne répond pas" in shown and "claims.it-happened.v1" in shown


def test_more_is_behind_the_last_page_of_each_service() -> None:
    shown = page(step("claims", 1), following={"claims": "d9"}, is_first=False)
    assert "/cases/c1?claims=d9" in shown
    assert 'href="/xx-fund/cases/c1"' in shown or '/cases/c1"' in shown


def test_a_case_of_which_nothing_is_kept_says_so() -> None:
    assert "Aucun événement" in page()
