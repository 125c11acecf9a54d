"""What tests of direct debits do, and look at."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from services.payments.collections import actions as collections
from services.payments.collections.collection import Collection
from services.payments.debits import store
from services.payments.debits.debit_file import DebitBlock, DebitFile
from services.payments.mandates import store as mandates
from services.payments.mandates.mandate import Mandate
from services.payments.mandates.mandate import Status as MandateStatus
from shared.funds.calendar import Holidays
from shared.funds.fund import Fund
from shared.kernel.outcome import Outcome
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.clock import RunningClock
from tests.kit.contexts import DZ, funds, reading, someone
from tests.kit.due_jobs import DueJobs
from tests.payments.builders import FIRM, open_obligation
from tests.payments.mandates.builders import account, agreement, mandate
from tests.payments.settlements.builders import scheme

WAIT_MAX_S = 1.5
DUE = "3150.25"
AGES_AGO = date(2020, 1, 1)


def rib(ending: str) -> str:
    """An account at the simulated bank, which does with it what the ending before the key says."""
    bare = f"00200300000000{ending}"
    return f"{bare}{97 - int(bare[3:]) * 100 % 97:02d}"


GOOD = "5678"


def always_open(**bank: int) -> Fund:
    """The fund, and its bank, on every day of the year: no test depends on the day on which it is run."""
    own = funds()[DZ]
    agreed = own.payments.direct_debit
    assert agreed is not None
    payments = replace(own.payments, direct_debit=replace(agreed, notice_days=0))
    bindings = replace(own.bindings, bank=replace(own.bindings.bank, debit_lead_days=0, **bank))
    arrears = replace(own.arrears, settlements={"instalments": scheme()})
    sections = replace(own.sections, payments=payments, bindings=bindings, arrears=arrears)
    return replace(own, weekend=(), holidays=Holidays(is_national=False), sections=sections)


def sign(
    context: ServiceContext,
    ending: str = GOOD,
    *,
    employer_id: str = FIRM,
    reference: str = "MD260000000112",
    **facts: Any,
) -> Mandate:
    """The employer has a mandate in force for an account."""
    number = rib(ending)
    signed = mandate(
        mandate_id=f"m-{employer_id}",
        employer_id=employer_id,
        reference=reference,
        account=account(number=number),
        bank_agreement=agreement(account_number=number, reference=reference),
        starts_on=context.clock().date() - timedelta(days=30),
        **facts,
    )
    return context.run(
        DZ, by=someone(), cause="test:mandate", action=lambda uow: mandates.mandates.save(uow, Outcome(signed))
    )


def cancel(context: ServiceContext, signed: Mandate) -> None:
    cancelled = replace(signed, status=MandateStatus.CANCELLED)
    context.run(
        DZ, by=someone(), cause="test:cancel", action=lambda uow: mandates.mandates.save(uow, Outcome(cancelled))
    )


def ask(made: Office, declaration_id: str = "d1", rail: str = "direct-debit", *, employer_id: str = FIRM) -> str:
    asked = made.employer(employer_id).post(f"/declarations/{declaration_id}/collections", {"rail": rail})
    assert asked.status_code == 201, asked.text
    return str(asked.json["collection_id"])


def see(context: ServiceContext, collection_id: str) -> Collection:
    found = collections.find(reading(context), collection_id)
    assert found is not None
    return found


def all_files(context: ServiceContext) -> list[DebitFile]:
    rows = context.database["debit_files"].find().sort("_id", 1)
    return [store.files.load(reading(context), str(row["batch_id"])) for row in rows]


def only_file(context: ServiceContext) -> DebitFile:
    (file,) = all_files(context)
    return file


def blocks_of(context: ServiceContext, file: DebitFile) -> list[DebitBlock]:
    return store.blocks_of(reading(context), file)


def until_reported(context: ServiceContext, debiting: DueJobs, clock: RunningClock) -> None:
    for _ in range(2):
        debiting.run(context, DZ)
        clock.move(seconds=3)


def balance(made: Office, code: str) -> tuple[str, str | None]:
    found = made.staff().get(f"/ledger/accounts/{code}")
    return (found.json["balance"], found.json["side"]) if found.status_code == 200 else ("0.00", None)


def owed(made: Office, declaration_id: str = "d1") -> dict[str, Any]:
    shown: dict[str, Any] = made.employer(FIRM).get(f"/declarations/{declaration_id}/collections").json
    return shown


def is_declared_collected(made: Office) -> bool:
    shown, differences = owed(made), made.staff().get("/differences").json["items"]
    return (shown["due"], shown["left"], differences) == (shown["paid"], "0.00", [])


def posted(made: Office, cause: str) -> list[tuple[str, str, str]]:
    """What an entry of the ledger moved."""
    (posted,) = made.staff().get(f"/ledger/entries?cause={cause}").json["items"]
    return sorted((each["account"], each["side"], each["amount"]) for each in posted["postings"])


SMALL = {"debits_per_file_max": 10, "debits_per_block_max": 2}
"""A bank that takes a day in one file, in short blocks."""


def firm(number: int) -> str:
    return f"18000000{number:02d}"


def requested(context: ServiceContext, made: Office, count: int, ending: str = GOOD, **facts: Any) -> list[str]:
    """Firms with a mandate and a debt each, of which they asked for the debit; the debits' ids."""
    ids = []
    for number in range(count):
        open_obligation(context, f"d{number}", employer_id=firm(number))
        sign(context, ending, employer_id=firm(number), reference=f"MD26{number:010d}", **facts)
        ids.append(ask(made, f"d{number}", employer_id=firm(number)))
    return ids


def statuses(context: ServiceContext, collection_ids: list[str]) -> list[str]:
    return [see(context, each).status.value for each in collection_ids]
