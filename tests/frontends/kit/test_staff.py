"""Whose names a page asks for: of accounts in the fields that hold one, and of nothing else."""

from typing import Any

import pytest
from flask import Flask, g

from frontends.kit import staff
from frontends.kit.api import Api, Unreachable


def asked(shown: dict[str, Any]) -> list[str]:
    found: list[str] = []

    class Answering(Api):
        def call(self, *_: Any, query: Any = None, **__: Any) -> Any:
            found.extend(query["account_ids"].split(","))
            return {"items": [{"account_id": each, "name": f"N. {each}"} for each in found if each != "nameless"]}

    with Flask("x").app_context():
        staff.learn(Answering({}, f"xx-{id(found)}", "fr"), shown)
        g.shown = {each: str(staff.name(each)) for each in found}
        assert g.shown.get("agent-1", "<bdi>N. agent-1</bdi>") == "<bdi>N. agent-1</bdi>"
        assert "nameless" in g.shown.get("nameless", "nameless")
    return found


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ({}, []),
        ({"claim": {"assigned_to": "agent-1", "reference": "agent-2"}}, ["agent-1"]),
        (
            {"notes": {"items": [{"by": "agent-1"}, {"by": "nameless"}, {"by": None}, {"by": "a b"}]}},
            ["agent-1", "nameless"],
        ),
        ({"claim": {"assigned_to": ""}, "failed": Unreachable("claims")}, []),
        ({"by": "x" * 81}, []),
    ],
)
def test_only_accounts_are_asked_for(shown: dict[str, Any], expected: list[str]) -> None:
    assert asked(shown) == expected


def test_without_an_answer_a_page_shows_ids() -> None:
    class Away(Api):
        def call(self, *_: Any, **__: Any) -> Any:
            raise Unreachable("identity")

    with Flask("x").app_context():
        staff.learn(Away({}, "xx-away", "fr"), {"by": "agent-1"})
        assert "agent-1" in staff.name("agent-1")
        assert "–" in staff.name(None)
