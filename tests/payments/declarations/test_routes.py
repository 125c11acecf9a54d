"""Declarations over HTTP and through the worker: every bad file, the corrected one, the same bytes, who sees what."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from flask import g

from services.payments.contributions import rules
from services.payments.declarations.pages import FINDINGS_A_PAGE, WAGES_A_PAGE
from services.payments.declarations.routes import BODY_BYTES_MAX
from services.payments.declarations.schemas import SlipView
from services.payments.mandates.store import mandates
from services.payments.obligations.store import obligations
from services.payments.wiring import service
from shared.funds.law import Confidence
from shared.funds.period import Period
from shared.kernel.outcome import Outcome
from shared.storage.service_context import ServiceContext
from tests.kit.contexts import DZ, TN, funds, handle, published, reading, someone
from tests.payments.declarations.builders import DZ_EMPLOYER, TN_EMPLOYER, Files, Worker, das_a, das_b, tn_122, workers
from tests.payments.declarations.harness import DeclarationsHarness, register
from tests.payments.mandates.builders import mandate

HEADER, DETAIL = "D2025E1600000001.TXT", "D2025S1600000001.TXT"


@pytest.fixture
def harness(context: ServiceContext) -> DeclarationsHarness:
    return DeclarationsHarness(context)


def changed(files: Files, name: str, change: Callable[[bytes], bytes]) -> Files:
    return files.having(name, change(files.by_name[name]))


def of_employer(employer_id: str) -> Files:
    """The usual files, of another employer."""
    made = das_b(header={"employer": employer_id}, employer=employer_id)
    return Files({name.replace(DZ_EMPLOYER, employer_id): content for name, content in made.by_name.items()})


def nothing_is_booked(context: ServiceContext) -> bool:
    """Neither debt, nor entry, nor worker, nor anything told but the filing and its refusal."""
    kept = ("obligations", "ledger_entries", "ledger_balances", "declaration_wages", "standing_declarations")
    only = {"payments.declaration-received", "payments.declaration-refused"}
    return all(context.database[name].count_documents({}) == 0 for name in kept) and set(published(context)) <= only


# --- From file to debt ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fund_id", "build", "layout", "due"),
    [
        (DZ, das_b, "das-b", "248441.40"),
        (DZ, das_a, "das-a", "248441.40"),
        # Retail, 2026: 17.07 % and 9.68 % in all, and 0.5 % for the sector, on 6,300.000.
        (TN, tn_122, "tn-122", "1716.750"),
    ],
)
def test_a_declaration_is_accepted_and_owed(
    context: ServiceContext, fund_id: str, build: Callable[[], Files], layout: str, due: str
) -> None:
    harness = DeclarationsHarness(context, fund_id)
    sent = harness.send(build())
    assert (sent.status_code, sent.json["status"], sent.json["due"]) == (202, "received", None)
    assert harness.run() == 1 and harness.run() == 0
    seen = harness.see(sent.json["declaration_id"])
    assert (seen["status"], seen["due"], seen["workers"], seen["revision"]) == ("accepted", due, 2, 1)
    assert [receipt["kind"] for receipt in seen["receipts"]] == ["received", "technical", "business"]
    assert seen["receipts"][1]["layout"] == layout
    assert seen["payment"] == {
        "status": "open",
        "text": "Le montant dû n'est pas encore payé en entier.",
        "due": due,
        "paid": f"0.{'0' * len(due.partition('.')[2])}",
        "left": due,
    }
    assert published(context) == [
        "payments.declaration-received",
        "payments.declaration-accepted",
        "payments.wages-declared",
        "payments.wages-declared",  # by quarters, for those who know no other periods yet
    ]
    assert harness.see(sent.json["declaration_id"], "/collections")["due"] == due


def signed(context: ServiceContext, **facts: Any) -> None:
    """The employer has a mandate in force."""
    made = mandate(employer_id=DZ_EMPLOYER, starts_on=date(2020, 1, 1), **facts)
    context.run(DZ, by=someone(), cause="test", action=lambda uow: mandates.save(uow, Outcome(made)))


def test_what_is_due_is_debited_where_the_employer_wants_it_when_declaring(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context)
    refused = harness.send(das_b(), pay_by_debit="true")
    assert (refused.status_code, refused.json["code"]) == (409, "collection.mandate-missing")
    assert published(context) == [], "nothing is declared that would not be paid as was said"
    signed(context)
    accepted = harness.declare(das_b(), pay_by_debit="true")
    (asked,) = harness.see(accepted["declaration_id"], "/collections")["items"]
    assert (asked["rail"], asked["status"], asked["amount"]) == ("direct-debit", "planned", accepted["due"])
    assert published(context).count("payments.debit-announced") == 1


def test_more_than_the_mandate_allows_is_for_the_employer_to_pay_in_another_way(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context)
    signed(context, amount_max_minor=100)
    accepted = harness.declare(das_b(), pay_by_debit="true")
    shown = harness.see(accepted["declaration_id"], "/collections")
    assert (accepted["status"], shown["items"]) == ("accepted", [])
    assert "direct-debit" not in [way["rail"] for way in shown["ways"]]


def test_who_may_declare_and_not_pay_has_nothing_debited(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context)
    signed(context)
    clerk = harness.office._caller(DZ, ["declarations:file"], actor="employer", sub="user-2", employers=[DZ_EMPLOYER])
    refused = harness.send(das_b(), by=clerk, pay_by_debit="true")
    assert (refused.status_code, refused.json["code"]) == (403, "access.scope-missing")
    assert harness.send(das_b(), by=clerk, key="another").status_code == 202


def test_contributions_are_shown_with_their_law_and_what_is_to_be_confirmed(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context, TN)
    (slip,) = harness.declare(tn_122())["slips"]
    assert (slip["period"], slip["base"], slip["total"]) == ("2026-Q1", "6300.000", "1716.750")
    by_side: dict[str, list[dict[str, Any]]] = {}
    for part in slip["contributions"]:
        by_side.setdefault(part["side"], []).append(part)
        assert part["law"] and part["branch_name"] != part["branch"] and part["side_name"] != part["side"]
    assert set(by_side) == {"employer", "employee", "sector-accident"}
    assert not slip["is_to_be_confirmed"]


@pytest.mark.parametrize(("confidence", "is_to_be_confirmed"), [("H", False), ("M", False), ("L", True), ("?", True)])
def test_a_rate_of_which_the_fund_is_not_sure_is_marked(
    harness: DeclarationsHarness, confidence: str, is_to_be_confirmed: bool
) -> None:
    sure = rules.slip(funds()[DZ], period=Period(2025, 1), base_minor=100_00, activity="")
    part = sure.contributions[0]
    law = replace(part.law, confidence=Confidence(confidence))
    with harness.office.app.test_request_context():
        g.fund = funds()[DZ]
        shown = SlipView().dump(replace(sure, contributions=(replace(part, law=law),)))
    assert shown["is_to_be_confirmed"] is shown["contributions"][0]["is_to_be_confirmed"] is is_to_be_confirmed


def test_the_wages_go_out_by_pseudonym_and_rest_sealed(harness: DeclarationsHarness, context: ServiceContext) -> None:
    files = das_b(workers(WAGES_A_PAGE + 1))
    declaration_id = harness.declare(files)["declaration_id"]
    bodies = [event["body"] for document in context.database["outbox"].find() for event in document["events"]]
    pages = [json.loads(body) for body in bodies if b"wages" in body and b'"kind"' in body]
    assert [(page["page"], page["pages"], len(page["wages"])) for page in pages] == [(1, 2, 500), (2, 2, 1)]
    assert pages[0]["wages"][0]["person_ref"] == reading(context).keys.person_ref("900000000001")
    names = ("BENALI", "MANSOURI", "900000000001")
    for collection in context.database.list_collection_names():
        rows = json.dumps(list(context.database[collection].find()), default=str)
        assert not any(name in rows for name in names), collection

    first = harness.see(declaration_id, "/lines")
    assert (len(first["items"]), first["next"]) == (500, 2)
    assert first["items"][0] == {
        "line": 1,
        "insurance_number": "900000000001",
        "family_name": "MANSOURI",
        "first_name": "LEILA",
        "birth_on": "1971-02-02",
        "national_id": None,
        "entered_on": "2020-02-01",
        "left_on": None,
        "situation": "",
        "wages": [{"quarter": quarter, "duration": 3, "unit": "M", "wage": "90010.00"} for quarter in (1, 2, 3, 4)],
    }
    second = harness.see(declaration_id, "/lines?page=2")
    assert (len(second["items"]), second["next"]) == (1, None)
    one = harness.see(declaration_id, "/lines?search=9000%2000000501")
    assert ([each["insurance_number"] for each in one["items"]], one["next"]) == (["900000000501"], None)
    assert harness.see(declaration_id, "/lines?search=nobody")["items"] == []
    some = harness.see(declaration_id, "/lines?search=9000")
    assert (len(some["items"]), some["next"]) == (500, 2), "a search stops where it found many"


# --- Bad files --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bad:
    """A bad file, and the place and code of its first error."""

    files: Files
    code: str
    file: str
    line: int
    column: int
    status: str = "technically-refused"


def of(number: int, **fields: Any) -> list[Worker]:
    """Three workers, one of them with other fields."""
    return [Worker(each, fields if each == number else {}) for each in (1, 2, 3)]


BAD = {
    "empty": Bad(das_b().having(DETAIL, b""), "wage-file.empty", "detail", 0, 0),
    "one file": Bad(Files({DETAIL: das_b().by_name[DETAIL]}), "wage-file.file-missing", "header", 0, 0),
    "binary": Bad(das_b().having(DETAIL, b"\xd0\xcf\x11\xe0" + bytes(400)), "wage-file.binary", "detail", 0, 0),
    "unknown layout": Bad(Files({"wages.csv": b"name;wage\nx;1\n"}), "wage-file.layout-unknown", "detail", 0, 0),
    "line too short": Bad(
        changed(das_b(workers(3)), DETAIL, lambda content: content.replace(b"\r\n", b"", 1)[:-6] + b"\r\n"),
        "wage-file.line-length",
        "detail",
        1,
        230,
    ),
    "line too long": Bad(
        changed(das_b(workers(3)), DETAIL, lambda content: content[:231] + b"x" + content[231:]),
        "wage-file.line-length",
        "detail",
        2,
        230,
    ),
    "two employers": Bad(
        das_b(of(2, employer="1600000002")), "wage-file.two-employers", "detail", 2, 1, status="refused"
    ),
    "another employer": Bad(
        das_b(employer="1600000002"), "wage-file.employer-differs", "detail", 1, 1, status="refused"
    ),
    "wrong year": Bad(das_b(year=2024), "wage-file.period-differs", "detail", 1, 11, status="refused"),
    "insurance number": Bad(
        changed(das_b(), DETAIL, lambda content: content.replace(b"900000000002", b"90000000000X")),
        "wage-file.insurance-number-malformed",
        "detail",
        2,
        20,
    ),
    "birth date": Bad(
        changed(das_b(), DETAIL, lambda content: content.replace(b"02021971", b"31021971")),
        "wage-file.birth-date-malformed",
        "detail",
        1,
        92,
    ),
    "name": Bad(
        changed(das_b(), DETAIL, lambda content: content.replace(b"MANSOURI", b"MANS\x01URI")),
        "wage-file.characters",
        "detail",
        1,
        32,
    ),
    "same person twice": Bad(
        das_b(of(3, insurance_number="900000000001")), "wage-file.person-twice", "detail", 3, 20, status="refused"
    ),
    "totals": Bad(das_b(header={"total": 1}), "wage-file.total-differs", "header", 1, 195, status="refused"),
    "negative": Bad(
        changed(das_b(), DETAIL, lambda content: content.replace(b"003M0", b"003M-", 1)),
        "wage-file.amount-negative",
        "detail",
        1,
        104,
    ),
    "overflowing": Bad(
        changed(das_b(), DETAIL, lambda content: content.replace(b"003M0", b"003M9", 1)),
        "wage-file.amount-overflowing",
        "detail",
        1,
        104,
    ),
    "complement": Bad(das_b(header={"type": "C"}), "wage-file.nothing-to-complement", "detail", 0, 0, status="refused"),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_bad_file_is_refused_by_place_and_nothing_is_booked(
    harness: DeclarationsHarness, context: ServiceContext, bad: Bad
) -> None:
    seen = harness.declare(bad.files)
    assert seen["status"] == bad.status
    assert (seen["due"], seen["slips"], seen["cards"], seen["payment"]) == (None, [], None, None)
    errors = [
        finding
        for finding in harness.see(seen["declaration_id"], "/findings")["items"]
        if finding["severity"] == "error"
    ]
    assert (bad.code, bad.file, bad.line, bad.column) in [
        (error["code"], error["file"], error["line"], error["column"]) for error in errors
    ]
    assert seen["receipts"][1]["errors"] == len(errors)
    assert all(error["hint"] != error["code"] for error in errors)
    assert nothing_is_booked(context)


def test_a_finding_is_said_in_the_callers_language(harness: DeclarationsHarness) -> None:
    declaration_id = harness.declare(BAD["birth date"].files)["declaration_id"]
    (french,) = harness.see(declaration_id, "/findings")["items"]
    (arabic,) = harness.see(declaration_id, "/findings", language="ar")["items"]
    assert french["hint"].startswith("La date de naissance s'écrit") and french["field"] == "Date de naissance"
    assert arabic["hint"].startswith("يكتب تاريخ الميلاد") and arabic["field"] == "تاريخ الميلاد"
    assert "31021971" not in json.dumps(french)


@pytest.mark.parametrize(
    ("page", "code"),
    [(None, "wage-file.employer-unknown"), (register("1600000002", is_open=False), "wage-file.employer-closed")],
)
def test_an_employer_that_is_unknown_or_closed_is_refused(
    harness: DeclarationsHarness, context: ServiceContext, page: Any, code: str
) -> None:
    if page is not None:
        handle(context, service, page)
    harness.caller = harness.office.employer("1600000002")
    seen = harness.declare(of_employer("1600000002"), employer_id="1600000002")
    assert seen["status"] == "refused"
    assert [finding["code"] for finding in harness.see(seen["declaration_id"], "/findings")["items"]] == [code]
    assert nothing_is_booked(context)


def test_an_activity_without_a_rate_is_refused(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context, TN)
    handle(context, service, register(TN_EMPLOYER, sector="piracy", registered_at=context.clock()), fund_id=TN)
    seen = harness.declare(tn_122())
    (finding,) = harness.see(seen["declaration_id"], "/findings")["items"]
    assert (seen["status"], finding["code"], finding["found"]) == (
        "refused",
        "wage-file.activity-without-rate",
        "piracy",
    )


def test_control_totals_that_were_typed_must_agree(harness: DeclarationsHarness) -> None:
    seen = harness.declare(das_b(), control_workers="3", control_wages="720120.00")
    assert [finding["code"] for finding in harness.see(seen["declaration_id"], "/findings")["items"]] == [
        "wage-file.control-workers-differ"
    ]
    assert harness.declare(das_b(), control_workers="2", control_wages="720120.00")["status"] == "accepted"


def test_findings_come_in_pages(harness: DeclarationsHarness) -> None:
    people = [Worker(number, {"wage_1": 5_000_000}) for number in range(1, FINDINGS_A_PAGE + 2)]
    declaration_id = harness.declare(das_b(people))["declaration_id"]
    first = harness.see(declaration_id, "/findings")
    assert (len(first["items"]), first["next"]) == (FINDINGS_A_PAGE, 2)
    assert {finding["severity"] for finding in first["items"]} == {"warning"}
    last = harness.see(declaration_id, "/findings?cursor=2")
    assert (len(last["items"]), last["next"]) == (1, None)
    beyond = harness.caller.get(f"/declarations/{declaration_id}/findings?cursor=3")
    assert (beyond.status_code, beyond.json["code"]) == (404, "declaration.page-unknown")


def test_a_hundred_megabytes_are_refused_unread(harness: DeclarationsHarness, context: ServiceContext) -> None:
    class Endless(BytesIO):
        """Says nothing and must not be asked."""

        def read(self, size: int | None = -1) -> bytes:
            raise AssertionError("the body was read")

    refused = harness.caller.client.post(
        f"/v1/{DZ}/declarations",
        input_stream=Endless(),
        headers={"Authorization": f"Bearer {harness.caller.token}", "Idempotency-Key": "k", "Accept-Language": "ar"},
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(100 << 20)},
    )
    assert BODY_BYTES_MAX < 100 << 20
    assert (refused.status_code, refused.json["code"]) == (413, "request.too-large")
    assert refused.json["detail"] == f"حجم الطلب أكبر من الحد المسموح به ({BODY_BYTES_MAX} بايت)."
    assert context.database["declarations"].count_documents({}) == 0


# --- Again, and instead -----------------------------------------------------------------------------------------------


def test_the_corrected_file_is_accepted_after_a_refusal(harness: DeclarationsHarness, context: ServiceContext) -> None:
    refused = harness.declare(BAD["birth date"].files)
    corrected = harness.declare(das_b())
    assert (refused["status"], corrected["status"]) == ("technically-refused", "accepted")
    assert corrected["revision"] == 1 and corrected["replaces"] is None
    listed = harness.caller.get(f"/declarations?employer_id={DZ_EMPLOYER}").json["items"]
    assert [each["declaration_id"] for each in listed] == [corrected["declaration_id"], refused["declaration_id"]]
    for each in (refused, corrected):
        found = harness.caller.get(f"/declarations?employer_id={DZ_EMPLOYER}&status={each['status']}").json["items"]
        assert [it["declaration_id"] for it in found] == [each["declaration_id"]]
    assert harness.caller.get(f"/declarations?employer_id={DZ_EMPLOYER}&status=lost").status_code == 422


def test_a_declaration_is_found_by_a_reference_of_its_payment(
    harness: DeclarationsHarness, context: ServiceContext
) -> None:
    """Of the employer who asks alone: another's reference finds nothing."""
    accepted = harness.declare(das_b())
    declaration_id = accepted["declaration_id"]
    asked = harness.caller.post(f"/declarations/{declaration_id}/collections", {"rail": "transfer"}).json

    def found(asked: str) -> list[str]:
        rows = harness.caller.get(f"/declarations?employer_id={DZ_EMPLOYER}&{asked}").json["items"]
        return [each["declaration_id"] for each in rows]

    assert found(f"reference={asked['reference'].lower()}") == [declaration_id]
    assert found(f"reference={asked['reference']}&status=refused") == found("reference=CT160000") == []
    elsewhere = f"/declarations?purpose=handling&employer_id=1600000009&reference={asked['reference']}"
    assert harness.office.staff().get(elsewhere).json["items"] == []


