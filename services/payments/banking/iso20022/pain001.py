"""Orders to pay: pain.001.001.09, the customer credit transfer initiation (ISO 20022, 2019)."""

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from lxml import etree

from services.payments.banking.bank_file import CreditTransfer, CurrenciesMixed, PayoutHeading, Totals
from services.payments.banking.iso20022.documents import NAMESPACE, check, same_count, same_sum
from services.payments.banking.iso20022.elements import element, national_account

MESSAGE = "pain.001.001.09"

_BOOLEANS: dict[bool | None, str] = {True: "true", False: "false"}

SOCIAL_SECURITY = "SSBE"
"""ExternalCategoryPurpose1Code: social security benefit."""


def write(heading: PayoutHeading, transfers: Iterable[CreditTransfer], *, into: BinaryIO) -> None:
    """Write a whole file, line by line, into an empty one that is open for writing and reading.

    One payment block on one day from one account; accounts are national ones. The heading's totals come first in the
    file, so they are handed in (`Totals.of`), and counted again while the lines go by. Raises `CountDiffers`,
    `ControlSumDiffers`, `CurrenciesMixed`, or `SchemaBroken` from the official XSD; the file is then invalid.
    """
    with etree.xmlfile(into, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element("Document", xmlns=NAMESPACE + MESSAGE), xml.element("CstmrCdtTrfInitn"):
            xml.write(_group(heading))
            with xml.element("PmtInf"):
                for part in _payment(heading):
                    xml.write(part)
                written = Totals.of(_written(xml, transfers))
    if written.total.currency is not heading.currency:
        raise CurrenciesMixed()
    same_count(str(heading.totals.count), counted=written.count)
    same_sum(str(heading.totals.total.decimal()), computed=written.total.decimal())
    check(into, message=MESSAGE)


def _written(xml: Any, transfers: Iterable[CreditTransfer]) -> Iterator[CreditTransfer]:
    for transfer in transfers:
        xml.write(_transfer(transfer))
        yield transfer


def _group(heading: PayoutHeading) -> etree._Element:
    return element(
        "GrpHdr",
        element("MsgId", heading.message_id),
        element("CreDtTm", heading.created_at.isoformat(timespec="seconds")),
        *_totals(heading.totals),
        element("InitgPty", element("Nm", heading.debtor_name)),
    )


def _payment(heading: PayoutHeading) -> list[etree._Element]:
    return [
        element("PmtInfId", heading.message_id),
        element("PmtMtd", "TRF"),
        *_optional("BtchBookg", _BOOLEANS.get(heading.is_booked_as_batch)),
        *_totals(heading.totals),
        element("PmtTpInf", element("CtgyPurp", element("Cd", SOCIAL_SECURITY))),
        element("ReqdExctnDt", element("Dt", heading.execute_on.isoformat())),
        element("Dbtr", element("Nm", heading.debtor_name)),
        element("DbtrAcct", national_account(heading.debtor_account), element("Ccy", heading.currency)),
        element("DbtrAgt", element("FinInstnId", element("Othr", element("Id", heading.debtor_bank)))),
        *_optional("ChrgBr", heading.charge_bearer),
    ]


def _optional(name: str, text: str | None) -> list[etree._Element]:
    """An element that may be left out."""
    return [] if text is None else [element(name, text)]


def _transfer(transfer: CreditTransfer) -> etree._Element:
    return element(
        "CdtTrfTxInf",
        element("PmtId", element("EndToEndId", transfer.end_to_end_id)),
        element("Amt", element("InstdAmt", str(transfer.amount.decimal()), Ccy=transfer.amount.currency)),
        element("Cdtr", element("Nm", transfer.creditor_name)),
        element("CdtrAcct", national_account(transfer.creditor_account)),
        element("RmtInf", element("Ustrd", transfer.purpose)),
    )


def _totals(totals: Totals) -> list[etree._Element]:
    return [element("NbOfTxs", str(totals.count)), element("CtrlSum", str(totals.total.decimal()))]
