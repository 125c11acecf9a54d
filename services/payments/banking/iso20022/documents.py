"""XML files from a bank, opened with distrust: no DOCTYPE, no entity, no network, and held against the official XSD."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from services.payments.banking.bank_file import CurrenciesMixed
from shared.kernel.errors import Invalid
from shared.kernel.money import Currency, Money

SCHEMAS = Path(__file__).parents[1] / "schemas"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
FILE_BYTES_MAX = 16 * 1024 * 1024
"""Some 30,000 booked payments. A parsed file takes up to eight times its size."""


class FileTooLarge(Invalid):
    """More than one file may hold."""

    code = "bank-file.too-large"


class NotReadable(Invalid):
    """Not well-formed XML in UTF-8."""

    code = "bank-file.not-readable"


class DoctypeRefused(Invalid):
    """The file declares a document type. No bank message needs one; entity bombs and file theft do."""

    code = "bank-file.doctype-refused"


class OtherMessage(Invalid):
    """Another message, or another version of it, than was expected."""

    code = "bank-file.other-message"


class SchemaBroken(Invalid):
    """The file does not follow the official schema of its message."""

    code = "bank-file.schema-broken"


class CountDiffers(Invalid):
    """The file holds more or fewer lines than it says: part of it is missing."""

    code = "bank-file.count-differs"


class ControlSumDiffers(Invalid):
    """The lines of the file do not add up to the sum that it states."""

    code = "bank-file.control-sum-differs"


class CurrencyUnknown(Invalid):
    """An amount in a currency in which no fund pays."""

    code = "bank-file.currency-unknown"


class DecimalsTooMany(Invalid):
    """An amount finer than its currency's smallest coin."""

    code = "bank-file.decimals-too-many"


class AmountTooLarge(Invalid):
    """An amount beyond all that a fund moves."""

    code = "bank-file.amount-too-large"


def opened(body: bytes, *, message: str) -> etree._Element:
    """The one element inside `Document` of a file of this message (`camt.054.001.08`), read with `child` and `text`.

    Raises `FileTooLarge`, `NotReadable`, `DoctypeRefused`, `OtherMessage` or `SchemaBroken`.
    """
    if len(body) > FILE_BYTES_MAX:
        raise FileTooLarge(bytes=len(body), bytes_max=FILE_BYTES_MAX)
    _refuse_doctype(body)
    try:
        root = etree.fromstring(body, _parser())
    except etree.XMLSyntaxError as error:
        raise NotReadable(line=error.lineno or 0) from None
    found = etree.QName(root).namespace or ""
    if found != NAMESPACE + message:
        raise OtherMessage(found=found.removeprefix(NAMESPACE)[:40], expected=message)
    try:
        _schema(message).assertValid(root)
    except etree.DocumentInvalid as error:
        raise _broken(message, error) from None
    return root[0]


def check(file: BinaryIO, *, message: str) -> None:
    """Hold a file of ours against the schema of its message before anybody sends it, as a stream. `SchemaBroken`."""
    file.seek(0)
    try:
        for _, element in etree.iterparse(file, schema=_schema(message), no_network=True, resolve_entities=False):
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise _broken(message, error) from None


def texts(element: etree._Element, path: str) -> Iterator[str]:
    """The texts at a path of local names (`Acct/Id/Othr/Id`), in order."""
    for found in elements(element, path):
        yield (found.text or "").strip()


def text(element: etree._Element, path: str) -> str | None:
    """The first text at a path, None where there is none."""
    return next(texts(element, path), None)


def elements(element: etree._Element, path: str) -> Iterator[etree._Element]:
    """The elements at a path of local names, whatever the version of their message."""
    yield from element.iterfind("/".join(f"{{*}}{name}" for name in path.split("/")))


def amount(element: etree._Element) -> Money:
    """An amount with its currency in minor units. `CurrencyUnknown`, `DecimalsTooMany` or `AmountTooLarge`."""
    code = element.get("Ccy", "")
    if code not in Currency.__members__:
        raise CurrencyUnknown(currency=code)
    currency = Currency(code)
    minor = Decimal((element.text or "").strip()).scaleb(currency.decimals)
    if minor != int(minor):
        raise DecimalsTooMany(currency=code, decimals_max=currency.decimals)
    try:
        return Money(int(minor), currency)
    except OverflowError:
        raise AmountTooLarge(currency=code) from None


def same_count(stated: str | None, *, counted: int) -> None:
    """`CountDiffers` where the file states a number and it is another."""
    if stated is not None and int(stated) != counted:
        raise CountDiffers(stated=stated, counted=counted)


def same_sum(stated: str | None, *, computed: Decimal) -> None:
    """`ControlSumDiffers` where the file states a sum and it is another."""
    if stated is not None and Decimal(stated) != computed:
        raise ControlSumDiffers(stated=stated, computed=str(computed))


def one_currency(amounts: list[Money]) -> Currency:
    """The currency that all have. `CurrenciesMixed`."""
    currencies = {money.currency for money in amounts}
    if len(currencies) != 1:
        raise CurrenciesMixed()
    return currencies.pop()


def _refuse_doctype(body: bytes) -> None:
    # The parser reads UTF-8 whatever the file declares, so in bytes that are UTF-8 a document type can only be
    # written like this. It is looked for before parsing because by then an entity bomb has gone off.
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        raise NotReadable(line=0) from None
    if b"<!DOCTYPE" in body:
        raise DoctypeRefused()


def _parser() -> etree.XMLParser:
    # Comments go: an element's text ends at one, so that a comment in an id or a name would cut it short.
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


@cache
def _schema(message: str) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(SCHEMAS / f"{message}.xsd"))


def _broken(message: str, error: etree.LxmlError) -> SchemaBroken:
    # lxml's own sentence quotes the file, which holds names and accounts: only the line is passed on.
    log: Any = error.error_log  # the stubs do not say what is in it
    return SchemaBroken(message=message, line=log[0].line if len(log) else 0)
