"""The gate that every uploaded paper passes: it comes out made anew and harmless, or not at all.

Nothing is trusted that the sender says: neither name nor type. What cannot be cleaned is refused, never repaired.
"""

import hashlib
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from services.documents.uploads import pdf, picture
from shared.kernel.errors import Invalid

UPLOAD_BYTES_MAX = 10 * 1024 * 1024
PROBE = (sys.executable, "-m", "services.documents.uploads.probe")
PROBE_S = 20


class EmptyUpload(Invalid):
    """A file without a byte."""

    code = "upload.empty"


class UploadTooLarge(Invalid):
    """More bytes than `UPLOAD_BYTES_MAX`."""

    code = "upload.too-large"


class TypeNotAllowed(Invalid):
    """A type that is not on the list, whatever the file holds."""

    code = "upload.type-not-allowed"


class NotWhatItSays(Invalid):
    """The file's content, or the ending of its name, is of another type than the declared one."""

    code = "upload.not-what-it-says"


class MediaType(StrEnum):
    """What people may send."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"


# Three signatures need no libmagic, which pip does not bring; the reader of each type then judges all of the file.
_BEGINNINGS = {MediaType.PDF: b"%PDF-", MediaType.JPEG: b"\xff\xd8\xff", MediaType.PNG: b"\x89PNG\r\n\x1a\n"}
_ENDINGS = {MediaType.PDF: {".pdf"}, MediaType.JPEG: {".jpg", ".jpeg", ".jpe", ".jfif"}, MediaType.PNG: {".png"}}


@dataclass(frozen=True, kw_only=True)
class CleanPaper:
    """An uploaded paper as it may be kept: the bytes are ours, not the sender's. The same upload gives the same one."""

    media_type: MediaType
    content: bytes
    sha256: str
    pages: int


def admit(content: bytes, *, media_type: str, file_name: str) -> CleanPaper:
    """The paper made anew, or the reason why not: an error of this room, of `pdf` or of `picture`.

    `media_type` is what the sender declares, parameters and case as they come. The file name is used for its ending
    only; it may hold a person's name, so it is neither kept nor put into an error.
    """
    if not content:
        raise EmptyUpload
    if len(content) > UPLOAD_BYTES_MAX:
        raise UploadTooLarge(megabytes_max=UPLOAD_BYTES_MAX // 1024**2)
    declared = _allowed(media_type)
    ending = PurePath(file_name).suffix.lower()
    if not content.startswith(_BEGINNINGS[declared]) or (ending and ending not in _ENDINGS[declared]):
        raise NotWhatItSays(declared=declared)
    if declared is MediaType.PDF:
        _must_fell_nobody(content)
    clean, pages = pdf.clean(content) if declared is MediaType.PDF else (picture.clean(content, media_type=declared), 1)
    return CleanPaper(media_type=declared, content=clean, sha256=hashlib.sha256(clean).hexdigest(), pages=pages)


def _must_fell_nobody(content: bytes) -> None:
    """Let another process read it first. Fuzzing found a file of 800 bytes on which the process that reads it dies."""
    try:
        quiet = subprocess.DEVNULL
        done = subprocess.run(PROBE, input=content, stdout=quiet, stderr=quiet, timeout=PROBE_S, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise pdf.TooComplexPdf from None
    if done.returncode != 0:
        raise pdf.DamagedPdf


def _allowed(media_type: str) -> MediaType:
    try:
        return MediaType(media_type.partition(";")[0].strip().lower())
    except ValueError:
        raise TypeNotAllowed from None
