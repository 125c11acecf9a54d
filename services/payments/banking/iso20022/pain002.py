"""The bank's verdict on a file: pain.002.001.12, the customer payment status report."""

from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

from services.payments.banking.bank_file import NOT_PROVIDED, BankStatus, Level, StatusReport
from services.payments.banking.iso20022.documents import elements, opened, text, texts

MESSAGE = "pain.002.001.12"


def read(body: bytes) -> StatusReport:
    """Every status that the bank gives, of the file first. Raises what `documents.opened` raises."""
    report = opened(body, message=MESSAGE)
    group = next(elements(report, "OrgnlGrpInfAndSts"))
    count, control_sum = text(group, "OrgnlNbOfTxs"), text(group, "OrgnlCtrlSum")
    return StatusReport(
        message_id=text(report, "GrpHdr/MsgId") or "",
        original_message_id=text(group, "OrgnlMsgId") or "",
        original_count=None if count is None else int(count),
        original_sum=None if control_sum is None else Decimal(control_sum),
        statuses=tuple(_statuses(report, group)),
    )


def _statuses(report: etree._Element, group: etree._Element) -> Iterator[BankStatus]:
    yield from _status(group, Level.GROUP, of="OrgnlMsgId", status="GrpSts")
    for payment in elements(report, "OrgnlPmtInfAndSts"):
        yield from _status(payment, Level.PAYMENT, of="OrgnlPmtInfId", status="PmtInfSts")
        for transfer in elements(payment, "TxInfAndSts"):
            yield from _status(transfer, Level.TRANSFER, of="OrgnlEndToEndId", status="TxSts")


def _status(element: etree._Element, level: Level, *, of: str, status: str) -> Iterator[BankStatus]:
    """The status of one level; none where the bank leaves it to the levels below."""
    original_id, code = text(element, of), text(element, status)
    if code is not None and original_id not in (None, NOT_PROVIDED):
        reasons = (*texts(element, "StsRsnInf/Rsn/Cd"), *texts(element, "StsRsnInf/Rsn/Prtry"))
        yield BankStatus(level=level, original_id=original_id or "", status=code, reasons=reasons)
