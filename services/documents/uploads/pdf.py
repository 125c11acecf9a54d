"""Cleans an uploaded PDF: refuses active, hidden or damaged content, and rewrites the rest without metadata.

Rewriting drops what nothing refers to, earlier revisions, and trailing bytes of another format. A signature inside
the file does not survive it: papers whose signature matters need a way of their own.
"""

import zlib
from collections.abc import Iterator
from functools import cache
from io import BytesIO

import pikepdf
from pikepdf.settings import set_qpdf_limits
from PIL import Image

from shared.kernel.errors import Invalid

PAGES_MAX = 200
VALUES_MAX = 200_000
"""Values looked at in one file, about a second's work; a scan of 200 pages has some 5,000."""
STRUCTURE_BYTES_MAX = 64 * 1024 * 1024
"""What one compressed stream may swell to while the file's own structure is read."""
STREAM_BYTES_MAX = 160 * 1024 * 1024
"""What one stream may unpack to: a sheet of A4 at 600 dots an inch in colour takes 105 MB."""
STREAMS_BYTES_MAX = 1024 * 1024 * 1024
"""What all streams of a file may unpack to."""
PIXELS_MAX = 100_000_000
"""What a picture in a page may claim to have."""
NESTING_MAX = 100
FILTERS_MAX = 4

