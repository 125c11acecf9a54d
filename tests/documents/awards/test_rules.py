"""What documents knows of an award after each thing that claims tells of it."""

from datetime import timedelta

import pytest

from services.documents.awards import rules
from services.documents.awards.award import KnownAwardKind, Status
from tests.documents.awards.builders import NUMBER, TODAY, due, opened, pension


def test_an_award_is_known_as_it_was_opened() -> None:
    known = rules.opened(opened())
    assert (known.reference, known.kind, known.status) == (NUMBER, KnownAwardKind.COVER, Status.ACTIVE)
    assert (known.covers, known.percent, known.until_on) == (("medicine",), "100", TODAY + timedelta(days=364))


def test_what_ended_stays_so() -> None:
    known = rules.opened(opened())
    assert rules.with_status(known, Status.SUSPENDED).status is Status.SUSPENDED
    ended = rules.ended(rules.with_status(known, Status.SUSPENDED), until_on=TODAY)
    assert (ended.status, ended.until_on) == (Status.ENDED, TODAY)
    assert rules.with_status(ended, Status.ACTIVE) == ended


@pytest.mark.parametrize(("days", "holds"), [(0, True), (364, True), (365, False)])
def test_it_holds_up_to_its_last_day(days: int, holds: bool) -> None:
    known = rules.opened(opened())
    assert known.holds_on(TODAY + timedelta(days=days)) is holds
    assert not rules.with_status(known, Status.SUSPENDED).holds_on(TODAY)


def test_the_amount_is_that_of_the_latest_period_without_its_arrears() -> None:
    known = rules.opened(pension())
    assert (known.amount_minor, known.every) == (845_320, "month")
    newer = rules.paid_for(known, due("2026-M02"))
    assert (newer.amount_minor, newer.amount_period) == (900_000, "2026-M02")
    assert rules.paid_for(newer, due("2026-M01", regular_minor=1)) == newer
    assert rules.paid_for(newer, due("2026-M02", regular_minor=1)) == newer
    assert rules.paid_for(newer, due("2026-M03", regular_minor=None)) == newer
    assert rules.paid_for(newer, due("2026-M03", regular_minor=950_000)).amount_minor == 950_000
