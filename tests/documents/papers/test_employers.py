"""The papers of employers: issued because payments says so, read by their employer, checked by anybody, revoked."""

import json
import subprocess
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.documents.papers import actions, career_statements, store
from services.documents.papers.content import Holder, PaperLanguage
from services.documents.papers.paper import Paper, Status
from services.documents.papers.printing.facts import facts_of
from services.documents.papers.printing.wording import wording
from services.documents.wiring import service
from services.payments.account_statements.account_statement import StatementKind
from shared.events.payments.account_statements import AccountStatementDrawn, BookedLine
from shared.events.payments.clearances import ClearanceGranted, ClearanceWithdrawn
from shared.events.payments.mandates import MandateCancelled, MandateExpired, MandateIssued, MandateRefused
from shared.funds.papers import Papers
from shared.kernel.money import Money
from shared.kernel.personal import DataClass
from shared.storage import reencryption
from shared.storage.service_context import ServiceContext
from tests.documents.builders import FIRM, OTHER_FIRM, employers, settings_in
from tests.documents.paper_printing import code_on, printed
from tests.documents.papers.builders import a_clearance, a_fund, a_mandate_form, a_paper, an_account
from tests.kit.callers import Office
from tests.kit.clock import AT
from tests.kit.contexts import DZ, handle, keys, published_events, reading, someone
from tests.kit.people import AMIRA

REFERENCE = "CL260000000197"
MANDATE = "MD260000000112"
STATEMENT = "SA260000000147"


def granted(**facts: Any) -> ClearanceGranted:
    """Valid for ninety days from today, by the true clock, which signs."""
    return ClearanceGranted(
        **{
            "clearance_id": "k1",
            "reference": REFERENCE,
            "employer_id": FIRM,
            "purpose": "public-tender",
            "language": "fr",
            "judged_on": date(2026, 2, 10),
            "valid_until": date.max - timedelta(days=400),
            "has_arrangement": False,
            "granted_at": AT,
            **facts,
        }
    )


def withdrawn() -> ClearanceWithdrawn:
    return ClearanceWithdrawn(clearance_id="k1", reference=REFERENCE, employer_id=FIRM, withdrawn_at=AT)


@pytest.fixture
def office(context: ServiceContext, tmp_path: Path) -> Office:
    made = Office(service, context, settings_in(tmp_path))
    handle(context, service, employers())
    return made


def only_paper(context: ServiceContext) -> Paper:
    (paper,) = store.about(reading(context), REFERENCE)
    return paper


def test_a_clearance_becomes_a_paper_that_its_employer_reads(office: Office, context: ServiceContext) -> None:
    handle(context, service, granted())
    assert printed(context) == 1
    firm = office.employer(FIRM)
    (listed,) = firm.get(f"/employers/{FIRM}/papers").json["items"]
    assert (listed["kind"], listed["about"], listed["status"]) == ("clearance-certificate", REFERENCE, "valid")
    assert listed["name"] == "Attestation de mise à jour"
    pdf = firm.get(f"/employers/{FIRM}/papers/{listed['number']}/pdf")
    assert pdf.data.startswith(b"%PDF-")
    assert code_on(pdf.data).endswith(f"/v1/dz-cnas/verify/{listed['number']}")
    (event,) = published_events(context, "documents.employer-paper-issued")
    assert (event.employer_id, event.about, event.kind) == (FIRM, REFERENCE, "clearance-certificate")


def test_of_one_thing_alone(office: Office, context: ServiceContext) -> None:
    handle(context, service, granted(), granted(clearance_id="k2", reference="CL260000000294"))
    firm = office.employer(FIRM)
    assert len(firm.get(f"/employers/{FIRM}/papers").json["items"]) == 2
    (only,) = firm.get(f"/employers/{FIRM}/papers?about=cl-2600 0000 0197").json["items"]
    assert only["about"] == REFERENCE
    assert firm.get(f"/employers/{FIRM}/papers?about=none").json["items"] == []


def test_nobody_else_reads_it(office: Office, context: ServiceContext) -> None:
    handle(context, service, granted())
    number = only_paper(context).number
    other = office.employer(OTHER_FIRM)
    for stranger in (other, office.person(AMIRA)):
        for path in ("papers", f"papers/{number}", f"papers/{number}/pdf"):
            refused = stranger.get(f"/employers/{FIRM}/{path}")
            assert (refused.status_code, refused.json["code"]) == (403, "access.not-yours"), path
        assert stranger.get(f"/papers/{number}").json["code"] == "paper.unknown"
    assert other.get(f"/employers/{OTHER_FIRM}/papers/{number}").json["code"] == "paper.unknown"
    assert office.staff().get(f"/employers/{FIRM}/papers/{number}").json["about"] == REFERENCE


