"""What agents do with money that no rule settled: by route, once, seen by a second person where it is much."""

from typing import Any

import pytest

from services.payments.banking import bank_calls
from services.payments.banking.bank_file import BankNotice, Direction
from services.payments.wiring import service
from shared.kernel.money import Currency, Money
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.contexts import DZ, TN, handle, published
from tests.payments.bank import credited, office, post_signed
from tests.payments.banking.test_bank_entries import COLLECTIONS, PAYOUTS, ask, balance, book, cases, line, status
from tests.payments.builders import FIRM, RIB, open_obligation
from tests.payments.declarations.harness import register

MUCH = "200000.00"


@pytest.fixture
def made(context: ServiceContext) -> Office:
    """Payments, with a declaration of 3150.25 accepted, and 3150.25 of which nobody knows what it is for."""
    here = office(context)
    handle(context, service, register(FIRM))
    open_obligation(context)
    post_signed(here, credited("DAS de l'an passé"))
    return here


def waiting(made: Office, **query: str) -> list[dict[str, Any]]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    items: list[dict[str, Any]] = made.staff().get(f"/bank/entries?{asked}").json["items"]
    return items


def refunds(made: Office, **query: str) -> list[str]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return [each["refund_id"] for each in made.staff().get(f"/refunds?{asked}").json["items"]]


def act(made: Office, entry: dict[str, Any], verb: str, by: str = "agent-1", **body: Any) -> Any:
    sent = {"version": entry["version"], **body}
    return made.staff(by).post(f"/bank/entries/{entry['entry_id']}/{verb}", sent)


def share(target: str, target_id: str, amount: str = "3150.25") -> dict[str, str]:
    return {"target": target, "target_id": target_id, "amount": amount}


def test_what_is_matched_says_by_which_rule_by_whom_and_when(context: ServiceContext, made: Office) -> None:
    """What a rule did, and what a person decided; what waits was matched by nobody."""
    (entry,) = waiting(made)
    assert entry["match"] is None
    reference = ask(made)["reference"]
    book(context, line(entry_id="E2", remittance=reference))
    (by_rule,) = waiting(made, status="booked")
    assert (by_rule["match"]["rule"], by_rule["match"]["by"]) == ("reference", "platform")
    assert by_rule["match"]["text"] == "Le texte donne une référence de la caisse."
    assert by_rule["match"]["at"] == by_rule["taken_at"]
    decided = act(made, entry, "write-off", ground="unclaimed").json
    assert (decided["match"]["rule"], decided["match"]["by"]) == ("decision", "agent-1")
    assert decided["match"]["at"] == decided["decision"]["at"] >= entry["taken_at"]


def test_what_waits_is_listed_with_why(made: Office) -> None:
    (entry,) = waiting(made)
    assert (entry["status"], entry["why"], entry["amount"]) == ("waiting", "reference-unknown", "3150.25")
    assert entry["why_text"] == "Le texte ne donne aucune référence connue."
    assert (entry["counterparty"], entry["remittance"]) == (RIB, "DAS de l'an passé")
    read = made.staff().get(f"/bank/entries/{entry['entry_id']}")
    assert read.json == entry and read.headers["ETag"] == f'"{entry["version"]}"'


def test_the_list_is_sorted_paged_and_filtered(context: ServiceContext, made: Office) -> None:
    lines = [line(entry_id=f"E{number}", remittance="?", account=PAYOUTS) for number in range(4)]
    bank_calls.book(context, DZ, "test", BankNotice("f1", tuple(lines)))
    pages, cursor = [], ""
    while cursor is not None:
        page = made.staff().get(f"/bank/entries?limit=2{cursor and '&cursor=' + cursor}").json
        pages.append([each["entry_id"] for each in page["items"]])
        cursor = page["next"]
    assert [len(each) for each in pages] == [2, 2, 1] and len({each for page in pages for each in page}) == 5
    assert len(waiting(made, account="bank:payouts")) == 4 and len(waiting(made, day="2026-02-11")) == 4
    assert waiting(made, status="proposed") == waiting(made, status="booked") == []
    assert len(waiting(made, status="waiting")) == 5
    assert made.staff().get("/bank/entries?status=lost").status_code == 422
    assert made.staff().get("/bank/entries?cursor=nonsense").json["code"] == "request.cursor-malformed"


