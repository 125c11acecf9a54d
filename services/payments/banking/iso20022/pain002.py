"""The bank's verdict on a file: pain.002, the customer payment status report, in all versions that banks use."""

from collections.abc import Iterator

from lxml import etree

from services.payments.banking.bank_file import NOT_PROVIDED, BankStatus, Level, StatusReport
from services.payments.banking.iso20022.documents import SchemaBroken, elements, line_of, number, opened, text, texts

VERSION_MAX = 15
MESSAGES = frozenset(f"pain.002.001.{version:02d}" for version in range(2, VERSION_MAX + 1))

ID_CHARACTERS_MAX = 100
REASON_CHARACTERS_MAX = 40


def read(body: bytes) -> StatusReport:
    """Every status that the bank gives, of the file first. Raises what `documents.opened` raises, and `SchemaBroken` if
    the report names no file."""
    message, report = opened(body, messages=MESSAGES, expected=f"pain.002.001.02 to .{VERSION_MAX}")
    group = next(elements(report, "OrgnlGrpInfAndSts"), None)
    if group is None:
        raise SchemaBroken(message=message, line=line_of(report))
    count = number(text(group, "OrgnlNbOfTxs"))
    return StatusReport(
        message_id=_id(report, "GrpHdr/MsgId"),
        original_message_id=_id(group, "OrgnlMsgId"),
        original_count=None if count is None else int(count),
        original_sum=number(text(group, "OrgnlCtrlSum")),
        statuses=tuple(_statuses(report, group)),
    )


def _statuses(report: etree._Element, group: etree._Element) -> Iterator[BankStatus]:
    yield from _status(group, Level.GROUP, of="OrgnlMsgId", status="GrpSts")
    for transfer in elements(report, "TxInfAndSts"):  # until .02, transfers stood under no block
        yield from _status(transfer, Level.TRANSFER, of="OrgnlEndToEndId", status="TxSts")
    for payment in elements(report, "OrgnlPmtInfAndSts"):
        yield from _status(payment, Level.PAYMENT, of="OrgnlPmtInfId", status="PmtInfSts")
        for transfer in elements(payment, "TxInfAndSts"):
            block = _id(payment, "OrgnlPmtInfId")
            yield from _status(transfer, Level.TRANSFER, of="OrgnlEndToEndId", status="TxSts", block=block)


def _status(
    element: etree._Element, level: Level, *, of: str, status: str, block: str | None = None
) -> Iterator[BankStatus]:
    """The status of one level; none where the bank leaves it to the levels below."""
    original_id, code = _id(element, of), text(element, status)
    if code and (level is not Level.TRANSFER or original_id not in ("", NOT_PROVIDED)):
        reasons = (*texts(element, "StsRsnInf/Rsn/Cd"), *texts(element, "StsRsnInf/Rsn/Prtry"))
        yield BankStatus(
            level=level,
            original_id=original_id,
            status=code[:REASON_CHARACTERS_MAX],
            reasons=tuple(reason[:REASON_CHARACTERS_MAX] for reason in reasons if reason),
            payment_id=block,
        )


def _id(element: etree._Element, path: str) -> str:
    return (text(element, path) or "")[:ID_CHARACTERS_MAX]
