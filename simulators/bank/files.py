"""The bank's own ISO 20022: reads pain.001.001.09, pain.008.001.02 and .08, writes pain.002.001.12, camt.054.001.08.

Written apart from the payment service's code and with another parser, so that each finds the other's mistakes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from lxml import etree

from simulators.bank.amounts import to_text

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
PAIN_001, PAIN_002, CAMT_054 = "pain.001.001.09", "pain.002.001.12", "camt.054.001.08"
PAIN_008 = ("pain.008.001.02", "pain.008.001.08")

FILE_BYTES_MAX = 64 * 1024 * 1024


class Unreadable(ValueError):
    """Not a file that the bank takes at all; the text says why."""


@dataclass(frozen=True)
class Order:
    """One credit transfer, or one direct debit, that a fund orders."""

    end_to_end_id: str
    party_name: str
    """The other side: who is paid, or who is debited."""
    party_account: str
    amount: str
    currency: str
    remittance: str
    mandate: str = ""


@dataclass(frozen=True)
class Payment:
    """One payment block of a file: an account of the fund and what is to leave it, or to come to it."""

    payment_id: str
    account: str
    """The fund's."""
    count: str | None
    control_sum: str | None
    orders: tuple[Order, ...]
    is_booked_as_batch: bool = True

    @property
    def total(self) -> Decimal:
        return sum((Decimal(order.amount) for order in self.orders), Decimal(0))


@dataclass(frozen=True)
class PayoutFile:
    """A file of orders as the bank read it. Count and control sum are text, as they came."""

    message_id: str
    count: str
    control_sum: str | None
    payments: tuple[Payment, ...]
    message: str = PAIN_001

    @property
    def orders(self) -> list[Order]:
        return [order for payment in self.payments for order in payment.orders]


@dataclass(frozen=True)
class Verdict:
    """What the bank says to one order: an ISO 20022 status, with a reason where it is refused."""

    order: Order
    reason: str | None = None

    @property
    def status(self) -> str:
        return "RJCT" if self.reason else "ACSC"


@dataclass(frozen=True)
class Booking:
    """One booked movement of an account, as camt.054 tells of it."""

    entry_id: str
    amount_minor: int
    """Below zero where money left the account."""
    currency: str
    other_account: str
    reference: str
    end_to_end_id: str | None
    return_reason: str | None
    booked_at: datetime


# --- reading -------------------------------------------------------------------------------------------------------


def read(body: bytes, *, schemas: Path) -> PayoutFile:
    """The orders of a file that the official schema accepts. `Unreadable` otherwise."""
    return _read(body, messages=(PAIN_001,), within="CstmrCdtTrfInitn", block=_payment, schemas=schemas)


def read_debits(body: bytes, *, schemas: Path) -> PayoutFile:
    """The direct debits of a file that the official schema accepts. `Unreadable` otherwise."""
    return _read(body, messages=PAIN_008, within="CstmrDrctDbtInitn", block=_debits, schemas=schemas)


def _read(
    body: bytes,
    *,
    messages: Sequence[str],
    within: str,
    block: Callable[[ElementTree.Element, dict[str, str]], Payment],
    schemas: Path,
) -> PayoutFile:
    if len(body) > FILE_BYTES_MAX:
        raise Unreadable("the file is too large")
    message = next((each for each in messages if f"{NAMESPACE}{each}".encode() in body), messages[0])
    root, space = opened(body, message=message, schemas=schemas)
    header = root.find(f"./{within}/GrpHdr", space)
    assert header is not None, "the schema demands it"  # noqa: S101
    return PayoutFile(
        message_id=header.findtext("MsgId", "", space),
        count=header.findtext("NbOfTxs", "", space),
        control_sum=header.findtext("CtrlSum", None, space),
        payments=tuple(block(each, space) for each in root.iterfind(f"./{within}/PmtInf", space)),
        message=message,
    )


def _debits(block: ElementTree.Element, space: dict[str, str]) -> Payment:
    return Payment(
        payment_id=block.findtext("PmtInfId", "", space),
        account=block.findtext("CdtrAcct/Id/Othr/Id", "", space),
        count=block.findtext("NbOfTxs", None, space),
        control_sum=block.findtext("CtrlSum", None, space),
        orders=tuple(_debit(line, space) for line in block.iterfind("DrctDbtTxInf", space)),
        is_booked_as_batch=block.findtext("BtchBookg", "true", space) in ("true", "1"),
    )


