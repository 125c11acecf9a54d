"""F31: payments' worker dies while it ends a settlement plan: finished, it waives penalties; broken, it charges them.

Plan, debts, ledger and events are one transaction of the job: whatever is killed, it is done once.
"""

import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.payments.collections import booking
from services.payments.ledger import account
from services.payments.obligations.store import FOLLOW_PLAN
from shared.storage.service_context import now
from tests.faults.kills.conftest import Ground
from tests.faults.kills.scene import Scene, playing
from tests.kit.callers import Office
from tests.kit.clock import Clock
from tests.kit.contexts import TN, someone
from tests.payments.builders import FIRM, open_obligation

ASKED_AT = datetime(2025, 1, 20, 9, tzinfo=UTC)
"""While the scheme of 2024 was open: what was agreed then is over by now, whenever this runs."""
DUE = 10_000
JOB = f"job {FOLLOW_PLAN} {TN}"
PENALTIES = f"penalty:{FIRM}:2024-Q2"


@pytest.fixture
def scene(ground: Ground) -> Iterator[Scene]:
    """Payments with a plan of one month for a quarter that was three months late; no worker runs yet."""
    with playing(ground.folder, ground.mongodb) as made:
        then = replace(made.contexts["payments"], clock=Clock(ASKED_AT))
        made.services["payments"].make_indexes(then)
        late = {"form": "quarterly-wages", "period": "2024-Q2", "due_on": date(2024, 7, 15)}
        minor = {"branches": {"pension": DUE}, "declared_on": date(2024, 7, 10)}
        open_obligation(then, fund_id=TN, **late, **minor)
        office = Office(made.services["payments"], then)
        body = {"employer_id": FIRM, "scheme": "amnesty-2024", "months": 1}
        asked = office.employer(FIRM, fund=TN).post("/settlement-plans", body).json
        decision = {"is_agreed": True, "reason": "Vu."}
        agreed = office.staff(fund=TN).post(f"/settlement-plans/{asked['plan_id']}/decision", decision)
        assert agreed.json["status"] == "agreed", agreed.text
        yield made


@pytest.mark.parametrize(
    "step", [f"{JOB}/work.saved", f"{JOB}/work.committed"], ids=["while it is kept", "once it is kept"]
)
@pytest.mark.parametrize("is_paid", [True, False], ids=["finished", "broken"])
def test_f30_killed_while_a_plan_ends(scene: Scene, step: str, is_paid: bool) -> None:
    spared = _owed(scene)["spared_minor"]
    assert spared > 0
    if is_paid:
        _pay(scene)
    _dies(scene, step)
    # Its lease is over: whoever comes next does not wait for that.
    scene.database("payments")["jobs"].update_many({"kind": FOLLOW_PLAN}, {"$set": {"due_at": now()}})
    scene.launch("payments")
    plans = scene.database("payments")["settlement_plans"]
    ended = "finished" if is_paid else "broken"
    scene.until(lambda: plans.count_documents({"status": ended}) == 1, what=f"the plan to be {ended}")
    scene.until(lambda: not _due(scene), what="its jobs to be done")
    owed, (plan,) = _owed(scene), plans.find()
    assert [each["status"] for each in plan["steps"]].count(ended) == 1
    assert (owed["spared_minor"], _booked(scene)) == (0, owed["penalty_minor"] - owed["penalty_paid_minor"])
    if is_paid:
        assert (owed["paid_minor"], owed["penalty_minor"], sum(owed["waived"].values())) == (DUE, 0, spared)
    else:
        assert owed["penalty_minor"] > spared and owed["plan_id"] == ""
    assert _published(scene).count(f"payments.settlement-{ended}") == 1


def _pay(scene: Scene) -> None:
    """All of the debt, when it was agreed."""
    to = {"into": account.BANK_COLLECTIONS, "value_on": ASKED_AT.date()}
    scene.contexts["payments"].run(
        TN,
        by=someone(),
        cause="test:paid",
        action=lambda uow: booking.pay(uow, declaration_id="d1", entry_id="e1", amount_minor=DUE, **to),
    )


def _dies(scene: Scene, step: str) -> None:
    """Start the worker, which is killed."""
    scene.arm()
    worker = scene.launch("payments", step=step)
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL, scene.last_words("payments")
    scene.faults.clear()


def _owed(scene: Scene) -> dict[str, Any]:
    return scene.database("payments")["obligations"].find_one({"declaration_id": "d1"}) or {}


def _due(scene: Scene) -> list[Any]:
    """The plan's job, while it has something to do."""
    return list(scene.database("payments")["jobs"].find({"kind": FOLLOW_PLAN}))


def _booked(scene: Scene) -> int:
    """What the ledger's entries say that is open of penalties."""
    entries = scene.database("payments")["ledger_entries"].find()
    return sum(
        posting["amount"]["amount_minor"] * (1 if posting["side"] == "debit" else -1)
        for entry in entries
        for posting in entry["postings"]  # type: ignore[attr-defined]
        if posting["account"] == PENALTIES
    )


def _published(scene: Scene) -> list[str]:
    return [event["type"] for event in scene.published("payments")]
