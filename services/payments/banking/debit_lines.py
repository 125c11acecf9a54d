"""Writes the files that order debits: holder, account and reference of each mandate, in the bank's letters."""

from datetime import datetime

from services.payments.banking.bank_file import (
    NAME_CHARACTERS_MAX,
    PURPOSE_CHARACTERS_MAX,
    DebitHeading,
    DebitOrder,
    DebitSequence,
    TextNotAllowed,
    Totals,
)
from services.payments.banking.characters import written_for
from services.payments.banking.payout_file import BANK_CODE_DIGITS
from services.payments.collections.collection import Collection
from services.payments.mandates.mandate import Mandate
from shared.funds.fund import Fund, SectionMissing
from shared.kernel.errors import Invalid
from shared.kernel.money import Money


class DebtorUnusable(Invalid):
    """What the mandate says cannot be written into a file for the bank."""

    code = "debit.debtor-unusable"


def sequence(mandate: Mandate) -> DebitSequence:
    """The first, until one of the mandate's debits was good."""
    return DebitSequence.FIRST if mandate.last_debit_on is None else DebitSequence.RECURRING


def line(collection: Collection, mandate: Mandate, *, fund: Fund) -> DebitOrder:
    """One line of the file. `DebtorUnusable`."""
    agreement = mandate.bank_agreement
    if agreement is None:
        raise DebtorUnusable(collection=collection.collection_id)
    try:
        return DebitOrder(
            end_to_end_id=collection.collection_id.replace("-", ""),
            debtor_name=_written(mandate.account.holder, fund, characters_max=NAME_CHARACTERS_MAX),
            debtor_account=mandate.account.number,
            debtor_bank=mandate.account.number[:BANK_CODE_DIGITS],
            amount=Money(collection.amount_minor, fund.currency),
            purpose=_written(collection.reference, fund, characters_max=PURPOSE_CHARACTERS_MAX),
            mandate_reference=mandate.reference,
            signed_on=fund.day_of(agreement.at),
        )
    except TextNotAllowed as broken:
        raise DebtorUnusable(collection=collection.collection_id) from broken


def heading(fund: Fund, *, message_id: str, totals: Totals, at: datetime) -> DebitHeading:
    """The head of a file of debits of the fund."""
    creditor, agreed = fund.payments.collections, fund.payments.direct_debit
    if agreed is None:
        raise SectionMissing(section="payments.direct_debit")
    return DebitHeading(
        message=fund.bindings.bank.debit_message,
        message_id=message_id,
        created_at=at,
        creditor_name=_written(creditor.holder, fund, characters_max=NAME_CHARACTERS_MAX),
        creditor_account=creditor.number,
        creditor_bank=creditor.number[:BANK_CODE_DIGITS],
        creditor_id=agreed.creditor_id,
        totals=totals,
        is_booked_as_batch=agreed.is_booked_as_batch,
    )


def _written(text: str, fund: Fund, *, characters_max: int) -> str:
    return written_for(text, characters=fund.payments.payout_file.characters, characters_max=characters_max)
