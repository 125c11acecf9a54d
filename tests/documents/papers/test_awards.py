"""The certificate of an award: issued by itself, obtained, withdrawn with what it certifies, checked by anybody."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from services.documents.awards import store as awards_store
from services.documents.papers import store
from services.documents.papers.content import PaperDependant, PaperKind
from services.documents.papers.paper import Paper, Status
from services.documents.wiring import service
from shared.funds.loading import DEFINITIONS, FundsInvalid, load
from shared.funds.papers import Papers
from shared.kernel.partial_date import PartialDate
from shared.kernel.personal import DataClass
from shared.storage.paging import PageRequest
from shared.storage.service_context import ServiceContext
from tests.documents.awards.builders import (
    NUMBER,
    OTHER_NUMBER,
    TODAY,
    due,
    ended,
    opened,
    pension,
    resumed,
    suspended,
)
from tests.documents.builders import declared, employers, registered, settings_in, wage
from tests.documents.paper_printing import asked, printed
from tests.kit.callers import Caller, Office
from tests.kit.clock import AT
from tests.kit.contexts import TN, handle, keys, parked, published, reading
from tests.kit.people import AMIRA, KARIM


@pytest.fixture
def office(context: ServiceContext, tmp_path: Path) -> Office:
    made = Office(service, context, settings_in(tmp_path))
    handle(context, service, registered(AMIRA, KARIM, fund_id=TN), fund_id=TN)
    assert parked(context) == []
    return made


def amira(office: Office) -> Caller:
    return office.person(AMIRA, fund=TN)


def received(context: ServiceContext, *events: object) -> None:
    handle(context, service, *events, fund_id=TN)
    assert parked(context) == []


def papers(context: ServiceContext) -> list[Paper]:
    return sorted(store.of_award(reading(context, TN), NUMBER), key=lambda each: each.asked_at)


def check(office: Office, number: str, **sent: Any) -> dict[str, Any]:
    path, caller = f"/v1/{TN}/verifications/{number}", office.app.test_client()
    french = {"Accept-Language": "fr"}
    answer = caller.post(path, json=sent, headers=french) if sent else caller.get(path, headers=french)
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})


# --- Issued by itself -------------------------------------------------------------------------------------------------


def test_a_cover_that_opens_has_its_paper_by_itself(office: Office, context: ServiceContext) -> None:
    received(context, opened())
    assert printed(context, TN) == 1
    (paper,) = amira(office).get("/papers").json["items"]
    assert (paper["kind"], paper["status"], paper["award"]) == ("coverage-certificate", "valid", NUMBER)
    assert (paper["language"], paper["name"]) == ("ar", "Attestation de prise en charge")
    assert paper["valid_until"] == (TODAY + timedelta(days=364)).isoformat(), "no longer than the cover"
    assert amira(office).get(f"/papers/{paper['number']}/pdf").data.startswith(b"%PDF")
    assert published(context) == ["documents.paper-issued"]


def test_told_again_by_another_event_it_stays_one_paper(office: Office, context: ServiceContext) -> None:
    received(context, opened(), opened())
    assert printed(context, TN) == 1 == len(papers(context))
    received(context, opened())
    assert printed(context, TN) == 0
    assert len(papers(context)) == 1


def test_a_person_whom_the_register_has_not_named_yet_has_it_later(context: ServiceContext) -> None:
    handle(context, service, opened(), fund_id=TN)
    assert awards_store.awards.find(reading(context, TN), "a1") is None, "all of the event, or nothing"
    context.database["deadletters"].delete_many({})
    received(context, registered(AMIRA, fund_id=TN), opened())
    assert printed(context, TN) == 1


def test_a_fund_that_issues_no_such_paper_knows_the_award(office: Office, context: ServiceContext) -> None:
    fund = context.funds[TN]
    types = {kind: each for kind, each in fund.papers.types.items() if kind != PaperKind.COVERAGE_CERTIFICATE}
    without = replace(fund, sections=replace(fund.sections, papers=Papers(types=types)))
    bare = replace(fund, sections=replace(fund.sections, papers=None))
    for each in (without, bare):
        of_fund = replace(context, funds={**context.funds, TN: each})
        handle(of_fund, service, opened(), suspended(), resumed(), fund_id=TN)
    assert parked(context) == []
    assert papers(context) == []
    assert awards_store.awards.load(reading(context, TN), "a1").reference == NUMBER


def test_what_happens_to_an_award_that_was_opened_before_changes_nothing(
    office: Office, context: ServiceContext
) -> None:
    received(context, suspended(), resumed(), due(), ended(TODAY))
    assert (papers(context), published(context)) == ([], [])


# --- Obtained ---------------------------------------------------------------------------------------------------------


def test_the_person_obtains_it_in_another_language(office: Office, context: ServiceContext) -> None:
    received(context, opened())
    answer = amira(office).post("/papers", asked("coverage-certificate"))
    assert answer.status_code == 202, answer.text
    assert printed(context, TN) == 2
    assert {paper.language for paper in papers(context)} == {"ar", "fr"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (asked("coverage-certificate"), 422, "paper.award-not-chosen"),
        (asked("coverage-certificate", award=OTHER_NUMBER), 202, None),
        (asked("coverage-certificate", award=f" {OTHER_NUMBER.lower()}\u200f"), 202, None),
        (asked("coverage-certificate", award="AW999"), 409, "paper.no-award"),
        (asked("coverage-certificate", award="9" * 41), 422, "request.invalid"),
        (asked("coverage-certificate", award=7), 422, "request.invalid"),
        (asked("coverage-certificate", award=NUMBER, from_period="2025"), 422, "paper.period-not-wanted"),
        (asked("payment-certificate"), 409, "paper.no-award"),
        (asked("salary-certificate", award=NUMBER), 422, "paper.award-not-wanted"),
        (asked("coverage-certificate", language="en"), 422, "paper.language-not-offered"),
    ],
)
def test_which_award_it_is_about(
    office: Office, context: ServiceContext, body: dict[str, Any], status: int, code: str | None
) -> None:
    received(context, opened(), opened("a2"))
    answer = amira(office).post("/papers", body)
    assert (answer.status_code, answer.json.get("code")) == (status, code), answer.text
    if status == 202:
        assert answer.json["award"] == OTHER_NUMBER


def test_nobody_obtains_the_paper_of_another_s_award(office: Office, context: ServiceContext) -> None:
    received(context, opened())
    for award in ("", NUMBER):
        answer = office.person(KARIM, fund=TN).post("/papers", asked("coverage-certificate", award=award))
        assert (answer.status_code, answer.json["code"]) == (409, "paper.no-award")


def test_which_papers_are_about_awards_is_reference_data(office: Office) -> None:
    types = {each["kind"]: each for each in amira(office).get("/paper-types").json["items"]}
    assert types["coverage-certificate"]["takes_award"] and not types["coverage-certificate"]["takes_period"]
    assert not types["salary-certificate"]["takes_award"]
    others = {each["kind"] for each in office.person(AMIRA).get("/paper-types").json["items"]}
    assert "coverage-certificate" not in others, "no benefit of that fund gives a cover"


# --- Withdrawn --------------------------------------------------------------------------------------------------------


def test_a_cover_that_is_suspended_takes_its_paper_back_and_one_that_resumes_has_another(
    office: Office, context: ServiceContext
) -> None:
    received(context, opened())
    printed(context, TN)
    received(context, suspended())
    (first,) = papers(context)
    assert first.withdrawal is not None
    assert (first.status, first.withdrawal.reason) == (Status.REVOKED, "award-suspended")
    assert check(office, first.number)["status"] == "ended"
    assert amira(office).post("/papers", asked("coverage-certificate")).json["code"] == "paper.no-award"
    received(context, resumed())
    assert printed(context, TN) == 1
    assert check(office, NUMBER)["status"] == "valid"
    assert check(office, first.number)["status"] == "ended"


def test_a_cover_that_ends_early_takes_its_paper_back(office: Office, context: ServiceContext) -> None:
    received(context, opened())
    printed(context, TN)
    received(context, ended(TODAY))
    (paper,) = papers(context)
    assert check(office, paper.number)["since_on"] == TODAY.isoformat()
    page = office.app.test_client().get(f"/v1/{TN}/verify/{paper.number}?language=fr")
    assert "Droit qui n’est plus en vigueur" in page.text
    held = amira(office).get(f"/papers/{paper.number}").json
    assert held["withdrawal"]["text"] == "Le droit que le document atteste a pris fin."
    assert published(context) == ["documents.paper-issued", "documents.paper-revoked"]


def test_a_paper_that_was_not_printed_yet_is_not_printed_any_more(office: Office, context: ServiceContext) -> None:
    received(context, opened(), ended(TODAY))
    assert printed(context, TN) == 0
    assert [paper.status for paper in papers(context)] == [Status.REVOKED]


def test_at_its_term_it_expires_and_is_not_taken_back(office: Office, context: ServiceContext) -> None:
    received(context, opened(until_on=TODAY))
    printed(context, TN)
    received(context, ended(TODAY, reason="term-over"))
    (paper,) = papers(context)
    assert (paper.status, paper.seen_on(TODAY + timedelta(days=1)).status) == (Status.VALID, Status.EXPIRED)


def test_a_payment_certificate_says_what_is_paid_and_another_amount_takes_it_back(
    office: Office, context: ServiceContext
) -> None:
    received(context, pension())
    assert printed(context, TN) == 1
    (first,) = papers(context)
    assert (first.kind, check(office, first.number)["status"]) == (PaperKind.PAYMENT_CERTIFICATE, "valid")
    certified = check(office, first.number, code=first.said.code)["award"]
    assert (certified["amount"], certified["every"], certified["until_on"]) == ("845.320", "month", None)
    assert amira(office).get(f"/papers/{first.number}").json["name"] == "Attestation de pension"
    received(context, due("2026-M01", regular_minor=845_320))
    assert check(office, first.number)["status"] == "valid"
    received(context, due("2026-M02", regular_minor=900_000))
    assert check(office, first.number)["status"] == "superseded"
    answer = amira(office).post("/papers", asked("payment-certificate"))
    assert answer.status_code == 202, answer.text
    printed(context, TN)
    newer = papers(context)[-1]
    assert newer.said.award is not None and newer.said.award.amount is not None
    assert newer.said.award.amount.amount_minor == 900_000


# --- Checked ----------------------------------------------------------------------------------------------------------


def test_a_pharmacy_checks_the_number_of_the_cover_and_with_the_code_what_it_bears(
    office: Office, context: ServiceContext
) -> None:
    received(context, opened())
    assert check(office, NUMBER)["status"] == "unknown", "not printed yet"
    amira(office).post("/papers", asked("coverage-certificate"))
    printed(context, TN)
    seen = check(office, NUMBER)
    assert (seen["status"], seen["name"]) == ("valid", "Attestation de prise en charge")
    assert "maladie" not in str(seen), "what it is for is shown for the code alone"
    for paper in papers(context):
        bearer = check(office, NUMBER, code=paper.said.code)
        assert bearer["code"] == "right"
        assert (bearer["award"]["covers"], bearer["award"]["percent"]) == (["medicine"], "100")
        assert bearer["award"]["reference"] == NUMBER
    assert check(office, NUMBER, code="0000-0000").get("award") is None
    page = office.app.test_client().post(
        f"/v1/{TN}/verify/{NUMBER}?language=fr", data={"code": papers(context)[0].said.code}
    )
    assert "Médicament au tarif de référence" in page.text


def test_the_wage_of_a_salary_certificate_is_shown_for_its_code(office: Office, context: ServiceContext) -> None:
    """What it certifies was left out of the answer to programs."""
    handle(context, service, registered(AMIRA), employers(), declared(wage(AMIRA)))
    office.person(AMIRA).post("/papers", asked())
    printed(context)
    (paper,) = store.of_person(reading(context), AMIRA, wanted=PageRequest()).items
    answer = office.app.test_client().post(f"/v1/dz-cnas/verifications/{paper.number}", json={"code": paper.said.code})
    assert answer.json is not None
    assert answer.json["wages"]["employments"][0]["lines"][0]["wage"] == "180000.00"


# --- Data -------------------------------------------------------------------------------------------------------------

SENTENCE = "{by} confirme : {benefit}, {number}, du {starts} au {ends}."
QUIET_ROOM = """
names: {ar: غرفة, fr: Chambre calme, en: Quiet room}
family: coverage
decided_by: rules
usual_days:
  - {completeness: 1, decision: 5, payment: 5, law: &law {valid_from: 2000-01-01, reference: r, confidence: "?"}}
