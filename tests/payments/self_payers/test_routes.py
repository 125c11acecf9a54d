"""A self-payer from the admission to the money that came: over routes, the job, and the bank's entries."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.payments.banking import bank_calls
from services.payments.banking.bank_file import BankNotice, BookedEntry, Direction
from shared.kernel.money import Currency, Money
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.clock import Clock
from tests.kit.contexts import DZ, TN, funds, published, published_events
from tests.kit.people import AMIRA, KARIM
from tests.payments.bank import office
from tests.payments.self_payers.builders import ADMISSION, admit, call, offering

OWN = funds()[DZ].payments
DUE = 20_000


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def here(context: ServiceContext, clock: Clock) -> ServiceContext:
    return offering(context, clock)


@pytest.fixture
def made(here: ServiceContext) -> Office:
    """It is February: January and February are called."""
    return admit(here)


def months(made: Office, person_ref: str = AMIRA) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = made.person(person_ref).get("/self-payments").json["items"]
    return found


def book(context: ServiceContext, reference: str, amount_minor: int, entry_id: str = "E1", **facts: Any) -> None:
    """The bank books a transfer, and says so twice."""
    line = BookedEntry(
        **{
            "entry_id": entry_id,
            "account": OWN.collections.number,
            "direction": Direction.CREDIT,
            "amount": Money(amount_minor, Currency.DZD),
            "booked_on": date(2026, 2, 11),
            "end_to_end_id": None,
            "remittance": reference,
            "return_reason": None,
            **facts,
        }
    )
    for _ in range(2):
        bank_calls.book(context, DZ, "test", BankNotice("f1", (line,)))


def balance(made: Office, code: str) -> str:
    shown = made.staff().get(f"/ledger/accounts/{code}")
    return str(shown.json["balance"]) if shown.status_code == 200 else "none"


def waiting(made: Office) -> list[tuple[str, str]]:
    return [(each["why"], each["amount"]) for each in made.staff().get("/bank/entries").json["items"]]


def test_a_person_sees_what_is_due_why_and_how_to_pay(made: Office) -> None:
    february, january = months(made)
    assert (january["month"], february["month"]) == ("2026-M01", "2026-M02")
    assert (january["due"], january["left"], january["received"], january["status"]) == (
        "200.00",
        "200.00",
        "0.00",
        "open",
    )
    assert january["reference"].startswith("CI") and january["reference"] != february["reference"]
    assert january["pay_into"]["number"] == OWN.collections.number
    assert (january["base"], january["due_on"], january["is_to_be_confirmed"]) == ("4000.00", "2026-03-10", True)
    assert [(each["percent"], each["amount"], each["bound"]) for each in january["shares"]] == [
        ("2.50", "100.00", "percent")
    ] * 2
    assert {each["law"] for each in january["shares"]} == {"An invented law"}
    assert months(made, KARIM) == []
    assert balance(made, f"self-payer:{AMIRA}:2026-M01") == "200.00"


def test_months_are_called_once_each_and_as_they_begin(here: ServiceContext, made: Office, clock: Clock) -> None:
    call(here)
    assert len(months(made)) == 2
    clock.at = datetime(2026, 2, 28, 22, 59, tzinfo=UTC)
    assert (call(here), len(months(made))) == (0, 2)
    clock.move(minutes=1)
    assert (call(here), len(months(made))) == (1, 3)


def test_a_late_start_calls_every_month_that_passed(here: ServiceContext) -> None:
    made = admit(here, from_month="2024-M06")
    while call(here):
        pass
    assert len(months(made)) == 21
    assert {each["due_on"] for each in months(made)} == {"2026-03-10"}


def test_the_whole_sum_is_booked_and_told_once(here: ServiceContext, made: Office) -> None:
    reference = months(made)[1]["reference"]
    book(here, f"cotisation {reference[:4]} {reference[4:]}", DUE)
    january = months(made)[1]
    assert (january["status"], january["left"], january["paid_on"]) == ("paid", "0.00", "2026-02-11")
    assert january["pay_into"] is None
    (event,) = published_events(here, "payments.self-contribution-paid")
    assert (event.person_ref, event.month, event.amount_minor) == (AMIRA, "2026-M01", DUE)
    assert balance(made, f"self-payer:{AMIRA}:2026-M01") == "0.00"
    assert balance(made, "bank:collections") == "200.00"
    assert waiting(made) == [] and made.staff().get("/differences").json["items"] == []


def test_a_part_is_booked_and_the_rest_stays_due(here: ServiceContext, made: Office) -> None:
    reference = months(made)[1]["reference"]
    book(here, reference, 5_000)
    assert (months(made)[1]["left"], published(here).count("payments.self-contribution-paid")) == ("150.00", 0)
    book(here, reference, 15_000, "E2")
    assert (months(made)[1]["status"], published(here).count("payments.self-contribution-paid")) == ("paid", 1)


def test_what_is_too_much_comes_again_or_names_nothing_waits(here: ServiceContext, made: Office) -> None:
    reference = months(made)[1]["reference"]
    book(here, reference, DUE + 1)
    book(here, reference, DUE, "E2")
    book(here, reference, DUE, "E3")
    book(here, "CI260000000000", DUE, "E4")
    assert sorted(waiting(made)) == [
        ("already-settled", "200.00"),
        ("amount-differs", "200.01"),
        ("reference-unknown", "200.00"),
    ]


def test_an_agent_allocates_what_is_too_much_to_two_months(here: ServiceContext, made: Office) -> None:
    february, january = months(made)
    book(here, january["reference"], DUE + 500)
    (entry,) = made.staff().get("/bank/entries").json["items"]
    path, version = f"/bank/entries/{entry['entry_id']}/allocation", entry["version"]
    share = {"target": "self-contribution", "target_id": january["reference"], "amount": "205.00"}
    whole = made.staff().post(path, {"shares": [share], "version": version})
    assert (whole.status_code, whole.json["code"]) == (409, "bank.share-not-booked")
    unknown = made.staff().post(path, {"shares": [{**share, "target_id": "CI00"}], "version": version})
    assert (unknown.status_code, unknown.json["code"]) == (404, "self-payer.contribution-unknown")
    shares = [{**share, "amount": "200.00"}, {**share, "target_id": february["reference"], "amount": "5.00"}]
    said = made.staff().post(path, {"shares": shares, "version": version})
    assert said.status_code == 200, said.text
    assert [each["left"] for each in months(made)] == ["195.00", "0.00"]


def test_two_months_in_one_transfer(here: ServiceContext, made: Office) -> None:
    both = " ".join(each["reference"] for each in months(made))
    book(here, both, 2 * DUE)
    assert {each["status"] for each in months(made)} == {"paid"}


def test_what_the_bank_takes_back_is_due_again(here: ServiceContext, made: Office) -> None:
    reference = months(made)[1]["reference"]
    book(here, reference, DUE)
    book(here, reference, DUE, "E2", direction=Direction.DEBIT, is_reversal=True)
    (event,) = published_events(here, "payments.self-contribution-reopened")
    assert (event.month, event.left_minor, months(made)[1]["status"]) == ("2026-M01", DUE, "open")
    assert balance(made, f"self-payer:{AMIRA}:2026-M01") == "200.00"
    book(here, reference, DUE, "E3", direction=Direction.DEBIT, is_reversal=True)
    assert waiting(made) == [("amount-differs", "200.00")], "more than ever came"


def test_a_bank_asks_before_it_accepts_a_transfer(made: Office) -> None:
    shown = made.machine().get(f"/bank/references/{months(made)[1]['reference']}")
    assert (shown.status_code, shown.json["due"], shown.json["account"]) == (200, "200.00", OWN.collections.number)


def test_an_end_cancels_what_was_called_after_it(here: ServiceContext, made: Office, clock: Clock) -> None:
    body = {"last_month": "2026-M01", "reason": "back at work"}
    ended = made.staff().post(f"/self-payers/{AMIRA}/end", body)
    assert (ended.status_code, ended.json["status"], ended.json["last_month"]) == (200, "ended", "2026-M01")
    february, january = months(made)
    assert (february["status"], february["due"], january["status"]) == ("cancelled", "0.00", "open")
    assert balance(made, f"self-payer:{AMIRA}:2026-M02") == "0.00"
    clock.move(days=60)
    assert (call(here), len(months(made))) == (0, 2)
    again = made.staff().post("/self-payers", {**ADMISSION, "from_month": "2026-M02", "base": "5000.00"})
    assert again.status_code == 201, again.text
    call(here)
    assert [each["due"] for each in months(made)] == ["250.00", "250.00", "250.00", "200.00"]
    assert months(made)[2]["reference"] == february["reference"], "the person keeps the reference"


def test_no_end_before_a_month_that_was_paid(here: ServiceContext, made: Office) -> None:
    book(here, months(made)[0]["reference"], 1)
    refused = made.staff().post(f"/self-payers/{AMIRA}/end", {"last_month": "2026-M01", "reason": "back at work"})
    assert (refused.status_code, refused.json["code"]) == (409, "self-payer.month-paid")


def test_another_base_from_the_next_month(here: ServiceContext, made: Office, clock: Clock) -> None:
    body = {"from_month": "2026-M03", "base": "1000.00", "note": "pay slip"}
    path = f"/self-payers/{AMIRA}/base"
    read = made.staff().get(f"/self-payers/{AMIRA}?purpose=handling")
    stale = made.staff().post(path, body, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json["code"]) == (412, "request.changed-since-read")
    changed = made.staff().post(path, body, headers={"If-Match": read.headers["ETag"]})
    assert (changed.status_code, changed.json["base"], len(changed.json["bases"])) == (200, "1000.00", 2)
    called = made.staff().post(path, {**body, "from_month": "2026-M02"})
    assert (called.status_code, called.json["code"]) == (409, "self-payer.month-called")
    clock.move(days=30)
    call(here)
    assert [(each["due"], each["shares"][0]["bound"]) for each in months(made)] == [
        ("140.00", "floor"),
        ("200.00", "percent"),
        ("200.00", "percent"),
    ]


def test_agents_list_read_and_admit(here: ServiceContext, made: Office) -> None:
    agent = made.staff()
    assert [each["person_ref"] for each in agent.get("/self-payers").json["items"]] == [AMIRA]
    assert agent.get("/self-payers?status=ended").json["items"] == []
    reference = months(made)[0]["reference"]
    assert [each["person_ref"] for each in agent.get(f"/self-payers?reference={reference}").json["items"]] == [AMIRA]
    assert agent.get(f"/self-payers?reference={reference}&status=ended").json["items"] == []
    assert agent.get("/self-payers?reference=CI000").json["items"] == []
    assert len(agent.get(f"/self-payers/{AMIRA}/months?purpose=handling").json["items"]) == 2
    assert agent.get("/self-payer-offer").json["grounds"] == [{"code": "unpaid-leave", "name": "Essai"}]
    seen = made.person(AMIRA).get("/access-journal").json["items"]
    assert {each["looked_at"] for each in seen} == {"self-payer"}
    for wrong, status, code in (
        ({}, 409, "self-payer.already-admitted"),
        ({"person_ref": KARIM}, 404, "self-payer.person-unknown"),
        ({"ground": "other"}, 422, "self-payer.ground-unknown"),
        ({"from_month": "2026-Q1x"}, 422, "fund.period-malformed"),
        ({"base": "0.00"}, 422, "request.invalid"),
    ):
        refused = agent.post("/self-payers", {**ADMISSION, **wrong})
        assert (refused.status_code, refused.json["code"]) == (status, code), refused.text


def test_the_note_is_not_kept_in_clear(here: ServiceContext, made: Office) -> None:
    kept = here.database["self_payers"].find_one({}) or {}
    assert "Decision 12/2026" not in str(kept)
    assert made.staff().get(f"/self-payers/{AMIRA}?purpose=handling").json["bases"][0]["note"] == "Decision 12/2026"


def test_a_fund_that_says_nothing_of_it_says_so(context: ServiceContext) -> None:
    made = office(context)
    for answer in (
        made.person(AMIRA, fund=TN).get("/self-payments"),
        made.staff(fund=TN).get("/self-payers"),
        made.staff(fund=TN).post("/self-payers", ADMISSION),
    ):
        assert (answer.status_code, answer.json["code"]) == (404, "self-payer.not-offered"), answer.text