@pytest.mark.parametrize("files", [das_b(), BAD["birth date"].files, BAD["totals"].files])
def test_the_same_bytes_are_the_same_declaration_in_every_state(
    harness: DeclarationsHarness, context: ServiceContext, files: Files
) -> None:
    swapped = Files(dict(reversed(files.by_name.items())))
    first = harness.send(files).json["declaration_id"]
    assert harness.send(files).json["declaration_id"] == first
    harness.run()
    status = harness.see(first)["status"]
    assert harness.send(swapped).json["declaration_id"] == first
    harness.run()
    assert harness.see(first)["status"] == status
    assert context.database["declarations"].count_documents({}) == 1
    assert context.database["ledger_entries"].count_documents({}) == (1 if status == "accepted" else 0)


def test_the_same_request_again_gives_the_same_answer(harness: DeclarationsHarness) -> None:
    first = harness.send(das_b(), key="k-1")
    harness.run()
    again = harness.send(das_b(), key="k-1")
    assert (again.json, again.headers["Idempotent-Replayed"]) == (first.json, "true")
    other = harness.send(das_a(), key="k-1")
    assert (other.status_code, other.json["code"]) == (422, "request.key-reused")


def test_a_refusal_for_what_the_register_did_not_know_yet_is_not_for_ever(
    harness: DeclarationsHarness, context: ServiceContext
) -> None:
    new = "1600000077"
    harness.caller = harness.office.employer(new)
    files = of_employer(new)
    first = harness.declare(files, employer_id=new)
    handle(context, service, register(new))
    second = harness.declare(files, employer_id=new)
    assert (first["status"], second["status"]) == ("refused", "accepted")
    assert first["declaration_id"] == second["declaration_id"]
    assert harness.see(second["declaration_id"], "/findings")["items"] == []


