"""How XML goes to a bank, whatever the message: line by line, counted and summed, held against its schema."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, BinaryIO, Protocol, TypeVar

from lxml import etree

from services.payments.banking.bank_file import CurrenciesMixed, FileOrder, Totals
from services.payments.banking.iso20022.documents import NAMESPACE, check, same_count, same_sum
from services.payments.banking.iso20022.elements import element
from shared.kernel.money import Currency

Line = TypeVar("Line", bound=FileOrder)


class FileHeading(Protocol):
    """What the head of every file of orders says."""

    @property
    def message_id(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def totals(self) -> Totals: ...
    @property
    def currency(self) -> Currency: ...


def write(
    message: str,
    *,
    body: str,
    heading: FileHeading,
    party_name: str,
    payments: Iterable[tuple[Sequence[etree._Element], Iterable[Line]]],
    line: Callable[[Line], etree._Element],
    into: BinaryIO,
) -> None:
    """Write a whole file, line by line, into an empty one that is open for writing and reading: the group header, and
    for each of `payments` a payment block (PmtInf), which begins with its elements and has a `line` for each order.

    The heading's totals come first in the file, so they are handed in (`Totals.of`), and counted again while the lines
    go by. Raises `NoTransfers`, `CountDiffers`, `ControlSumDiffers`, `CurrenciesMixed`, or `SchemaBroken` from the
    official XSD; the file is then invalid.
    """
    with etree.xmlfile(into, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element("Document", xmlns=NAMESPACE + message), xml.element(body):
            xml.write(_group(heading, party_name))
            written = Totals.together([_payment(xml, *each, line=line) for each in payments])
    if written.total.currency is not heading.currency:
        raise CurrenciesMixed()
    same_count(str(heading.totals.count), counted=written.count)
    same_sum(str(heading.totals.total.decimal()), computed=written.total.decimal())
    check(into, message=message)


def _payment(
    xml: Any, block: Sequence[etree._Element], orders: Iterable[Line], *, line: Callable[[Line], etree._Element]
) -> Totals:
    with xml.element("PmtInf"):
        for each in block:
            xml.write(each)
        written = _written(xml, orders, line)
        return Totals.of(written)


def _written(xml: Any, orders: Iterable[Line], line: Callable[[Line], etree._Element]) -> Iterator[Line]:
    for order in orders:
        xml.write(line(order))
        yield order


def _group(heading: FileHeading, party_name: str) -> etree._Element:
    return element(
        "GrpHdr",
        element("MsgId", heading.message_id),
        element("CreDtTm", heading.created_at.isoformat(timespec="seconds")),
        *totals(heading.totals),
        element("InitgPty", element("Nm", party_name)),
    )


def optional(name: str, text: str | None) -> list[etree._Element]:
    """An element that may be left out."""
    return [] if text is None else [element(name, text)]


def totals(of: Totals) -> list[etree._Element]:
    """Count and control sum."""
    return [element("NbOfTxs", str(of.count)), element("CtrlSum", str(of.total.decimal()))]


def yes_or_no(value: bool | None) -> str | None:
    """An indicator, or None where it is left out."""
    return None if value is None else "true" if value else "false"


def agent(bank: str) -> etree._Element:
    """A bank, by the code that the country gives it."""
    return element("FinInstnId", element("Othr", element("Id", bank)))
