"""A survivor asks for what the career of somebody else opens: only once a death is recorded, by their number, and with
nothing shown to who merely asks."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.claims.reassessments.jobs import judging
from services.claims.wiring import service
from shared.events.identity import PersonDied
from shared.jobs.runner import Runner
from shared.kernel.personal import DataClass
from shared.storage.service_context import ServiceContext
from tests.claims.benefits.builders import quarters_of_wages, registered
from tests.claims.benefits.test_routes import body, judged_claim
from tests.claims.builders import upload
from tests.kit.callers import Caller, Office
from tests.kit.clock import AT
from tests.kit.contexts import TN, handle, keys, parked, published_events, today
from tests.kit.people import AMIRA, KARIM

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


# --- Several survivors ------------------------------------------------------------------------------------------------


def granted_to(office: Office, person: str, **answers: str) -> dict[str, Any]:
    """A survivor pension that was asked for and granted."""
    papers = (*PAPERS, *(("guardianship",) if answers["relation"] == "guardian" else ()))
    uploads = [upload(f"{person}-{kind}", person) for kind in papers]
    handle(office.context, service, *uploads, fund_id=TN)
    asked = body("survivor-pension", deceased=NUMBER, **answers)
    asked["papers"] = [{"kind": kind, "upload_id": f"{person}-{kind}"} for kind in papers]
    filed = office.person(person, fund=TN).post("/claims", asked)
    assert filed.status_code == 201, filed.text
    done = office.staff(fund=TN).post(f"/claims/{filed.json['claim_id']}/approval", {})
    assert done.status_code == 200, done.text
    (award,) = office.person(person, fund=TN).get("/awards").json["items"]
    return dict(award)


def judged_again(office: Office) -> None:
    """What has changed is judged, as the jobs do."""
    Runner(office.context, [judging()]).run_due()


def test_all_shares_together_are_at_most_the_pension(office: Office) -> None:
    handle(office.context, service, died(), fund_id=TN)
    spouse = granted_to(office, KARIM, relation="spouse")
    guardian = granted_to(office, AMIRA, relation="guardian")
    assert (spouse["sum"]["amount"], guardian["sum"]["amount"]) == ("320.000", "80.000"), "of 400.000"
    named = [fact["name"] for line in guardian["sum"]["lines"] for fact in line["facts"]]
    assert "survivors.earlier-amount" in named, "the sum says why it is no more"


def test_where_an_earlier_one_ends_the_later_one_has_its_whole_share(office: Office) -> None:
    handle(office.context, service, died(), fund_id=TN)
    spouse = granted_to(office, KARIM, relation="spouse")
    guardian = granted_to(office, AMIRA, relation="guardian")
    ended = {"reason": "remarried", "last_on": TODAY.isoformat()}
    assert office.staff(fund=TN).post(f"/awards/{spouse['award_id']}/end", ended).status_code == 200
    handle(office.context, service, *published_events(office.context, "claims.award-ended"), fund_id=TN)
    judged_again(office)
    path = f"/awards/{guardian['award_id']}/reassessment"
    again = office.person(AMIRA, fund=TN).get(path).json
    assert again["steps"], again
    assert again["steps"][-1]["causes"][-1]["cause"] == "survivors-changed"


def test_the_first_is_not_taken_from_by_a_later_one(office: Office) -> None:
    handle(office.context, service, died(), fund_id=TN)
    guardian = granted_to(office, AMIRA, relation="guardian")
    spouse = granted_to(office, KARIM, relation="spouse")
    assert (guardian["sum"]["amount"], spouse["sum"]["amount"]) == ("120.000", "280.000")
    handle(office.context, service, *published_events(office.context, "claims.award-opened"), fund_id=TN)
    judged_again(office)
    assert office.person(AMIRA, fund=TN).get(f"/awards/{guardian['award_id']}/reassessment").json["steps"] == []
