"""Two people from the question to the payment, against the registers as a program: one keeps the aid; of the other a
register answers differently later, and nothing more is paid until an agent has looked."""

from typing import Any

from shared.events import catalogue
from tests.claims.crosschecks.partner_registers import Town, ref
from tests.kit.waiting import until

AMIRA = "09990000"
"""Every register answers as usual."""
KARIM = "09990027"
"""The register of vehicles (02) answers differently from the second question on."""


def events(town: Town, type_name: str) -> list[Any]:
    rows = town.context.database["outbox"].find().sort("_id", 1)
    bodies = [each for row in rows for each in row["events"] if each["type"] == type_name]
    return [catalogue.decode(each["type"], each["version"], each["body"]) for each in bodies]


def answered(town: Town, *claims: str) -> None:
    """Let files come and go until every register has answered."""

    def is_done() -> bool:
        town.exchange()
        town.move(minutes=61)
        town.work()
        return all(each["status"] == "answered" for claim in claims for each in town.checks(claim).values())

    until(is_done, max_s=20)


def paid_in_run(town: Town, period: str) -> dict[str, str]:
    """A run of a period, made by one person and approved by another: what became of each person's payment."""
    before = len(events(town, "claims.benefit-due"))
    made = town.staff("maker").post("/runs", {"claim_type": "permanent-aid", "period": period})
    assert made.status_code == 201, made.text
    path = f"/runs/{made.json['run_id']}"
    town.work()
    run = town.staff().get(path).json
    if run["status"] == "computed":
        assert town.staff("chief").post(f"{path}/approval").status_code == 200
        town.work()
    assert town.staff().get(path).json["status"] == "told"
    return {each.person_ref: f"{each.amount_minor / 1000:.3f}" for each in events(town, "claims.benefit-due")[before:]}


def test_two_people_from_question_to_payment(town: Town) -> None:
    town.register(AMIRA, KARIM)
    claims = {who: town.file(who) for who in (AMIRA, KARIM)}

    town.work()
    checks = town.checks(claims[AMIRA])
    assert set(checks) == {"tax", "vehicles", "land", "civil-status", "social-security"}, "no disability was declared"
    assert {name for name, each in checks.items() if each["status"] == "answered"} == set(checks) - {"land"}
    early = town.staff().post(f"/claims/{claims[AMIRA]}/approval", {})
    assert (early.status_code, early.json["code"]) == (409, "claim.crosschecks-open")

    answered(town, *claims.values())
    for who, claim_id in claims.items():
        shown = town.staff().get(f"/queue/claims/{claim_id}").json
        assert shown["judgement"]["outcome"] == "granted", (who, shown["judgement"])
        granted = town.staff().post(f"/claims/{claim_id}/approval", {})
        assert (granted.status_code, granted.json["status"]) == (200, "under-way"), granted.text
    decision = town.person(AMIRA).get(f"/claims/{claims[AMIRA]}").json["decision"]
    frozen = {fact["name"]: fact for each in decision["conditions"] for fact in each["facts"]}
    assert frozen["register.vehicles.bought-above-limit"]["value"] == "false"
    assert (
        frozen["register.tax.income-band"] | {"value": "none", "source": "cross-check"}
        == (frozen["register.tax.income-band"])
    )
    assert frozen["register.tax.income-band"]["as_of"] == town.clock().date().isoformat()

    town.move(days=50)  # 1 April; the answers of civil status are over since the end of March
    asked_before = len(town.partners.questions(register="civil-status"))
    town.work()
    assert len(town.partners.questions(register="civil-status")) == asked_before + 2, "asked again before the payment"
    assert paid_in_run(town, "2026-M03") == {ref(AMIRA): "280.000", ref(KARIM): "280.000"}

    town.move(days=61)  # 1 June; those of taxes and vehicles are over, too
    town.work()
    answered(town, *claims.values())
    (suspended,) = events(town, "claims.award-suspended")
    assert (suspended.person_ref, suspended.reason) == (ref(KARIM), "register-answer-changed")
    assert paid_in_run(town, "2026-M05") == {ref(AMIRA): "560.000"}, "April and May; nothing for the other"

    vehicles = town.checks(claims[KARIM])["vehicles"]
    assert [each["value"] for each in vehicles["answers"]] == ["no", "yes"]
    own = {
        each["register"]: each for each in town.person(KARIM).get(f"/claims/{claims[KARIM]}/crosschecks").json["items"]
    }
    assert own["vehicles"]["question"] and own["vehicles"]["answer_text"] == "Oui"

    # Karim has sold the car; an agent decides by the paper, and resumes the award: what was withheld is paid.
    paper, check = town.upload(KARIM), vehicles["check_id"]
    disputed = town.person(KARIM).post(f"/crosschecks/{check}/dispute", {"statement": "vendue", "upload_id": paper})
    assert disputed.status_code == 200, disputed.text
    assert [each["check_id"] for each in town.staff().get("/queue/crosschecks").json["items"]] == [check]
    decided = town.staff().post(
        f"/crosschecks/{check}/decision", {"value": "no", "upload_id": paper, "reason": "acte de vente"}
    )
    assert decided.status_code == 200, decided.text
    assert [each["value"] for each in decided.json["answers"]] == ["no", "yes"], "kept beside"
    (contested,) = events(town, "claims.register-answer-disputed")
    (corrected,) = events(town, "claims.register-answer-decided")
    assert (contested.person_ref, contested.check_id, corrected.is_confirmed) == (ref(KARIM), check, False)
    (award,) = town.person(KARIM).get("/awards").json["items"]
    assert town.staff().post(f"/awards/{award['award_id']}/resumption").status_code == 200
    town.move(days=30)
    town.work()
    answered(town, *claims.values())
    assert paid_in_run(town, "2026-M06") == {ref(AMIRA): "280.000", ref(KARIM): "840.000"}, "April, May and June"

    journal = town.person(KARIM).get("/access-journal").json["items"]
    asked = [each for each in journal if each["looked_at"] == "register-question"]
    about_karim = [each for each in town.partners.questions() if each["national_id"] == KARIM]
    assert len(asked) >= len(about_karim) > 5, "every question is in the journal"
