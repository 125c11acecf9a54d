"""Writes the file that orders payouts. The only place where payees' names and accounts are opened."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from services.payments.banking.bank_file import NAME_CHARACTERS_MAX, CreditTransfer, PayoutHeading, Totals
from services.payments.banking.iso20022 import pain001
from services.payments.payees.payee import Payee
from services.payments.payouts.payout import Payout
from shared.funds.fund import Fund
from shared.kernel.money import Money
from shared.kernel.personal import DataClass
from shared.sealing.keys import FundKeys

BANK_CODE_DIGITS = 3


class _Civil(msgspec.Struct):
    family_name: str
    first_name: str


def write(
    payouts: Sequence[Payout],
    *,
    payees: Mapping[str, Payee],
    fund: Fund,
    keys: FundKeys,
    message_id: str,
    at: datetime,
) -> bytes:
    """A pain.001 for these payouts, checked against its schema, with its control sums."""
    transfers = [_transfer(payout, payees[payout.person_ref], fund=fund, keys=keys) for payout in payouts]
    debtor = fund.payment.payouts
    heading = PayoutHeading(
        message_id=message_id,
        created_at=at,
        execute_on=at.astimezone(fund.zone).date(),
        debtor_name=debtor.holder,
        debtor_account=debtor.number,
        debtor_bank=debtor.number[:BANK_CODE_DIGITS],
        totals=Totals.of(transfers),
    )
    file = io.BytesIO()
    pain001.write(heading, transfers, into=file)
    return file.getvalue()


def _transfer(payout: Payout, payee: Payee, *, fund: Fund, keys: FundKeys) -> CreditTransfer:
    if payee.bank is None:
        raise ValueError("a payout is ordered where an account is known")
    sealed_civil = keys.open_bytes(payee.civil, as_=DataClass.CIVIL, whose=payee.person_ref)
    civil = msgspec.json.decode(sealed_civil, type=_Civil)
    return CreditTransfer(
        end_to_end_id=payout.end_to_end_id,
        creditor_name=f"{civil.first_name} {civil.family_name}"[:NAME_CHARACTERS_MAX],
        creditor_account=keys.open(payee.bank, as_=DataClass.BANK, whose=payee.person_ref),
        amount=Money(payout.amount_minor, fund.currency),
        purpose=payout.reference,
    )
