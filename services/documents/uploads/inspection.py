"""The inspection that every uploaded paper passes: it is rewritten without active content, or refused.

Nothing is trusted that the sender says: the first bytes decide what a file is. What cannot be cleaned is refused, never
repaired.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from services.documents.uploads import picture, probe
from shared.kernel.errors import Invalid

UPLOAD_BYTES_MAX = 20 * 1024 * 1024
"""Photographs of 50 megapixels take some 15 MB; they come out smaller."""


class EmptyUpload(Invalid):
    """A file without a byte."""

    code = "upload.empty"


class UploadTooLarge(Invalid):
    """More bytes than `UPLOAD_BYTES_MAX`."""

    code = "upload.too-large"


class TypeNotAllowed(Invalid):
    """A type that is not on the list, whatever the file holds."""

    code = "upload.type-not-allowed"


class MediaTypeDiffers(Invalid):
    """The content is of no type that we take though it is said to be, or the name's ending is of another type."""

    code = "upload.not-what-it-says"


class MediaType(StrEnum):
    """What uploads are kept as."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"


class Format(StrEnum):
    """What people may send. HEIC is what telephones write, TIFF what scanners do."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    HEIC = "heic"
    WEBP = "webp"
    TIFF = "tiff"


# Signatures need no libmagic, which pip does not bring; the reader of each type then judges all of the file.
_BEGINNINGS = {
    Format.PDF: re.compile(rb"(\xef\xbb\xbf)?[\t\n\r\f ]{0,16}%PDF-"),
    Format.JPEG: re.compile(rb"\xff\xd8\xff"),
    Format.PNG: re.compile(rb"\x89PNG\r\n\x1a\n"),
    Format.HEIC: re.compile(rb".{4}ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1)", re.DOTALL),
    Format.WEBP: re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    Format.TIFF: re.compile(rb"II\*\0|MM\0\*"),
}
_ENDINGS = {
    Format.PDF: {"pdf"},
    Format.JPEG: {"jpg", "jpeg", "jpe", "jfif"},
    Format.PNG: {"png"},
    Format.HEIC: {"heic", "heif", "hif"},
    Format.WEBP: {"webp"},
    Format.TIFF: {"tif", "tiff"},
}
_OTHER_ENDINGS = frozenset(
    {
        *(
            "doc",
            "docm",
            "docx",
            "odp",
            "ods",
            "odt",
            "ppt",
            "pptx",
            "rtf",
            "txt",
            "csv",
            "xls",
            "xlsm",
            "xlsx",
            "json",
        ),
        *("htm", "html", "xhtml", "xml", "svg", "svgz", "eml", "msg", "msi", "lnk", "iso", "dwg"),
        *("exe", "dll", "scr", "bat", "bin", "cmd", "ps1", "vbs", "js", "jar", "apk", "php", "py", "sh"),
        *("7z", "bz2", "gz", "rar", "tar", "zip", "avi", "avif", "bmp", "gif", "mov", "mp3", "mp4", "wav"),
    }
)
"""Endings of types that we do not take. Any other is the sender's own: `Ordonnance Dr. Haddad`, `Scan 12.05.2026`."""
_DECLARED = frozenset(
    [
        *MediaType,
        "image/jpg",
        "image/pjpeg",
        "image/heic",
        "image/heif",
        "image/webp",
        "image/tiff",
        "application/x-pdf",
    ]
)
"""Types that are declared for what we take: who declares one of them means it."""


@dataclass(frozen=True, kw_only=True)
class CleanPaper:
    """An uploaded paper as it may be kept: the bytes are ours, not the sender's. The same upload gives the same one."""

    media_type: MediaType
    content: bytes
    sha256: str
    pages: int


def inspect(content: bytes, *, media_type: str, file_name: str) -> CleanPaper:
    """The paper made anew, or the reason why not: an error of this room, of `pdf` or of `picture`.

    `media_type` is what the sender declares, parameters and case as they come: it only says how a file is refused that
    is of no type we take. The file name is used for its ending only; it may hold a person's name, so it is neither kept
    nor put into an error.
    """
    if not content:
        raise EmptyUpload
    if len(content) > UPLOAD_BYTES_MAX:
        raise UploadTooLarge(megabytes_max=UPLOAD_BYTES_MAX // 1024**2)
    declared = media_type.partition(";")[0].strip().lower()
    found = next((each for each, beginning in _BEGINNINGS.items() if beginning.match(content)), None)
    if found is None:
        raise MediaTypeDiffers(declared=declared) if declared in _DECLARED else TypeNotAllowed
    ending = PurePath(file_name.strip()).suffix.lower().lstrip(".").strip()
    known = _OTHER_ENDINGS.union(*_ENDINGS.values())
    if ending in known and ending not in _ENDINGS[found]:
        raise MediaTypeDiffers(declared=ending)
    if found in (Format.JPEG, Format.PNG):
        clean, kept_as, pages = picture.clean(content, format_=found), MediaType(f"image/{found}"), 1
    else:  # native readers that a file may fell, or that unpack without end: in a process of their own
        answer = probe.ask(content, format_=found)
        clean, kept_as, pages = answer.content, MediaType(answer.media_type), answer.pages
    return CleanPaper(media_type=kept_as, content=clean, sha256=hashlib.sha256(clean).hexdigest(), pages=pages)