def test_an_entry_is_found_by_a_reference_and_its_amount_in_whichever_state(
    context: ServiceContext, made: Office
) -> None:
    """By ours in the bank's text, however it is typed, and by the bank's own; what it is of both comes once."""
    (unknown,) = waiting(made)
    ours = ask(made)["reference"]
    lines = [
        line(entry_id="BANK-2", remittance=ours),
        line(entry_id="BANK-2", remittance="?", amount=Money(2_50, Currency.DZD)),
        line(entry_id=ours, remittance=ours, amount=Money(1_00, Currency.DZD)),
    ]
    bank_calls.book(context, DZ, "test", BankNotice("f1", tuple(lines)))

    def amounts(**query: str) -> list[str]:
        return [each["amount"] for each in waiting(made, **query)]

    assert amounts(reference=f"{ours[:4]} {ours[4:].lower()}") == amounts(reference=ours) == ["3150.25", "1.00"]
    assert amounts(reference="BANK-2") == ["3150.25", "2.50"]
    assert amounts(reference="BANK-2", status="waiting") == amounts(amount="2.50") == ["2.50"]
    assert next(each["entry_id"] for each in waiting(made, amount="3150.25")) == unknown["entry_id"]
    assert amounts(amount="3150.25", reference="BANK-2") == ["3150.25"] and amounts(reference="BANK-9") == []
    paged = made.staff().get("/bank/entries?reference=BANK-2&limit=1").json
    last = made.staff().get(f"/bank/entries?reference=BANK-2&limit=1&cursor={paged['next']}").json
    assert ([each["amount"] for each in last["items"]], last["next"]) == (["2.50"], None)


@pytest.mark.parametrize("target", ["collection", "declaration"])
def test_b10_an_agent_allocates_what_no_rule_could(context: ServiceContext, made: Office, target: str) -> None:
    target_id = ask(made)["collection_id"] if target == "collection" else "d1"
    (entry,) = waiting(made)
    done = act(made, entry, "allocation", shares=[share(target, target_id)], note="appel du 3 février")
    assert (done.status_code, done.json["status"]) == (200, "settled"), done.text
    assert status(made) == ("paid", "3150.25") and cases(made) == [] and waiting(made) == []
    assert balance(made, "suspense:unmatched") == ("0.00", None)
    assert balance(made, "bank:collections") == ("3150.25", "debit")
    assert published(context).count("payments.declaration-paid") == 1
    assert "appel" not in str(list(context.database["bank_entries"].find()))
    audit = context.database["audit"].find()
    records = [record["verb"] for row in audit for each in row["entries"] for record in each["deeds"]]  # type: ignore[attr-defined]
    assert records.count("entry-allocate") == 1


def test_one_entry_may_be_for_several_things(context: ServiceContext, made: Office) -> None:
    open_obligation(context, "d2", period="2024")
    (entry,) = waiting(made)
    shares = [
        share("declaration", "d1", "2000.00"),
        share("declaration", "d2", "1000.00"),
        share("employer", FIRM, "150.25"),
    ]
    assert act(made, entry, "allocation", shares=shares).status_code == 200
    assert status(made) == ("open", "2000.00") and status(made, "d2") == ("open", "1000.00")
    assert balance(made, f"credit:{FIRM}") == ("150.25", "credit")


