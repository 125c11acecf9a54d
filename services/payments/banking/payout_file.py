"""Writes the file that orders payouts. The only place where payees' names and accounts are opened."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from services.payments.banking.bank import Bank
from services.payments.banking.bank_file import (
    NAME_CHARACTERS_MAX,
    PURPOSE_CHARACTERS_MAX,
    CreditTransfer,
    PayoutHeading,
    TextNotAllowed,
    Totals,
)
from services.payments.banking.characters import written_for
from services.payments.payees.payee import Payee
from services.payments.payouts.payout import Payout
from shared.encryption.keys import DecryptionFailed, FundKeys
from shared.funds.fund import Fund
from shared.kernel.errors import Invalid
from shared.kernel.money import Money
from shared.kernel.personal import DataClass

BANK_CODE_DIGITS = 3


class PayeeUnusable(Invalid):
    """What is known of the person cannot be written into a file for the bank."""

    code = "payout.payee-unusable"


class _Civil(msgspec.Struct):
    family_name: str
    first_name: str


def transfer(payout: Payout, payee: Payee | None, *, fund: Fund, keys: FundKeys) -> CreditTransfer:
    """One line of the file. `PayeeUnusable` where name or account are missing, broken, or not to be written."""
    if payee is None or payee.bank is None:
        raise PayeeUnusable(payout=payout.payout_id)
    try:
        civil = keys.decrypt_bytes(payee.civil, data_class=DataClass.CIVIL, associated_data=payee.person_ref)
        name = msgspec.json.decode(civil, type=_Civil)
        return CreditTransfer(
            end_to_end_id=payout.end_to_end_id,
            creditor_name=_written(f"{name.first_name} {name.family_name}", fund, characters_max=NAME_CHARACTERS_MAX),
            creditor_account=keys.decrypt(payee.bank, data_class=DataClass.BANK, associated_data=payee.person_ref),
            amount=Money(payout.amount_minor, fund.currency),
            purpose=_written(payout.reference, fund, characters_max=PURPOSE_CHARACTERS_MAX),
        )
    except (TextNotAllowed, DecryptionFailed, ValueError) as broken:
        raise PayeeUnusable(payout=payout.payout_id) from broken


def write(transfers: Sequence[CreditTransfer], *, bank: Bank, fund: Fund, message_id: str, at: datetime) -> bytes:
    """A file with these lines, as the bank wants it."""
    debtor = fund.payments.payouts
    heading = PayoutHeading(
        message_id=message_id,
        created_at=at,
        execute_on=fund.payout_day(at),
        debtor_name=_written(debtor.holder, fund, characters_max=NAME_CHARACTERS_MAX),
        debtor_account=debtor.number,
        debtor_bank=debtor.number[:BANK_CODE_DIGITS],
        totals=Totals.of(transfers),
        charge_bearer=fund.payments.payout_file.charge_bearer,
        is_booked_as_batch=fund.payments.payout_file.is_booked_as_batch,
    )
    return bank.write(heading, transfers)


def _written(text: str, fund: Fund, *, characters_max: int) -> str:
    return written_for(text, characters=fund.payments.payout_file.characters, characters_max=characters_max)