def test_an_agents_look_enters_the_journal_of_the_employer(office: Office, context: ServiceContext) -> None:
    handle(context, service, granted())
    office.staff().get(f"/employers/{FIRM}/papers/{only_paper(context).number}")
    (entry,) = office.employer(FIRM).get("/access-journal").json["items"]
    assert entry["looked_at"] == "paper"


def test_anybody_checks_it_and_sees_what_it_says_for_its_code(office: Office, context: ServiceContext) -> None:
    handle(context, service, granted(has_arrangement=True))
    printed(context)
    paper, anyone = only_paper(context), office.app.test_client()
    path = f"/v1/dz-cnas/verifications/{paper.number}"
    assert anyone.get(path).json["status"] == "valid"
    shown = anyone.post(
        path, json={"code": paper.said.code}, headers={"Idempotency-Key": "k1", "Accept-Language": "fr"}
    ).json
    assert (shown["code"], shown["holder_name"]) == ("right", "SARL El Amel")
    assert shown["clearance"] == {
        "reference": REFERENCE,
        "purpose": "public-tender",
        "purpose_name": "Participation à un marché public",
        "judged_on": "2026-02-10",
        "has_arrangement": True,
    }
    page = anyone.post(
        f"/v1/dz-cnas/verify/{paper.number}", data={"code": paper.said.code}, headers={"Accept-Language": "fr"}
    )
    assert "Participation à un marché public" in page.text
    assert "SARL El Amel" in page.text


def test_a_withdrawn_clearance_revokes_it(office: Office, context: ServiceContext) -> None:
    handle(context, service, granted())
    printed(context)
    handle(context, service, withdrawn())
    paper = only_paper(context)
    assert paper.status is Status.REVOKED
    checked = office.app.test_client().get(f"/v1/dz-cnas/verifications/{paper.number}").json
    assert checked["status"] == "revoked"
    (event,) = published_events(context, "documents.employer-paper-revoked")
    assert event.reason == "not-in-order"
    shown = office.employer(FIRM).get(f"/employers/{FIRM}/papers/{paper.number}").json
    assert (
        shown["withdrawal"]["text"] == "Ce qui est échu depuis la délivrance du document n’est pas déclaré ou pas payé."
    )


def test_what_is_withdrawn_before_it_is_printed_is_not_printed(office: Office, context: ServiceContext) -> None:
    handle(context, service, granted(), withdrawn())
    assert printed(context) == 0
    assert only_paper(context).status is Status.REVOKED


def test_an_employer_that_the_register_has_not_named_yet_waits(office: Office, context: ServiceContext) -> None:
    early = granted(employer_id="1600000099")
    with pytest.raises(career_statements.EmployerUnnamed):
        context.run(DZ, by=someone(), cause="early", action=lambda uow: actions.issue_clearance(uow, early))
    assert store.about(reading(context), REFERENCE) == []


def test_a_firms_user_obtains_no_paper_of_a_person(office: Office) -> None:
    wanted = {"kind": "clearance-certificate", "language": "fr"}
    refused = office.person(AMIRA).post("/papers", wanted)
    assert (refused.status_code, refused.json["code"]) == (422, "request.invalid")
    kinds = [each["kind"] for each in office.person(AMIRA).get("/paper-types").json["items"]]
    assert "clearance-certificate" not in kinds


def test_what_it_says_is_bound_to_its_employer(office: Office, context: ServiceContext) -> None:
    handle(context, service, granted())
    (stored,) = [each for each in reencryption.everything(reading(context), [store.papers]) if "papers" in str(each)]
    assert stored.associated_data == FIRM


# --- The form of a mandate --------------------------------------------------------------------------------------------


def issued(**facts: Any) -> MandateIssued:
    """Of an account whose number only documents and payments can read."""
    account = {"number": "00200300000056789073", "rule": "rib-dz", "holder": "SARL El Amel", "bank": "Banque inventée"}
    return MandateIssued(
        **{
            "mandate_id": "m1",
            "reference": MANDATE,
            "employer_id": FIRM,
            "amount_max_minor": 50_000_000,
            "currency": "DZD",
            "starts_on": date(2026, 2, 10),
            "issued_at": AT,
            "language": "fr",
            "valid_until": date.max - timedelta(days=400),
            "account": keys()[DZ].encrypt(json.dumps(account), data_class=DataClass.BANK, associated_data=FIRM),
            **facts,
        }
    )