@pytest.mark.parametrize(
    ("shares", "code"),
    [
        ([share("declaration", "d1", "3000.00")], "bank.shares-differ"),
        ([share("payout", "p1")], "bank.target-not-allowed"),
        ([share("declaration", "d9")], "collection.obligation-unknown"),
        ([share("collection", "c9")], "collection.unknown"),
        ([share("employer", "9999999999")], "bank.target-unknown"),
        ([share("refund", "r9")], "refund.unknown"),
        ([share("nonsense", "d1")], "request.invalid"),
        ([], "request.invalid"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_done(made: Office, shares: list[dict[str, str]], code: str) -> None:
    (entry,) = waiting(made)
    assert act(made, entry, "allocation", shares=shares).json["code"] == code
    assert waiting(made) == [entry] and balance(made, "suspense:unmatched") == ("3150.25", "credit")


def test_two_agents_the_second_is_told_the_newer_version(made: Office) -> None:
    (entry,) = waiting(made)
    first = act(made, entry, "write-off", ground="unclaimed")
    second = act(made, entry, "allocation", by="agent-2", shares=[share("declaration", "d1")])
    assert first.status_code == 200 and (second.status_code, second.json["code"]) == (409, "bank.entry-changed")
    assert str(first.json["version"]) in second.json["detail"]
    now = made.staff().get(f"/bank/entries/{entry['entry_id']}").json
    assert act(made, now, "write-off", ground="unclaimed").json["code"] == "bank.entry-not-waiting"


def test_if_match_names_the_version_as_well(made: Office) -> None:
    (entry,) = waiting(made)
    path, body = f"/bank/entries/{entry['entry_id']}/write-off", {"version": entry["version"], "ground": "unclaimed"}
    refused = made.staff().post(path, body, headers={"If-Match": '"9"'})
    assert (refused.status_code, refused.json["version"]) == (412, entry["version"])
    assert made.staff().post(path, body, headers={"If-Match": f'"{entry["version"]}"'}).status_code == 200


def test_the_same_request_again_is_done_once(made: Office) -> None:
    (entry,) = waiting(made)
    body = {"version": entry["version"], "ground": "unclaimed"}
    again = [made.staff().post(f"/bank/entries/{entry['entry_id']}/write-off", body, key="k1") for _ in range(2)]
    assert [each.status_code for each in again] == [200, 200] and again[0].json == again[1].json


@pytest.mark.parametrize(
    ("direction", "account", "side"),
    [(Direction.CREDIT, "written-off:received", "credit"), (Direction.DEBIT, "written-off:lost", "debit")],
)
def test_money_is_written_off_either_way(
    context: ServiceContext, made: Office, direction: Direction, account: str, side: str
) -> None:
    book(context, line(direction=direction, account=PAYOUTS, amount=Money(1_500, Currency.DZD), remittance="frais"))
    (entry,) = waiting(made, account="bank:payouts")
    assert act(made, entry, "write-off", ground="bank-charges").json["booked_as"] == "written-off"
    assert balance(made, account) == ("15.00", side)


def test_b06_what_is_not_the_funds_is_closed_and_books_nothing(context: ServiceContext, made: Office) -> None:
    book(context, line(account="00100100162000003363", remittance="x"))
    (entry,) = waiting(made, account="foreign")
    assert (entry["why"], entry["foreign_account"]) == ("account-foreign", "00100100162000003363")
    assert act(made, entry, "refund", ground="not-for-us", counterparty=RIB).json["code"] == "bank.way-not-allowed"
    assert act(made, entry, "write-off", ground="not-for-us").status_code == 200
    assert made.staff().get("/ledger/accounts/written-off:received").status_code == 404


# --- Much money needs two ---------------------------------------------------------------------------------------------


@pytest.fixture
def much(made: Office) -> dict[str, Any]:
    post_signed(made, credited("?", MUCH, entry="ent_2"), message_id="evt_2")
    (found,) = [each for each in waiting(made) if each["amount"] == MUCH]
    return found


def test_above_the_funds_limit_a_second_person_confirms(made: Office, much: dict[str, Any]) -> None:
    proposed = act(made, much, "allocation", shares=[share("employer", FIRM, MUCH)]).json
    assert (proposed["status"], proposed["decision"]["by"]) == ("proposed", "agent-1")
    assert balance(made, f"credit:{FIRM}") == ("none", None)
    assert act(made, proposed, "confirmation").json["code"] == "bank.second-person-needed"
    assert act(made, much, "confirmation", by="agent-2").json["code"] == "bank.entry-changed"
    done = act(made, proposed, "confirmation", by="agent-2").json
    assert (done["status"], done["decision"]["confirmed_by"]) == ("settled", "agent-2")
    assert balance(made, f"credit:{FIRM}") == (MUCH, "credit")


def test_a_second_person_may_say_no(made: Office, much: dict[str, Any]) -> None:
    proposed = act(made, much, "write-off", ground="unclaimed").json
    rejected = act(made, proposed, "rejection", by="agent-2").json
    assert (rejected["status"], len(rejected["decided_before"])) == ("waiting", 1)
    assert act(made, rejected, "allocation", shares=[share("employer", FIRM, MUCH)]).json["status"] == "proposed"


# --- Sent back --------------------------------------------------------------------------------------------------------


def sent_back(made: Office) -> dict[str, Any]:
    (entry,) = waiting(made)
    done = act(made, entry, "refund", ground="not-for-us")
    assert done.status_code == 200, done.text
    shown: dict[str, Any] = made.staff().get(f"/refunds/{done.json['decision']['refund_id']}").json
    return shown


def test_money_goes_back_and_the_banks_entry_settles_it(context: ServiceContext, made: Office) -> None:
    refund = sent_back(made)
    assert (refund["status"], refund["amount"], refund["counterparty"]) == ("ordered", "3150.25", RIB)
    assert balance(made, "refunds:ordered") == ("3150.25", "credit")
    assert balance(made, "suspense:unmatched") == ("0.00", None)
    assert refunds(made) == refunds(made, amount="3150.25") == [refund["refund_id"]]
    assert refunds(made, amount="3150.26") == refunds(made, status="paid") == []
    left = {"direction": Direction.DEBIT, "remittance": f"REMBOURSEMENT {refund['reference']}"}
    book(context, line(entry_id="E7", **left))
    assert made.staff().get(f"/refunds/{refund['refund_id']}").json["status"] == "paid"
    assert refunds(made) == refunds(made, reference=refund["reference"], status="ordered") == []
    assert refunds(made, reference=refund["reference"].lower()) == [refund["refund_id"]]
    assert refunds(made, reference=refund["reference"], amount="1.00") == refunds(made, reference="RF0") == []
    assert balance(made, "refunds:ordered") == balance(made, "bank:collections") == ("0.00", None)
    assert cases(made) == []
    back = {"return_reason": "AC04", "remittance": refund["reference"]}
    book(context, line(entry_id="E8", **back))
    shown = made.staff().get(f"/refunds/{refund['refund_id']}").json
    assert (shown["status"], shown["timeline"][-1]["about"]) == ("ordered", "AC04")
    assert balance(made, "refunds:ordered") == ("3150.25", "credit") and cases(made) == []


def test_a_refund_of_another_amount_waits(context: ServiceContext, made: Office) -> None:
    refund = sent_back(made)
    left = {"direction": Direction.DEBIT, "remittance": refund["reference"], "amount": Money(5, Currency.DZD)}
    book(context, line(entry_id="E7", **left))
    (entry,) = waiting(made)
    assert entry["why"] == "amount-differs"


def test_a_refund_that_is_not_to_go_lets_the_entry_wait_again(made: Office) -> None:
    refund = sent_back(made)
    cancelled = made.staff().post(f"/refunds/{refund['refund_id']}/cancellation", {"version": refund["version"]})
    assert cancelled.json["status"] == "cancelled", cancelled.text
    (entry,) = waiting(made)
    assert balance(made, "suspense:unmatched") == ("3150.25", "credit")
    assert act(made, entry, "allocation", shares=[share("declaration", "d1")]).status_code == 200
    assert status(made) == ("paid", "3150.25")


def test_without_an_account_money_cannot_go_back(context: ServiceContext, made: Office) -> None:
    book(context, line(remittance="?", account=COLLECTIONS, amount=Money(5, Currency.DZD)))
    (entry,) = [each for each in waiting(made) if each["amount"] == "0.05"]
    assert act(made, entry, "refund", ground="other").json["code"] == "bank.counterparty-missing"
    assert act(made, entry, "refund", ground="other", counterparty=RIB).status_code == 200


# --- Credits ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def credit(made: Office) -> dict[str, Any]:
    """0.75 too much, by transfer."""
    post_signed(made, credited(ask(made)["reference"], "3151.00", entry="ent_5"), message_id="evt_5")
    (found,) = made.employer(FIRM).get(f"/credits?employer_id={FIRM}").json["items"]
    return dict(found)


def repay(made: Office, credit: dict[str, Any], amount: str = "0.75") -> Any:
    body = {"version": credit["version"], "amount": amount, "counterparty": RIB}
    return made.staff().post(f"/credits/{credit['credit_id']}/refund", body)


def test_b11_what_was_too_much_is_sent_back(context: ServiceContext, made: Office, credit: dict[str, Any]) -> None:
    assert (credit["left"], credit["declaration_id"], credit["is_open"]) == ("0.75", "d1", True)
    assert repay(made, credit, "0.76").json["code"] == "credit.too-small"
    refund = repay(made, credit).json
    assert (refund["status"], refund["origin"]) == ("ordered", f"credit:{credit['credit_id']}")
    assert repay(made, credit).json["code"] == "credit.changed"
    shown = made.employer(FIRM).get(f"/credits/{credit['credit_id']}").json
    assert (shown["is_open"], shown["uses"][0]["kind"]) == (False, "refunded")
    left = {"direction": Direction.DEBIT, "remittance": refund["reference"], "amount": Money(75, Currency.DZD)}
    book(context, line(entry_id="E7", **left))
    assert made.staff().get(f"/refunds/{refund['refund_id']}").json["status"] == "paid"
    assert balance(made, f"credit:{FIRM}") == balance(made, "refunds:ordered") == ("0.00", None)


def test_b11_a_large_credit_goes_back_when_a_second_person_agrees(made: Office, credit: dict[str, Any]) -> None:
    post_signed(made, credited("?", MUCH, entry="ent_2"), message_id="evt_2")
    (entry,) = [each for each in waiting(made) if each["amount"] == MUCH]
    proposed = act(made, entry, "allocation", shares=[share("employer", FIRM, MUCH)]).json
    act(made, proposed, "confirmation", by="agent-2")
    (large,) = [each for each in made.staff().get("/credits").json["items"] if each["amount"] == MUCH]
    refund = repay(made, large, MUCH).json
    assert refund["status"] == "proposed"
    path, body = f"/refunds/{refund['refund_id']}", {"version": refund["version"]}
    assert made.staff().post(f"{path}/confirmation", body).json["code"] == "refund.same-person"
    assert made.staff("agent-2").post(f"{path}/confirmation", {"version": 9}).json["code"] == "refund.changed"
    assert made.staff("agent-2").post(f"{path}/confirmation", body).json["status"] == "ordered"
    again = made.staff().get(path).json
    assert made.staff().post(f"{path}/cancellation", {"version": again["version"]}).json["status"] == "cancelled"
    assert balance(made, f"credit:{FIRM}") == ("200000.75", "credit")


def test_an_employer_sees_its_own_credits_alone(made: Office, credit: dict[str, Any]) -> None:
    other = made.employer("1600000009")
    assert other.get(f"/credits/{credit['credit_id']}").status_code == 403
    assert other.get(f"/credits?employer_id={FIRM}").status_code == other.get("/credits").status_code == 403
    assert made.staff(fund=TN).get(f"/credits/{credit['credit_id']}").status_code == 404
