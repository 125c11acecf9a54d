"""Complementary declarations: added to one in force, with their own number and contributions; others see the whole."""

import json
from dataclasses import replace
from typing import Any

import pytest

from deploy.local.verify import declared as i7
from shared.storage.service_context import ServiceContext
from tests.kit.contexts import TN
from tests.payments.declarations.builders import DZ_EMPLOYER, Worker, das_b, tn_122, workers
from tests.payments.declarations.harness import DeclarationsHarness
from tests.payments.provisional_assessments.test_routes import pay
from tests.verify.seen_of_one import seen_of
from tests.verify.town import found

FURTHER = [Worker(1, {"insurance_number": "900000000009", "family_name": "KACI"})]
SUPPLEMENT = {"wage_2": 500_000, "duration_2": 0}


@pytest.fixture
def harness(context: ServiceContext) -> DeclarationsHarness:
    return DeclarationsHarness(context)


def supplement(worker: Worker, **fields: Any) -> Worker:
    """Some more for one quarter of somebody who was declared."""
    nothing = {f"{name}_{quarter}": 0 for quarter in (1, 2, 3, 4) for name in ("wage", "duration")}
    return Worker(worker.number, {**worker.fields, **nothing, **SUPPLEMENT, **fields})


def complement(*people: Worker) -> Any:
    return das_b(people, header={"type": "C"})


def wages_published(context: ServiceContext, declaration_id: str) -> dict[str, list[int]]:
    """What others were told, by person: the wages of the year."""
    bodies = [event["body"] for each in context.database["outbox"].find() for event in each["events"]]
    pages = [json.loads(body) for body in bodies if b'"wages"' in body and b'"kind"' in body]
    return {
        wage["person_ref"]: [period["wage_minor"] for period in wage["periods"]]
        for page in pages
        if page["declaration_id"] == declaration_id
        for wage in page["wages"]
    }


def test_further_workers_are_added_and_nobody_falls_out(harness: DeclarationsHarness, context: ServiceContext) -> None:
    first = harness.declare(das_b(workers(2)))

    seen = harness.declare(complement(*FURTHER))

    assert (seen["status"], seen["is_complement"], seen["complement"]) == ("accepted", True, 1)
    assert (seen["workers"], seen["revision"], seen["replaces"]) == (1, 2, None)
    assert harness.see(first["declaration_id"])["status"] == "accepted"
    assert len(wages_published(context, seen["declaration_id"])) == 3
    assert seen["cards"]["of"] == 3
    assert float(seen["payment"]["due"]) > 0
    assert harness.see(first["declaration_id"])["payment"]["due"] == first["payment"]["due"]


def test_supplementary_wages_are_added_to_those_declared(harness: DeclarationsHarness, context: ServiceContext) -> None:
    first = harness.declare(das_b(workers(2)))

    seen = harness.declare(complement(supplement(workers(1)[0])))

    assert (seen["status"], seen["wages"]) == ("accepted", "5000.00")
    published = wages_published(context, seen["declaration_id"])
    assert sorted(published.values()) == [[9_001_000, 9_501_000, 9_001_000, 9_001_000], [9_002_000] * 4]
    assert harness.caller.get(f"/declarations/{first['declaration_id']}").json["status"] == "accepted"


def test_a_complement_takes_the_place_of_the_one_whose_number_it_names(harness: DeclarationsHarness) -> None:
    harness.declare(das_b(workers(2)))
    once = harness.declare(complement(*FURTHER))
    second = harness.declare(complement(supplement(workers(1)[0])))
    assert (once["complement"], second["complement"]) == (1, 2)

    again = harness.declare(complement(Worker(1, {**FURTHER[0].fields, "wage_1": 8_000_000})), complement_number="1")

    assert (again["status"], again["complement"], again["replaces"]) == ("accepted", 1, once["declaration_id"])
    assert harness.see(once["declaration_id"])["status"] == "replaced"
    assert harness.see(second["declaration_id"])["status"] == "accepted"


@pytest.mark.parametrize(
    ("sent", "form", "code"),
    [
        (complement(*workers(1)), {}, "wage-file.complement-repeats"),
        (complement(supplement(workers(1)[0], duration_2=1)), {}, "wage-file.complement-too-long"),
        (
            complement(supplement(workers(1)[0], duration_2=100, unit_2="H")),
            {},
            "wage-file.complement-unit-differs",
        ),
        (complement(*FURTHER), {"complement_number": "2"}, "wage-file.complement-number"),
    ],
)
def test_what_is_added_is_held_against_what_was_declared(
    harness: DeclarationsHarness, sent: Any, form: dict[str, str], code: str
) -> None:
    harness.declare(das_b(workers(2)))

    seen = harness.declare(sent, **form)

    assert seen["status"] == ("to-confirm" if code.endswith("repeats") else "refused")
    assert code in [each["code"] for each in harness.see(seen["declaration_id"], "/findings")["items"]]


