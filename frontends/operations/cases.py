"""A case through all services: which events were published about it, by whom, and what every other service did with
them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.kit.api import items_of, together
from frontends.kit.pages import api, go_to, render
from frontends.operations.guard import READ, operators
from frontends.operations.services import CLIENTS

pages = Blueprint("cases", __name__)

ASKED_AT_ONCE_MAX = 100
"""Events whose handling is asked about in one question."""
CASE_CHARACTERS_MAX = 200


@dataclass
class Step:
    """One event of the case: who published it, and by service what became of it."""

    service: str
    event: Any
    handled: dict[str, Any] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.event["published_at"])


@pages.get("/cases")
@operators(READ)
def find() -> Response:
    """By the id of a case, as it stands in the address of its page, in a dead letter's key or in a log."""
    case_id = request.args.get("case", "").strip()[:CASE_CHARACTERS_MAX]
    # A dead letter's key names the fund before the case.
    case_id = case_id.rpartition(":")[2]
    return go_to("cases.one", case_id=case_id) if case_id else render("operations/case-find.html")


@pages.get("/cases/<case_id>")
@operators(READ)
def one(case_id: str) -> Response:
    """Every event of the case in the order of its time, and who handled it."""
    asked, after = api(), {name: request.args.get(name, "") for name in CLIENTS}
    found = together(
        *(
            lambda each=each: CLIENTS[each].operations_list_case_events(
                asked, case_id=case_id, after=after[each] or None
            )
            for each in CLIENTS
        )
    )
    by_service = dict(zip(CLIENTS, found, strict=True))
    steps = sorted(
        (Step(name, event) for name, events in by_service.items() for event in items_of(events)), key=lambda it: it.at
    )
    away = {name for name, events in by_service.items() if not isinstance(events, dict)}
    away |= _note_handled(steps)
    following = {name: events["next"] for name, events in by_service.items() if isinstance(events, dict)}
    return render(
        "operations/case.html",
        case_id=case_id,
        steps=steps,
        away=sorted(away),
        following={name: mark for name, mark in following.items() if mark},
        is_first=not any(after.values()),
    )


def _note_handled(steps: list[Step]) -> set[str]:
    """Ask every service which of the events it has; the services that did not answer."""
    if not steps:
        return set()
    asked, away = api(), set()
    by_id = {step.event["event_id"]: step for step in steps}
    chunks = [list(by_id)[at : at + ASKED_AT_ONCE_MAX] for at in range(0, len(by_id), ASKED_AT_ONCE_MAX)]
    questions = [(name, chunk) for name in CLIENTS for chunk in chunks]
    answers = together(
        *(
            lambda name=name, chunk=chunk: CLIENTS[name].operations_list_handled(asked, event_ids=",".join(chunk))
            for name, chunk in questions
        )
    )
    for (name, _chunk), answer in zip(questions, answers, strict=True):
        if not isinstance(answer, dict):
            away.add(name)
        for each in items_of(answer):
            by_id[each["event_id"]].handled[name] = each
    return away
