"""The file of an operator's day: held against what was reported, and paid in by the bank."""

import pytest

from deploy.local.verify import ledger
from deploy.local.verify.seen import Seen
from services.payments.banking import settling
from services.payments.banking.bank_file import Direction
from services.payments.banking.reported_entry import ReportedEntry
from services.payments.obligations.obligation import ObligationStatus
from tests.kit.contexts import TN, someone
from tests.payments.mobile_money.shop import TAKEN_AT, Shop
from tests.verify.town import found

OWED_BY_OPERATOR = "operator:mahfadha"
FEE, NET = "6,652", 1_283_625
"""0.5 % of 1,290.277, rounded up, and 0.200."""


def line(reference: str, *, payment: str = "p1", amount: str = "1290,277", fee: str = FEE) -> str:
    return f"{payment};{reference};{amount};{TAKEN_AT};{fee}"


def paid_in(shop: Shop, reference: str, amount_minor: int, *, bank_reference: str = "ent_1") -> None:
    reported = ReportedEntry(
        bank_reference=bank_reference,
        account="bank:collections",
        direction=Direction.CREDIT,
        amount_minor=amount_minor,
        currency="TND",
        texts=(f"VERSEMENT {reference}",),
    )
    shop.context.run(TN, by=someone(), cause="test", action=lambda uow: settling.take_in(uow, reported))


def test_a_day_without_differences_is_paid_in_less_the_fee(shop: Shop) -> None:
    reference = shop.reference()
    shop.take(reference)
    day = shop.file(line(reference))
    assert day.status_code == 200, day.text
    assert (day.json["total"], day.json["fee"], day.json["net"]) == ("1290.277", "6.652", "1283.625")
    assert (day.json["differences"], day.json["status"]) == ([], "expected")
    assert shop.file(line(reference)).json == day.json
    paid_in(shop, day.json["reference"], NET)
    assert (shop.net(OWED_BY_OPERATOR), shop.net("bank:collections"), shop.net("charges:operators")) == (0, NET, 6_652)
    shown = shop.agent.get(f"/operator-days/{day.json['day_id']}").json
    assert (shown["status"], shown["settled"]) == ("settled", "1283.625")
    refused = shop.file(line(reference, amount="1,000"))
    assert (refused.status_code, refused.json["code"]) == (409, "operator-day.settled")


def test_what_operators_owe_is_what_they_took_less_what_they_paid_in(shop: Shop) -> None:
    """The question of `make verify`, and that it finds what does not add up."""
    reference = shop.reference()
    seen = Seen(databases={"payments": shop.context.database})
    shop.take(reference)
    shop.take("99999999999999", "5.000", payment="p2")
    day = shop.file(line(reference)).json
    assert found(seen, ledger.ask) == []
    paid_in(shop, day["reference"], NET)
    assert found(seen, ledger.ask) == []
    shop.context.database["operator_days"].update_one({}, {"$inc": {"settled_minor": 1}})
    assert any("the operator's entries come to" in each for each in found(seen, ledger.ask))


def test_what_was_never_reported_is_booked_from_the_file_and_named(shop: Shop) -> None:
    reference = shop.reference()
    day = shop.file(line(reference[2:]), line("99999999999999", payment="p2", amount="5,000", fee="0,225")).json
    assert [(each["kind"], each["payment_id"], each["stated"]) for each in day["differences"]] == [
        ("not-known", "p1", "1290.277"),
        ("not-known", "p2", "5.000"),
    ]
    assert shop.debt().status is ObligationStatus.PAID and len(shop.entries()) == 1
    assert shop.operator.get("/mobile-money/payments/p1").json["status"] == "taken"
    assert shop.net(OWED_BY_OPERATOR) == 1_295_277


def test_what_the_file_does_not_have_or_has_otherwise_is_named(shop: Shop) -> None:
    reference = shop.reference()
    shop.take(reference, "1000.000")
    shop.take(reference, "290.277", payment="p2")
    day = shop.file(line(reference, amount="1000,500", fee="1,000")).json
    assert [(each["kind"], each["payment_id"], each["known"], each["stated"]) for each in day["differences"]] == [
        ("amount-differs", "p1", "1000.000", "1000.500"),
        ("not-in-file", "p2", "290.277", "0.000"),
        ("fee-differs", "fee", "5.203", "1.000"),
    ]
    assert day["differences"][0]["text"].startswith("Le montant du fichier")
    (listed,) = shop.agent.get("/operator-days?has_differences=true").json["items"]
    assert listed["differences_count"] == 3
    assert not shop.agent.get("/operator-days?has_differences=false").json["items"]


