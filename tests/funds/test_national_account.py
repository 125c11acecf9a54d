"""A fund of a country whose accounts no rule of the platform is for: its definition says how they are written."""

from datetime import date
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from deploy.local.demo import numbers
from services.identity.bank_accounts import rules as bank_accounts
from services.identity.bank_accounts.rules import GivenAccountKeyWrong
from services.payments.mandates import mandate_terms
from services.payments.mandates.mandate_terms import AccountKeyWrong, MandateTerms
from shared.funds.fund import Fund
from shared.funds.identifiers import AccountRule, IdentifierRule
from shared.funds.key_table import KeyIs, KeyTable
from shared.funds.law import Confidence, Law
from shared.funds.loading import FundsInvalid, load
from tests.funds.invented import DEFINITIONS, THREE

NUMBER = "00020001010000123456753"
"""Mauritania: bank 5, branch 5, account 11, key 2; that of the published IBAN MR13 0002 0001 0100 0012 3456 753."""
PAYMENTS = """
collections: {number: "00020001010000123456753", holder: Collections, bank: Bank of Three, rule: national}
payouts: {number: "00020001010000123456753", holder: Payouts, bank: Bank of Three, rule: national}
transfer_prefix: TH
transfer_days_max: 30
mandates:
  accounts: [national]
  law: {valid_from: 2020-01-01, reference: Invented, confidence: "?"}
national_account:
  pattern: "[0-9]{23}"
  names: {en: Account number, ar: رقم الحساب}
  example: 00020 00101 00001234567 53
  key_table: {modulus: 97, times: 100, key_is: complement, key_digits: 2}
  law: {valid_from: 2020-01-01, reference: Invented, confidence: "?"}
"""


def loaded(folder: Path, payments: str = PAYMENTS) -> Fund:
    copytree(DEFINITIONS / THREE, folder / THREE)
    (folder / THREE / "payments.yaml").write_text(payments)
    return load(folder=folder)[THREE]


def test_its_accounts_are_read_at_every_door_by_its_own_rule(tmp_path: Path) -> None:
    fund = loaded(tmp_path)
    assert bank_accounts.read("RIB 00020 00101 00001234567 53", fund=fund) == NUMBER
    with pytest.raises(GivenAccountKeyWrong):
        bank_accounts.read("00020 00101 00001234567 54", fund=fund)
    typed: dict[str, Any] = {"holder": "A", "bank": "B", "amount_max_minor": None, "ends_on": None}
    terms = MandateTerms(account="٠٠٠٢٠ 00101 00001234567 53", rule=AccountRule.NATIONAL, **typed)
    assert mandate_terms.account_of(terms, fund=fund).number == NUMBER
    with pytest.raises(AccountKeyWrong):
        wrong = MandateTerms(account="0002000101", rule=AccountRule.NATIONAL, **typed)
        mandate_terms.account_of(wrong, fund=fund)


def test_the_demo_makes_accounts_of_it(tmp_path: Path) -> None:
    fund = loaded(tmp_path)
    made = {numbers.account(fund.payments.payouts, of=fund.payments, run=run, index=1) for run in range(5)}
    assert len(made) == 5
    assert all(fund.payments.read_account(each, rule=AccountRule.NATIONAL) == each for each in made)


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (
            'number: "00020001010000123456753", holder: Pay',
            'number: "00020001010000123456754", holder: Pay',
            "payouts: 0",
        ),
        ("key_is: complement", "key_is: remainder", "example does not have the key of key_table"),
        ("accounts: [national]", "accounts: [iban, national]", ""),
        (PAYMENTS[PAYMENTS.index("national_account:") :], "", "national_account is for the rule national"),
    ],
)
def test_what_does_not_fit_its_rule_is_refused_when_it_is_read(
    tmp_path: Path, before: str, after: str, fault: str
) -> None:
    changed = PAYMENTS.replace(before, after)
    assert changed != PAYMENTS
    if not fault:
        assert loaded(tmp_path, changed).payments.mandates is not None
        return
    with pytest.raises(FundsInvalid, match=fault):
        loaded(tmp_path, changed)


def test_a_rule_without_an_account_of_it_is_refused(tmp_path: Path) -> None:
    ours = (DEFINITIONS / THREE / "payments.yaml").read_text()
    with pytest.raises(FundsInvalid, match="national_account is for the rule national, and for no other"):
        loaded(tmp_path, ours + PAYMENTS[PAYMENTS.index("national_account:") :])


@pytest.mark.parametrize(
    ("number", "table"),
    [
        ("00200100000001234563", KeyTable(modulus=97, times=100, key_is=KeyIs.COMPLEMENT, key_digits=2, first=3)),
        ("07040000000000012321", KeyTable(modulus=97, times=100, key_is=KeyIs.COMPLEMENT, key_digits=2)),
        ("007780000000000000123447", KeyTable(modulus=97, times=100, key_is=KeyIs.COMPLEMENT, key_digits=2)),
    ],
)
def test_the_rules_of_the_platform_can_be_written_as_a_fund_writes_its_own(number: str, table: KeyTable) -> None:
    law = Law(valid_from=date(2020, 1, 1), reference="invented", confidence=Confidence.UNKNOWN)
    rule = IdentifierRule(pattern="[0-9]+", names={"en": "x"}, example=number, law=law, key_table=table)
    assert rule.read(number) == number