def form_of(context: ServiceContext) -> Paper:
    (paper,) = store.about(reading(context), MANDATE)
    return paper


def read_text(pdf: bytes) -> str:
    return subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


def test_the_form_of_a_mandate_is_printed_for_both_to_sign(office: Office, context: ServiceContext) -> None:
    handle(context, service, issued())
    assert printed(context) == 1
    form = form_of(context)
    assert (form.kind, form.language, form.employer_id) == ("mandate-form", "fr", FIRM)
    pdf = office.employer(FIRM).get(f"/employers/{FIRM}/papers/{form.number}/pdf").data
    text = read_text(pdf)
    for said in (MANDATE, "00200300000056789073", "Banque inventée", "500 000,00", "L’établissement"):
        assert said in text.replace("\u202f", " ").replace("\u00a0", " "), said
    assert code_on(pdf).endswith(f"/verify/{form.number}")


def test_the_account_is_stored_as_accounts_are(office: Office, context: ServiceContext) -> None:
    handle(context, service, issued())
    (row,) = context.database["papers"].find({})
    assert "00200300000056789073" not in str(row)
    printed(context)
    form = form_of(context)
    assert form.issue is not None
    assert context.database["blobs"].count_documents({"_id": {"$regex": f"{DataClass.BANK}/{form.issue.sha256}"}}) == 1
    checked = office.app.test_client().post(
        f"/v1/dz-cnas/verify/{form.number}", data={"code": form.said.code}, headers={"Accept-Language": "fr"}
    )
    assert MANDATE in checked.text and "00200300000056789073" not in checked.text


@pytest.mark.parametrize(
    ("language", "printed_in"), [("ar", "ar"), ("en", "ar"), ("", "ar"), ("fr", "fr"), ("eo", "ar")]
)
def test_it_is_in_the_language_of_the_employer_or_the_first_of_the_form(
    office: Office, context: ServiceContext, language: str, printed_in: str
) -> None:
    handle(context, service, issued(language=language))
    assert form_of(context).language == printed_in


def test_a_mandate_of_an_earlier_release_has_no_form(office: Office, context: ServiceContext) -> None:
    handle(context, service, issued(account=None, valid_until=None, language=""))
    assert store.about(reading(context), MANDATE) == []


OVER = [
    MandateRefused(mandate_id="m1", reference=MANDATE, employer_id=FIRM, is_by_bank=True, reason="AC04", refused_at=AT),
    MandateCancelled(
        mandate_id="m1", reference=MANDATE, employer_id=FIRM, cancelled_by="employer", reason="", cancelled_at=AT
    ),
    MandateExpired(mandate_id="m1", reference=MANDATE, employer_id=FIRM, was_accepted=False, expired_at=AT),
]


@pytest.mark.parametrize("over", OVER, ids=lambda it: type(it).__name__)
def test_the_form_of_a_mandate_that_is_over_holds_no_more(
    office: Office, context: ServiceContext, over: object
) -> None:
    handle(context, service, issued(), over)
    form = form_of(context)
    assert form.withdrawal is not None
    assert (form.status, form.withdrawal.reason) == (Status.REVOKED, "mandate-over")


def test_a_form_without_a_limit_or_an_end_says_so() -> None:
    body = a_mandate_form(amount_max=None, account=None)
    shown = facts_of(a_paper(body))["body"]
    assert [value for _, value, _ in shown["rows"]][-3::2] == ["sans plafond", "jusqu’à sa révocation"]
    assert shown["second_statement"]["language"] == "ar"


def test_a_fund_whose_forms_have_one_language_repeats_nothing() -> None:
    fund = a_fund()
    types = {**fund.papers.types}
    types["mandate-form"] = replace(types["mandate-form"], is_bilingual=False)
    alone = replace(fund, sections=replace(fund.sections, papers=Papers(types=types)))
    shown = facts_of(a_paper(a_mandate_form(), fund=alone))["body"]
    assert {each[2] for each in shown["rows"]} == {None} and shown["second_statement"] is None


