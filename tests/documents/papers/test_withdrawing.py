"""When a paper is withdrawn since what it says is no longer so."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.documents.papers import withdrawing
from services.documents.papers.paper import Status, WithdrawalReason
from shared.events.documents import PaperRevoked
from shared.events.payments.wages import DeclaredWageV2, WagesDeclaredV2
from tests.documents.builders import OTHER_FIRM, declared, wage
from tests.documents.papers.asked import ask, career, issued, request
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds
from tests.kit.people import AMIRA, KARIM


def changed(**facts: Any) -> DeclaredWageV2:
    first, *rest = wage().periods
    return wage(periods=(replace(first, **facts), *rest))


LATE = declared(employer_id=OTHER_FIRM)


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        ([declared(revision=2)], None),  # corrected, but not what is said of her
        ([declared(wage(year=2026), year=2026)], None),  # outside of the period
        ([declared(wage(entered_on=date(2020, 1, 1)), revision=2)], None),
        ([LATE], WithdrawalReason.WAGES_ADDED),
        ([declared(wage(), wage(wage_minor=5), revision=2)], WithdrawalReason.WAGES_ADDED),
        ([declared(changed(wage_minor=17_999_999), revision=2)], WithdrawalReason.WAGES_CHANGED),
        ([declared(changed(duration=60, unit="D"), revision=2)], WithdrawalReason.WAGES_CHANGED),
        ([declared(changed(number=2), revision=2)], WithdrawalReason.WAGES_CHANGED),
        ([declared(wage(KARIM), revision=2)], WithdrawalReason.WAGES_CHANGED),
        ([declared(changed(wage_minor=1), revision=2), LATE], WithdrawalReason.WAGES_CHANGED),
    ],
)
def test_a_salary_certificate_is_withdrawn_when_its_wages_are_declared_otherwise(
    pages: list[WagesDeclaredV2], reason: WithdrawalReason | None
) -> None:
    entries = career(declared(), *pages)
    outcome = withdrawing.withdraw(issued(ask()), entries=entries, fund=funds()[DZ], at=AT)
    if reason is None:
        assert outcome is None
        return
    assert outcome and outcome.thing.withdrawal
    assert (outcome.thing.withdrawal.reason, outcome.thing.withdrawal.withdrawn_on) == (reason, date(2026, 2, 10))
    assert outcome.thing.status is (Status.SUPERSEDED if reason is WithdrawalReason.WAGES_ADDED else Status.REVOKED)
    assert outcome.events == (
        PaperRevoked(
            number="PR260000000142", person_ref=AMIRA, kind="salary-certificate", reason=reason.value, revoked_at=AT
        ),
    )


def test_a_certificate_of_affiliation_does_not_depend_on_wages() -> None:
    paper = issued(ask(request("affiliation-certificate")))
    assert withdrawing.withdraw(paper, entries=(), fund=funds()[DZ], at=AT) is None


@pytest.mark.parametrize(
    ("status", "added", "changed"),
    [
        (Status.ASKED, Status.SUPERSEDED, Status.REVOKED),
        (Status.VALID, Status.SUPERSEDED, Status.REVOKED),
        (Status.FAILED, None, None),
        (Status.SUPERSEDED, None, Status.REVOKED),
        (Status.REVOKED, None, None),
        (Status.EXPIRED, None, None),
    ],
)
def test_every_move_of_a_withdrawal(status: Status, added: Status | None, changed: Status | None) -> None:
    for entries, to in ((career(declared(), LATE), added), ((), changed)):
        outcome = withdrawing.withdraw(replace(ask(), status=status), entries=entries, fund=funds()[DZ], at=AT)
        assert (outcome.thing.status if outcome else None) is to