def test_who_replaces_the_first_is_told_that_its_complements_stay(
    harness: DeclarationsHarness, context: ServiceContext
) -> None:
    harness.declare(das_b(workers(2)))
    added = harness.declare(complement(*FURTHER))

    seen = harness.declare(das_b(workers(3)))

    assert seen["status"] == "to-confirm"
    codes = [each["code"] for each in harness.see(seen["declaration_id"], "/findings")["items"]]
    assert codes == ["wage-file.complements-stand"]
    accepted = harness.confirm(seen["declaration_id"])
    assert (accepted["status"], accepted["workers"]) == ("accepted", 3)
    assert len(wages_published(context, seen["declaration_id"])) == 4
    assert harness.see(added["declaration_id"])["status"] == "accepted"


def test_a_layout_without_a_mark_is_added_by_what_is_sent_beside_it(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context, TN)
    alone = tn_122([Worker(1, {"insurance_number": "0000000945"})])
    refused = harness.declare(alone, is_complement="true")
    assert refused["status"] == "refused"
    harness.declare(tn_122(workers(2)))

    seen = harness.declare(alone, is_complement="true")

    assert (seen["status"], seen["complement"], seen["workers"]) == ("accepted", 1, 1)


# --- Taken back -------------------------------------------------------------------------------------------------------


def take_back(harness: DeclarationsHarness, declaration_id: str) -> dict[str, Any]:
    """What takes the place of a declaration that its employer takes back, once it is checked."""
    taken = harness.caller.post(f"/declarations/{declaration_id}/withdrawal")
    assert (taken.status_code, taken.json["status"], taken.json["intake"]) == (200, "received", "nothing"), taken.text
    harness.run()
    seen: dict[str, Any] = harness.see(taken.json["declaration_id"])
    return seen


def owed(harness: DeclarationsHarness) -> dict[str, str]:
    """What is left to pay, by declaration."""
    debts = harness.caller.get("/arrears", query_string={"employer_id": DZ_EMPLOYER}).json["items"]
    return {each["declaration_id"]: each["left"] for each in debts}


def offences(harness: DeclarationsHarness) -> list[str]:
    """What I7 finds: what is owed, paid and booked, held against each other."""
    return found(seen_of("payments", harness.context.database), i7.ask)


def test_a_complement_that_is_taken_back_is_owed_no_more_and_its_wages_end(
    harness: DeclarationsHarness, context: ServiceContext
) -> None:
    first = harness.declare(das_b(workers(2)))
    added = harness.declare(complement(*FURTHER))
    extra = harness.declare(complement(supplement(workers(1)[0])))
    before = wages_published(context, extra["declaration_id"])

    nothing = take_back(harness, added["declaration_id"])

    assert (nothing["status"], nothing["complement"], nothing["replaces"]) == ("accepted", 1, added["declaration_id"])
    assert harness.see(added["declaration_id"])["status"] == "replaced"
    assert owed(harness) == {each["declaration_id"]: each["due"] for each in (first, extra)}
    published = wages_published(context, nothing["declaration_id"])
    assert len(published) == 3
    ended = [ref for ref, wages in published.items() if wages == [0, 0, 0, 0]]
    assert len(ended) == 1, "who was in it alone has no wages any more"
    assert {ref: published[ref] for ref in published.keys() - ended} == {
        ref: before[ref] for ref in before.keys() - ended
    }, "what was declared before it, and after it, stands"
    assert offences(harness) == []


def test_what_was_paid_of_it_is_a_credit(harness: DeclarationsHarness) -> None:
    harness.declare(das_b(workers(2)))
    added = harness.declare(complement(*FURTHER))
    pay(harness, added["declaration_id"], 10_000)

    take_back(harness, added["declaration_id"])

    credits = harness.office.staff().get("/credits", query_string={"employer_id": DZ_EMPLOYER}).json["items"]
    used = [use["amount"] for each in credits for use in each["uses"]]
    assert [each["amount"] for each in credits] == ["100.00"]
    assert used in ([], ["100.00"]), "it pays what else is owed"
    assert offences(harness) == []


