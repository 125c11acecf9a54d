"""A .zip of the files of one declaration: what is in it is read as a stream, and none of it is written to disk. Pure.

Everything that an archive says of itself may be wrong: sizes are counted while its files are read, names are only ever
shown, and only the two methods of compression are read that need no memory of the sender's choosing.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from stat import S_IFMT, S_IFREG
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from services.payments.declarations.declaration import FILES_MAX, StoredFile
from shared.kernel.errors import Invalid

HEADS = (b"PK\x03\x04", b"PK\x05\x06")
"""How an archive begins, and one with nothing in it."""
OTHER_HEADS = (*HEADS, b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
"""How an archive begins that stands in another one."""
HEAD_BYTES = 4
NAME_MAX = 120
CHUNK_BYTES = 64 << 10
READ_AT_ONCE_MAX = 256 << 10
"""Of the archive, in bytes. Its list of files is read at once: some thousands of names."""
RATIO_MAX = 200
"""Wage files become ten to forty times smaller; deflate itself ends at a thousand."""
RATIO_FREE_BYTES = 1 << 20
"""So much may come out of any archive, however small it is."""

_ENCRYPTED = 0x1 | 0x40 | 0x2000
"""Flags of a file that is encrypted, strongly encrypted, or whose place in the list is."""
_NAME_IN_UTF_8 = 0x800
_JUNK_FOLDER, _JUNK_BEGINS = "__macosx", "._"
_JUNK = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_DOCUMENTS = frozenset({"[content_types].xml", "mimetype"})
"""What spreadsheets and text documents have in them, which are archives too."""
_UNREADABLE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OverflowError, RuntimeError, ValueError, OSError)


class ArchiveUnreadable(Invalid):
    """The .zip file is damaged or came in part."""

    code = "archive.unreadable"


class ArchiveEncrypted(Invalid):
    code = "archive.encrypted"


class ArchiveEmpty(Invalid):
    """There is no file in the .zip file, or only what computers put there by themselves."""

    code = "archive.empty"


class ArchiveNested(Invalid):
    code = "archive.nested"


class ArchiveOfDocument(Invalid):
    """A spreadsheet or a text document: an archive by its form."""

    code = "archive.document"


class ArchiveTooLarge(Invalid):
    """What is in it is longer than a declaration may be, or far too long for the archive's own size."""

    code = "archive.too-large"


class ArchiveMethodUnknown(Invalid):
    code = "archive.method-unknown"


class FileNamedTwice(Invalid):
    """Two files of one name: nothing that is found could say which of them it is in."""

    code = "archive.name-twice"


class TooManyFiles(Invalid):
    """More files than one declaration has, in archives or beside them."""

    code = "archive.too-many-files"


@dataclass(frozen=True)
class PackedFile:
    """A file in an archive: its name without folders, and its bytes, to be read before the next file is asked for."""

    name: str
    chunks: Iterator[bytes]


def is_archive(head: bytes) -> bool:
    """Whether a file that begins so is a .zip file, whatever it is called."""
    return head.startswith(HEADS)


def files_in(stream: IO[bytes], *, bytes_max: int) -> Iterator[PackedFile]:
    """The files of a declaration in a .zip file, in its order; `bytes_max` bounds all of them together. Everything that
    can be said against the archive as a whole is said before the first file."""
    with _readable(), ZipFile(_Bounded(stream)) as archive:
        entries = _wanted(archive.infolist())
        _check(archive, entries, bytes_max=bytes_max)
        left = bytes_max
        for entry in entries:
            for_this = _Counter(left)
            yield PackedFile(_shown(entry), _chunks(archive, entry, for_this))
            left = for_this.left


def must_be_of_one(files: Sequence[object]) -> None:
    """Raises `TooManyFiles` where files that came in archives and beside them are more than a declaration has."""
    if len(files) > FILES_MAX:
        raise TooManyFiles(files_max=FILES_MAX)


def must_fit(files: Sequence[StoredFile], *, bytes_max: int) -> None:
    """Raises `ArchiveTooLarge` where what came in several archives is longer than a declaration may be."""
    if sum(file.size for file in files) > bytes_max:
        raise ArchiveTooLarge(name=files[-1].name, size_max=bytes_max)


# --- What is in it ----------------------------------------------------------------------------------------------------


