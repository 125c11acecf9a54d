"""F30: money comes by the reference of an overpayment, and a worker dies: payments' while it takes in what is asked
for, claims' while it books what came.

The money is booked once in the ledger and once on the overpayment, and the person is told once that nothing is owed.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from services.claims.overpayments import changing
from services.claims.overpayments.overpayment import Overpayment, OverpaymentStep, Status
from services.payments.banking import bank_calls
from services.payments.banking.bank_file import BankNotice, BookedEntry, Direction
from shared.kernel.money import Money
from shared.kernel.references import with_check_digits
from shared.storage.service_context import now
from tests.faults.kills.conftest import Ground
from tests.faults.kills.scene import Scene, playing
from tests.kit.contexts import TN, funds, someone
from tests.kit.people import AMIRA

REFERENCE = with_check_digits("OP", "2600000001")
OWED = 21_960
SIGKILLED = -9


@pytest.fixture
def scene(ground: Ground) -> Iterator[Scene]:
    """Claims has found that Amira was paid too much; no worker runs yet."""
    with playing(ground.folder, ground.mongodb) as made:
        for name in ("claims", "payments"):
            made.services[name].make_indexes(made.contexts[name])
        found_at = now() - timedelta(days=1)
        owed = Overpayment(
            award_id="aw1",
            reference="AW260000000132",
            person_ref=AMIRA,
            claim_type="family-allowance",
            last_on=date(2026, 3, 31),
            payments=(),
            amount_minor=OWED,
            currency="TND",
            status=Status.OPEN,
            steps=(OverpaymentStep(status=Status.OPEN, at=found_at, by="system:test", amount_minor=OWED),),
            found_at=found_at,
            repayment_reference=REFERENCE,
        )
        made.contexts["claims"].run(
            TN, by=someone(), cause="test:found", action=lambda uow: changing.save(uow, None, owed)
        )
        yield made


@pytest.mark.parametrize("step", ["inbox.polled", "inbox/work.saved", "inbox.taken"])
@pytest.mark.parametrize("dying", ["payments", "claims"])
def test_f30_killed_while_it_is_taken_in(scene: Scene, dying: str, step: str) -> None:
    if dying == "payments":
        scene.arm()
    for name in ("claims", "payments"):
        scene.launch(name, step=step if name == dying else "")
    expected = scene.database("payments")["repayments"]
    scene.until(lambda: expected.count_documents({"owed_minor": OWED}) == 1, what="the reference to be known")
    scene.arm()
    _paid(scene)
    overpayments = scene.database("claims")["overpayments"]
    scene.until(lambda: overpayments.count_documents({"status": "recovered"}) == 1, what="the money to be booked")
    scene.until(lambda: not _waits_for_two(scene), what="the closing to come back")
    assert scene.killed == {dying: SIGKILLED}
    (kept,) = overpayments.find()
    assert (kept["amount_minor"], kept["repaid_minor"], len(kept["repaid"])) == (0, OWED, 1)
    (known,) = expected.find()
    assert (known["owed_minor"], known["received_minor"]) == (0, OWED)
    entries = list(scene.database("payments")["ledger_entries"].find())
    assert [each["cause"].startswith(f"repayment:{REFERENCE}") for each in entries] == [True]
    published = [each["type"] for each in scene.published("claims")]
    assert published == ["claims.overpayment-found", "claims.overpayment-closed", "claims.overpayment-repaid"]


def _paid(scene: Scene) -> None:
    """The bank's file with the money is booked, twice."""
    line = BookedEntry(
        entry_id="E1",
        account=funds()[TN].payments.collections.number,
        direction=Direction.CREDIT,
        amount=Money(OWED, funds()[TN].currency),
        booked_on=datetime.now(UTC).date(),
        end_to_end_id=None,
        remittance=f"remboursement {REFERENCE}",
        return_reason=None,
    )
    for _ in range(2):
        bank_calls.book(scene.contexts["payments"], TN, "test", BankNotice("f1", (line,)))


def _waits_for_two(scene: Scene) -> list[str]:
    """What is on its way between claims and payments; the other services do not run."""
    return [each for each in scene.on_its_way() if each.startswith(("claims ", "payments "))]
