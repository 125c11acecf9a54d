"""Whom payments knows: employers that are silent, in debt, or without a mandate."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.payments.audiences.queries import audiences
from services.payments.campaigns.periodic_tasks import count_filings
from services.payments.mandates import store as mandates
from services.payments.wiring import service
from shared.events.audiences import AudienceCondition
from shared.kernel.outcome import Outcome
from shared.storage.service_context import ServiceContext
from tests.kit.audiences import ask, members
from tests.kit.clock import Clock
from tests.kit.contexts import DZ, TN, handle, someone
from tests.payments.builders import FIRM, open_obligation
from tests.payments.campaigns.test_routes import SILENT
from tests.payments.declarations.builders import das_b
from tests.payments.declarations.harness import DeclarationsHarness, register
from tests.payments.mandates.builders import mandate

DEBT = {
    "fund_id": TN,
    "form": "quarterly-wages",
    "period": "2025-Q1",
    "due_on": date(2025, 4, 15),
    "declared_on": date(2025, 4, 10),
    "branches": {"pension": 1_290_277},
}


def test_who_declared_nothing_for_a_period_with_its_last_day(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context)
    handle(context, service, register(*SILENT), register("1600000006", is_open=False))
    harness.declare(das_b())
    count_filings(context, DZ)
    found = members(ask(context, service, audiences, "silent-employers", form="das", period="2025"))
    assert [member.owner_id for member in found] == list(SILENT)
    assert found[0].values == {"form": "das", "period": "2025", "due_on": "2026-01-31"}


def test_a_period_that_is_none_of_the_fund_is_refused_with_its_code(context: ServiceContext) -> None:
    (page,) = ask(context, service, audiences, "silent-employers", form="das", period="2025-Q1")
    assert page.refused and page.is_last and not page.members


@pytest.mark.parametrize(
    ("on", "at_least", "is_found"),
    [
        (date(2025, 4, 15), "1", False),
        (date(2025, 4, 16), "1", True),
        (date(2025, 4, 16), "", True),
        (date(2025, 8, 1), "1290278", True),
        (date(2025, 4, 16), "99999999", False),
    ],
)
def test_who_owes_what_should_have_been_paid_with_what_is_owed_today(
    context: ServiceContext, on: date, at_least: str, is_found: bool
) -> None:
    town = replace(context, clock=Clock(datetime(on.year, on.month, on.day, 9, tzinfo=UTC)))
    handle(town, service, register(FIRM), fund_id=TN)
    open_obligation(town, **DEBT)
    asked = {"at_least": at_least} if at_least else {}
    found = members(ask(town, service, audiences, "employers-in-debt", fund=TN, **asked))
    assert [member.owner_id for member in found] == ([FIRM] if is_found else [])
    assert all(int(member.values["owed"]) >= 1_290_277 for member in found)


@pytest.mark.parametrize(("is_not", "found"), [(False, SILENT[1:]), (True, SILENT[:1])])
def test_two_conditions_are_answered_by_one_query(
    context: ServiceContext, is_not: bool, found: tuple[str, ...]
) -> None:
    """Who declared nothing, and has no mandate, or has one."""
    handle(context, service, register(*SILENT, FIRM))
    kept = replace(mandate(), employer_id=SILENT[0])
    context.run(DZ, by=someone(), cause="test", action=lambda uow: mandates.mandates.save(uow, Outcome(kept)))
    without = AudienceCondition(audience="employers-without-mandate", is_not=is_not)
    (page,) = ask(context, service, audiences, "employers", without)
    assert (page.answers, page.is_excluding) == ((1,), is_not), "employers are known by the register"
    pages = ask(context, service, audiences, "silent-employers", without, form="das", period="2025")
    silent = [member.owner_id for member in members(pages)]
    assert set(found) <= set(silent) and not set(silent) & (set(SILENT) - set(found))
    assert [page.counted for page in pages] == [(len(SILENT) + 1, len(SILENT))]


def test_who_has_a_mandate_or_one_under_way_is_not_asked_for_one(context: ServiceContext) -> None:
    handle(context, service, register(*SILENT))
    kept = replace(mandate(), employer_id=SILENT[0])
    context.run(DZ, by=someone(), cause="test", action=lambda uow: mandates.mandates.save(uow, Outcome(kept)))
    found = members(ask(context, service, audiences, "employers-without-mandate"))
    assert [member.owner_id for member in found] == list(SILENT[1:])
