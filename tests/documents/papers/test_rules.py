"""What a paper says that is issued, and every move that it may make."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.documents.papers import rules
from services.documents.papers.paper import MOVES, FailureReason, PrintingFailure, Status
from shared.events.documents import PaperFailed, PaperIssued
from shared.kernel.moves import MoveNotAllowed
from tests.documents.papers.asked import ask, issued
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds
from tests.kit.people import AMIRA


def test_a_paper_is_issued_on_the_funds_day_and_tells() -> None:
    at = datetime(2026, 2, 10, 23, 30, tzinfo=UTC)  # half past midnight in Algiers
    fund, paper = funds()[DZ], ask()
    printed = rules.content(paper, fund=fund, public_url="https://documents.test", at=at)
    assert (printed.issued_on, printed.valid_until_on) == (date(2026, 2, 11), date(2026, 5, 12))
    assert printed.verification_url == "https://documents.test/v1/dz-cnas/verify/PR260000000142"
    outcome = rules.issue(paper, printed, sha256="5e", size=7, at=at)
    issue = outcome.thing.issue
    assert outcome.thing.status is Status.VALID and issue
    assert (issue.issued_on, issue.valid_until_on, issue.sha256, issue.size) == (
        date(2026, 2, 11),
        date(2026, 5, 12),
        "5e",
        7,
    )
    assert outcome.events == (
        PaperIssued(
            number="PR260000000142",
            person_ref=AMIRA,
            kind="salary-certificate",
            language="fr",
            valid_until=date(2026, 5, 12),
            issued_at=at,
        ),
    )


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (date(2026, 2, 10), Status.VALID),
        (date(2026, 5, 11), Status.VALID),
        (date(2026, 5, 12), Status.EXPIRED),
        (date(2030, 1, 1), Status.EXPIRED),
    ],
)
def test_a_valid_paper_expires_by_the_day(day: date, status: Status) -> None:
    assert issued(ask()).seen_on(day).status is status


@pytest.mark.parametrize("status", [Status.ASKED, Status.REVOKED, Status.SUPERSEDED])
def test_what_does_not_hold_does_not_expire(status: Status) -> None:
    assert replace(issued(ask()), status=status).seen_on(date(2030, 1, 1)).status is status


@pytest.mark.parametrize("status", Status)
def test_only_what_was_asked_is_issued(status: Status) -> None:
    paper = replace(ask(), status=status)
    if status is Status.ASKED:
        assert issued(paper).status is Status.VALID
    else:
        with pytest.raises(MoveNotAllowed):
            issued(paper)


def test_d01_a_paper_that_cannot_be_printed_ends_and_is_told() -> None:
    outcome = rules.fail(ask(), FailureReason.LETTERS_NOT_PRINTABLE, at=AT)
    assert outcome.thing.status is Status.FAILED
    assert outcome.thing.failure == PrintingFailure(reason=FailureReason.LETTERS_NOT_PRINTABLE, failed_at=AT)
    (published,) = outcome.events
    assert isinstance(published, PaperFailed)
    assert (published.person_ref, published.reason) == (AMIRA, "letters-not-printable")
    for paper in (outcome.thing, issued(ask())):
        with pytest.raises(MoveNotAllowed):
            rules.fail(paper, FailureReason.PRINTING_FAILED, at=AT)


def test_the_table_of_moves() -> None:
    assert {(here.value, to.value) for here in Status for to in MOVES[here]} == {
        ("asked", "valid"),
        ("asked", "failed"),
        ("asked", "superseded"),
        ("asked", "revoked"),
        ("valid", "superseded"),
        ("valid", "revoked"),
        ("superseded", "revoked"),
    }
