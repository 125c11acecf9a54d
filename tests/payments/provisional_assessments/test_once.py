"""An employer that declares while it is being assessed owes once."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from deploy.local.verify import declared as i7
from services.payments.declarations import rules as declarations
from services.payments.provisional_assessments import actions, rules
from services.payments.wiring import service
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.clock import Clock
from tests.kit.contexts import DZ, make_unique_indexes, someone
from tests.payments.declarations.builders import DZ_EMPLOYER, das_b
from tests.payments.declarations.harness import DeclarationsHarness
from tests.payments.provisional_assessments.builders import das_of
from tests.verify.seen_of_one import seen_of
from tests.verify.town import found

WANTED = {"employer_id": DZ_EMPLOYER, "form": "das", "period": "2025"}


@pytest.fixture
def harness(context: ServiceContext) -> DeclarationsHarness:
    """A firm that declared 2024, on a day on which 2025 may be assessed."""
    make_unique_indexes(service, context)
    clock = Clock(datetime(2025, 1, 20, 9, tzinfo=UTC))
    made = DeclarationsHarness(replace(context, clock=clock))
    made.declare(das_of(2024), period="2024")
    clock.at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    return made


def owed(harness: DeclarationsHarness) -> list[bool]:
    """Of the debts of 2025 that stand, whether each is provisional."""
    debts = harness.caller.get("/arrears", query_string={"employer_id": DZ_EMPLOYER}).json["items"]
    return [each["is_provisional"] for each in debts if each["period"] == "2025"]


def test_a_declaration_that_is_checked_meanwhile_takes_its_place(harness: DeclarationsHarness) -> None:
    """Both write how the employer's period stands: the check that comes to it second is done once more."""
    is_first = iter([True])

    def assess(uow: UnitOfWork) -> None:
        actions.assess(uow, **WANTED, note="")
        if next(is_first, False):
            harness.declare(das_b())

    harness.context.run(DZ, by=someone(), cause="test", action=assess)
    clock = harness.context.clock
    assert isinstance(clock, Clock)
    clock.move(hours=1)
    harness.run()
    assert owed(harness) == [False]
    assert found(seen_of("payments", harness.context.database), i7.ask) == []


def test_an_assessment_that_is_made_meanwhile_gives_way(
    harness: DeclarationsHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_first, accept = iter([True]), declarations.accept

    def interrupted(*args: object, **facts: object) -> object:
        if next(is_first, False):
            harness.context.run(DZ, by=someone(), cause="test", action=lambda uow: assess_all_the_same(uow))
        return accept(*args, **facts)  # type: ignore[arg-type]

    def assess_all_the_same(uow: UnitOfWork) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(rules, "UNDER_WAY", frozenset())
            actions.assess(uow, **WANTED, note="")

    monkeypatch.setattr(declarations, "accept", interrupted)
    assert harness.declare(das_b())["status"] == "accepted"
    assert owed(harness) == [False]
    assert found(seen_of("payments", harness.context.database), i7.ask) == []