appeals: [{body: {ar: ل, fr: la commission, en: the board}, days: 30, law: *law}]
certificate:
  names: {ar: شهادة, fr: Bon de chambre calme, en: Quiet room voucher}
  statement: {ar: SENTENCE, fr: SENTENCE, en: SENTENCE}
effect: {kind: cover, cover: [{months: 6, covers: [specialist], percent: 90, law: *law}]}
"""


def fund_with(page: str, tmp_path: Path) -> Any:
    copytree(DEFINITIONS / TN, tmp_path / TN, dirs_exist_ok=True)
    (tmp_path / TN / "benefits" / "quiet-room.yaml").write_text(page, encoding="utf-8")
    return load([TN], folder=tmp_path)[TN]


def test_a_new_benefit_has_its_paper_and_its_words_as_data(
    office: Office, context: ServiceContext, tmp_path: Path
) -> None:
    fund = fund_with(QUIET_ROOM.replace("SENTENCE", f'"{SENTENCE}"'), tmp_path)
    ground = replace(context, funds={**context.funds, TN: fund})
    handle(ground, service, opened(claim_type="quiet-room", covers=("specialist",), percent="90"), fund_id=TN)
    assert printed(ground, TN) == 1
    made = Office(service, ground, settings_in(tmp_path))
    (paper,) = made.person(AMIRA, fund=TN).get("/papers").json["items"]
    assert paper["name"] == "Bon de chambre calme"


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        (QUIET_ROOM.replace("SENTENCE", '"{by} {doctor}"'), "certificate: statement.ar names doctor"),
        (
            QUIET_ROOM.replace("SENTENCE", '"{by}"').split("effect:")[0] + "effect: {kind: task, task: room-given}\n",
            "this opens neither",
        ),
    ],
)
def test_words_that_nothing_could_be_put_into_are_refused_at_the_start(page: str, fault: str, tmp_path: Path) -> None:
    with pytest.raises(FundsInvalid, match=fault):
        fund_with(page.replace("family: coverage", "family: request") if "task" in page else page, tmp_path)


# --- For a dependant --------------------------------------------------------------------------------------------------

CHILD = {"dependant_id": "child-2015-04-02", "relation": "child", "birth_on": "2015-04-02"}


def for_child(**facts: Any) -> Any:
    said = keys()[TN].encrypt(json.dumps(CHILD), data_class=DataClass.HEALTH, associated_data=AMIRA)
    return opened(dependant=said, **facts)


@pytest.mark.parametrize("name", ["Yasmine Ben Salah", ""])
def test_the_paper_of_a_cover_for_a_dependant_names_both(office: Office, context: ServiceContext, name: str) -> None:
    later = AT + timedelta(days=1)
    names = {CHILD["dependant_id"]: name} if name else {}
    handle(context, service, registered(AMIRA, at=later, fund_id=TN, dependants=names), fund_id=TN)
    received(context, for_child())
    assert printed(context, TN) == 1
    (paper,) = papers(context)
    dependant = paper.said.award.dependant if paper.said.award else None
    assert dependant == PaperDependant(relation="child", born_on=PartialDate("2015-04-02"), full_name=name)
    certified = check(office, paper.number, code=paper.said.code)
    assert certified["award"]["dependant"] == {"name": name, "relation": "child", "born_on": "2015-04-02"}
    assert certified["holder_name"] == "أميرة بن عبد الله"
    for collection in ("awards", "papers", "outbox"):
        rows = json.dumps(list(context.database[collection].find()), default=str)
        assert "2015-04-02" not in rows and "Yasmine" not in rows


def test_a_paper_for_the_person_names_no_dependant(office: Office, context: ServiceContext) -> None:
    received(context, opened())
    printed(context, TN)
    (paper,) = papers(context)
    assert check(office, paper.number, code=paper.said.code)["award"]["dependant"] is None
