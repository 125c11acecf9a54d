"""A campaign over HTTP: what was declared counts once, who sent nothing is named, and only to who may see it."""

import csv

import pytest

from services.payments.campaigns.periodic_tasks import count_filings
from services.payments.wiring import service
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Caller
from tests.kit.contexts import DZ, TN, handle
from tests.payments.declarations.builders import DZ_EMPLOYER, das_b
from tests.payments.declarations.harness import DeclarationsHarness, register

SILENT = ("1600000007", "3100000008", "3100000009")
PERIOD = "?form=das&period=2025"


@pytest.fixture
def harness(context: ServiceContext) -> DeclarationsHarness:
    harness = DeclarationsHarness(context)
    handle(context, service, register(*SILENT), register("1600000006", is_open=False))
    return harness


@pytest.fixture
def operator(harness: DeclarationsHarness) -> Caller:
    return harness.office.staff("operator-1")


def test_what_is_declared_counts_once_by_day_and_office(
    context: ServiceContext, harness: DeclarationsHarness, operator: Caller
) -> None:
    accepted = harness.declare(das_b())
    assert accepted["status"] == "accepted"
    assert operator.get(f"/operations/campaign{PERIOD}").json["declarations"] == 0  # it is counted by one writer, later
    assert count_filings(context, DZ) == 1
    assert count_filings(context, DZ) == 0
    board = operator.get(f"/operations/campaign{PERIOD}").json
    workers = next(each["workers"] for each in accepted["receipts"] if "workers" in each)
    assert (board["declarations"], board["employers"], board["workers"]) == (1, 1, workers)
    assert (board["employers_due"], board["silent"], board["workers_before"]) == (4, 3, 0)
    assert board["campaign"]["form_text"].startswith("Déclaration annuelle")
    assert [(each["office_text"], each["workers"]) for each in board["offices"]] == [("Alger", workers)]
    assert sum(board["by_hour"]) == 1


def test_who_is_silent_is_listed_page_by_page_and_as_a_file(
    context: ServiceContext, harness: DeclarationsHarness, operator: Caller
) -> None:
    harness.declare(das_b())
    count_filings(context, DZ)
    first = operator.get(f"/campaign/silent{PERIOD}&limit=2").json
    rest = operator.get(f"/campaign/silent{PERIOD}&limit=2&cursor={first['next']}").json
    found = [each["employer_id"] for each in [*first["items"], *rest["items"]]]
    assert (found, rest["next"]) == (list(SILENT), None)
    answer = operator.get(f"/campaign/silent/file{PERIOD}")
    rows = list(csv.DictReader(answer.data.decode("utf-8-sig").splitlines()))
    assert [(row["employer_id"], row["office"]) for row in rows] == [
        ("1600000007", "16"),
        *((each, "31") for each in SILENT[1:]),
    ]
    assert DZ_EMPLOYER not in answer.text


def test_only_who_sees_accounts_sees_which_employers_are_silent(harness: DeclarationsHarness) -> None:
    reader = harness.office.staff(scopes=["operations:read"])
    assert reader.get(f"/operations/campaign{PERIOD}").status_code == 200
    assert reader.get(f"/campaign/silent{PERIOD}").status_code == 403
    assert reader.get(f"/campaign/silent/file{PERIOD}").status_code == 403


def test_what_is_no_campaign_is_said(harness: DeclarationsHarness, operator: Caller) -> None:
    assert operator.get("/operations/campaign?period=20x5").json["code"] == "fund.period-malformed"
    assert operator.get("/operations/campaign?period=2025-Q1").json["code"] == "declaration.period-of-other-kind"
    assert operator.get("/operations/campaign?form=none").json["code"] == "declaration.form-unknown"
    assert harness.office.staff(fund=TN).get("/operations/campaign").json["campaign"]["form"] == "quarterly-wages"
