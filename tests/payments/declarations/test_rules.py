"""What may happen to a declaration: every move, every refusal at the door, what is booked and what others are told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.payments.contributions.contribution import Assessment
from services.payments.contributions.rules import assess
from services.payments.declarations import added_findings, confirming, in_force, publishing, rules
from services.payments.declarations.declaration import (
    BOOKED,
    MOVES,
    CurrentDeclaration,
    Declaration,
    Status,
    StoredFile,
)
from services.payments.declarations.examination import Examined
from services.payments.declarations.findings import FileRole, Finding, Severity
from services.payments.declarations.pages import WAGES_A_PAGE
from services.payments.declarations.report import FINDINGS_MAX, Report
from services.payments.declarations.rules import DeclarationFiling
from services.payments.declarations.wages import PeriodWage, Unit, WageLine
from shared.events.payments.declarations import (
    DeclarationAccepted,
    DeclarationReceived,
    DeclarationRefused,
    DeclarationToConfirm,
    DeclarationWithdrawn,
)
from shared.events.payments.wages import WagesDeclaredV2
from shared.funds.period import Period, PeriodMalformed
from shared.kernel.errors import Failure
from shared.kernel.moves import MoveNotAllowed
from shared.kernel.partial_date import partial_date
from tests.kit.contexts import DZ, TN, funds
from tests.payments.declarations.builders import DZ_EMPLOYER, LAYOUTS

AT = datetime(2026, 1, 20, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 1, 25, 9, 0, tzinfo=UTC)


def filing(**facts: Any) -> DeclarationFiling:
    usual = {
        "employer_id": DZ_EMPLOYER,
        "form": "das",
        "period": "2025",
        "files": (StoredFile(name="e", sha256="aa", size=218), StoredFile(name="s", sha256="bb", size=231)),
    }
    return DeclarationFiling(**{**usual, **facts})


def declaration(status: Status = Status.RECEIVED, **facts: Any) -> Declaration:
    made = rules.receive(filing(), fund=funds()[DZ], declaration_id="d1", traceparent="", at=AT).thing
    return replace(made, **{"status": status, "revision": 1 if status in BOOKED else 0, **facts})


def worker(number: int = 1, *quarters: int, wage_minor: int = 9_000_000) -> WageLine:
    wages = tuple(PeriodWage(quarter, 3, Unit.MONTH, wage_minor) for quarter in quarters or (1, 2, 3, 4))
    return WageLine(number, f"90{number:010d}", "BENALI", "KARIM", partial_date(1990, 1, 1), None, wages, None, None)


def examined(*workers: WageLine, codes: tuple[str, ...] = (), warnings: int = 0, **facts: Any) -> Examined:
    """A reading of good lines, or of the errors that are given by code."""
    findings = [Finding(severity=Severity.ERROR, code=code, file=FileRole.DETAIL) for code in codes]
    findings += [Finding(severity=Severity.WARNING, code="wage-file.no-wages", file=FileRole.DETAIL)] * warnings
    by_quarter = {
        quarter: sum(wage.wage_minor for each in workers for wage in each.wages if wage.quarter == quarter)
        for quarter in (1, 2, 3, 4)
    }
    report = Report(
        findings=tuple(findings),
        errors=len(codes),
        warnings=warnings,
        lines=len(workers) + 1,
        workers=len(workers),
        wages_minor=sum(by_quarter.values()),
        by_part=by_quarter,
        is_complement=False,
    )
    return Examined(replace(report, **facts), LAYOUTS["das-b"], workers)


def assessment(found: Examined) -> Assessment:
    fund = funds()[DZ]
    return assess(
        fund,
        form=fund.declarations.forms["das"],
        period=Period(2025),
        by_part=found.report.by_part,
        activity="retail",
    )


def accept(here: Declaration, found: Examined, *, before: CurrentDeclaration | None = None, **facts: Any) -> Any:
    people = len(found.workers)
    usual = {
        "assessment": assessment(found),
        "told_persons": people,
        "findings_pages": 0,
        "fund": funds()[DZ],
        "at": LATER,
    }
    return rules.accept(here, found, before=before, **{**usual, **facts})


# --- Receiving --------------------------------------------------------------------------------------------------------


def test_what_is_received_is_told_and_waits() -> None:
    outcome = rules.receive(filing(), fund=funds()[DZ], declaration_id="d1", traceparent="t", at=AT)
    assert (outcome.thing.status, outcome.thing.revision, outcome.thing.traceparent) == (Status.RECEIVED, 0, "t")
    assert [receipt.kind for receipt in outcome.thing.receipts] == ["received"]
    (published,) = outcome.events
    assert isinstance(published, DeclarationReceived)
    assert (published.declaration_id, published.employer_id, published.period, published.received_at) == (
        "d1",
        DZ_EMPLOYER,
        "2025",
        AT,
    )


@pytest.mark.parametrize(
    ("fund_id", "facts", "refused"),
    [
        (DZ, {"form": "quarterly-wages"}, rules.FormUnknown),
        (DZ, {"form": "moon"}, rules.FormUnknown),
        (DZ, {"period": "2025-Q1"}, rules.PeriodOfOtherKind),
        (DZ, {"period": "25"}, PeriodMalformed),
        (DZ, {"period": "2025-Q5"}, PeriodMalformed),
        (DZ, {"period": "0000"}, PeriodMalformed),
        (TN, {"form": "quarterly-wages"}, rules.PeriodOfOtherKind),
    ],
)
def test_what_no_check_could_read_is_refused_at_the_door(
    fund_id: str, facts: dict[str, Any], refused: type[Failure]
) -> None:
    with pytest.raises(refused):
        rules.receive(filing(**facts), fund=funds()[fund_id], declaration_id="d1", traceparent="", at=AT)


def test_the_content_is_that_of_the_bytes_in_any_order_under_any_name() -> None:
    first, second = filing().files
    assert filing(files=(second, replace(first, name="other"))).content == filing().content
    assert filing(files=(first,)).content != filing().content
    assert filing(files=(first, replace(second, sha256="cc"))).content != filing().content


@pytest.mark.parametrize("count", [0, 3])
def test_a_declaration_has_one_file_or_two(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 2 files"):
        declaration(files=filing().files[:1] * count)


# --- The table of moves -----------------------------------------------------------------------------------------------


def _refuse(here: Declaration, code: str) -> Declaration:
    return rules.refuse(here, examined(codes=(code,)), findings_pages=1, at=LATER).thing


def _asked(here: Declaration, found: Examined) -> Declaration:
    return confirming.ask_to_confirm(here, found, findings_pages=1, fund=funds()[DZ], at=LATER).thing


def to_confirm(count: int = 1) -> Examined:
    """A reading whose workers could be booked, with findings that the employer confirms."""
    found = examined(worker())
    finding = Finding(severity=Severity.CONFIRM, code="wage-file.duration-without-wage", file=FileRole.DETAIL, line=7)
    return replace(found, report=added_findings.with_findings(found.report, [finding] * count))


STEPS = {
    Status.HELD: lambda here: rules.hold(here).thing,
    Status.RECEIVED: lambda here: rules.receive_again(here, filing(), traceparent="", at=LATER).thing,
    Status.TECHNICALLY_REFUSED: lambda here: _refuse(here, "wage-file.line-length"),
    Status.REFUSED: lambda here: _refuse(here, "wage-file.total-differs"),
    Status.TO_CONFIRM: lambda here: _asked(here, to_confirm()),
    Status.WITHDRAWN: lambda here: confirming.lapse(here, at=LATER).thing,
    Status.ACCEPTED: lambda here: accept(here, examined(worker())).thing,
    Status.REPLACED: lambda here: rules.give_way(here, to=declaration(declaration_id="d2")).thing,
}


@pytest.mark.parametrize("here", Status)
@pytest.mark.parametrize("to", Status)
def test_every_move_is_allowed_or_refused_as_the_table_says(here: Status, to: Status) -> None:
    if to in MOVES[here]:
        assert STEPS[to](declaration(here)).status is to
    else:
        with pytest.raises(MoveNotAllowed):
            STEPS[to](declaration(here))


@pytest.mark.parametrize("status", Status)
def test_what_was_not_decided_by_the_bytes_may_have_another_outcome(status: Status) -> None:
    assert rules.may_be_checked_again(declaration(status)) is (
        status in {Status.REFUSED, Status.HELD, Status.WITHDRAWN}
    )


def test_what_was_held_is_checked_again_by_an_operator_or_when_it_is_sent_again() -> None:
    held = rules.hold(declaration()).thing
    assert rules.resume(held).thing.status is Status.RECEIVED
    assert rules.receive_again(held, filing(), traceparent="", at=LATER).thing.status is Status.RECEIVED


def test_what_is_received_again_forgets_the_receipts_and_takes_what_was_typed() -> None:
    refused = _refuse(declaration(control_workers=3), "wage-file.control-workers-differ")
    again = rules.receive_again(refused, filing(control_workers=2), traceparent="t2", at=LATER)
    assert [receipt.kind for receipt in again.thing.receipts] == ["received"]
    assert (again.thing.declaration_id, again.thing.control_workers, again.thing.received_at) == ("d1", 2, LATER)
    assert isinstance(again.events[0], DeclarationReceived)


@pytest.mark.parametrize(("status", "revision"), [(Status.RECEIVED, 1), (Status.REFUSED, 1), (Status.ACCEPTED, 0)])
def test_a_revision_is_that_of_an_accepted_one(status: Status, revision: int) -> None:
    with pytest.raises(ValueError, match="revision"):
        declaration(status, revision=revision)


# --- Refusing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "status", "receipts"),
    [
        (("wage-file.empty",), Status.TECHNICALLY_REFUSED, [("technical", False)]),
        (("wage-file.insurance-number-malformed",), Status.TECHNICALLY_REFUSED, [("technical", False)]),
        (("wage-file.total-differs", "wage-file.characters"), Status.TECHNICALLY_REFUSED, [("technical", False)]),
        (("wage-file.employer-unknown",), Status.REFUSED, [("technical", True), ("business", False)]),
        (("wage-file.person-twice",), Status.REFUSED, [("technical", True), ("business", False)]),
        (("a-code-of-tomorrow",), Status.TECHNICALLY_REFUSED, [("technical", False)]),
    ],
)
def test_a_refusal_is_technical_or_of_what_the_files_say(
    codes: tuple[str, ...], status: Status, receipts: list[tuple[str, bool]]
) -> None:
    outcome = rules.refuse(declaration(), examined(codes=codes, warnings=2), findings_pages=1, at=LATER)
    assert outcome.thing.status is status
    assert [(receipt.kind, receipt.is_passed) for receipt in outcome.thing.receipts[1:]] == receipts
    technical = outcome.thing.technical
    assert technical is not None and (technical.errors, technical.warnings) == (len(codes), 2)
    (published,) = outcome.events
    assert isinstance(published, DeclarationRefused) and published.errors == len(codes)
    assert outcome.thing.booked is None


@pytest.mark.parametrize(("sent", "said"), [(False, False), (True, False), (False, True)])
def test_a_complement_is_one_by_what_was_sent_or_by_what_the_file_says(sent: bool, said: bool) -> None:
    here = replace(declaration(), is_complement=sent)
    assert rules.as_filed(here, examined(worker(), is_complement=said).report).is_complement is (sent or said)


def test_a_complement_gets_the_next_number_or_takes_the_place_of_the_one_it_names() -> None:
    before = CurrentDeclaration(slot="s", declaration_id="d0", revision=3, complements=("c1", "c2"), version=3)
    added = replace(declaration(), is_complement=True)
    third = accept(added, examined(worker()), before=before).thing
    assert (third.complement, third.revision, third.replaces) == (3, 4, None)
    assert in_force.stand(third, before=before).thing == replace(
        before, slot=in_force.slot(third, establishment=""), revision=4, complements=("c1", "c2", third.declaration_id)
    )
    again = accept(replace(added, complement=1), examined(worker()), before=before).thing
    assert (again.complement, again.revision, again.replaces) == (1, 4, "c1")
    assert in_force.stand(again, before=before).thing.complements == (again.declaration_id, "c2")
    whole = accept(declaration(), examined(worker()), before=before).thing
    assert (whole.complement, whole.replaces) == (0, "d0")
    assert in_force.stand(whole, before=before).thing.complements == ("c1", "c2")


def test_an_error_that_comes_last_is_listed_first_and_the_limit_holds() -> None:
    full = examined(worker(), warnings=FINDINGS_MAX).report
    more = added_findings.with_findings(full, [added_findings.without_rate(activity="fishing", period="2025")])
    assert more.findings[0].code == "wage-file.activity-without-rate"
    assert (len(more.findings), more.errors, more.unreported) == (FINDINGS_MAX, 1, 1)
    assert not more.is_accepted


def test_what_lacks_a_rate_is_named() -> None:
    lacking = added_findings.without_rate(activity=None, period="1990")
    assert (lacking.code, lacking.found.parameters) == ("wage-file.period-without-rate", {"value": "1990"})


# --- Confirming -------------------------------------------------------------------------------------------------------


def test_the_employer_is_reminded_once_before_the_time_to_confirm_is_over() -> None:
    asked = confirming.ask_to_confirm(declaration(), to_confirm(2), findings_pages=1, fund=funds()[DZ], at=LATER).thing
    assert asked.remind_at == LATER + timedelta(days=12)
    outcome = confirming.remind(asked)
    (published,) = outcome.events
    assert isinstance(published, DeclarationToConfirm) and published.is_reminder
    assert (published.findings, published.confirm_until, published.asked_at) == (2, asked.confirm_until, LATER)
    assert (outcome.thing.remind_at, outcome.thing.confirm_until) == (None, asked.confirm_until)
    with pytest.raises(confirming.NothingToConfirm):
        confirming.remind(confirming.confirm(asked, by="amel", at=LATER).thing)


def test_r05_the_employer_is_asked_and_what_it_confirms_is_checked_once_more() -> None:
    outcome = confirming.ask_to_confirm(declaration(), to_confirm(2), findings_pages=1, fund=funds()[DZ], at=LATER)
    asked = outcome.thing
    assert (asked.status, asked.confirm_until, asked.booked) == (Status.TO_CONFIRM, LATER + timedelta(days=15), None)
    assert [(receipt.kind, receipt.is_passed) for receipt in asked.receipts[1:]] == [("technical", True)]
    (published,) = outcome.events
    assert isinstance(published, DeclarationToConfirm) and (published.findings, published.confirm_until) == (
        2,
        asked.confirm_until,
    )
    confirmed = confirming.confirm(asked, by="amel", at=LATER).thing
    assert (confirmed.status, confirmed.confirm_until, confirmed.received_at) == (Status.RECEIVED, None, AT)
    assert not confirming.needs_confirmation(confirmed, to_confirm(2).report)
    assert confirming.confirm(confirmed, by="amel", at=LATER).thing == confirmed
    accepted = accept(confirmed, to_confirm(2)).thing
    assert confirming.confirm(accepted, by="amel", at=LATER).thing == accepted
    assert accepted.confirm_until is None and accepted.technical.confirms == 2


def test_r05_what_is_found_anew_is_asked_anew() -> None:
    confirmed = confirming.confirm(_asked(declaration(), to_confirm(1)), by="amel", at=LATER).thing
    assert confirming.needs_confirmation(confirmed, to_confirm(2).report)
    assert not confirming.needs_confirmation(confirmed, examined(worker(), warnings=3).report)
    other = replace(to_confirm(1).report, findings=(replace(to_confirm(1).report.findings[0], line=8),))
    assert confirming.needs_confirmation(confirmed, other)
    again = rules.receive_again(replace(confirmed, status=Status.WITHDRAWN), filing(), traceparent="", at=LATER).thing
    assert confirming.needs_confirmation(again, to_confirm(1).report)


def test_what_is_to_be_confirmed_may_be_withdrawn_or_lapses() -> None:
    asked = _asked(declaration(), to_confirm())
    withdrawn = confirming.withdraw(asked, at=LATER)
    lapsed = confirming.lapse(asked, at=LATER)
    for outcome, is_lapsed in ((withdrawn, False), (lapsed, True)):
        assert (outcome.thing.status, outcome.thing.confirm_by_at) == (Status.WITHDRAWN, None)
        (published,) = outcome.events
        assert isinstance(published, DeclarationWithdrawn) and published.is_lapsed is is_lapsed
    assert confirming.withdraw(withdrawn.thing, at=LATER).events == ()


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.TO_CONFIRM, Status.WITHDRAWN}))
def test_what_does_not_wait_for_it_is_neither_confirmed_nor_withdrawn(status: Status) -> None:
    with pytest.raises(confirming.NothingToConfirm):
        confirming.confirm(declaration(status), by="amel", at=LATER)
    with pytest.raises(confirming.NothingToConfirm):
        confirming.withdraw(declaration(status), at=LATER)


# --- Accepting --------------------------------------------------------------------------------------------------------


def test_what_is_accepted_is_booked_and_told() -> None:
    accepted, events = _accepted(examined(worker(1), worker(2)))
    booked = accepted.booked
    assert booked is not None
    assert (booked.workers, booked.wages_minor, booked.assessment.total_minor) == (2, 72_000_000, 24_840_000)
    assert (accepted.revision, accepted.wage_pages, accepted.told_pages, accepted.told_persons) == (1, 1, 1, 2)
    published, page = events
    assert isinstance(published, DeclarationAccepted)
    assert (published.workers, published.wages_minor, published.due_minor, published.currency) == (
        2,
        72_000_000,
        24_840_000,
        "DZD",
    )
    assert (published.revision, published.replaces, published.pages, published.due_on) == (
        1,
        None,
        1,
        date(2026, 1, 31),
    )
    assert isinstance(page, WagesDeclaredV2)
    assert [wage.person_ref for wage in page.wages] == ["p900000000001", "p900000000002"]


def test_a_long_declaration_is_told_in_pages() -> None:
    people = [worker(number) for number in range(1, 2 * WAGES_A_PAGE + 2)]
    accepted, events = _accepted(examined(*people))
    pages = [event for event in events if isinstance(event, WagesDeclaredV2)]
    assert [(page.page, page.pages, len(page.wages)) for page in pages] == [(1, 3, 500), (2, 3, 500), (3, 3, 1)]
    assert (accepted.wage_pages, accepted.told_pages) == (3, 3)


def test_a_newer_one_takes_the_place_of_the_older() -> None:
    before = CurrentDeclaration(slot="s", declaration_id="d0", revision=4, version=7)
    accepted, events = _accepted(examined(worker()), before=before)
    assert (accepted.revision, accepted.replaces) == (5, "d0")
    assert (events[0].revision, events[0].replaces) == (5, "d0")
    stands = in_force.stand(accepted, before=before).thing
    assert (stands.declaration_id, stands.revision, stands.version) == ("d1", 5, 7)
    gone = rules.give_way(declaration(Status.ACCEPTED, declaration_id="d0"), to=accepted).thing
    assert (gone.status, gone.replaced_by) == (Status.REPLACED, "d1")


@pytest.mark.parametrize(
    ("received_at", "is_late"),
    [
        (datetime(2026, 1, 31, 22, 59, tzinfo=UTC), False),  # one minute to midnight in Algiers
        (datetime(2026, 1, 31, 23, 0, tzinfo=UTC), True),
    ],
)
def test_late_is_what_is_received_late(received_at: datetime, is_late: bool) -> None:
    accepted = accept(declaration(received_at=received_at), examined(worker())).thing
    assert accepted.booked.is_late is is_late


def test_each_branch_is_owed_the_sum_of_its_sides_and_quarters() -> None:
    found = assessment(examined(worker(1, 1, 2, wage_minor=12_000_000)))
    due = found.due_by_branch
    assert sum(due.values()) == found.total_minor == 8_280_000
    assert due["pension"] == 2 * (1_320_000 + 810_000 + 60_000)


def _accepted(found: Examined, *, before: CurrentDeclaration | None = None) -> tuple[Declaration, tuple[Any, ...]]:
    outcome = accept(declaration(), found, before=before)
    pages = publishing.wage_events(
        outcome.thing,
        publishing.to_publish(found.workers, before=()),
        form=funds()[DZ].declarations.forms["das"],
        currency="DZD",
        person_ref=lambda number: f"p{number}",
    )
    return outcome.thing, (*outcome.events, *pages)