def test_a_corrected_file_takes_the_place_of_the_one_before(shop: Shop) -> None:
    reference = shop.reference()
    shop.take(reference)
    wrong = shop.file(line(reference, amount="1290,000")).json
    right = shop.file(line(reference)).json
    assert wrong["differences_count"] > 0 and right["differences_count"] == 0
    assert right["reference"] == wrong["reference"]


def test_a_reversal_in_the_file_has_to_be_told(shop: Shop) -> None:
    reference = shop.reference()
    shop.take(reference)
    back = line(reference, amount="-1290,277", fee="0")
    assert [each["kind"] for each in shop.file(line(reference), back).json["differences"]] == ["not-reversed"]
    shop.reverse()
    day = shop.file(line(reference), back, "").json
    assert (day["differences"], day["total"], day["status"]) == ([], "0.000", "settled")


def test_another_amount_than_the_day_s_waits_for_a_person(shop: Shop) -> None:
    reference = shop.reference()
    shop.take(reference)
    day = shop.file(line(reference)).json
    paid_in(shop, day["reference"], NET - 1_000)
    (entry,) = shop.entries()
    assert entry["why"] == "amount-differs"
    share = {"target": "operator-day", "target_id": day["day_id"], "amount": "1282.625"}
    decided = shop.agent.post(
        f"/bank/entries/{entry['entry_id']}/allocation", {"version": entry["version"], "shares": [share]}
    )
    assert decided.json["status"] == "settled", decided.text
    assert shop.agent.get(f"/operator-days/{day['day_id']}").json["status"] == "partly"
    paid_in(shop, day["reference"], 1_000, bank_reference="ent_2")
    assert shop.net(OWED_BY_OPERATOR) == 0 and not shop.entries()


def test_what_says_nothing_is_passed_over(shop: Shop) -> None:
    """Zeros behind the smallest coin, a payment of zero, the empty rows of a spreadsheet, the end of file of DOS."""
    reference = shop.reference()
    shop.take(reference)
    nothing = line(reference, payment="p0", amount="0,000", fee="0")
    day = shop.file(nothing, line(reference, amount="1290,27700"), ";;;;", "\x1a")
    assert day.status_code == 200, day.text
    assert (day.json["total"], day.json["payments"], day.json["differences"]) == ("1290.277", 1, [])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"id_paiement;reference\np1;x",
        b"\xff\xfe\x00",
        b"id_paiement;reference;montant;date_heure;commission\np1;99;1,0001;2025-04-10T10:00;0",
        b"id_paiement;reference;montant;date_heure;commission\np1;99;1.000;2025-04-10T10:00;0",
        b"id_paiement;reference;montant;date_heure;commission\np1;99;1 e3;2025-04-10T10:00;0",
        b"id_paiement;reference;montant;date_heure;commission\np1;99;1;yesterday;0",
        b"id_paiement;reference;montant;date_heure;commission\np1;99",
        b"id_paiement;reference;montant;date_heure;commission\np 1;99;1;2025-04-10T10:00;0",
        b"id_paiement;reference;montant;date_heure;commission\np1;9;1;2025-04-10T10:00;0\np1;9;1;2025-04-10T10:00;0",
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(shop: Shop, content: bytes) -> None:
    refused = shop.operator.post("/mobile-money/days/2025-04-10/file", data=content, content_type="text/csv")
    assert (refused.status_code, refused.json["code"]) == (422, "mobile-money.file-invalid")
    assert not shop.entries()


def test_a_day_is_a_day_that_has_come(shop: Shop) -> None:
    for day in ("2025-04-11", "x", "20250410x"):
        assert shop.file(day=day).json["code"] == "mobile-money.day-invalid"
    wrong_type = shop.operator.post("/mobile-money/days/2025-04-10/file", {"a": 1})
    assert wrong_type.status_code == 415
    assert shop.agent.get("/operator-days/none").status_code == 404
