"""A trial comes to what the service decides when the same is filed, line by line."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.claims.awards.store import of_claim
from services.claims.claims.claim import RefusalReason
from services.claims.claims.decisions import MedicallyRefused
from services.claims.claims.store import claims
from services.claims.trials.rules import tried
from services.claims.wiring import service
from shared.storage.service_context import ServiceContext
from tests.claims.benefits.builders import quarters_of_wages, registered
from tests.claims.builders import upload
from tests.claims.trials.builders import case_of
from tests.kit.callers import Office
from tests.kit.contexts import TN, handle, parked, reading, today
from tests.kit.people import AMIRA

TODAY = today(TN)
CHILDREN = [{"relation": "child", "birth_on": f"{TODAY.year - 8 - i}-01-01"} for i in range(2)]


@pytest.mark.parametrize("is_single", [True, False])
def test_rules_decide_as_they_do_in_a_trial(context: ServiceContext, tmp_path: Path, is_single: bool) -> None:
    last = (TODAY.year, (TODAY.month - 1) // 3) if TODAY.month > 3 else (TODAY.year - 1, 4)
    people = registered(AMIRA, birth_on="1985-01-01", dependants=CHILDREN, fund_id=TN)
    wages = quarters_of_wages(AMIRA, count=8, wage_minor=2_000_000, last=last)
    handle(context, service, people, wages, upload("u1"), upload("u2"), fund_id=TN)
    assert parked(context) == []
    kinds = ("birth-certificates", *(("spouse-declaration",) if is_single else ()))
    filed = _filed(context, kinds, is_single)
    uow = reading(context, TN)
    claim = claims.load(uow, filed["claim_id"])

    case = {
        "filed_on": TODAY,
        "answers": {"single-wage": is_single},
        "facts": {"right.is-open": True, "wages.last-quarter": "2000.000 TND"},
        "dependants": [{**each, "birth_on": date.fromisoformat(each["birth_on"])} for each in CHILDREN],
    }
    path = tmp_path / "case.yaml"
    path.write_text(yaml.safe_dump(case))
    read, said = case_of(path, fund=uow.fund, claim_type="family-allowance")
    trial = tried(read, said, claim_type="family-allowance", fund=uow.fund)

    assert claim.decision is not None and claim.decision.is_by_rules and trial.is_by_rules
    assert trial.granted is not None and trial.granted.decision is not None
    assert _sum(trial.granted.decision.explained) == _sum(claim.decision.explained)
    assert [(each.code, each.holds) for each in trial.granted.decision.conditions] == [
        (each.code, each.holds) for each in claim.decision.conditions
    ]
    assert (trial.claim.due_on, trial.claim.legal_due_on) == (claim.due_on, claim.legal_due_on)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({}, {"answer": "yes", "reason": "justified"}),
        ({"months": 6}, {"answer": "yes", "reason": "shorter-than-asked", "months": 6}),
        ({"agrees": False}, {"answer": "no", "reason": "not-justified"}),
    ],
)
def test_medical_control_answers_as_it_does_in_a_trial(
    context: ServiceContext, tmp_path: Path, said: dict[str, Any], answer: dict[str, Any]
) -> None:
    """A cover of the medicines of a long illness, which its answer decides: granted, for less time, or refused."""
    last = (TODAY.year, (TODAY.month - 1) // 3) if TODAY.month > 3 else (TODAY.year - 1, 4)
    wages = quarters_of_wages(AMIRA, count=8, wage_minor=2_000_000, last=last)
    people = registered(AMIRA, birth_on="1985-01-01", fund_id=TN)
    kinds = ("request-form", "medical-report", "prescription")
    handle(context, service, people, wages, *(upload(f"u{number}") for number in (1, 2, 3)), fund_id=TN)
    office = Office(service, context)
    papers = [{"kind": kind, "upload_id": f"u{number}"} for number, kind in enumerate(kinds, 1)]
    answers = [{"code": "for-whom", "value": "self"}, {"code": "renewal", "value": True}]
    asked = {"claim_type": "chronic-drugs", "papers": papers, "answers": answers}
    filed = office.person(AMIRA, fund=TN).post("/claims", asked)
    assert filed.status_code == 201, filed.text
    path = f"/medical-queue/claims/{filed.json['claim_id']}/answer"
    answered = office.staff("doctor", fund=TN).post(path, answer)
    assert answered.status_code == 200, answered.text
    uow = reading(context, TN)
    claim, award = claims.load(uow, filed.json["claim_id"]), of_claim(uow, filed.json["claim_id"])

    case = {
        "filed_on": TODAY,
        "answers": {"for-whom": "self", "renewal": True},
        "facts": {"right.is-open": True},
        **({"medical": said} if said else {}),
    }
    (tmp_path / "case.yaml").write_text(yaml.safe_dump(case))
    read, facts = case_of(tmp_path / "case.yaml", fund=uow.fund, claim_type="chronic-drugs")
    trial = tried(read, facts, claim_type="chronic-drugs", fund=uow.fund)

    assert claim.decision is not None and trial.is_by_medical_control
    if trial.granted is None:
        assert claim.decision.refused_for == RefusalReason.MEDICALLY_NOT_JUSTIFIED and award is None
        assert isinstance(trial.refused, MedicallyRefused)
    else:
        assert trial.granted.medical is not None and claim.medical is not None
        assert (trial.granted.medical.answer, trial.granted.medical.months) == (
            claim.medical.answer,
            claim.medical.months,
        )
        assert award is not None and trial.award_days == (award.from_on, award.until_on)


def _filed(context: ServiceContext, kinds: tuple[str, ...], is_single: bool) -> dict[str, Any]:
    answer = (
        Office(service, context)
        .person(AMIRA, fund=TN)
        .post(
            "/claims",
            {
                "claim_type": "family-allowance",
                "papers": [{"kind": kind, "upload_id": f"u{number}"} for number, kind in enumerate(kinds, 1)],
                "answers": [{"code": "single-wage", "value": is_single}],
            },
        )
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def _sum(explained: Any) -> list[tuple[str, str, int]]:
    return [(line.rule, line.article, line.amount_minor) for line in explained.lines]