# Names that make a reader run, open, send or unpack something (ISO 32000-2, 12.6 and 7.11). As keys of a dictionary:
_ACTIVE_KEYS = {"/JS", "/JavaScript", "/AA", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent", "/Launch"}
# … and as what a dictionary says that it is, by its action (/S), subtype or type:
_ACTIVE_KINDS = {
    *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/RichMediaExecute"),
    *("/RichMedia", "/FileAttachment", "/EmbeddedFile", "/Movie", "/Sound", "/Screen", "/3D", "/PS"),
}
_FLATE = {"/FlateDecode", "/Fl"}
_OF_LETTERS = {"/ASCII85Decode", "/A85", "/ASCIIHexDecode", "/AHx"}
_OF_PICTURES = {"/DCTDecode", "/DCT", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode", "/CCF"}
_UNPACKED_BY_QPDF = {*_FLATE, "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL", *_OF_LETTERS}
_KIND_KEYS = ("/S", "/Subtype", "/Type")
_PRIVATE_KEYS = ("/Metadata", "/PieceInfo", "/LastModified")
"""Where programs write who made the file, when and with what."""


class ActiveContent(Invalid):
    """The file wants to do something when it is opened. `found` is the name of the standard for it."""

    code = "upload.pdf-active-content"


class EncryptedPdf(Invalid):
    """It opens by a password only. One that is merely restricted opens, and comes out without its restrictions."""

    code = "upload.pdf-encrypted"


class DamagedPdf(Invalid):
    """Cut off, without pages, or such that a reader would have to guess."""

    code = "upload.pdf-damaged"


class TooManyPages(Invalid):
    """More than `PAGES_MAX`."""

    code = "upload.pdf-too-long"


class PdfExpandsTooMuch(Invalid):
    """A stream unpacks to more than any page needs, or a picture claims more pixels than any sheet has."""

    code = "upload.pdf-swells"


class TooComplexPdf(Invalid):
    """More values than anyone's scan has: made to keep a reader busy."""

    code = "upload.pdf-too-complex"


def clean(content: bytes) -> tuple[bytes, int]:
    """The file written anew, and its number of pages. The same bytes come out whenever the same go in."""
    _set_limits()
    try:
        with pikepdf.open(BytesIO(content), attempt_recovery=False) as pdf:
            _inspect(pdf)
            _unpack_all(pdf)
            return _rewritten(pdf), len(pdf.pages)
    except pikepdf.PasswordError:
        raise EncryptedPdf from None
    # What else qpdf finds wrong is a RuntimeError; a name that is not UTF-8, which none may be, is the last of these.
    except (pikepdf.PdfError, RuntimeError, UnicodeDecodeError):
        raise DamagedPdf from None


@cache
def _set_limits() -> None:
    """Set qpdf's limits, once for the process."""
    set_qpdf_limits(
        flate_max_memory=STRUCTURE_BYTES_MAX,
        run_length_max_memory=STRUCTURE_BYTES_MAX,
        png_max_memory=STRUCTURE_BYTES_MAX,
        tiff_max_memory=STRUCTURE_BYTES_MAX,
        parser_max_nesting=NESTING_MAX,
        max_stream_filters=FILTERS_MAX,
    )


def _inspect(pdf: pikepdf.Pdf) -> None:
    if not pdf.pages:
        raise DamagedPdf
    if len(pdf.pages) > PAGES_MAX:
        raise TooManyPages(pages_max=PAGES_MAX)
    for dictionary in _dictionaries(pdf):
        if found := _active_part(dictionary):
            raise ActiveContent(found=found)


def _unpack_all(pdf: pikepdf.Pdf) -> None:
    """See, once, what each stream unpacks to, so that no reader after us is the first to meet a bomb."""
    left = STREAMS_BYTES_MAX
    for each in pdf.objects:
        if isinstance(each, pikepdf.Stream):
            _must_have_a_size(each)
            left -= _unpacked_bytes(each)
            if left < 0:
                raise PdfExpandsTooMuch


def _must_have_a_size(stream: pikepdf.Object) -> None:
    """A picture says how large it is; of a JPEG the picture itself does too."""
    if stream.get("/Subtype") != "/Image":
        return
    width, height = (_number(stream.get(key)) for key in ("/Width", "/Height"))
    if width * height > PIXELS_MAX:
        raise PdfExpandsTooMuch
    if _filters(stream) == ["/DCTDecode"]:
        try:
            with Image.open(BytesIO(stream.read_raw_bytes()), formats=("JPEG",)) as picture:
                if picture.width * picture.height > PIXELS_MAX:
                    raise PdfExpandsTooMuch
        except Image.DecompressionBombError:
            raise PdfExpandsTooMuch from None
        except (OSError, SyntaxError, ValueError):
            return  # a picture that no reader shows swells for none


def _unpacked_bytes(stream: pikepdf.Object) -> int:
    """How much a stream unpacks to; a picture's own encoding (DCT, JPX, JBIG2, fax) is judged by its pixels."""
    filters = _filters(stream)
    if not filters:
        return 0
    content, place = b"", 0
    while place < len(filters) and filters[place] in _FLATE:
        content = _inflated(content if place else stream.read_raw_bytes())
        place += 1
    rest = filters[place:]
    if not rest or (len(rest) == 1 and rest[0] in _OF_PICTURES):
        return len(content)
    if set(rest[:-1]) <= _OF_LETTERS and rest[-1] in _OF_PICTURES | _OF_LETTERS:
        return len(content)  # letters for bytes (ASCII85, hexadecimal) do not swell
    if set(rest) <= _UNPACKED_BY_QPDF:
        return len(stream.read_bytes())  # LZW, run lengths and what they are mixed with, within qpdf's own limits
    raise PdfExpandsTooMuch  # what may be large is hidden behind what nobody unpacks


def _inflated(content: bytes) -> bytes:
    """zlib's output within the limit; of a damaged stream as much as comes before the damage, as readers show it."""
    unpacker = zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(content, STREAM_BYTES_MAX + 1)
    except zlib.error:
        return b""
    if len(unpacked) > STREAM_BYTES_MAX:
        raise PdfExpandsTooMuch
    return unpacked


def _filters(stream: pikepdf.Object) -> list[str]:
    """The names of a stream's filters, in the order in which they are undone."""
    filters = stream.get("/Filter")
    if filters is None:
        return []
    return [str(each) for each in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every dictionary in the file, those of streams and those that nothing refers to as well."""
    seen = 0
    for each in pdf.objects:
        if each is None:  # qpdf could not read it, or not within its limits: the paper would come out with a hole
            raise DamagedPdf
        waiting = [each]
        while waiting:
            value = waiting.pop()
            if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
                yield value
                children = [value[key] for key in value.keys()]  # noqa: SIM118  # a stream has no other way
            elif isinstance(value, pikepdf.Array):
                children = list(value)
            else:
                continue
            seen += 1 + len(children)
            if seen > VALUES_MAX:
                raise TooComplexPdf
            # What is referred to stands in pdf.objects itself: only what lies inside this value is followed.
            waiting += [child for child in children if isinstance(child, pikepdf.Object) and not child.is_indirect]


def _active_part(dictionary: pikepdf.Object) -> str | None:
    """What in a dictionary acts, by its name in the standard."""
    for key in dictionary.keys():  # noqa: SIM118  # a stream has no other way
        if key in _ACTIVE_KEYS:
            return key.lstrip("/")
    for key in _KIND_KEYS:
        kind = str(dictionary.get(key))
        if kind in _ACTIVE_KINDS:
            return kind.lstrip("/")
    opening = dictionary.get("/OpenAction")
    if isinstance(opening, pikepdf.Dictionary) and opening.get("/S") != "/GoTo":
        return "OpenAction"
    return None


def _rewritten(pdf: pikepdf.Pdf) -> bytes:
    """The same pages in a file of our own making: no author, no dates, no page that insists on being seen first."""
    for each in _dictionaries(pdf):
        for key in _PRIVATE_KEYS:
            if key in each:
                del each[key]
    for holder, key in ((pdf.trailer, "/Info"), (pdf.Root, "/OpenAction")):
        if key in holder:
            del holder[key]
    written = BytesIO()
    pdf.save(written, encryption=False, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return written.getvalue()
