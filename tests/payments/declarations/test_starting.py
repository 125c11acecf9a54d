"""Files to start from: the last declaration's workers and wages, in the fund's own layout, for another period."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from services.payments.declarations import store
from services.payments.declarations.declaration import Status
from shared.funds.period import Period
from shared.storage.paging import PAGE_MAX
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.contexts import DZ, TN, reading, someone
from tests.payments.declarations.builders import (
    DZ_EMPLOYER,
    TN_EMPLOYER,
    Files,
    Worker,
    das_b,
    examined,
    facts,
    tn_122,
    workers,
)
from tests.payments.declarations.harness import IN_TIME, DeclarationsHarness


def made(harness: DeclarationsHarness, path: str, employer_id: str) -> Files:
    """The files to start from, downloaded."""
    route, query = f"/declaration-forms/{path}/draft", f"?employer_id={employer_id}"
    seen = harness.caller.get(route + query)
    assert seen.status_code == 200, seen.text
    return Files(
        {each["name"]: harness.caller.get(f"{route}/{each['number']}{query}").data for each in seen.json["files"]}
    )


def test_the_file_of_the_next_quarter_has_the_workers_and_wages_of_the_last(context: ServiceContext) -> None:
    first = DeclarationsHarness(replace(context, clock=lambda: IN_TIME[TN]), TN)
    before = first.declare(tn_122(workers(14)))
    later = DeclarationsHarness(replace(context, clock=lambda: datetime(2026, 7, 10, 9, tzinfo=UTC)), TN)

    files = made(later, "quarterly-wages/periods/2026-Q2", TN_EMPLOYER)

    assert list(files.by_name) == [f"DS{TN_EMPLOYER}0000.22026.txt"]
    sent = later.declare(files, period="2026-Q2")
    assert (sent["status"], sent["workers"], sent["wages"]) == ("accepted", 14, before["wages"])


def test_the_two_files_of_the_next_year_add_up(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context)
    before = harness.declare(das_b(workers(3)))

    files = made(harness, "das/periods/2026", DZ_EMPLOYER)

    assert list(files.by_name) == [f"D2026E{DZ_EMPLOYER}.TXT", f"D2026S{DZ_EMPLOYER}.TXT"]
    given = facts(period=Period(2026), received_on=date(2027, 1, 20))
    report, people = examined(files, given)
    assert (report.errors, len(people)) == (0, 3)
    assert report.wages_minor == int(before["wages"].replace(".", ""))


def test_who_left_is_not_in_the_files_of_the_next_period(context: ServiceContext) -> None:
    people = [*workers(2), Worker(3, {"left_on": date(2025, 12, 31)}), Worker(4, {"left_on": date(2026, 2, 1)})]
    harness = DeclarationsHarness(context)
    assert harness.declare(das_b(people))["status"] == "accepted"
    query = f"?employer_id={DZ_EMPLOYER}"

    assert harness.caller.get(f"/declaration-forms/das/periods/2026/draft{query}").json["workers"] == 3
    # Of the same period, everybody: it is where a replacement starts.
    assert harness.caller.get(f"/declaration-forms/das/periods/2025/draft{query}").json["workers"] == 4
    typed = harness.caller.get(f"/declaration-forms/das/periods/2026/entry{query}").json
    assert len(typed["lines"]) == 3


def test_it_is_found_behind_more_refused_files_than_a_page_has(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context)
    before = harness.declare(das_b(workers(3)))
    accepted = store.declarations.load(reading(context), before["declaration_id"])
    refused = [
        replace(
            accepted,
            declaration_id=f"refused-{number}",
            content=f"content-{number}",
            status=Status.REFUSED,
            revision=0,
            received_at=accepted.received_at + timedelta(minutes=number + 1),
            version=0,
        )
        for number in range(PAGE_MAX + 1)
    ]

    def refuse(uow: UnitOfWork) -> None:
        store.declarations.save_many(uow, refused, part_of="test")

    context.run(DZ, by=someone(), cause="test:refused", action=refuse)

    assert list(made(harness, "das/periods/2026", DZ_EMPLOYER).by_name) == [
        f"D2026E{DZ_EMPLOYER}.TXT",
        f"D2026S{DZ_EMPLOYER}.TXT",
    ]