def test_a_newer_declaration_replaces_the_older_to_the_last_posting(
    harness: DeclarationsHarness, context: ServiceContext
) -> None:
    old = harness.declare(das_b(workers(3)))
    new = harness.confirm(harness.declare(das_b(workers(2)))["declaration_id"])
    assert (new["revision"], new["replaces"], new["status"]) == (2, old["declaration_id"], "accepted")
    seen = harness.see(old["declaration_id"])
    assert (seen["status"], seen["replaced_by"]) == ("replaced", new["declaration_id"])
    assert seen["payment"]["status"] == "cancelled"
    staff = harness.office.staff()
    owed = staff.get(f"/ledger/accounts/receivable:{DZ_EMPLOYER}:2025").json
    assert (owed["balance"], owed["side"]) == (new["due"], "debit")
    assert staff.get("/differences").json["items"] == []
    assert len(harness.see(old["declaration_id"], "/lines")["items"]) == 3
    assert (
        harness.see(new["declaration_id"])["cards"]["of"] == 2
    )  # the one who is gone is told of, and is no worker of it


def test_r03_a_replaced_declaration_that_is_sent_again_comes_into_force_again(
    harness: DeclarationsHarness, context: ServiceContext
) -> None:
    first = harness.declare(das_b(workers(3)))
    mistake = harness.declare(das_b(workers(3), wage_1=10_000_000))
    sent = harness.send(das_b(workers(3)))
    again = sent.json["declaration_id"]
    assert (sent.status_code, sent.json["status"]) == (202, "received")
    assert again not in {first["declaration_id"], mistake["declaration_id"]}
    assert harness.send(das_b(workers(3))).json["declaration_id"] == again  # a retry, while it is received
    harness.run()
    seen = harness.see(again)
    assert (seen["status"], seen["revision"], seen["replaces"]) == ("accepted", 3, mistake["declaration_id"])
    assert seen["due"] == first["due"]
    assert harness.see(mistake["declaration_id"])["replaced_by"] == again
    assert harness.send(das_b(workers(3))).json["declaration_id"] == again  # and while it is in force
    owed = harness.office.staff().get(f"/ledger/accounts/receivable:{DZ_EMPLOYER}:2025").json
    assert owed["balance"] == first["due"]
    assert len(harness.see(again, "/lines")["items"]) == 3
    # Back and forth as often as the employer likes.
    back = harness.declare(das_b(workers(3), wage_1=10_000_000))
    assert (back["status"], back["revision"]) == ("accepted", 4)
    assert harness.declare(das_b(workers(3)))["revision"] == 5