def test_a_form_may_be_signed_for_a_day_at_least() -> None:
    with pytest.raises(ValueError, match="a day at least"):
        a_mandate_form(until_on=date(2026, 11, 21))


def test_a_holder_is_a_person_or_an_employer() -> None:
    for numbers in ({}, {"insurance_number": "1", "employer_number": "2"}):
        with pytest.raises(ValueError, match="a holder is"):
            Holder(full_name="SARL El Amel", **numbers)


def test_a_paper_is_a_persons_or_an_employers() -> None:
    said = {"number": "PR1", "kind": a_paper().kind, "language": "fr", "said": None, "status": Status.ASKED}
    for owner in ({"person_ref": ""}, {"person_ref": AMIRA, "employer_id": FIRM}):
        with pytest.raises(ValueError, match="a person's or an employer's"):
            Paper(**said, asked_at=AT, **owner)  # type: ignore[arg-type]


def test_a_clearance_ends_after_it_begins() -> None:
    with pytest.raises(ValueError, match="a day at least"):
        a_clearance(until_on=date(2026, 11, 21))


# --- Statements of account --------------------------------------------------------------------------------------------


def drawn(**facts: Any) -> AccountStatementDrawn:
    """A declaration of 3150.25 DA, for which 3200.25 came."""
    return AccountStatementDrawn(
        **{
            "reference": STATEMENT,
            "employer_id": FIRM,
            "language": "ar",
            "from_on": None,
            "until_on": date(2026, 2, 10),
            "period": "",
            "opening_minor": 0,
            "closing_minor": -5_000,
            "lines": (
                BookedLine(date(2026, 1, 20), "declared", "2025", 315_025, 0, 315_025),
                BookedLine(date(2026, 2, 10), "paid", "2025", 0, 320_025, -5_000),
            ),
            "drawn_at": AT,
            **facts,
        }
    )


def test_a_statement_of_account_becomes_a_paper_once(office: Office, context: ServiceContext) -> None:
    handle(context, service, drawn())
    assert printed(context) == 1
    firm = office.employer(FIRM)
    (listed,) = firm.get(f"/employers/{FIRM}/papers?about={STATEMENT}").json["items"]
    assert (listed["kind"], listed["language"], listed["status"]) == ("account-statement", "ar", "valid")
    assert firm.get(f"/employers/{FIRM}/papers/{listed['number']}/pdf").data.startswith(b"%PDF-")


def test_whoever_has_its_code_reads_the_same_lines(office: Office, context: ServiceContext) -> None:
    handle(context, service, drawn())
    printed(context)
    (paper,) = store.about(reading(context), STATEMENT)
    anyone, path = office.app.test_client(), f"/v1/dz-cnas/verifications/{paper.number}"
    shown = anyone.post(path, json={"code": paper.said.code}, headers={"Idempotency-Key": "k1"}).json["statement"]
    assert (shown["opening"], shown["closing"], shown["from_on"]) == ("0.00", "-50.00", None)
    assert [(each["kind"], each["charged"], each["credited"], each["balance"]) for each in shown["lines"]] == [
        ("declared", "3150.25", "0.00", "3150.25"),
        ("paid", "0.00", "3200.25", "-50.00"),
    ]
    page = anyone.post(f"/v1/dz-cnas/verify/{paper.number}?language=fr", data={"code": paper.said.code})
    assert "Paiement reçu" in page.text and "20/01/2026" in page.text


def test_a_statement_says_what_was_owed_before_each_line_and_after() -> None:
    body = facts_of(
        a_paper(an_account(4, opening=Money(100, a_fund().currency), closing=Money(-4_900, a_fund().currency)))
    )["body"]
    assert [row[1].strip("\u2068\u2069") for row in body["dates"][-2:]] == ["1,00", "-49,00"]
    assert body["lines"][0][:2] == ["10/01/2010", "Cotisations déclarées, 1er\u00a0trimestre\u00a02010"]
    assert len(body["lines"]) == 4 and len(body["sums"]) == 3


def test_lines_that_do_not_lead_to_its_end_make_no_statement() -> None:
    with pytest.raises(ValueError, match="lead from"):
        an_account(4, closing=Money(1, a_fund().currency))


@pytest.mark.parametrize("language", PaperLanguage)
def test_every_kind_of_line_that_payments_names_has_its_word(language: PaperLanguage) -> None:
    assert {f"entry_{kind}" for kind in StatementKind} <= wording(language, "DZ").texts.keys()
