"""Orders to pay: pain.001.001.09, the customer credit transfer initiation (ISO 20022, 2019)."""

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from lxml import etree

from services.payments.banking.bank_file import CreditTransfer, CurrenciesMixed, PayoutHeading, Totals
from services.payments.banking.iso20022.documents import NAMESPACE, check, same_count, same_sum

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
                for element in _payment(heading):
                    xml.write(element)
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
    return _element(
        "GrpHdr",
        _element("MsgId", heading.message_id),
        _element("CreDtTm", heading.created_at.isoformat(timespec="seconds")),
        *_totals(heading.totals),
        _element("InitgPty", _element("Nm", heading.debtor_name)),
    )


def _payment(heading: PayoutHeading) -> list[etree._Element]:
    return [
        _element("PmtInfId", heading.message_id),
        _element("PmtMtd", "TRF"),
        *_optional("BtchBookg", _BOOLEANS.get(heading.is_booked_as_batch)),
        *_totals(heading.totals),
        _element("PmtTpInf", _element("CtgyPurp", _element("Cd", SOCIAL_SECURITY))),
        _element("ReqdExctnDt", _element("Dt", heading.execute_on.isoformat())),
        _element("Dbtr", _element("Nm", heading.debtor_name)),
        _element("DbtrAcct", _account(heading.debtor_account), _element("Ccy", heading.currency)),
        _element("DbtrAgt", _element("FinInstnId", _element("Othr", _element("Id", heading.debtor_bank)))),
        *_optional("ChrgBr", heading.charge_bearer),
    ]


def _optional(name: str, text: str | None) -> list[etree._Element]:
    """An element that may be left out."""
    return [] if text is None else [_element(name, text)]


def _transfer(transfer: CreditTransfer) -> etree._Element:
    return _element(
        "CdtTrfTxInf",
        _element("PmtId", _element("EndToEndId", transfer.end_to_end_id)),
        _element("Amt", _element("InstdAmt", str(transfer.amount.decimal()), Ccy=transfer.amount.currency)),
        _element("Cdtr", _element("Nm", transfer.creditor_name)),
        _element("CdtrAcct", _account(transfer.creditor_account)),
        _element("RmtInf", _element("Ustrd", transfer.purpose)),
    )


def _element(name: str, *content: str | etree._Element, **attributes: str) -> etree._Element:
    # Without a namespace of its own: it is written inside `Document`, whose default namespace holds for all.
    made = etree.Element(name, attributes)
    for part in content:
        if isinstance(part, str):
            made.text = part
        else:
            made.append(part)
    return made


def _account(number: str) -> etree._Element:
    return _element("Id", _element("Othr", _element("Id", number)))


def _totals(totals: Totals) -> list[etree._Element]:
    return [_element("NbOfTxs", str(totals.count)), _element("CtrlSum", str(totals.total.decimal()))]
