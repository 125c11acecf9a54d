"""A template's own file says which event it answers, to whom, and with what: here is what may go wrong with that."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.notifications.messages import answering
from services.notifications.templates import catalogue
from services.notifications.templates.template import Answers, Template
from shared.events import catalogue as published
from shared.events.claims.claims import AppealDecided, ClaimApproved
from tests.kit.clock import AT
from tests.kit.people import AMIRA

ANSWERING = sorted(name for name in {each.name for each in catalogue.every().values() if each.answers})


def approved(**facts: Any) -> ClaimApproved:
    usual: dict[str, Any] = {
        "claim_id": "c1",
        "reference": "CL1",
        "person_ref": AMIRA,
        "claim_type": "care-reimbursement",
        "amount_minor": 100,
        "currency": "DZD",
        "approved_at": AT,
    }
    return ClaimApproved(**{**usual, **facts})


@pytest.fixture
def wrong(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Have the catalogue hold one template, changed."""

    def change(**answers: Any) -> None:
        real = catalogue.newest("claim-approved")
        assert real.answers is not None
        changed = replace(real, answers=replace(real.answers, **answers))
        monkeypatch.setattr(catalogue, "every", lambda: {(real.name, real.version): changed})

    yield change


@pytest.mark.parametrize("name", ANSWERING)
def test_each_asks_its_event_for_what_it_has(name: str) -> None:
    template = catalogue.newest(name)
    assert template.answers is not None
    event = next(each for each in published.declared().values() if each.__name__ == template.answers.event)
    assert answering._asked(template, template.answers) <= {field.name for field in fields(event)}


def test_an_event_that_is_none_is_named(wrong: Any) -> None:
    wrong(event="ClaimForgotten")
    with pytest.raises(ValueError, match="claim-approved: there is no event ClaimForgotten"):
        answering.events()


@pytest.mark.parametrize("change", [{"to": "owner"}, {"once_for": ("day",)}, {"fields": {"amount": "sum"}}])
def test_a_field_that_the_event_does_not_have_is_named(wrong: Any, change: dict[str, Any]) -> None:
    wrong(**change)
    with pytest.raises(ValueError, match="claim-approved: ClaimApproved has no "):
        answering.events()


@pytest.mark.parametrize(("appeal_of", "is_for_it"), [("", True), ("c0", False)])
def test_when_says_for_which_events_it_is(appeal_of: str, is_for_it: bool) -> None:
    notice = answering.notice(catalogue.newest("claim-approved"), approved(appeal_of=appeal_of))
    assert (notice is not None) is is_for_it


@pytest.mark.parametrize(
    ("outcome", "amount_minor", "overpaid_minor", "expected"),
    [
        ("confirmed", 0, 0, "appeal-confirmed"),
        ("changed", 100, 0, "appeal-granted"),
        ("reversed", 100, 0, "appeal-granted"),
        ("reversed", 0, 0, "appeal-accepted"),
        ("lowered", 0, 100, "appeal-lowered"),
    ],
)
def test_of_several_texts_for_an_event_one_is_for_it(
    outcome: str, amount_minor: int, overpaid_minor: int, expected: str
) -> None:
    event = AppealDecided(
        claim_id="c2",
        reference="CL2",
        person_ref=AMIRA,
        claim_type="care-reimbursement",
        appeal_of="c1",
        first_reference="CL1",
        outcome=outcome,
        amount_minor=amount_minor,
        decided_at=AT,
        overpaid_minor=overpaid_minor,
    )
    chosen = [template.name for template in catalogue.answering("AppealDecided") if answering.notice(template, event)]
    assert chosen == [expected]


def test_what_happens_once_is_written_as_it_always_was() -> None:
    """Messages of an earlier release are known by it."""
    template: Template = replace(
        catalogue.newest("claim-approved"),
        answers=Answers(
            event="ClaimApproved",
            to="person_ref",
            about="claim_id",
            once_for=("claim_id", "approved_at"),
            fields={"amount": "amount_minor"},
        ),
    )
    notice = answering.notice(template, approved(approved_at=datetime(2026, 2, 10, 9, 0, tzinfo=UTC)))
    assert notice is not None and notice.occasion == "c1/2026-02-10T09:00:00+00:00"
    assert notice.parameters == {"reference": "CL1", "amount": 100} and notice.owner_id == AMIRA
