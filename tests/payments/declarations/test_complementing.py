"""Complementary declarations: added to one in force, with their own number and contributions; others see the whole."""

import json
from typing import Any

import pytest

from shared.storage.service_context import ServiceContext
from tests.kit.contexts import TN
from tests.payments.declarations.builders import Worker, das_b, tn_122, workers
from tests.payments.declarations.harness import DeclarationsHarness

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