def test_u05_what_was_paid_for_the_one_before_is_told_with_its_successor(
    harness: DeclarationsHarness, context: ServiceContext
) -> None:
    first = harness.declare(das_b(workers(3)))
    owed = obligations.load(reading(context), first["declaration_id"])
    context.run(
        DZ,
        by=someone(),
        cause="t",
        action=lambda uow: obligations.save(uow, Outcome(replace(owed, paid_minor=1_000))),
    )
    harness.declare(das_b(workers(3), wage_1=10_000_000))
    bodies = [event["body"] for document in context.database["outbox"].find() for event in document["events"]]
    accepted = [published for published in map(json.loads, bodies) if "due_minor" in published]
    assert [published["paid_minor"] for published in accepted] == [0, 1_000]


# --- Who may, and what cannot be asked --------------------------------------------------------------------------------


def test_a_declaration_is_between_the_employer_and_the_fund(harness: DeclarationsHarness) -> None:
    declaration_id = harness.declare(das_b())["declaration_id"]
    paths = [f"/declarations/{declaration_id}{more}" for more in ("", "/findings", "/lines")]
    stranger, clerk = harness.office.employer("1600000002"), harness.office.staff()
    for path in [*paths, f"/declarations?employer_id={DZ_EMPLOYER}"]:
        assert stranger.get(path).json["code"] == "access.not-yours"
        assert harness.office.person("p1").get(path).json["code"] == "access.not-yours"
        assert clerk.get(path).status_code == 200
    for path in paths:
        assert harness.office.employer(DZ_EMPLOYER, fund=TN).get(path).json["code"] == "declaration.unknown"
    assert harness.caller.get("/declarations/none").json["code"] == "declaration.unknown"
    assert harness.send(das_a(), by=stranger).json["code"] == "access.not-yours"


