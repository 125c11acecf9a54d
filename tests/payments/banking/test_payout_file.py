"""The file that orders payouts, written as the fund agreed with its bank."""

import json
from dataclasses import replace

import pytest
from lxml import etree

from services.payments.banking import payout_file
from services.payments.banking.banks.iso_http import IsoHttpBank
from services.payments.payees.payee import Payee
from shared.funds.fund import Fund
from shared.funds.payments import BankCharacters, ChargeBearer, PayoutFile
from shared.kernel.personal import DataClass
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds, keys
from tests.kit.people import AMIRA
from tests.payments.builders import RIB
from tests.payments.payouts.test_rules import payout

BANK = IsoHttpBank(url="http://127.0.0.1:9", api_key="k", timeout_s=1)


def agreed(file: PayoutFile) -> Fund:
    fund = funds()[DZ]
    return replace(fund, sections=replace(fund.sections, payments=replace(fund.payments, payout_file=file)))


def payee(first: str, family: str) -> Payee:
    own = keys()[DZ]
    civil = own.encrypt(
        json.dumps({"family_name": family, "first_name": first}), data_class=DataClass.CIVIL, associated_data=AMIRA
    )
    bank = own.encrypt(RIB, data_class=DataClass.BANK, associated_data=AMIRA)
    return Payee(person_ref=AMIRA, civil=civil, bank=bank, registered_at=AT)


@pytest.mark.parametrize(
    "characters, first, family, written",
    [
        (BankCharacters.UNICODE, "أمينة", "بن سالم", "أمينة بن سالم"),
        (BankCharacters.UNICODE, "Zoé \U0001f469", "\u202eHaddad", "Zoé Haddad"),
        (BankCharacters.LATIN, "Zoé \U0001f469", "\u202eHaddad & Fils", "Zoe Haddad Fils"),
        (BankCharacters.LATIN, "محمد", "علي", "mhmd 'ly"),
    ],
)
def test_x2_a_name_is_written_as_the_bank_takes_it(
    characters: BankCharacters, first: str, family: str, written: str
) -> None:
    fund = agreed(PayoutFile(characters=characters, charge_bearer=ChargeBearer.SHARED, is_booked_as_batch=True))

    line = payout_file.transfer(payout(), payee(first, family), fund=fund, keys=keys()[DZ])
    root = etree.fromstring(payout_file.write([line], bank=BANK, fund=fund, message_id="M", at=AT))

    assert root.findtext(".//{*}Cdtr/{*}Nm") == written
    assert (root.findtext(".//{*}ChrgBr"), root.findtext(".//{*}BtchBookg")) == ("SHAR", "true")
    holder = root.findtext(".//{*}Dbtr/{*}Nm") or ""
    assert holder.isascii() or characters is BankCharacters.UNICODE


def test_x2_a_name_of_which_nothing_can_be_written_waits_for_the_register() -> None:
    with pytest.raises(payout_file.PayeeUnusable):
        payout_file.transfer(payout(), payee("\U0001f469", "\u200b"), fund=funds()[DZ], keys=keys()[DZ])
