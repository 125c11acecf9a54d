"""R1: a declaration is one employer, one establishment, one form, one period; what one says leaves the others alone."""

import json
from typing import Any

import pytest

from shared.storage.service_context import ServiceContext
from tests.kit.contexts import TN
from tests.payments.declarations.builders import TN_EMPLOYER, Files, Worker, examined, facts, tn_122, workers
from tests.payments.declarations.harness import DeclarationsHarness

MAIN = f"DS{TN_EMPLOYER}0000.12026.txt"


@pytest.fixture
def harness(context: ServiceContext) -> DeclarationsHarness:
    return DeclarationsHarness(context, TN)


def codes(harness: DeclarationsHarness, declaration_id: str) -> list[str]:
    return [finding["code"] for finding in harness.see(declaration_id, "/findings")["items"]]


def wages_published(context: ServiceContext) -> list[dict[str, Any]]:
    bodies = [event["body"] for document in context.database["outbox"].find() for event in document["events"]]
    return [
        published for published in map(json.loads, bodies) if "wages" in published and "has_version_2" not in published
    ]


def test_r01_two_establishments_stand_side_by_side_and_their_dues_add_up(
    harness: DeclarationsHarness, context: ServiceContext
) -> None:
    main = harness.declare(tn_122(workers(3)))
    other = harness.declare(tn_122(workers(2), exploitation="0001"))

    assert (main["establishment"], other["establishment"]) == ("0000", "0001")
    assert [harness.see(each["declaration_id"])["status"] for each in (main, other)] == ["accepted", "accepted"]
    assert (other["revision"], other["replaces"]) == (1, None)
    owed = harness.office.staff(fund=TN).get(f"/ledger/accounts/receivable:{TN_EMPLOYER}:2026-Q1").json
    assert float(owed["balance"]) == pytest.approx(float(main["due"]) + float(other["due"]))
    assert [published.get("establishment") for published in wages_published(context)] == [None, "0001"]
    assert not any(
        wage["periods"][0]["duration"] == 0 for published in wages_published(context) for wage in published["wages"]
    )


def test_r01_a_newer_file_replaces_only_that_of_its_own_establishment(harness: DeclarationsHarness) -> None:
    main = harness.declare(tn_122(workers(3)))
    other = harness.declare(tn_122(workers(3), exploitation="0001"))
    newer = harness.declare(tn_122(workers(3), exploitation="0001", wage=3_200_000))

    assert (newer["revision"], newer["replaces"]) == (2, other["declaration_id"])
    assert harness.see(main["declaration_id"])["status"] == "accepted"
    assert harness.see(other["declaration_id"])["status"] == "replaced"


def test_r01_each_establishment_is_paid_by_itself(harness: DeclarationsHarness) -> None:
    sent = [harness.declare(tn_122(exploitation=code))["declaration_id"] for code in ("0000", "0001")]
    asked = [harness.caller.post(f"/declarations/{each}/collections", {"rail": "transfer"}) for each in sent]

    assert [answer.status_code for answer in asked] == [201, 201]
    assert asked[0].json["reference"] != asked[1].json["reference"]


def test_r01_the_same_establishment_of_another_quarter_is_another_declaration(harness: DeclarationsHarness) -> None:
    first = harness.declare(tn_122(exploitation="0001"))
    assert first["status"] == "accepted"
    assert harness.see(first["declaration_id"])["period"] == "2026-Q1"


def test_r01_several_codes_in_one_file_are_refused_and_each_is_named_once(harness: DeclarationsHarness) -> None:
    people = [Worker(number, {"exploitation": "0001" if number % 2 else "0000"}) for number in range(1, 7)]
    refused = harness.declare(tn_122(people))

    assert refused["status"] == "refused"
    (finding, name) = harness.see(refused["declaration_id"], "/findings")["items"]
    assert (finding["code"], finding["line"], finding["column"]) == ("wage-file.two-establishments", 2, 11)
    assert (finding["found"], finding["expected"]) == ("0000", "0001")
    assert name["code"] == "wage-file.name-differs"


def test_r01_a_name_of_another_establishment_than_the_lines_is_refused(harness: DeclarationsHarness) -> None:
    content = tn_122(exploitation="0001").by_name[f"DS{TN_EMPLOYER}0001.12026.txt"]
    refused = harness.declare(Files({MAIN: content}))

    assert refused["status"] == "refused"
    (finding,) = harness.see(refused["declaration_id"], "/findings")["items"]
    assert (finding["code"], finding["found"], finding["expected"]) == ("wage-file.name-differs", "0000", "0001")


def test_r01_a_name_in_small_letters_or_of_another_form_says_no_establishment() -> None:
    content = tn_122(exploitation="0001").by_name[f"DS{TN_EMPLOYER}0001.12026.txt"]
    for name, warnings in ((f"ds{TN_EMPLOYER}0001.12026.TXT", 0), ("wages.txt", 1)):
        report, _ = examined(Files({name: content}), facts("tn-cnss"))
        assert (report.errors, report.warnings, report.establishment) == (0, warnings, "0001")


@pytest.mark.parametrize("code", [b"    ", b"00A0", b"-001"])
def test_r01_a_code_that_is_not_four_digits_is_refused_at_its_place(code: bytes) -> None:
    content = tn_122().by_name[MAIN]
    report, _ = examined(Files({MAIN: content[:10] + code + content[14:]}), facts("tn-cnss"))
    assert [(finding.code, finding.line, finding.column) for finding in report.findings] == [
        ("wage-file.number-malformed", 1, 11)
    ]
