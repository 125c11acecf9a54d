"""Wage files in a .zip file: what is taken of it, what it is refused for, and that nothing it says is believed."""

import io
import struct
import zipfile
from collections.abc import Callable, Iterator
from zipfile import ZIP_BZIP2, ZIP_LZMA, ZipFile, ZipInfo

import pytest

from services.payments.declarations import archives
from services.payments.declarations.archives import (
    ArchiveEmpty,
    ArchiveEncrypted,
    ArchiveMethodUnknown,
    ArchiveNested,
    ArchiveOfDocument,
    ArchiveTooLarge,
    ArchiveUnreadable,
    FileNamedTwice,
    TooManyFiles,
)
from services.payments.declarations.declaration import FILES_MAX, StoredFile
from shared.kernel.errors import Invalid
from shared.storage.service_context import ServiceContext
from tests.kit.contexts import DZ, TN
from tests.payments.declarations.builders import Files, Worker, das_b, tn_122, workers, zipped
from tests.payments.declarations.harness import DeclarationsHarness

BYTES_MAX = 4 << 20
HEADER, DETAIL = "D2025E1600000001.TXT", "D2025S1600000001.TXT"
GOOD = {HEADER: b"head\r\n", DETAIL: b"detail\r\n"}


def unpacked(archive: bytes, *, bytes_max: int = BYTES_MAX) -> dict[str, bytes]:
    return {file.name: b"".join(file.chunks) for file in archives.files_in(io.BytesIO(archive), bytes_max=bytes_max)}


def having(archive: bytes, *changes: tuple[bytes, int, bytes]) -> bytes:
    """The archive with other bytes, each so far behind every place where a signature stands."""
    made = bytearray(archive)
    for signature, offset, new in changes:
        at = made.find(signature)
        while at >= 0:
            made[at + offset : at + offset + len(new)] = new
            at = made.find(signature, at + 4)
    return bytes(made)


LOCAL, CENTRAL = b"PK\3\4", b"PK\1\2"


# --- What is taken ----------------------------------------------------------------------------------------------------


def test_the_files_come_in_their_order_with_all_their_bytes() -> None:
    assert unpacked(zipped(GOOD)) == GOOD
    assert list(unpacked(zipped(GOOD, method=zipfile.ZIP_STORED))) == [HEADER, DETAIL]


def test_one_file_is_enough() -> None:
    assert unpacked(zipped({DETAIL: b"detail"})) == {DETAIL: b"detail"}


def test_folders_and_what_computers_add_are_passed_over() -> None:
    junk = ("__MACOSX/DAS/._" + HEADER, "DAS/._" + DETAIL, "DAS/.DS_Store", "Thumbs.db", "DAS/desktop.ini")
    made = zipped(
        {"DAS/": b"", **{f"DAS/{name}": content for name, content in GOOD.items()}, **dict.fromkeys(junk, b"x")}
    )
    assert unpacked(made) == GOOD


def test_a_link_is_no_file() -> None:
    made = io.BytesIO()
    with ZipFile(made, "w") as archive:
        link = ZipInfo("link.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr(DETAIL, b"detail")
    assert unpacked(made.getvalue()) == {DETAIL: b"detail"}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("../../etc/cron.d/wages.txt", "wages.txt"),
        ("/etc/wages.txt", "wages.txt"),
        ("C:\\\\paie\\\\wages.txt", "wages.txt"),
        ("paie/\ufeffwages.txt", "wages.txt"),
        ("\ufeffwages.txt", "wages.txt"),
        ("wa\nges\x1b.txt", "wages.txt"),
        ("d\u00e9claration.txt", "d\u00e9claration.txt"),
        ("\u062a\u0635\u0631\u064a\u062d.txt", "\u062a\u0635\u0631\u064a\u062d.txt"),
        (f"{'n' * 300}.txt", "n" * archives.NAME_MAX),
    ],
)
def test_a_name_is_shown_without_folders_and_signs(written: str, shown: str) -> None:
    assert list(unpacked(zipped({written: b"x"}))) == [shown]


@pytest.mark.parametrize(
    ("letters", "name"),
    [("cp850", "d\u00e9clar\u00c0.txt"), ("cp437", "\u00e9t\u00e9.txt"), ("utf-8", "\u00e9t\u00e9.txt")],
)
def test_names_in_the_letters_of_dos_and_unmarked_utf_8_are_read(letters: str, name: str) -> None:
    raw = name.encode(letters)
    held = "x" * len(raw)
    assert list(unpacked(zipped({held: b"x"}).replace(held.encode(), raw))) == [name]


def test_a_file_is_an_archive_by_its_first_bytes() -> None:
    assert archives.is_archive(zipped(GOOD)[:4]) and archives.is_archive(zipped({})[:4])
    assert not archives.is_archive(b"1600") and not archives.is_archive(b"")


