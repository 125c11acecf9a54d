"""A survivor asks for what the career of somebody else opens: only once a death is recorded, by their number, and with
nothing shown to who merely asks."""

from datetime import date, timedelta

import pytest

from services.claims.wiring import service
from shared.events.identity import PersonDied
from shared.kernel.personal import DataClass
from shared.storage.service_context import ServiceContext
from tests.claims.benefits.builders import quarters_of_wages, registered
from tests.claims.benefits.test_routes import body, judged_claim
from tests.claims.builders import upload
from tests.kit.callers import Caller, Office
from tests.kit.clock import AT
from tests.kit.contexts import TN, handle, keys, parked, today
from tests.kit.people import KARIM

TODAY = today(TN)
NUMBER = "00000123-23"
DECEASED = keys()[TN].person_ref("0000012323")
DIED_ON = TODAY - timedelta(days=200)
PAPERS = ("death-certificate", "family-record")
YEAR = DIED_ON.year - 1


def child(age: int, **more: str) -> dict[str, str]:
    return {"relation": "child", "birth_on": date(TODAY.year - age, 1, 1).isoformat(), **more}


def died() -> PersonDied:
    encrypted = keys()[TN].encrypt(DIED_ON.isoformat(), data_class=DataClass.HEALTH, associated_data=DECEASED)
    return PersonDied(person_ref=DECEASED, revision=1, died_on=encrypted, recorded_at=AT)


@pytest.fixture
def office(context: ServiceContext) -> Office:
    """Somebody who earned 1,000 dinars a month for ten years, with a small child and a grown one."""
    made = Office(service, context)
    wages = quarters_of_wages(DECEASED, count=40, wage_minor=3_000_000, last=(YEAR, 4))
    people = registered(DECEASED, birth_on="1970-01-01", dependants=[child(5), child(30)], fund_id=TN)
    handle(context, service, wages, people, upload("u1", KARIM), upload("u2", KARIM), fund_id=TN)
    assert parked(context) == []
    return made


@pytest.fixture
def karim(office: Office) -> Caller:
    return office.person(KARIM, fund=TN)


def test_a_spouse_and_one_orphan_have_four_fifths(karim: Caller, context: ServiceContext) -> None:
    handle(context, service, died(), fund_id=TN)
    filed = karim.post("/claims", body("survivor-pension", PAPERS, deceased=NUMBER, relation="spouse"))
    assert filed.status_code == 201, filed.text
    judged = judged_claim(context, filed.json["claim_id"])
    assert judged.outcome == "granted" and judged.sum is not None
    sums = {line.rule: line.amount_minor for line in judged.sum.lines}
    assert (sums["base"], sums["spouse-with-orphans"], sums["orphans"]) == (400_000, 200_000, 120_000)
    assert judged.sum.amount_minor == 320_000
    assert NUMBER not in repr(list(context.database["claims"].find()))


def test_nothing_is_granted_while_no_death_is_recorded(karim: Caller, context: ServiceContext) -> None:
    filed = karim.post("/claims", body("survivor-pension", PAPERS, deceased=NUMBER, relation="spouse"))
    judged = judged_claim(context, filed.json["claim_id"])
    assert (judged.outcome, judged.failed, judged.sum) == ("refused", "has-died", None)


def test_a_death_grants_nobody_anything_by_itself(karim: Caller, context: ServiceContext) -> None:
    handle(context, service, died(), fund_id=TN)
    assert context.database["claims"].count_documents({}) == context.database["awards"].count_documents({}) == 0


def test_who_merely_asks_learns_nothing_of_somebody_else(karim: Caller, context: ServiceContext) -> None:
    handle(context, service, died(), fund_id=TN)
    answers = body("survivor-pension", deceased=NUMBER, relation="spouse")
    refused = karim.post("/estimates", {key: value for key, value in answers.items() if key != "papers"})
    assert (refused.status_code, refused.json["code"]) == (422, "benefit.of-somebody-else")


@pytest.mark.parametrize("number", ["", "x", "pnobodyaaaaaaaaaaaaaaaaa", "٠", "9" * 200])
def test_what_is_no_number_is_refused(karim: Caller, number: str) -> None:
    refused = karim.post("/claims", body("survivor-pension", PAPERS, deceased=number, relation="spouse"))
    assert refused.status_code == 422, refused.text


def test_nobody_survives_themselves(office: Office, context: ServiceContext) -> None:
    handle(context, service, upload("u1", DECEASED), upload("u2", DECEASED), fund_id=TN)
    own = office.person(DECEASED, fund=TN)
    refused = own.post("/claims", body("survivor-pension", PAPERS, deceased=NUMBER, relation="spouse"))
    assert refused.json["errors"][0]["code"] == "answer.not-an-insurance-number"


def test_a_number_that_nobody_has_is_taken_like_any_other(karim: Caller, context: ServiceContext) -> None:
    filed = karim.post("/claims", body("survivor-pension", PAPERS, deceased="00000124-24", relation="spouse"))
    assert filed.status_code == 201, filed.text
    assert judged_claim(context, filed.json["claim_id"]).failed == "has-died"