def test_the_list_is_of_one_period_where_it_is_given(harness: DeclarationsHarness) -> None:
    first = harness.declare(das_b())["declaration_id"]
    harness.declare(das_b(year=2024, header={"year": 2024}), period="2024")
    listed = harness.caller.get(f"/declarations?employer_id={DZ_EMPLOYER}&period=2025").json["items"]
    assert [each["declaration_id"] for each in listed] == [first]


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"employer_id": "16"}, 422, "declaration.employer-malformed"),
        ({"form": "moon"}, 422, "declaration.form-unknown"),
        ({"period": "2025-Q1"}, 422, "declaration.period-of-other-kind"),
        ({"period": "soon"}, 422, "fund.period-malformed"),
        ({"control_workers": "many"}, 422, "request.invalid"),
        ({"control_wages": "1.234"}, 422, "request.invalid"),
        ({"status": "accepted"}, 422, "request.invalid"),
    ],
)
def test_a_form_that_cannot_be_is_refused(
    harness: DeclarationsHarness, context: ServiceContext, form: dict[str, str], status: int, code: str
) -> None:
    refused = harness.send(das_b(), **form)
    assert (refused.status_code, refused.json["code"]) == (status, code)
    assert refused.json["detail"] != code
    assert context.database["declarations"].count_documents({}) == 0