# --- What it is refused for -------------------------------------------------------------------------------------------


def named_twice() -> bytes:
    made = io.BytesIO()
    with ZipFile(made, "w") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(DETAIL, b"one")
        archive.writestr(DETAIL, b"two")
    return made.getvalue()


ENCRYPTED = having(zipped(GOOD), (LOCAL, 6, b"\1\0"), (CENTRAL, 8, b"\1\0"))
STRONGLY_ENCRYPTED = having(zipped(GOOD), (CENTRAL, 8, b"\x41\0"))
REFUSED: dict[str, tuple[bytes, type[Invalid]]] = {
    "nothing in it": (zipped({}), ArchiveEmpty),
    "a folder only": (zipped({"DAS/": b""}), ArchiveEmpty),
    "junk only": (zipped({"__MACOSX/._a": b"x", ".DS_Store": b"x"}), ArchiveEmpty),
    "three files": (zipped({**GOOD, "LISEZMOI.txt": b"x"}), TooManyFiles),
    "thousands of files": (zipped({f"{number:060d}": b"" for number in range(3_000)}), TooManyFiles),
    "a zip in it": (zipped({"das.zip": zipped(GOOD)}), ArchiveNested),
    "an empty zip in it": (zipped({"das.txt": zipped({})}), ArchiveNested),
    "a rar in it": (zipped({"das.rar": b"Rar!\x1a\x07\0"}), ArchiveNested),
    "encrypted": (ENCRYPTED, ArchiveEncrypted),
    "strongly encrypted": (STRONGLY_ENCRYPTED, ArchiveEncrypted),
    "compressed by bzip2": (zipped(GOOD, method=ZIP_BZIP2), ArchiveMethodUnknown),
    "compressed by lzma, with the memory that it asks for": (zipped(GOOD, method=ZIP_LZMA), ArchiveMethodUnknown),
    "compressed by deflate64": (having(zipped(GOOD), (CENTRAL, 10, b"\x09\0")), ArchiveMethodUnknown),
    "one name twice": (named_twice(), FileNamedTwice),
    "one name in two folders": (zipped({"a/das.txt": b"x", "b/DAS.TXT": b"x"}), FileNamedTwice),
    "a spreadsheet": (zipped({"[Content_Types].xml": b"x", "xl/workbook.xml": b"x"}), ArchiveOfDocument),
    "an open document": (zipped({"mimetype": b"x", "content.xml": b"x"}), ArchiveOfDocument),
    "cut": (zipped(GOOD)[:-30], ArchiveUnreadable),
    "its beginning alone": (zipped(GOOD)[:40], ArchiveUnreadable),
    "no archive": (b"PK\3\4" + bytes(200), ArchiveUnreadable),
    "another check sum": (having(zipped(GOOD), (CENTRAL, 16, b"\1\2\3\4")), ArchiveUnreadable),
    "a place far beyond its end": (having(zipped(GOOD), (CENTRAL, 42, b"\xf0\xff\xff\x7f")), ArchiveUnreadable),
    "longer than may be": (zipped({DETAIL: bytes(range(256)) * (BYTES_MAX // 256 + 1)}), ArchiveTooLarge),
    "longer than may be together": (
        zipped({name: bytes(range(256)) * (BYTES_MAX // 512 + 1) for name in GOOD}, method=zipfile.ZIP_STORED),
        ArchiveTooLarge,
    ),
    "a bomb": (zipped({DETAIL: bytes(3 << 20)}), ArchiveTooLarge),
}


@pytest.mark.parametrize("which", REFUSED)
def test_what_cannot_be_taken_is_refused_with_its_own_code(which: str) -> None:
    archive, refusal = REFUSED[which]
    with pytest.raises(refusal):
        unpacked(archive)


def sized(archive: bytes, size: int) -> bytes:
    """The archive with another size of its files before compression, at both places where it stands."""
    stated = struct.pack("<I", size)
    return having(archive, (LOCAL, 22, stated), (CENTRAL, 24, stated))


def test_a_bomb_that_says_it_is_small_gives_no_more_than_it_says() -> None:
    taken = 0
    with pytest.raises(ArchiveUnreadable):
        for file in archives.files_in(io.BytesIO(sized(zipped({DETAIL: bytes(3 << 20)}), 100)), bytes_max=BYTES_MAX):
            for chunk in file.chunks:
                taken += len(chunk)
    assert taken <= 100


def test_bytes_are_counted_while_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that believes no size of the archive is held to the limit all the same."""

    def endless(content: zipfile.ZipExtFile, size: int | None = -1) -> bytes:
        return bytes(size or 0)

    archive = sized(zipped({DETAIL: b"detail"}), 6)
    files: Iterator[archives.PackedFile] = archives.files_in(io.BytesIO(archive), bytes_max=BYTES_MAX)
    first = next(files)
    monkeypatch.setattr(zipfile.ZipExtFile, "read", endless)
    with pytest.raises(ArchiveTooLarge):
        for _chunk in first.chunks:
            pass


def test_a_size_that_is_said_too_large_is_refused_before_anything_is_unpacked() -> None:
    with pytest.raises(ArchiveTooLarge):
        next(archives.files_in(io.BytesIO(sized(zipped(GOOD), 1 << 30)), bytes_max=BYTES_MAX))


def test_what_comes_in_several_archives_is_bounded_together() -> None:
    files = [StoredFile(name=name, sha256="aa", size=60) for name in GOOD]
    archives.must_fit(files, bytes_max=120)
    with pytest.raises(ArchiveTooLarge):
        archives.must_fit(files, bytes_max=119)


# --- Sent -------------------------------------------------------------------------------------------------------------


def sent_zipped(harness: DeclarationsHarness, files: Files, name: str = "das.zip") -> dict[str, object]:
    return harness.declare(Files({name: zipped(files.by_name)}))


@pytest.mark.parametrize(
    ("fund_id", "build", "names"), [(DZ, das_b, [HEADER, DETAIL]), (TN, tn_122, ["DS00123456780000.12026.txt"])]
)
def test_a_declaration_in_an_archive_is_as_if_its_files_were_sent(
    context: ServiceContext, fund_id: str, build: Callable[[], Files], names: list[str]
) -> None:
    harness = DeclarationsHarness(context, fund_id)
    zipped_first = sent_zipped(harness, build())
    assert zipped_first["status"] == "accepted"
    received = zipped_first["receipts"][0]["files"]  # type: ignore[index]
    assert [(each["name"], each["archive"]) for each in received] == [(name, "das.zip") for name in names]
    again = harness.send(build(), key="again").json
    assert again["declaration_id"] == zipped_first["declaration_id"], "the same files are the same declaration"


def test_an_archive_without_an_ending_or_with_another_is_known(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context)
    assert sent_zipped(harness, das_b(), name="declaration")["status"] == "accepted"


def test_each_file_may_be_in_an_archive_of_its_own(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context)
    each = {f"{number}.zip": zipped({name: content}) for number, (name, content) in enumerate(das_b().by_name.items())}
    assert harness.declare(Files(each))["status"] == "accepted"


def test_what_is_found_names_the_file_in_the_archive(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context)
    people = [Worker(1), Worker(2, {"insurance_number": "900000000001"})]
    refused = sent_zipped(harness, das_b(people))
    found = harness.see(str(refused["declaration_id"]), "/findings")["items"]
    assert refused["status"] == "refused" and found
    assert {(each["file"], each["file_name"]) for each in found} == {("detail", DETAIL)}


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"das.zip": ENCRYPTED}, "archive.encrypted"),
        ({"das.zip": zipped({"a.zip": zipped(GOOD)})}, "archive.nested"),
        ({"das.zip": zipped({})}, "archive.empty"),
        ({"das.zip": b"PK\3\4" + bytes(200)}, "archive.unreadable"),
        ({"das.zip": zipped(GOOD), "D2025S2.TXT": b"x"}, "archive.too-many-files"),
        ({"wages.xlsx": zipped({"[Content_Types].xml": b"x"})}, "archive.document"),
    ],
)
def test_nothing_is_received_of_what_cannot_be_unpacked(
    context: ServiceContext, files: dict[str, bytes], code: str
) -> None:
    harness = DeclarationsHarness(context)
    refused = harness.send(Files(files))
    assert (refused.status_code, refused.json["code"]) == (422, code)
    assert refused.json["detail"] and context.database["declarations"].count_documents({}) == 0


def test_a_refusal_names_the_file_in_the_reader_s_language(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context)
    sent = {"das.zip": zipped({"DAS/2025.zip": zipped(GOOD)})}
    details = {
        language: harness.caller.post(
            "/declarations",
            key=language,
            data={"employer_id": "1600000001", "form": "das", "period": "2025"}
            | {"files": [(io.BytesIO(content), name) for name, content in sent.items()]},
            content_type="multipart/form-data",
            headers={"Accept-Language": language},
        ).json["detail"]
        for language in ("ar", "fr", "en")
    }
    assert len(set(details.values())) == len(details)
    assert all("2025.zip" in detail for detail in details.values())


def test_a_long_declaration_fits() -> None:
    """Lines that are much alike compress well, and are no bomb for it."""
    assert len(unpacked(zipped(das_b(workers(20_000)).by_name), bytes_max=64 << 20)) == FILES_MAX
