"""XML files from a bank, opened with distrust: no DOCTYPE, no entity, no network, and held against the official XSD.

A message may stand alone or in an envelope beside its header (`AppHdr`), as networks of banks wrap it.
"""

import codecs
import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from shared.kernel.errors import Invalid
from shared.kernel.money import Currency, Money

SCHEMAS = Path(__file__).parents[1] / "schemas"
_SCHEMAS_HERE = frozenset(
    {
        "camt.054.001.08",
        "pain.001.001.09",
        "pain.002.001.12",
        "pain.008.001.02",
        "pain.008.001.08",
        "pain.009.001.05",
        "pain.010.001.05",
        "pain.011.001.05",
        "pain.012.001.05",
    }
)
_NUMBER = re.compile(r"\+?(?=\.?[0-9])[0-9]{0,18}(\.[0-9]{0,9})?", re.ASCII)
_CURRENCIES = frozenset(each.value for each in Currency) - {Currency.OTHER.value}
_BOMS_OF_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OTHER_ENCODINGS = frozenset({"iso8859-1", "iso8859-6", "iso8859-15", "cp1250", "cp1252", "cp1256"})
"""Those that banks write besides UTF-8 and UTF-16, by Python's names. Each has ASCII where ASCII has it, so that no
document type hides in them."""
_DECLARED = re.compile(rb"""<\?xml[^>]{1,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_AROUND = b" \t\r\n\x00\x1a"
"""What programs leave around a file: blank lines, the filling of the last block, the end of file of DOS."""
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
FILE_BYTES_MAX = 32 * 1024 * 1024
"""Some 34,000 booked payments, as wordy as banks write them. A file that is read takes eleven times its size."""


class FileTooLarge(Invalid):
    """More than one file may hold."""

    code = "bank-file.too-large"


class NotReadable(Invalid):
    """Not well-formed XML, or in an encoding that banks do not write."""

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
    """An amount in no currency of ISO 4217."""

    code = "bank-file.currency-unknown"


class DecimalsTooMany(Invalid):
    """An amount finer than its currency's smallest coin."""

    code = "bank-file.decimals-too-many"


class AmountNotReadable(Invalid):
    """An amount that is no number, or below zero."""

    code = "bank-file.amount-not-readable"


class AmountTooLarge(Invalid):
    """An amount beyond all that a fund moves."""

    code = "bank-file.amount-too-large"


def opened(body: bytes, *, messages: Collection[str], expected: str) -> tuple[str, etree._Element]:
    """Which of some messages (`camt.054.001.08`) a file is, and the one element inside its `Document`, to be read with
    `elements` and `text`. The file is held against the official schema where that lies here; a reader of a version
    whose schema does not, expects anything. `expected` names the messages in the refusal of another.

    Raises `FileTooLarge`, `NotReadable`, `DoctypeRefused`, `OtherMessage` or `SchemaBroken`.
    """
    if len(body) > FILE_BYTES_MAX:
        raise FileTooLarge(bytes=len(body), bytes_max=FILE_BYTES_MAX)
    unicode = _in_utf_8(body)
    _refuse_doctype(unicode)
    try:
        root = _document(etree.fromstring(unicode, _parser()))
    except etree.XMLSyntaxError as error:
        raise NotReadable(line=error.lineno or 0) from None
    message = (etree.QName(root).namespace or "").removeprefix(NAMESPACE)
    if message not in messages:
        raise OtherMessage(found=message[:40], expected=expected)
    if has_schema(message):
        try:
            _schema(message).assertValid(root)
        except etree.DocumentInvalid as error:
            raise _broken(message, error) from None
    if not len(root):
        raise SchemaBroken(message=message, line=line_of(root))
    return message, root[0]


def line_of(element: etree._Element) -> int:
    line: Any = element.sourceline  # the stubs do not know what it is
    return int(line or 0)


def has_schema(message: str) -> bool:
    return message in _SCHEMAS_HERE


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


def text(element: etree._Element, *paths: str) -> str | None:
    """The first text at a path, None where there is none. Of several paths the first that holds any text: versions of
    a message differ in where a fact stands."""
    return next((found for path in paths for found in texts(element, path) if found or len(paths) == 1), None)


def elements(element: etree._Element, path: str) -> Iterator[etree._Element]:
    """The elements at a path of local names, whatever the version of their message."""
    return element.iterfind(_of_any_version(path))


@cache
def _of_any_version(path: str) -> str:
    """A path of the code's own as lxml takes it."""
    return "/".join(f"{{*}}{name}" for name in path.split("/"))


def number(written: str | None) -> Decimal | None:
    """A decimal number of a file that no schema has seen; None where it is none, or below zero."""
    return Decimal(written) if written and _NUMBER.fullmatch(written) else None


def amount(element: etree._Element) -> Money:
    """An amount with its currency in minor units. `AmountNotReadable`, `CurrencyUnknown`, `DecimalsTooMany` or
    `AmountTooLarge`."""
    code = element.get("Ccy", "")
    major = number((element.text or "").strip())
    if major is None:
        raise AmountNotReadable()
    if code not in _CURRENCIES:
        raise CurrencyUnknown(currency=code[:40])
    currency = Currency(code)
    minor = major.scaleb(currency.decimals)
    if minor != int(minor):
        raise DecimalsTooMany(currency=code, decimals_max=currency.decimals)
    try:
        return Money(int(minor), currency)
    except OverflowError:
        raise AmountTooLarge(currency=code) from None


def same_count(stated: str | None, *, counted: int) -> None:
    """`CountDiffers` where the file states a number and it is another."""
    if stated is not None and number(stated) != counted:
        raise CountDiffers(stated=stated[:40], counted=counted)


def same_sum(stated: str | None, *, computed: Decimal) -> None:
    """`ControlSumDiffers` where the file states a sum and it is another."""
    if stated is not None and number(stated) != computed:
        raise ControlSumDiffers(stated=stated[:40], computed=str(computed))


def _in_utf_8(body: bytes) -> bytes:
    """The file in UTF-8, which is all that is ever parsed. Bytes that are UTF-8 are read as such whatever the file
    declares; others as it says. `NotReadable` where it says nothing, or an encoding of no bank."""
    if body.startswith(_BOMS_OF_UTF_16):
        encoding = "utf-16"
    else:
        body = body.strip(_AROUND)
        try:
            body.decode("utf-8")
        except UnicodeDecodeError:
            encoding = _declared_encoding(body)
        else:
            return body
    try:
        return body.decode(encoding).strip(_AROUND.decode()).encode()
    except UnicodeError:
        raise NotReadable(line=0) from None


def _declared_encoding(body: bytes) -> str:
    found = _DECLARED.match(body)
    try:
        encoding = codecs.lookup(found[1].decode()).name if found else ""
    except LookupError:
        encoding = ""
    if encoding not in _OTHER_ENCODINGS:
        raise NotReadable(line=0)
    return encoding


def _document(root: etree._Element) -> etree._Element:
    """The message itself: the root, or the one `Document` in the envelope around it."""
    if etree.QName(root).localname == "Document":
        return root
    inside = list(root.iter("{*}Document"))
    return inside[0] if len(inside) == 1 else root


def _refuse_doctype(body: bytes) -> None:
    # In UTF-8 a document type can only be written like this. It is looked for before parsing because by then an entity
    # bomb has gone off.
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