def _debit(line: ElementTree.Element, space: dict[str, str]) -> Order:
    amount = line.find("InstdAmt", space)
    return Order(
        end_to_end_id=line.findtext("PmtId/EndToEndId", "", space),
        party_name=line.findtext("Dbtr/Nm", "", space),
        party_account=line.findtext("DbtrAcct/Id/Othr/Id", "", space),
        amount=amount.text or "0" if amount is not None else "0",
        currency=amount.get("Ccy", "") if amount is not None else "",
        remittance=line.findtext("RmtInf/Ustrd", "", space),
        mandate=line.findtext("DrctDbtTx/MndtRltdInf/MndtId", "", space),
    )


def opened(body: bytes, *, message: str, schemas: Path) -> tuple[ElementTree.Element, dict[str, str]]:
    """The document of a message that its official schema accepts, with its namespace. `Unreadable` otherwise."""
    _refuse_doctype(body)
    try:
        check(body, message=message, schemas=schemas)
    except etree.LxmlError as error:
        raise Unreadable(str(error)) from None
    root = ElementTree.fromstring(body)  # noqa: S314  expat has refused any DOCTYPE above
    return root, {"": NAMESPACE + message}


def _payment(block: ElementTree.Element, space: dict[str, str]) -> Payment:
    return Payment(
        payment_id=block.findtext("PmtInfId", "", space),
        account=block.findtext("DbtrAcct/Id/Othr/Id", "", space),
        count=block.findtext("NbOfTxs", None, space),
        control_sum=block.findtext("CtrlSum", None, space),
        orders=tuple(_order(line, space) for line in block.iterfind("CdtTrfTxInf", space)),
    )


def _order(line: ElementTree.Element, space: dict[str, str]) -> Order:
    amount = line.find("Amt/InstdAmt", space)
    return Order(
        end_to_end_id=line.findtext("PmtId/EndToEndId", "", space),
        party_name=line.findtext("Cdtr/Nm", "", space),
        party_account=line.findtext("CdtrAcct/Id/Othr/Id", "", space),
        amount=amount.text or "0" if amount is not None else "0",
        currency=amount.get("Ccy", "") if amount is not None else "",
        remittance=line.findtext("RmtInf/Ustrd", "", space),
    )


def fault_of(file: PayoutFile) -> str | None:
    """The ISO 20022 reason for which the whole file is refused: AM18 wrong count, AM10 wrong control sum."""
    if int(file.count) != len(file.orders):
        return "AM18"
    if file.control_sum is not None and Decimal(file.control_sum) != sum(p.total for p in file.payments):
        return "AM10"
    for payment in file.payments:
        if payment.count is not None and int(payment.count) != len(payment.orders):
            return "AM18"
        if payment.control_sum is not None and Decimal(payment.control_sum) != payment.total:
            return "AM10"
    return None


