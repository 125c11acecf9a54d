"""Cleans an uploaded PDF: refuses what acts, hides or is broken, and writes the rest anew without metadata.

Rewriting drops what nothing refers to, earlier revisions, and trailing bytes of another format. A signature inside
the file does not survive it: papers whose signature matters need a way of their own.
"""

from collections.abc import Iterator
from functools import cache
from io import BytesIO

import pikepdf
from pikepdf.settings import set_qpdf_limits

from shared.kernel.errors import Invalid

PAGES_MAX = 200
VALUES_MAX = 200_000
"""Values looked at in one file, about a second's work; a scan of 200 pages has some 5,000."""
DECODED_BYTES_MAX = 64 * 1024 * 1024
"""What one compressed stream may swell to while the file's own structure is read."""
NESTING_MAX = 100
FILTERS_MAX = 4

# Names that make a reader run, open, send or unpack something (ISO 32000-2, 12.6 and 7.11). As keys of a dictionary:
_ACTIVE_KEYS = {"/JS", "/JavaScript", "/AA", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent", "/Launch"}
# … and as what a dictionary says that it is, by its action (/S), subtype or type:
_ACTIVE_KINDS = {
    *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/RichMediaExecute"),
    *("/RichMedia", "/FileAttachment", "/EmbeddedFile", "/Movie", "/Sound", "/Screen", "/3D", "/PS"),
}
_KIND_KEYS = ("/S", "/Subtype", "/Type")
_PRIVATE_KEYS = ("/Metadata", "/PieceInfo", "/LastModified")
"""Where programs write who made the file, when and with what."""


class ActiveContent(Invalid):
    """The file wants to do something when it is opened. `found` is the name of the standard for it."""

    code = "upload.pdf-active-content"


class EncryptedPdf(Invalid):
    """Protected by a password, or restricted by one that only its owner knows."""

    code = "upload.pdf-encrypted"


class DamagedPdf(Invalid):
    """Cut off, without pages, or such that a reader would have to guess."""

    code = "upload.pdf-damaged"


class TooManyPages(Invalid):
    """More than `PAGES_MAX`."""

    code = "upload.pdf-too-long"


class TooComplexPdf(Invalid):
    """More values than anyone's scan has: made to keep a reader busy."""

    code = "upload.pdf-too-complex"


def clean(content: bytes) -> tuple[bytes, int]:
    """The file written anew, and its number of pages. The same bytes come out whenever the same go in."""
    _set_limits()
    try:
        with pikepdf.open(BytesIO(content), attempt_recovery=False) as pdf:
            _inspect(pdf)
            return _rewritten(pdf), len(pdf.pages)
    except pikepdf.PasswordError:
        raise EncryptedPdf from None
    # What else qpdf finds wrong is a RuntimeError; a name that is not UTF-8, which none may be, is the last of these.
    except (pikepdf.PdfError, RuntimeError, UnicodeDecodeError):
        raise DamagedPdf from None


@cache
def _set_limits() -> None:
    """Tell qpdf, once for the process, how much one file may ask of it."""
    set_qpdf_limits(
        flate_max_memory=DECODED_BYTES_MAX,
        run_length_max_memory=DECODED_BYTES_MAX,
        png_max_memory=DECODED_BYTES_MAX,
        tiff_max_memory=DECODED_BYTES_MAX,
        parser_max_nesting=NESTING_MAX,
        max_stream_filters=FILTERS_MAX,
    )


def _inspect(pdf: pikepdf.Pdf) -> None:
    if pdf.is_encrypted:
        raise EncryptedPdf
    if not pdf.pages:
        raise DamagedPdf
    if len(pdf.pages) > PAGES_MAX:
        raise TooManyPages(pages_max=PAGES_MAX)
    for dictionary in _dictionaries(pdf):
        if found := _active_part(dictionary):
            raise ActiveContent(found=found)


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
    pdf.save(written, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return written.getvalue()
