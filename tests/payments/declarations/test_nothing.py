"""An employer that has nothing to declare: accepted as a declaration of nought workers, and what comes before and after
it for the same period."""

from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.payments.declarations import added_findings, rules
from services.payments.declarations.declaration import Declaration, Intake, Status, StoredFile
from services.payments.declarations.rules import DeclarationFiling
from shared.storage.service_context import ServiceContext
from tests.kit.contexts import DZ, TN, funds, handle, published
from tests.payments.declarations.builders import DZ_EMPLOYER, das_b, tn_122
from tests.payments.declarations.harness import IN_TIME, USUAL, DeclarationsHarness, register

USUAL_DZ = {"employer_id": DZ_EMPLOYER, "form": "das", "period": "2025"}


def filing(**facts: Any) -> DeclarationFiling:
    return DeclarationFiling(**{**USUAL_DZ, "intake": Intake.NOTHING, **facts})


def declared(intake: Intake = Intake.FILES, declaration_id: str = "d1") -> Declaration:
    files = () if intake is Intake.NOTHING else (StoredFile(name="e", sha256="aa", size=218),)
    sent = filing(intake=intake, files=files)
    return rules.receive(sent, fund=funds()[DZ], declaration_id=declaration_id, traceparent="", at=IN_TIME[DZ]).thing


@pytest.mark.parametrize(
    ("current", "to_replace", "is_refused"),
    [
        (None, "", False),
        (None, "d1", False),
        (declared(), "", True),
        (declared(), "d2", True),
        (declared(), "d1", False),
        (declared(Intake.TYPED), "", True),
        (declared(Intake.NOTHING), "", False),
    ],
)
def test_wages_in_force_are_taken_back_only_by_name(
    current: Declaration | None, to_replace: str, is_refused: bool
) -> None:
    asked = filing(to_replace=to_replace)
    if is_refused:
        with pytest.raises(rules.DeclaredAlready):
            rules.may_declare_nothing(asked, current=current)
    else:
        rules.may_declare_nothing(asked, current=current)
    here = rules.receive(asked, fund=funds()[DZ], declaration_id="d9", traceparent="", at=IN_TIME[DZ]).thing
    assert bool(list(added_findings.declared_meanwhile(here, current=current))) is is_refused


def test_nothing_has_no_file_and_anything_else_has_one() -> None:
    with pytest.raises(ValueError, match="sends no file"):
        rules.receive(
            filing(files=(StoredFile(name="e", sha256="aa", size=1),)),
            fund=funds()[DZ],
            declaration_id="d",
            traceparent="",
            at=IN_TIME[DZ],
        )
    with pytest.raises(ValueError, match="1 to 2 files"):
        rules.receive(filing(intake=Intake.TYPED), fund=funds()[DZ], declaration_id="d", traceparent="", at=IN_TIME[DZ])


def nothing(harness: DeclarationsHarness, **more: Any) -> TestResponse:
    return harness.caller.post("/nil-declarations", {**USUAL[harness.fund_id], **more})


@pytest.mark.parametrize("fund_id", [DZ, TN])
def test_it_is_accepted_makes_nothing_due_and_speaks_of_no_file(context: ServiceContext, fund_id: str) -> None:
    harness = DeclarationsHarness(context, fund_id)
    sent = nothing(harness)
    assert (sent.status_code, sent.json["status"], sent.json["intake"]) == (202, "received", "nothing")
    harness.run()
    seen = harness.see(sent.json["declaration_id"])
    zero = str(0 * funds()[fund_id].currency.decimals) + "." + "0" * funds()[fund_id].currency.decimals
    assert (seen["status"], seen["workers"], seen["due"], seen["slips"]) == ("accepted", 0, zero, [])
    assert (seen["payment"]["status"], seen["payment"]["left"]) == ("paid", zero)
    assert [receipt["kind"] for receipt in seen["receipts"]] == ["received", "business"]
    assert not any("fichier" in receipt["text"] for receipt in seen["receipts"])
    assert seen["cards"]["is_complete"]
    assert published(context) == ["payments.declaration-received", "payments.declaration-accepted"]
    assert context.database["ledger_entries"].count_documents({}) == 0
    again = nothing(harness)
    assert again.json["declaration_id"] == sent.json["declaration_id"], "said twice, it is one declaration"
    assert harness.run() == 0


def test_wages_declared_later_take_its_place(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context, TN)
    first = nothing(harness).json["declaration_id"]
    harness.run()
    seen = harness.declare(tn_122())
    assert (seen["status"], seen["revision"], seen["replaces"], seen["due"]) == ("accepted", 2, first, "1716.750")
    assert harness.see(first)["status"] == "replaced"
    # And the other way round, which has to be said.
    refused = nothing(harness)
    assert (refused.status_code, refused.json["code"]) == (409, "declaration.declared-already")
    taken_back = nothing(harness, to_replace=seen["declaration_id"])
    assert taken_back.status_code == 202, taken_back.text
    harness.run()
    asked = harness.see(taken_back.json["declaration_id"])
    assert asked["status"] == "to-confirm", "the fund asks whether workers are really to fall out"
    confirmed = harness.confirm(asked["declaration_id"])
    assert (confirmed["status"], confirmed["revision"], confirmed["due"]) == ("accepted", 3, "0.000")
    assert harness.see(seen["declaration_id"])["payment"]["status"] == "cancelled"
    last = published(context)[-2:]
    assert last == ["payments.wages-declared", "payments.wages-declared"], "what was known of the workers is withdrawn"


def test_wages_that_came_in_between_are_not_taken_back(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context)
    sent = nothing(harness)
    assert harness.send(das_b()).status_code == 202
    harness.run()
    statuses = {each["intake"]: each["status"] for each in listed(harness)}
    # Whichever was checked first stands: what came second replaces an empty declaration, or is refused.
    assert statuses in ({"nothing": "replaced", "files": "accepted"}, {"nothing": "refused", "files": "accepted"})
    assert sent.status_code == 202


def listed(harness: DeclarationsHarness) -> list[dict[str, Any]]:
    answer = harness.caller.get("/declarations", query_string={"employer_id": DZ_EMPLOYER})
    found: list[dict[str, Any]] = answer.json["items"]
    return found


@pytest.mark.parametrize(
    ("is_open", "period", "code"),
    [(False, "2025", "wage-file.employer-closed"), (True, "2026", "wage-file.period-not-over")],
)
def test_the_register_and_the_calendar_stand_against_it(
    context: ServiceContext, is_open: bool, period: str, code: str
) -> None:
    harness = DeclarationsHarness(context)
    later = IN_TIME[DZ] + timedelta(days=1)
    handle(context, harness.office.service, register(DZ_EMPLOYER, is_open=is_open, registered_at=later))
    sent = nothing(harness, period=period)
    harness.run()
    seen = harness.see(sent.json["declaration_id"])
    assert (seen["status"], seen["due"]) == ("refused", None)
    assert [each["code"] for each in harness.see(seen["declaration_id"], "/findings")["items"]] == [code]
    assert context.database["standing_declarations"].count_documents({}) == 0


@pytest.mark.parametrize(
    ("more", "status"),
    [({"period": "2025-Q1"}, 422), ({"form": "none"}, 422), ({"employer_id": "x"}, 422), ({"lines": []}, 422)],
)
def test_what_cannot_be_read_is_refused_at_once(context: ServiceContext, more: dict[str, Any], status: int) -> None:
    assert nothing(DeclarationsHarness(context), **more).status_code == status
    assert Status.RECEIVED not in {each["status"] for each in context.database["declarations"].find()}