def check(body: bytes, *, message: str, schemas: Path) -> None:
    """Hold a file against the official schema of its message. lxml's errors where it does not fit."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    _schema(schemas / f"{message}.xsd").assertValid(etree.fromstring(body, parser))


@cache
def _schema(path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(path))


def _refuse_doctype(body: bytes) -> None:
    def refuse(*_: object) -> None:
        raise Unreadable("a DOCTYPE is not accepted")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise Unreadable(f"not well-formed XML: {error}") from None


# --- writing -------------------------------------------------------------------------------------------------------


class Tree:
    """A few lines of writing XML: `tree.put(parent, "A/B", text)` makes the elements that are not there yet."""

    def __init__(self, message: str, body: str) -> None:
        self._space = NAMESPACE + message
        self._root = ElementTree.Element("Document", {"xmlns": self._space})
        self.body = ElementTree.SubElement(self._root, body)

    def put(self, parent: ElementTree.Element, path: str, text: str | None = None, **attributes: str) -> None:
        """Add an element at a path below `parent`; parents that are open already are reused."""
        *ways, last = path.split("/")
        for name in ways:
            children = list(parent)
            is_open = bool(children) and children[-1].tag == name
            parent = children[-1] if is_open else ElementTree.SubElement(parent, name)
        ElementTree.SubElement(parent, last, attributes).text = text

    def done(self) -> bytes:
        """The document as UTF-8 XML."""
        written: bytes = ElementTree.tostring(self._root, encoding="utf-8", xml_declaration=True)
        return written


def status_report(
    *, report_id: str, at: datetime, file: PayoutFile, refusal: str | None, verdicts: Sequence[Sequence[Verdict]]
) -> bytes:
    """pain.002: the file refused whole with a reason, or a verdict for each order of each payment block."""
    tree = Tree(PAIN_002, "CstmrPmtStsRpt")
    tree.put(tree.body, "GrpHdr/MsgId", report_id)
    tree.put(tree.body, "GrpHdr/CreDtTm", at.isoformat(timespec="seconds"))
    group = ElementTree.SubElement(tree.body, "OrgnlGrpInfAndSts")
    tree.put(group, "OrgnlMsgId", file.message_id)
    tree.put(group, "OrgnlMsgNmId", file.message)
    tree.put(group, "OrgnlNbOfTxs", file.count)
    if file.control_sum is not None:
        tree.put(group, "OrgnlCtrlSum", file.control_sum)
    tree.put(group, "GrpSts", "RJCT" if refusal else _status_of_all([one for own in verdicts for one in own]))
    if refusal:
        tree.put(group, "StsRsnInf/Rsn/Cd", refusal)
        return tree.done()
    for payment, own in zip(file.payments, verdicts, strict=True):
        block = ElementTree.SubElement(tree.body, "OrgnlPmtInfAndSts")
        tree.put(block, "OrgnlPmtInfId", payment.payment_id)
        tree.put(block, "PmtInfSts", _status_of_all(own))
        for verdict in own:
            line = ElementTree.SubElement(block, "TxInfAndSts")
            tree.put(line, "OrgnlEndToEndId", verdict.order.end_to_end_id)
            tree.put(line, "TxSts", verdict.status)
            if verdict.reason:
                tree.put(line, "StsRsnInf/Rsn/Cd", verdict.reason)
    return tree.done()


def _status_of_all(verdicts: Sequence[Verdict]) -> str:
    statuses = {verdict.status for verdict in verdicts}
    return statuses.pop() if len(statuses) == 1 else "PART"


def notice(
    *,
    statement_id: str,
    at: datetime,
    account: str,
    currency: str,
    entries: Sequence[Sequence[Booking]],
    unlisted: str = "",
) -> bytes:
    """camt.054: booked entries of one account. The bookings of one entry were booked together, in one direction;
    `unlisted` is the id of the payment block whose payments the bank does not list."""
    tree = Tree(CAMT_054, "BkToCstmrDbtCdtNtfctn")
    tree.put(tree.body, "GrpHdr/MsgId", statement_id)
    tree.put(tree.body, "GrpHdr/CreDtTm", at.isoformat(timespec="seconds"))
    block = ElementTree.SubElement(tree.body, "Ntfctn")
    tree.put(block, "Id", statement_id)
    tree.put(block, "CreDtTm", at.isoformat(timespec="seconds"))
    tree.put(block, "Acct/Id/Othr/Id", account)
    tree.put(block, "Acct/Ccy", currency)
    sums = [sum(booking.amount_minor for booking in entry) for entry in entries]
    for name, own in (("TtlCdtNtries", [s for s in sums if s > 0]), ("TtlDbtNtries", [s for s in sums if s < 0])):
        tree.put(block, f"TxsSummry/{name}/NbOfNtries", str(len(own)))
        tree.put(block, f"TxsSummry/{name}/Sum", to_text(abs(sum(own)), currency))
    for entry in entries:
        _put_entry(tree, block, entry, unlisted=unlisted)
    return tree.done()


def _put_entry(tree: Tree, block: ElementTree.Element, bookings: Sequence[Booking], *, unlisted: str) -> None:
    first, total = bookings[0], sum(booking.amount_minor for booking in bookings)
    direction = "CRDT" if total > 0 else "DBIT"
    line = ElementTree.SubElement(block, "Ntry")
    tree.put(line, "NtryRef", first.entry_id)
    tree.put(line, "Amt", to_text(abs(total), first.currency), Ccy=first.currency)
    tree.put(line, "CdtDbtInd", direction)
    tree.put(line, "Sts/Cd", "BOOK")
    tree.put(line, "BookgDt/Dt", first.booked_at.date().isoformat())
    tree.put(line, "AcctSvcrRef", first.entry_id)
    tree.put(line, "BkTxCd/Prtry/Cd", "RETURN" if first.return_reason else "TRANSFER")
    details = ElementTree.SubElement(line, "NtryDtls")
    if unlisted:
        tree.put(details, "Btch/PmtInfId", unlisted)
    tree.put(details, "Btch/NbOfTxs", str(len(bookings)))
    if unlisted:
        return
    for booking in bookings:
        one = ElementTree.SubElement(details, "TxDtls")
        tree.put(one, "Refs/AcctSvcrRef", booking.entry_id)
        if booking.end_to_end_id:
            tree.put(one, "Refs/EndToEndId", booking.end_to_end_id)
        tree.put(one, "Amt", to_text(abs(booking.amount_minor), booking.currency), Ccy=booking.currency)
        tree.put(one, "CdtDbtInd", direction)
        side = "DbtrAcct" if direction == "CRDT" else "CdtrAcct"
        tree.put(one, f"RltdPties/{side}/Id/Othr/Id", booking.other_account)
        if booking.reference:
            tree.put(one, "RmtInf/Ustrd", booking.reference)
        if booking.return_reason:
            tree.put(one, "RtrInf/Rsn/Cd", booking.return_reason)
