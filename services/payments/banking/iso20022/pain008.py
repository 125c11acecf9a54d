"""Orders to debit: pain.008, the customer direct debit initiation, in the versions that banks take here.

They differ in nothing that is written: what 2019 added to the version of 2009 is left out.
"""

from collections.abc import Iterable
from typing import BinaryIO

from lxml import etree

from services.payments.banking.bank_file import DebitHeading, DebitInstruction, DebitOrder
from services.payments.banking.iso20022 import writing
from services.payments.banking.iso20022.elements import element, national_account
from services.payments.banking.iso20022.writing import agent, optional, totals, yes_or_no


def write(heading: DebitHeading, instructions: Iterable[DebitInstruction], *, into: BinaryIO) -> None:
    """Write a whole file (`writing.write`) in the version that the heading names, with a payment block for each
    instruction; accounts are national ones."""
    writing.write(
        heading.message,
        body="CstmrDrctDbtInitn",
        heading=heading,
        party_name=heading.creditor_name,
        payments=((_payment(each, heading), each.debits) for each in instructions),
        line=_debit,
        into=into,
    )


def _payment(instruction: DebitInstruction, heading: DebitHeading) -> list[etree._Element]:
    return [
        element("PmtInfId", instruction.payment_id),
        element("PmtMtd", "DD"),
        *optional("BtchBookg", yes_or_no(heading.is_booked_as_batch)),
        *totals(instruction.totals),
        element("PmtTpInf", element("SeqTp", instruction.sequence)),
        element("ReqdColltnDt", instruction.collect_on.isoformat()),
        element("Cdtr", element("Nm", heading.creditor_name)),
        element("CdtrAcct", national_account(heading.creditor_account), element("Ccy", heading.currency)),
        element("CdtrAgt", agent(heading.creditor_bank)),
        element("CdtrSchmeId", element("Id", element("PrvtId", element("Othr", element("Id", heading.creditor_id))))),
    ]


def _debit(debit: DebitOrder) -> etree._Element:
    return element(
        "DrctDbtTxInf",
        element("PmtId", element("EndToEndId", debit.end_to_end_id)),
        element("InstdAmt", str(debit.amount.decimal()), Ccy=debit.amount.currency),
        element(
            "DrctDbtTx",
            element(
                "MndtRltdInf",
                element("MndtId", debit.mandate_reference),
                element("DtOfSgntr", debit.signed_on.isoformat()),
            ),
        ),
        element("DbtrAgt", agent(debit.debtor_bank)),
        element("Dbtr", element("Nm", debit.debtor_name)),
        element("DbtrAcct", national_account(debit.debtor_account)),
        element("RmtInf", element("Ustrd", debit.purpose)),
    )