def _wanted(entries: Sequence[ZipInfo]) -> list[ZipInfo]:
    """The files that the sender meant, without folders and without what computers add to archives."""
    wanted = [entry for entry in entries if _is_file(entry) and not _is_junk(_path(entry))]
    if any(_path(entry).casefold() in _DOCUMENTS for entry in wanted):
        raise ArchiveOfDocument
    if not wanted:
        raise ArchiveEmpty
    return wanted


def _check(archive: ZipFile, entries: Sequence[ZipInfo], *, bytes_max: int) -> None:
    """What stands against the archive before any of it is unpacked."""
    must_be_of_one(entries)
    names: set[str] = set()
    for entry in entries:
        name = _shown(entry)
        if name.casefold() in names:
            raise FileNamedTwice(name=name)
        names.add(name.casefold())
        if entry.flag_bits & _ENCRYPTED:
            raise ArchiveEncrypted(name=name)
        if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise ArchiveMethodUnknown(name=name)
        if entry.file_size > _most(entry, bytes_max):
            raise ArchiveTooLarge(name=name, size_max=bytes_max)
    if sum(entry.file_size for entry in entries) > bytes_max:
        raise ArchiveTooLarge(name=_shown(entries[-1]), size_max=bytes_max)
    for entry in entries:
        with archive.open(entry) as content:
            if content.read(HEAD_BYTES).startswith(OTHER_HEADS):
                raise ArchiveNested(name=_shown(entry))


def _most(entry: ZipInfo, bytes_max: int) -> int:
    """How much may come out of a file of the archive."""
    return min(bytes_max, max(RATIO_FREE_BYTES, entry.compress_size * RATIO_MAX))


@dataclass
class _Counter:
    """How many bytes may still come out of the archive."""

    left: int


def _chunks(archive: ZipFile, entry: ZipInfo, counter: _Counter) -> Iterator[bytes]:
    """The bytes of a file, counted as they come: the sizes in the archive may be anything."""
    most, whole = _most(entry, counter.left), counter.left
    with _readable(), archive.open(entry) as content:
        while chunk := content.read(CHUNK_BYTES):
            counter.left -= len(chunk)
            if whole - counter.left > most:
                raise ArchiveTooLarge(name=_shown(entry), size_max=whole)
            yield chunk


def _is_file(entry: ZipInfo) -> bool:
    """Whether it is a file: no folder, as either kind of computer writes one, and no link."""
    return not _path(entry).endswith("/") and S_IFMT(entry.external_attr >> 16) in {0, S_IFREG}


def _is_junk(path: str) -> bool:
    *folders, name = path.casefold().split("/")
    return _JUNK_FOLDER in folders or name.startswith(_JUNK_BEGINS) or name in _JUNK


# --- Names ------------------------------------------------------------------------------------------------------------


def _path(entry: ZipInfo) -> str:
    """The name in the archive, with its folders. Older programs write names in the letters of DOS, others in UTF-8
    without saying so."""
    name = entry.filename
    if not entry.flag_bits & _NAME_IN_UTF_8:
        raw = name.encode("cp437")  # as zipfile reads it, which takes nothing away
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw.decode("cp850")
    return name.replace("\\", "/").lstrip("\ufeff")


def _shown(entry: ZipInfo) -> str:
    """The name without folders, and without what cannot be shown. A file is never written under it."""
    name = _path(entry).rpartition("/")[2].lstrip("\ufeff")
    return "".join(each for each in name if each.isprintable())[:NAME_MAX] or "?"


# --- Reading ----------------------------------------------------------------------------------------------------------


@contextmanager
def _readable() -> Iterator[None]:
    """What the reader of archives raises of a damaged one, as what it is to the sender."""
    try:
        yield
    except _UNREADABLE as wrong:
        raise ArchiveUnreadable from wrong


class _Bounded:
    """The stream of an archive, of which little is read at once: its list of files is as long as it says."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        read = self._stream.read(READ_AT_ONCE_MAX + 1 if size < 0 else min(size, READ_AT_ONCE_MAX + 1))
        if len(read) > READ_AT_ONCE_MAX:
            raise TooManyFiles(files_max=FILES_MAX)
        return read

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def seekable(self) -> bool:
        return True