def test_its_number_is_free_for_another_and_nothing_is_not_taken_back(harness: DeclarationsHarness) -> None:
    harness.declare(das_b(workers(2)))
    added = harness.declare(complement(*FURTHER))
    nothing = take_back(harness, added["declaration_id"])
    for each in (nothing, added):
        refused = harness.caller.post(f"/declarations/{each['declaration_id']}/withdrawal")
        assert refused.status_code == 409

    again = harness.declare(complement(*FURTHER), complement_number="1")

    assert (again["status"], again["complement"], again["replaces"]) == ("accepted", 1, nothing["declaration_id"])
    assert take_back(harness, again["declaration_id"])["status"] == "accepted"
    assert offences(harness) == []


def test_what_was_not_added_is_not_taken_back(harness: DeclarationsHarness) -> None:
    first = harness.declare(das_b(workers(2)))
    refused = harness.caller.post(f"/declarations/{first['declaration_id']}/withdrawal")
    assert (refused.status_code, refused.json["code"]) == (409, "declaration.nothing-to-confirm")


def test_where_the_form_does_not_allow_it_a_complement_stays(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context, TN)
    harness.declare(tn_122(workers(2)))
    added = harness.declare(tn_122([Worker(1, {"insurance_number": "0000000945"})]), is_complement="true")
    refused = harness.caller.post(f"/declarations/{added['declaration_id']}/withdrawal")
    assert (refused.status_code, refused.json["code"]) == (409, "declaration.not-to-be-taken-back")
    assert harness.see(added["declaration_id"])["status"] == "accepted"


def test_the_complement_of_an_establishment_is_taken_back_there(context: ServiceContext) -> None:
    fund = context.funds[TN]
    forms = {code: replace(form, withdraws_complements=True) for code, form in fund.declarations.forms.items()}
    sections = replace(fund.sections, declarations=replace(fund.declarations, forms=forms))
    allowing = replace(context, funds={**context.funds, TN: replace(fund, sections=sections)})
    harness = DeclarationsHarness(allowing, TN)
    place = {"exploitation": "12"}
    base = harness.declare(tn_122(workers(2), **place))
    added = harness.declare(tn_122([Worker(1, {"insurance_number": "0000000945"})], **place), is_complement="true")
    assert (base["status"], added["status"]) == ("accepted", "accepted"), harness.see(added["declaration_id"])

    nothing = take_back(harness, added["declaration_id"])

    assert (nothing["replaces"], nothing["establishment"]) == (added["declaration_id"], added["establishment"])
    assert harness.see(base["declaration_id"])["status"] == "accepted"


# --- Typed ------------------------------------------------------------------------------------------------------------


def typed(harness: DeclarationsHarness, body: dict[str, Any]) -> dict[str, Any]:
    """The declaration of typed lines, once it is checked."""
    sent = harness.caller.post("/typed-declarations", body)
    assert sent.status_code == 202, sent.text
    harness.run()
    seen: dict[str, Any] = harness.see(sent.json["declaration_id"])
    return seen


NEW_WORKER = {
    "insurance_number": "900000000009",
    "family_name": "KACI",
    "first_name": "AMINE",
    "birth_on": "1980-05-06",
    "entered_on": "2025-01-05",
    "wages": [{"quarter": quarter, "duration": 3, "unit": "M", "wage": "90000.00"} for quarter in (1, 2, 3, 4)],
}
TYPED = {"employer_id": DZ_EMPLOYER, "form": "das", "period": "2025", "lines": [NEW_WORKER]}


def test_a_complement_is_typed_as_any_declaration_is(harness: DeclarationsHarness, context: ServiceContext) -> None:
    first = harness.declare(das_b(workers(2)))
    body = {**TYPED, "is_complement": True}
    checked = harness.caller.post("/typed-declarations/check", body).json
    assert (checked["errors"], checked["workers"]) == (0, 1), checked

    seen = typed(harness, body)

    assert (seen["status"], seen["intake"], seen["complement"], seen["due"]) == (
        "accepted", "typed", 1, checked["due"]
    )  # fmt: skip
    assert harness.see(first["declaration_id"])["status"] == "accepted"
    assert len(wages_published(context, seen["declaration_id"])) == 3
    assert take_back(harness, seen["declaration_id"])["status"] == "accepted"
    assert offences(harness) == []


def test_a_typed_complement_is_added_to_something_and_names_which_it_replaces(harness: DeclarationsHarness) -> None:
    alone = typed(harness, {**TYPED, "is_complement": True})
    codes = [each["code"] for each in harness.see(alone["declaration_id"], "/findings")["items"]]
    assert (alone["status"], codes) == ("refused", ["wage-file.nothing-to-complement"])
    harness.declare(das_b(workers(2)))
    added = harness.declare(complement(*FURTHER))
    again = typed(harness, {**TYPED, "is_complement": True, "complement_number": 1})
    assert (again["status"], again["replaces"]) == ("accepted", added["declaration_id"])
