"""The table of cases: which entry of the bank is which, what it names, what it is for. No fixture, no database."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.payments.banking import matching, own_references, reported_entry
from services.payments.banking.bank_entry import (
    FOREIGN,
    BankEntry,
    Details,
    EntryStatus,
    MatchRule,
    Share,
    Target,
    WaitReason,
)
from services.payments.banking.bank_file import Direction
from services.payments.banking.matching import KnownCollection, KnownDebt, KnownPayment, MatchingFacts
from services.payments.banking.reported_entry import ReportedEntry
from services.payments.ledger.account import BANK_COLLECTIONS, BANK_PAYOUTS
from shared.kernel.references import with_check_digits

AT = datetime(2026, 2, 11, 9, 0, tzinfo=UTC)
DUE = 315_025
CREDIT, DEBIT = Direction.CREDIT, Direction.DEBIT
REFERENCE = with_check_digits("CT", "16000000012506R2P0")
OTHER = with_check_digits("CT", "16000000022506R2P0")


def entry(**facts: Any) -> ReportedEntry:
    return ReportedEntry(
        **{
            "bank_reference": "E1",
            "account": BANK_COLLECTIONS,
            "direction": CREDIT,
            "amount_minor": DUE,
            "currency": "DZD",
            "booked_on": date(2026, 2, 11),
            "place": 0,
            **facts,
        }
    )


def kept(**facts: Any) -> BankEntry:
    return BankEntry(
        **{
            "bank_reference": "E1",
            "account": BANK_COLLECTIONS,
            "direction": CREDIT,
            "amount_minor": DUE,
            "currency": "DZD",
            "booked_as": "",
            "is_matched": False,
            "details": Details(counterparty="", text=""),
            "taken_at": AT,
            "entry_id": "e1",
            "day": "2026-02-11",
            "booked_on": date(2026, 2, 11),
            **facts,
        }
    )


# --- Which one it is --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "is_other"),
    [
        ({"account": BANK_PAYOUTS}, True),
        ({"booked_on": date(2026, 2, 12)}, True),
        ({"direction": DEBIT}, True),
        ({"amount_minor": DUE + 1}, True),
        ({"bank_reference": "E2"}, True),
        ({"end_to_end_id": "x"}, True),
        ({"transaction_id": "x"}, True),
        ({"place": 1, "has_own_reference": False}, True),
        ({"place": 1}, False),
        ({"texts": ("corrected",)}, False),
        ({"counterparty": "x"}, False),
        ({"charges_minor": 5}, False),
        ({"payment_information_id": "x"}, False),
    ],
)
def test_b01_an_entry_is_known_by_what_makes_it_that_one(facts: dict[str, Any], is_other: bool) -> None:
    assert (reported_entry.identity(entry(**facts)) != reported_entry.identity(entry())) is is_other


def test_b01_without_a_reference_of_the_bank_the_text_tells_and_then_the_order() -> None:
    nameless = entry(bank_reference="", texts=("rent",), has_own_reference=False)
    other = entry(bank_reference="", texts=("wages",), has_own_reference=False)
    ids = [entry_id for entry_id, _ in reported_entry.numbered([nameless, other, nameless])]
    assert len(set(ids)) == 3
    assert ids == [entry_id for entry_id, _ in reported_entry.numbered([nameless, other, nameless])]
    own = [entry_id for entry_id, _ in reported_entry.numbered([entry(), entry()])]
    assert own[0] == own[1], "the bank's own reference twice is one payment told twice"


@pytest.mark.parametrize(
    ("before", "now", "is_same"),
    [
        ({}, {}, True),
        ({"booked_on": None}, {}, True),
        ({}, {"booked_on": None}, True),
        ({"booked_on": None, "day": "2025-02-11"}, {}, False),
        ({"booked_on": None, "day": "2025-02-11", "end_to_end_id": "c1"}, {"end_to_end_id": "c1"}, True),
        ({"booked_on": None, "day": "", "currency": ""}, {}, True),
        ({}, {"booked_on": date(2026, 2, 12)}, False),
        ({}, {"amount_minor": 100}, False),
        ({}, {"direction": DEBIT}, False),
        ({}, {"account": BANK_PAYOUTS}, False),
        ({}, {"currency": "TND"}, False),
        ({"end_to_end_id": "c1"}, {"end_to_end_id": "c2"}, False),
        ({"end_to_end_id": "c1"}, {"end_to_end_id": ""}, True),
        ({"place": 0}, {"place": 1, "has_own_reference": False}, False),
        ({"place": 1}, {"place": 1, "has_own_reference": False}, True),
        ({"place": None}, {"place": 0, "has_own_reference": False}, True),
        ({"place": None}, {"place": 1, "has_own_reference": False}, False),
        ({"reference": REFERENCE}, {}, True),
        ({"reference": OTHER}, {}, False),
        ({"place": None, "reference": REFERENCE}, {"place": 1, "has_own_reference": False}, True),
    ],
)
def test_b08_the_same_reference_is_the_same_money_only_where_nothing_speaks_against_it(
    before: dict[str, Any], now: dict[str, Any], is_same: bool
) -> None:
    assert reported_entry.is_same(kept(**before), entry(**now), reference=REFERENCE) is is_same


def test_an_entry_of_an_earlier_release_goes_by_the_banks_reference() -> None:
    before = kept(entry_id="", status=None)
    assert (before.entry_id, before.status) == ("E1", EntryStatus.WAITING)
    assert kept(booked_as="collection:c1", is_matched=True).status is EntryStatus.BOOKED


# --- What it names ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "texts",
    [
        (REFERENCE,),
        (f"REF {REFERENCE}",),
        (f"{REFERENCE} DAS 2025 SARL EXEMPLE",),
        (f"/ROC/{REFERENCE}",),
        (f"SECT 12, {REFERENCE}, CT0",),
        (REFERENCE[:9], REFERENCE[9:]),
        (f"ABC {REFERENCE[:9]}", f"{REFERENCE[9:]} XYZ"),
        (REFERENCE.lower(),),
        (f"{REFERENCE[:7]}\u200f {REFERENCE[7:]}",),
        (f"{REFERENCE[:7]}\u2011{REFERENCE[7:]}",),
        (f"{REFERENCE[:7]}\n{REFERENCE[7:]}",),
        ("".join(chr(ord(each) + 0xFEE0) for each in REFERENCE),),
    ],
)
def test_b10_a_reference_is_found_in_whatever_stands_around_it(texts: tuple[str, ...]) -> None:
    assert REFERENCE in own_references.references_in(texts, prefixes=("CT",))


@pytest.mark.parametrize("text", ["", "CT", "CT1", f"{REFERENCE[:-1]}", REFERENCE[:-2] + "00", "x" * 5_000])
def test_b10_what_is_no_reference_is_none(text: str) -> None:
    assert REFERENCE not in own_references.references_in((text,), prefixes=("CT",))
    assert len(own_references.references_in(("CT" * 5_000,), prefixes=("CT",))) <= own_references.REFERENCES_MAX


def test_b10_our_ids_are_found_without_their_dashes() -> None:
    own = "0192f0c1-2345-7abc-8def-0123456789ab"
    named = own_references.named(entry(end_to_end_id=own.replace("-", "").upper()), prefix="CT")
    assert own in named.ids and own.replace("-", "") in named.ids
    assert own in own_references.named(entry(texts=(f"retour {own}",)), prefix="CT").ids


# --- What it is for ---------------------------------------------------------------------------------------------------

ONE = KnownCollection(collection_id="c1", amount_minor=DUE, debited_minor=DUE)
TWO = KnownCollection(collection_id="c2", amount_minor=1_000, debited_minor=0)
PAYOUT = KnownPayment(payment_id="p1", amount_minor=32_000)
REFUND = KnownPayment(payment_id="r1", amount_minor=500)
OWED = KnownDebt(target=Target.REPAYMENT, target_id="OP1", owed_minor=900, received_minor=0)
MONTH = KnownDebt(target=Target.SELF_CONTRIBUTION, target_id="CI1", owed_minor=800, received_minor=0)
PAID_BACK = KnownDebt(target=Target.REPAYMENT, target_id="OP2", owed_minor=0, received_minor=900)
BY_ID = KnownCollection(collection_id="c3", amount_minor=DUE, debited_minor=DUE, is_by_id=True)


def to(target: Target, target_id: str, amount_minor: int = DUE) -> tuple[Share, ...]:
    return (Share(target=target, target_id=target_id, amount_minor=amount_minor),)


LEFT = {"direction": DEBIT, "account": BANK_PAYOUTS, "amount_minor": 32_000}
BACK_IN = {"account": BANK_PAYOUTS, "amount_minor": 32_000, "return_reason": "AC04"}
BACK_OUT = {"direction": DEBIT, "is_reversal": True}
BOOKED = {"is_matched": True, "status": EntryStatus.BOOKED}

CASES: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[Share, ...] | WaitReason | None]] = {
    # Money that comes
    "exact": ({}, {"collections": (ONE,)}, to(Target.COLLECTION, "c1")),
    "partial": ({"amount_minor": 5}, {"collections": (ONE,)}, to(Target.COLLECTION, "c1", 5)),
    "over": ({"amount_minor": DUE + 75}, {"collections": (ONE,)}, to(Target.COLLECTION, "c1", DUE + 75)),
    "by the id before the reference": ({}, {"collections": (BY_ID, ONE)}, to(Target.COLLECTION, "c3")),
    "several, and their sum": (
        {"amount_minor": DUE + 1_000},
        {"collections": (ONE, TWO)},
        to(Target.COLLECTION, "c1") + to(Target.COLLECTION, "c2", 1_000),
    ),
    "several, another sum": ({}, {"collections": (ONE, TWO)}, WaitReason.REFERENCES_SEVERAL),
    "too often": ({}, {"collections": (replace(ONE, has_room=False),)}, WaitReason.ALREADY_SETTLED),
    "no text at all": ({}, {}, WaitReason.NO_REFERENCE),
    "a text that names nothing": ({"texts": ("rent",)}, {}, WaitReason.REFERENCE_UNKNOWN),
    "contribution on the account of payouts": (
        {"account": BANK_PAYOUTS},
        {"collections": (ONE,)},
        WaitReason.ACCOUNT_OTHER,
    ),
    "payout that comes back without a word": (
        {"account": BANK_PAYOUTS, "amount_minor": 32_000},
        {"payout": PAYOUT},
        to(Target.PAYOUT, "p1", 32_000),
    ),
    "refund that comes back without a word": (
        {"amount_minor": 500},
        {"refund": REFUND},
        to(Target.REFUND, "r1", 500),
    ),
    "a debit, by the id that only the bank was given": (
        {"end_to_end_id": "c3", "transaction_id": "T1"},
        {"collections": (BY_ID,), "debit_file_id": "f1"},
        to(Target.COLLECTION, "c3"),
    ),
    "a whole file of debits as one credit": ({}, {"debit_file_id": "f1"}, to(Target.DEBIT_FILE, "f1")),
    "a whole file of debits on the account of payouts": (
        {"account": BANK_PAYOUTS, "texts": ("f1",)},
        {"debit_file_id": "f1"},
        WaitReason.REFERENCE_UNKNOWN,
    ),
    "a self-payer pays a month": ({"amount_minor": 800}, {"debts": (MONTH,)}, to(Target.SELF_CONTRIBUTION, "CI1", 800)),
    "a self-payer pays too much": ({"amount_minor": 801}, {"debts": (MONTH,)}, WaitReason.AMOUNT_DIFFERS),
    "a month and a repayment in one": (
        {"amount_minor": 1_700},
        {"debts": (OWED, MONTH)},
        (*to(Target.REPAYMENT, "OP1", 900), *to(Target.SELF_CONTRIBUTION, "CI1", 800)),
    ),
    "a person pays back": ({"amount_minor": 900}, {"debts": (OWED,)}, to(Target.REPAYMENT, "OP1", 900)),
    "a person pays back a part": ({"amount_minor": 1}, {"debts": (OWED,)}, to(Target.REPAYMENT, "OP1", 1)),
    "a person pays back too much": ({"amount_minor": 901}, {"debts": (OWED,)}, WaitReason.AMOUNT_DIFFERS),
    "a person pays back again": ({"amount_minor": 900}, {"debts": (PAID_BACK,)}, WaitReason.ALREADY_SETTLED),
    "a person pays back, and a firm pays": (
        {"amount_minor": 900},
        {"debts": (OWED,), "collections": (ONE,)},
        WaitReason.REFERENCES_SEVERAL,
    ),
    "a person pays back to the account of payouts": (
        {"account": BANK_PAYOUTS, "amount_minor": 900},
        {"debts": (OWED,)},
        WaitReason.ACCOUNT_OTHER,
    ),
    "zero": ({"amount_minor": 0}, {"collections": (ONE,)}, None),
    "foreign account": ({"account": FOREIGN}, {"collections": (ONE,)}, WaitReason.ACCOUNT_FOREIGN),
    "foreign currency": (
        {"account": FOREIGN, "is_currency_foreign": True},
        {"collections": (ONE,)},
        WaitReason.CURRENCY_FOREIGN,
    ),
    # Money that leaves
    "payout": (LEFT, {"payout": PAYOUT}, to(Target.PAYOUT, "p1", 32_000)),
    "payout before its file": (LEFT, {"payout": PAYOUT, "batch_id": "b1"}, to(Target.PAYOUT, "p1", 32_000)),
    "payout, another amount": ({**LEFT, "amount_minor": 1}, {"payout": PAYOUT}, WaitReason.AMOUNT_DIFFERS),
    "payout from the account of collections": (
        {**LEFT, "account": BANK_COLLECTIONS},
        {"payout": PAYOUT},
        WaitReason.ACCOUNT_OTHER,
    ),
    "batch without references": (LEFT, {"batch_id": "b1"}, to(Target.BATCH, "b1", 32_000)),
    "refund": ({**LEFT, "amount_minor": 500}, {"refund": REFUND}, to(Target.REFUND, "r1", 500)),
    "refund, another amount": (LEFT, {"refund": REFUND}, WaitReason.AMOUNT_DIFFERS),
    "left for nobody knows what": (LEFT, {}, WaitReason.NO_REFERENCE),
    "left with the reference of a collection": ({"direction": DEBIT}, {"collections": (ONE,)}, WaitReason.NO_REFERENCE),
    # Money that is taken back
    "returned": (BACK_IN, {"payout": PAYOUT}, to(Target.PAYOUT, "p1", 32_000)),
    "returned, another amount": ({**BACK_IN, "amount_minor": 1}, {"payout": PAYOUT}, WaitReason.AMOUNT_DIFFERS),
    "returned to another account": (
        {**BACK_IN, "account": BANK_COLLECTIONS},
        {"payout": PAYOUT},
        WaitReason.ACCOUNT_OTHER,
    ),
    "returned under the debit's reference alone": (
        BACK_IN,
        {"bearers": (kept(**LEFT, **BOOKED, booked_as="payout:p1"),)},
        to(Target.PAYOUT, "p1", 32_000),
    ),
    "returned, and nobody knows what": (BACK_IN, {}, WaitReason.REVERSES_UNKNOWN),
    "refund returned": ({**BACK_IN, "amount_minor": 500}, {"refund": REFUND}, to(Target.REFUND, "r1", 500)),
    "charged back": (BACK_OUT, {"collections": (ONE,)}, to(Target.COLLECTION, "c1")),
    "charged back in part": (
        {**BACK_OUT, "amount_minor": 5},
        {"collections": (ONE,)},
        to(Target.COLLECTION, "c1", 5),
    ),
    "charged back, more than came": (
        {**BACK_OUT, "amount_minor": DUE + 1},
        {"collections": (ONE,)},
        WaitReason.AMOUNT_DIFFERS,
    ),
    "charged back from the account of payouts": (
        {**BACK_OUT, "account": BANK_PAYOUTS},
        {"collections": (ONE,)},
        WaitReason.ACCOUNT_OTHER,
    ),
    "charged back, two named": (BACK_OUT, {"collections": (ONE, TWO)}, WaitReason.REFERENCES_SEVERAL),
    "charged back under the credit's reference alone": (
        BACK_OUT,
        {"bearers": (kept(**BOOKED, booked_as="collection:c1"),)},
        to(Target.COLLECTION, "c1"),
    ),
    "what a person paid back is taken back": (
        {**BACK_OUT, "amount_minor": 900},
        {"debts": (PAID_BACK,)},
        to(Target.REPAYMENT, "OP2", 900),
    ),
    "more than a person paid back is taken back": (
        {**BACK_OUT, "amount_minor": 901},
        {"debts": (PAID_BACK,)},
        WaitReason.AMOUNT_DIFFERS,
    ),
    "of two that a person paid back one is taken back": (
        {**BACK_OUT, "amount_minor": 900},
        {"debts": (OWED, PAID_BACK)},
        WaitReason.REFERENCES_SEVERAL,
    ),
    "what a person paid back is taken back from the account of payouts": (
        {**BACK_OUT, "account": BANK_PAYOUTS, "amount_minor": 900},
        {"debts": (PAID_BACK,)},
        WaitReason.ACCOUNT_OTHER,
    ),
    "a debit given back": (
        {**BACK_OUT, "is_reversal": False, "return_reason": "MD06"},
        {"collections": (BY_ID,), "debit_file_id": "f1"},
        to(Target.COLLECTION, "c3"),
    ),
    "a whole file of debits given back": ({**BACK_OUT}, {"debit_file_id": "f1"}, WaitReason.REVERSES_UNKNOWN),
    "what nobody knew the reason of is taken back": (BACK_OUT, {"bearers": (kept(),)}, to(Target.ENTRY, "e1")),
    "one of two alike is taken back": (
        BACK_OUT,
        {"bearers": (kept(), kept(entry_id="e2"))},
        WaitReason.REVERSES_UNKNOWN,
    ),
    "a whole file is taken back": (
        BACK_IN,
        {"bearers": (kept(**LEFT, **BOOKED, booked_as="batch:b1"),)},
        WaitReason.REVERSES_UNKNOWN,
    ),
    "what is being decided on is taken back": (
        {**BACK_OUT, "amount_minor": 7},
        {"bearers": (kept(),)},
        WaitReason.REVERSES_UNKNOWN,
    ),
}


RULES = {
    "by the id before the reference": MatchRule.OWN_ID,
    "several, and their sum": MatchRule.SEVERAL,
    "payout that comes back without a word": MatchRule.OWN_ID,
    "a debit, by the id that only the bank was given": MatchRule.OWN_ID,
    "a whole file of debits as one credit": MatchRule.FILE,
    "a month and a repayment in one": MatchRule.SEVERAL,
    "zero": MatchRule.ZERO,
    "payout": MatchRule.OWN_ID,
    "payout before its file": MatchRule.OWN_ID,
    "batch without references": MatchRule.FILE,
    "returned": MatchRule.OWN_ID,
    "returned under the debit's reference alone": MatchRule.BANK_REFERENCE,
    "charged back under the credit's reference alone": MatchRule.BANK_REFERENCE,
    "a debit given back": MatchRule.OWN_ID,
    "what nobody knew the reason of is taken back": MatchRule.BANK_REFERENCE,
}
"""By which rule a case is settled; all others are by a reference of ours."""


@pytest.mark.parametrize("case", CASES)
def test_the_table_of_cases(case: str) -> None:
    reported, known, expected = CASES[case]
    result = matching.decide(entry(**reported), MatchingFacts(**known))
    if isinstance(expected, WaitReason):
        assert (result.why, result.shares, result.rule) == (expected, (), None)
    else:
        assert (result.shares, result.why) == (expected or (), None)
        assert result.rule is RULES.get(case, MatchRule.REFERENCE)
