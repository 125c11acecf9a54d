"""F29: claims' worker dies while it computes a run, keeps a page of it, and tells it once it is approved.

A page is done or it is not: the next worker goes on behind the last one, each award is owed once, and payments orders
one payout for each payment, however often it hears of it.
"""

import json
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.claims.awards.award import Award
from services.claims.claims.store import claims
from services.claims.runs.store import FOLLOW
from shared.events import catalogue
from shared.events.claims.awards import BenefitDue
from shared.events.identity import PersonsRegistered, RegisteredPerson
from shared.funds.period import Period, PeriodKind
from shared.kernel.personal import DataClass, Encrypted
from shared.storage.service_context import now
from tests.claims.awards.builders import since
from tests.claims.benefits.builders import quarters_of_wages
from tests.claims.benefits.test_routes import body
from tests.claims.builders import upload
from tests.faults.kills.conftest import Ground
from tests.faults.kills.scene import Scene, playing
from tests.kit.contexts import TN, handle, someone
from tests.kit.people import AMIRA, KARIM

ALLOWANCE = "family-allowance"
THREE_CHILDREN = 21_960 + 19_520 + 17_080
TODAY = now().date()
LAST = Period.containing(
    Period.containing(TODAY, kind=PeriodKind.QUARTER).first_on - timedelta(days=1), kind=PeriodKind.QUARTER
)
JOB = f"job {FOLLOW} {TN}"


@pytest.fixture
def scene(ground: Ground) -> Iterator[Scene]:
    """Claims with the family allowances of two people; no worker runs yet."""
    with playing(ground.folder, ground.mongodb) as made:
        for name in ("claims", "payments"):
            made.services[name].make_indexes(made.contexts[name])
        for person_ref in (AMIRA, KARIM):
            _granted(made, person_ref)
        yield made


def _granted(scene: Scene, person_ref: str) -> Award:
    """The allowance of somebody with wages above the ceiling and three children, for the last quarter."""
    context, uploaded = scene.contexts["claims"], f"u-{person_ref}"
    wages = quarters_of_wages(person_ref, count=20, wage_minor=3_000_000, last=(LAST.year, LAST.number))
    wages = replace(wages, declaration_id=f"wages-{person_ref}")
    handle(context, scene.services["claims"], wages, _registered(scene, person_ref), fund_id=TN)
    handle(context, scene.services["claims"], upload(uploaded, person_ref), fund_id=TN)
    asked = body(ALLOWANCE, ("birth-certificates",), single_wage=False)
    asked["papers"][0]["upload_id"] = uploaded
    filed = scene.offices["claims"].person(person_ref, fund=TN).post("/claims", asked)
    assert filed.status_code == 201, filed.text
    claim = claims.load(context.reading(TN, by=someone()), filed.json["claim_id"])
    return context.run(
        TN,
        by=someone(),
        cause=f"test:grant:{person_ref}",
        action=lambda uow: since(uow, claim, LAST.first_on),
    )


def _registered(scene: Scene, person_ref: str) -> PersonsRegistered:
    children = [{"relation": "child", "birth_on": date(TODAY.year - 5 - i, 6, 1).isoformat()} for i in range(3)]
    family = {
        "birth_on": date(TODAY.year - 40, 1, 1).isoformat(),
        "dependants": [{"dependant_id": f"d{i}", **each} for i, each in enumerate(children)],
    }
    keyring = scene.contexts["claims"].keys[TN]
    person = RegisteredPerson(
        person_ref=person_ref,
        civil=Encrypted("k1.nobody-here-opens-it"),
        language="fr",
        dependants=len(children),
        family=keyring.encrypt(json.dumps(family), data_class=DataClass.HEALTH, associated_data=person_ref),
    )
    return PersonsRegistered(page_id=f"page-{person_ref}", registered_at=now(), persons=(person,))


@pytest.mark.parametrize(
    ("step", "pages"),
    [("run.computed", 0), (f"{JOB}/work.saved", 0), ("run.page-kept", 1)],
    ids=["once a page is computed", "while it is kept", "once it is kept"],
)
def test_f29_killed_while_computing(scene: Scene, step: str, pages: int) -> None:
    run_id = _made(scene)
    scene.arm()
    _dies(scene, step)
    assert _run(scene, run_id)["pages"] == pages and _due(scene) == []
    _goes_on(scene, run_id, until="computed")
    _approved(scene, run_id)
    _assert_owed_once(scene, run_id)


@pytest.mark.parametrize(
    ("step", "published"),
    [(f"{JOB}/work.saved", 0), ("run.page-told", 2)],
    ids=["while a page is told", "once it is told"],
)
def test_f29_killed_while_telling(scene: Scene, step: str, published: int) -> None:
    run_id = _made(scene)
    _goes_on(scene, run_id, until="computed")
    _approved(scene, run_id)
    scene.arm()
    _dies(scene, step)
    assert len(_due(scene)) == published
    _assert_owed_once(scene, run_id)


def _made(scene: Scene) -> str:
    answer = scene.offices["claims"].staff(fund=TN).post("/runs", {"claim_type": ALLOWANCE, "period": str(LAST)})
    assert answer.status_code == 201, answer.text
    return str(answer.json["run_id"])


def _approved(scene: Scene, run_id: str) -> None:
    answer = scene.offices["claims"].staff("chief", fund=TN).post(f"/runs/{run_id}/approval")
    assert answer.status_code == 200, answer.text


def _dies(scene: Scene, step: str) -> None:
    """Start the worker, which is killed."""
    worker = scene.launch("claims", step=step)
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL, scene.last_words("claims")
    scene.faults.clear()


def _goes_on(scene: Scene, run_id: str, *, until: str) -> None:
    """A worker starts, which ends what a dead one left open; time passes, so that what the dead one had taken is due;
    until the run stands there. Then it ends in order."""
    scene.start("claims")

    def stands() -> bool:
        if _run(scene, run_id)["status"] == until:
            return True
        scene.database("claims")["jobs"].update_many({"kind": FOLLOW}, {"$set": {"due_at": now()}})
        return False

    scene.until(stands, what=f"the run to be {until}")
    scene.stop("claims")


def _run(scene: Scene, run_id: str) -> dict[str, Any]:
    found: Any = scene.database("claims")["runs"].find_one({"run_id": run_id})
    return dict(found)


def _due(scene: Scene) -> list[BenefitDue]:
    events = [each for each in scene.published("claims") if each["type"] == "claims.benefit-due"]
    return [catalogue.decode(each["type"], each["version"], each["body"]) for each in events]


def _assert_owed_once(scene: Scene, run_id: str) -> None:
    """Each award is owed its quarter once, and paid out once though payments hears of it again and again."""
    _goes_on(scene, run_id, until="told")
    due = _due(scene)
    assert sorted((each.person_ref, each.amount_minor) for each in due) == [
        (AMIRA, THREE_CHILDREN),
        (KARIM, THREE_CHILDREN),
    ]
    database = scene.database("claims")
    assert database["award_payments"].count_documents({"status": "due"}) == 2
    (page,) = database["run_pages"].find({"run_id": run_id})
    assert (page["due"], page["due_minor"]) == (2, 2 * THREE_CHILDREN)
    payments = scene.contexts["payments"]
    for _ in range(2):
        handle(payments, scene.services["payments"], *due, fund_id=TN)
    paid_out = list(payments.database["payouts"].find())
    assert sorted(str(row["payment_id"]) for row in paid_out) == sorted(each.payment_id for each in due)
