"""Orders to pay: pain.001.001.09, the customer credit transfer initiation (ISO 20022, 2019)."""

from collections.abc import Iterable
from typing import BinaryIO

from lxml import etree

from services.payments.banking.bank_file import CreditTransfer, PayoutHeading
from services.payments.banking.iso20022 import writing
from services.payments.banking.iso20022.elements import element, national_account
from services.payments.banking.iso20022.writing import agent, optional, totals, yes_or_no

MESSAGE = "pain.001.001.09"

SOCIAL_SECURITY = "SSBE"
"""ExternalCategoryPurpose1Code: social security benefit."""


def write(heading: PayoutHeading, transfers: Iterable[CreditTransfer], *, into: BinaryIO) -> None:
    """Write a whole file (`writing.write`): one payment block on one day from one account; accounts are national
    ones."""
    writing.write(
        MESSAGE,
        body="CstmrCdtTrfInitn",
        heading=heading,
        party_name=heading.debtor_name,
        payments=[(_payment(heading), transfers)],
        line=_transfer,
        into=into,
    )


def _payment(heading: PayoutHeading) -> list[etree._Element]:
    return [
        element("PmtInfId", heading.message_id),
        element("PmtMtd", "TRF"),
        *optional("BtchBookg", yes_or_no(heading.is_booked_as_batch)),
        *totals(heading.totals),
        element("PmtTpInf", element("CtgyPurp", element("Cd", SOCIAL_SECURITY))),
        element("ReqdExctnDt", element("Dt", heading.execute_on.isoformat())),
        element("Dbtr", element("Nm", heading.debtor_name)),
        element("DbtrAcct", national_account(heading.debtor_account), element("Ccy", heading.currency)),
        element("DbtrAgt", agent(heading.debtor_bank)),
        *optional("ChrgBr", heading.charge_bearer),
    ]


def _transfer(transfer: CreditTransfer) -> etree._Element:
    return element(
        "CdtTrfTxInf",
        element("PmtId", element("EndToEndId", transfer.end_to_end_id)),
        element("Amt", element("InstdAmt", str(transfer.amount.decimal()), Ccy=transfer.amount.currency)),
        element("Cdtr", element("Nm", transfer.creditor_name)),
        element("CdtrAcct", national_account(transfer.creditor_account)),
        element("RmtInf", element("Ustrd", transfer.purpose)),
    )