def test_no_key_no_files_no_other_type(harness: DeclarationsHarness) -> None:
    body = {"employer_id": DZ_EMPLOYER, "form": "das", "period": "2025"}
    without_key = harness.caller.post(
        "/declarations", key=None, data={**body, "files": (BytesIO(b"x"), "x")}, content_type="multipart/form-data"
    )
    assert (without_key.status_code, without_key.json["code"]) == (400, "request.key-missing")
    without_files = harness.caller.post("/declarations", data=body, content_type="multipart/form-data")
    assert without_files.json["errors"][0]["field"] == "files"
    assert harness.caller.post("/declarations", body).status_code == 415


@pytest.mark.parametrize("query", ["?cursor=0", "?cursor=x", "?page=1"])
def test_a_cursor_that_was_not_given_is_refused(harness: DeclarationsHarness, query: str) -> None:
    declaration_id = harness.declare(das_b())["declaration_id"]
    assert harness.caller.get(f"/declarations/{declaration_id}/findings{query}").status_code == 422


@pytest.mark.parametrize(
    ("number", "code"),
    [(b" " * 12, "wage-file.insurance-number-malformed"), (b"0" * 12, "wage-file.value-missing")],
)
@pytest.mark.parametrize("made", [das_a, das_b])
def test_a_line_without_its_insurance_number_is_a_finding_of_that_line_beside_the_others(
    harness: DeclarationsHarness, made: Callable[..., Files], number: bytes, code: str
) -> None:
    """A declaration is accepted whole or not at all: who reads the answer knows which worker lacks what."""
    files = made(workers(4))
    name = next(name for name in files.by_name if "2025S" in name)
    content = files.by_name[name].replace(b"900000000002", number).replace(b"900000000004", b"90000000000X")
    seen = harness.declare(files.having(name, content))
    assert seen["status"] == "technically-refused" and seen["receipts"][-1]["errors"] == 2
    found = harness.see(seen["declaration_id"], "/findings")["items"]
    assert [(each["line"], each["field"], each["code"]) for each in found] == [
        (2, "Numéro d'assuré", code),
        (4, "Numéro d'assuré", "wage-file.insurance-number-malformed"),
    ]
