"""What comes through the gate, what does not, and what is left of it. The corpus is made here, by code."""

import zlib
from base64 import a85encode
from collections.abc import Callable
from functools import cache
from io import BytesIO
from time import sleep

import pikepdf
import pillow_heif
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from services.documents.uploads import inspection, pdf, picture
from services.documents.uploads.inspection import MediaType, inspect
from shared.kernel.errors import Failure
from tests.documents.uploads.builders import (
    a_pdf,
    a_picture,
    appended_to,
    by_hand,
    in_annotation,
    in_name_tree,
    javascript,
    on_opening,
    png_that_claims,
    swelling_pdf,
    with_place_and_camera,
)

HTML = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
GIF_AND_SCRIPT = b"GIF89a/*" + bytes(20) + b"*/=1;alert(1);"
PROGRAM = b"MZ" + bytes(58) + b"\x40\0\0\0PE\0\0" + bytes(200)


def refusal(content: bytes, media_type: str = "application/pdf", file_name: str = "paper.pdf") -> Failure:
    with pytest.raises(Failure) as refused:
        inspect(content, media_type=media_type, file_name=file_name)
    return refused.value


# --- Types ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "media_type", "file_name", "code"),
    [
        (b"", "application/pdf", "a.pdf", "upload.empty"),
        (b"", "text/html", "a.html", "upload.empty"),
        (b"%PDF-1.7" + bytes(inspection.UPLOAD_BYTES_MAX), "application/pdf", "a.pdf", "upload.too-large"),
        (HTML, "text/html", "a.html", "upload.type-not-allowed"),
        (SVG, "image/svg+xml", "a.svg", "upload.type-not-allowed"),
        (GIF_AND_SCRIPT, "image/gif", "a.gif", "upload.type-not-allowed"),
        (PROGRAM, "application/octet-stream", "a.exe", "upload.type-not-allowed"),
        (HTML, "application/pdf", "a.pdf", "upload.not-what-it-says"),
        (HTML + a_pdf(), "application/pdf", "a.pdf", "upload.not-what-it-says"),
        (SVG, "image/png", "a.png", "upload.not-what-it-says"),
        (GIF_AND_SCRIPT, "image/jpeg", "a.jpg", "upload.not-what-it-says"),
        (PROGRAM, "application/pdf", "a.pdf", "upload.not-what-it-says"),
        (b"just words", "application/pdf", "a.pdf", "upload.not-what-it-says"),
        (a_picture("PNG"), "image/jpeg", "a.jpg", "upload.not-what-it-says"),
        (a_pdf(), "image/png", "a.png", "upload.not-what-it-says"),
        (a_pdf(), "application/pdf", "a.html", "upload.not-what-it-says"),
        (a_picture(), "image/jpeg", "a.jpg.exe", "upload.not-what-it-says"),
    ],
)
def test_what_is_not_on_the_list_or_pretends_to_be_is_refused(
    content: bytes, media_type: str, file_name: str, code: str
) -> None:
    assert refusal(content, media_type, file_name).code == code


def test_the_name_of_the_file_is_in_no_refusal() -> None:
    assert "Benabdallah" not in str(refusal(HTML, file_name="Fatima Benabdallah.pdf"))


@pytest.mark.parametrize("media_type", ["application/pdf", "Application/PDF", "application/pdf; charset=binary"])
@pytest.mark.parametrize("file_name", ["a.pdf", "SCAN.PDF", "scan", "", "تقرير طبي.pdf", "../../etc/passwd.pdf"])
def test_the_ways_to_declare_the_same_type(media_type: str, file_name: str) -> None:
    assert inspect(a_pdf(), media_type=media_type, file_name=file_name).media_type is MediaType.PDF


@pytest.mark.parametrize(
    "media_type", ["image/jpg", "image/pjpeg", "application/octet-stream", "", "text/plain", "image/png"]
)
@pytest.mark.parametrize(
    "file_name", ["a.jpg", "photo", "Ordonnance Dr. Haddad", "Scan 12.05.2026", "image.jpeg ", "وصفة د. حداد"]
)
def test_d03_d04_a_good_photograph_is_taken_whatever_is_said_of_it(media_type: str, file_name: str) -> None:
    assert inspect(a_picture(), media_type=media_type, file_name=file_name).media_type is MediaType.JPEG


@pytest.mark.parametrize("media_type", ["application/octet-stream", "application/x-pdf", "", "image/jpeg"])
@pytest.mark.parametrize("beginning", [b"", b"\n", b"\xef\xbb\xbf", b"\r\n  "])
def test_d03_a_good_pdf_is_taken_whatever_is_said_of_it(media_type: str, beginning: bytes) -> None:
    clean = inspect(beginning + a_pdf(pages=2), media_type=media_type, file_name="Facture n. 12")
    assert (clean.media_type, clean.pages) == (MediaType.PDF, 2)


@pytest.mark.parametrize(
    ("file_name", "code"),
    [("a.pdf", "upload.not-what-it-says"), ("a.docx", "upload.not-what-it-says"), ("a.png", "upload.not-what-it-says")],
)
def test_d04_a_known_ending_of_another_type_contradicts(file_name: str, code: str) -> None:
    assert refusal(a_picture(), "image/jpeg", file_name).code == code


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04" + bytes(200), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(200), b"\x1f\x8b" + bytes(99)]
)
def test_d03_an_archive_or_an_office_file_renamed_to_pdf_is_refused(content: bytes) -> None:
    assert refusal(content, "application/pdf", "a.pdf").code == "upload.not-what-it-says"
    assert refusal(content, "application/octet-stream", "a.pdf").code == "upload.type-not-allowed"


# --- PDF --------------------------------------------------------------------------------------------------------------


def hidden_in_the_page(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0]["/Own"] = Dictionary(Deep=Array([Array([Dictionary(Deeper=javascript())])]))


def hidden_in_a_stream(pdf: pikepdf.Pdf) -> None:
    stream = pdf.make_stream(b"")
    stream["/Own"] = javascript()
    pdf.pages[0]["/Own"] = stream


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (a_pdf(on_opening(javascript())), "OpenAction|JS"),
        (a_pdf(in_name_tree("/JavaScript", String("a"), javascript())), "JavaScript"),
        (a_pdf(in_annotation(A=javascript())), "JS"),
        (a_pdf(hidden_in_the_page), "JS"),
        (a_pdf(hidden_in_a_stream), "JS"),
        (by_hand(b"/Open#41ction<</#53/Java#53cript/J#53(app.alert\\(1\\))>>"), "OpenAction|JS"),
        (a_pdf(lambda it: it.pages[0].__setitem__("/AA", Dictionary(O=Dictionary(S=Name.Named)))), "AA"),
        (a_pdf(in_annotation(A=Dictionary(S=Name.Launch, F=String("cmd.exe")))), "Launch"),
        (a_pdf(in_annotation(A=Dictionary(S=Name.SubmitForm, F=String("https://a.example")))), "SubmitForm"),
        (a_pdf(in_annotation(A=Dictionary(S=Name.GoToE))), "GoToE"),
        (a_pdf(in_annotation(Subtype=Name.RichMedia)), "RichMedia"),
        (a_pdf(in_annotation(Subtype=Name.FileAttachment)), "FileAttachment"),
        (a_pdf(in_annotation(Subtype=Name.Screen)), "Screen"),
        (a_pdf(on_opening(Dictionary(S=Name.URI, URI=String("https://a.example")))), "OpenAction"),
        (a_pdf(lambda it: it.attachments.__setitem__("virus.exe", PROGRAM)), "EmbeddedFile|EmbeddedFiles|EF"),
        (a_pdf(lambda it: it.Root.__setitem__("/AcroForm", Dictionary(Fields=Array(), XFA=String("<xdp/>")))), "XFA"),
    ],
)
def test_a_pdf_that_acts_is_refused(content: bytes, found: str) -> None:
    refused = refusal(content)
    assert isinstance(refused, pdf.ActiveContent)
    assert refused.parameters["found"] in found.split("|")


def test_d06_a_pdf_that_opens_by_a_password_only_is_refused() -> None:
    assert isinstance(refusal(a_pdf(encryption=pikepdf.Encryption(user="u", owner="o"))), pdf.EncryptedPdf)


@pytest.mark.parametrize(
    "encryption", [pikepdf.Encryption(owner="o", R=4), pikepdf.Encryption(owner="o", R=6), pikepdf.Encryption()]
)
def test_d06_a_pdf_with_its_owners_restrictions_comes_through_without_them(encryption: pikepdf.Encryption) -> None:
    clean = inspect(a_pdf(encryption=encryption), media_type="application/pdf", file_name="a.pdf")
    with pikepdf.open(BytesIO(clean.content)) as pages:
        assert not pages.is_encrypted
        assert b"page 0" in pages.pages[0].Contents.read_bytes()


def packed(content: bytes, times: int = 1) -> bytes:
    for _ in range(times):
        content = zlib.compress(content, 9)
    return content


@cache
def bomb() -> bytes:
    return packed(packed(bytes(300 << 20)))


def with_stream(raw: bytes, *filters: Name, **entries: object) -> bytes:
    def spoil(it: pikepdf.Pdf) -> None:
        stream = pikepdf.Stream(it, raw)
        for key, value in {"Filter": Array(filters) if len(filters) > 1 else filters[0], **entries}.items():
            stream[f"/{key}"] = value
        it.pages[0]["/Own"] = it.make_indirect(stream)

    return a_pdf(spoil, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


FLATE = Name.FlateDecode


@pytest.mark.parametrize(
    "made",
    [
        lambda: with_stream(packed(bytes(200 << 20)), FLATE),
        lambda: with_stream(bomb(), FLATE, FLATE),
        lambda: with_stream(packed(bomb()), FLATE, FLATE, FLATE),
        lambda: with_stream(bomb(), FLATE, FLATE, Name.DCTDecode),
        lambda: with_stream(b"abc", Name.RunLengthDecode, Name.DCTDecode),
        lambda: with_stream(b"", Name.DCTDecode, Subtype=Name.Image, Width=30_000, Height=30_000),
        lambda: with_stream(png_that_claims(1, 1), Name.JBIG2Decode, Subtype=Name.Image, Width=2**31, Height=2**31),
        lambda: with_stream(
            a_picture(size=(60, 40)).replace(b"\x00\x28\x00\x3c", b"\xff\x00\xff\x00"),
            Name.DCTDecode,
            Subtype=Name.Image,
            Width=60,
            Height=40,
        ),
    ],
    ids=["flate", "twice", "thrice", "before a picture", "run lengths", "claimed", "claimed by a fax", "lying jpeg"],
)
def test_u1_a_stream_that_swells_is_refused(made: Callable[[], bytes]) -> None:
    content = made()
    assert len(content) < 1_000_000
    assert isinstance(refusal(content), pdf.PdfExpandsTooMuch)


@pytest.mark.parametrize(
    "made",
    [
        lambda: with_stream(packed(bytes(100 << 20)), FLATE),  # a sheet of A4 in colour, scanned at 600 dots an inch
        lambda: with_stream(a_picture(), Name.DCTDecode, Subtype=Name.Image, Width=60, Height=40),
        lambda: with_stream(packed(a_picture()), FLATE, Name.DCTDecode, Subtype=Name.Image, Width=60, Height=40),
        lambda: with_stream(
            a85encode(a_picture()) + b"~>", Name.ASCII85Decode, Name.DCTDecode, Subtype=Name.Image, Width=60, Height=40
        ),
        lambda: with_stream(b"not packed at all", FLATE),
    ],
    ids=["a large scan", "jpeg", "packed jpeg", "jpeg in letters", "damaged"],
)
def test_u1_what_scanners_and_offices_write_comes_through(made: Callable[[], bytes]) -> None:
    assert inspect(made(), media_type="application/pdf", file_name="a.pdf").pages == 1


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("linearize", [False, True])
def test_a_pdf_that_was_cut_off_is_refused(kept: float, linearize: bool) -> None:
    content = a_pdf(pages=20, linearize=linearize)
    assert isinstance(refusal(content[: int(len(content) * kept)]), pdf.DamagedPdf)


def test_a_pdf_without_pages_is_refused() -> None:
    assert isinstance(refusal(a_pdf(pages=0)), pdf.DamagedPdf)


def test_a_pdf_has_a_number_of_pages_that_is_enough() -> None:
    assert inspect(a_pdf(pages=pdf.PAGES_MAX), media_type="application/pdf", file_name="").pages == pdf.PAGES_MAX
    assert refusal(a_pdf(pages=pdf.PAGES_MAX + 1)).parameters == {"pages_max": pdf.PAGES_MAX}


def test_a_pdf_that_keeps_readers_busy_is_refused() -> None:
    content = a_pdf(lambda it: it.Root.__setitem__("/Own", Array([0] * (pdf.VALUES_MAX + 1))))
    assert isinstance(refusal(content), pdf.TooComplexPdf)


def test_a_pdf_that_swells_while_it_is_read_is_refused() -> None:
    content = swelling_pdf(megabytes=100)
    assert len(content) < 10_000
    assert isinstance(refusal(content), pdf.DamagedPdf)


def test_a_pdf_nested_without_end_is_refused() -> None:
    assert isinstance(refusal(by_hand(b"/Own " + b"[" * 500 + b"]" * 500)), pdf.DamagedPdf)


def signed_by_its_author(it: pikepdf.Pdf) -> None:
    it.docinfo["/Author"] = "SecretAuthor"
    with it.open_metadata() as metadata:
        metadata["dc:creator"] = ["SecretAuthor"]
    it.pages[0]["/PieceInfo"] = Dictionary(Own=String("SecretAuthor"))


def test_a_good_pdf_comes_through_without_its_metadata() -> None:
    dirty = a_pdf(signed_by_its_author, on_opening(Array([0, Name.Fit])), pages=3) + b"<script>SecretTail</script>"
    clean = inspect(dirty, media_type="application/pdf", file_name="a.pdf")
    assert clean.pages == 3
    assert b"Secret" not in clean.content
    with pikepdf.open(BytesIO(clean.content)) as pages:
        assert [key for key in ("/Metadata", "/OpenAction") if key in pages.Root] == []
        assert "/Info" not in pages.trailer
        assert b"page 2" in pages.pages[2].Contents.read_bytes()
        assert b"Secret" not in b"".join(bytes(str(each), "utf-8") for each in pages.objects)


def test_earlier_revisions_do_not_come_through() -> None:
    """A PDF is changed by appending: what was blacked out may still be in it."""
    revised = appended_to(by_hand(b"/Own(SecretVersion)"), catalogue=b"/Own(public)")
    clean = inspect(revised, media_type="application/pdf", file_name="")
    assert b"SecretVersion" in revised
    with pikepdf.open(BytesIO(clean.content)) as pages:
        assert str(pages.Root.Own) == "public"
        assert not any("SecretVersion" in str(each) for each in pages.objects)


# --- Pictures ---------------------------------------------------------------------------------------------------------


def test_a_picture_is_upright_and_tells_neither_place_nor_camera() -> None:
    dirty = a_picture(exif=with_place_and_camera(), comment=b"SecretComment") + HTML
    clean = inspect(dirty, media_type="image/jpeg", file_name="IMG_1.JPG").content
    assert b"SecretCameraMaker" in dirty
    for trace in (b"Secret", b"Exif", b"script"):
        assert trace not in clean
    with Image.open(BytesIO(clean)) as seen:
        assert dict(seen.getexif()) == {}
        assert seen.size == (40, 60)
        shades = seen.convert("1")
        assert (shades.getpixel((20, 5)), shades.getpixel((20, 55))) == (0, 255)


def test_a_png_tells_nothing_but_its_pixels() -> None:
    text = PngInfo()
    text.add_text("Author", "SecretAuthor")
    text.add_itxt("Comment", "SecretComment", zip=False)
    dirty = a_picture("PNG", pnginfo=text, exif=with_place_and_camera(), icc_profile=b"SecretProfile", dpi=(72, 72))
    clean = inspect(dirty + HTML, media_type="image/png", file_name="").content
    assert b"SecretAuthor" in dirty
    assert _chunks(clean) == {b"IHDR", b"IDAT", b"IEND"}


def _chunks(png: bytes) -> set[bytes]:
    place, found = 8, set()
    while place < len(png):
        found.add(png[place + 4 : place + 8])
        place += 12 + int.from_bytes(png[place : place + 4], "big")
    return found


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_of_any_kind_keeps_its_look(mode: str) -> None:
    clean = inspect(a_picture("PNG", mode=mode), media_type="image/png", file_name="a.png").content
    with Image.open(BytesIO(clean)) as seen:
        shades = seen.convert("L")
        assert (shades.getpixel((5, 5)), shades.getpixel((55, 5))) == (0, 255)


def test_a_png_of_sixteen_bits_keeps_its_shades() -> None:
    grey = Image.frombytes("I;16", (2, 1), bytes([0x00, 0x80, 0x00, 0x20]))
    written = BytesIO()
    grey.save(written, "PNG")
    with Image.open(BytesIO(inspect(written.getvalue(), media_type="image/png", file_name="").content)) as seen:
        assert (seen.getpixel((0, 0)), seen.getpixel((1, 0))) == (0x80, 0x20)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_jpeg_of_any_kind_can_be_shown_by_a_browser(mode: str) -> None:
    with Image.open(BytesIO(inspect(a_picture(mode=mode), media_type="image/jpeg", file_name="").content)) as seen:
        assert seen.mode == ("L" if mode == "L" else "RGB")


def heic(*, size: tuple[int, int] = (600, 400), **saving: object) -> bytes:
    """A photograph as telephones write it; its left half is dark."""
    with Image.open(BytesIO(a_picture(size=size))) as picture_:
        written = BytesIO()
        pillow_heif.from_pillow(picture_).save(written, quality=60, **saving)
    return written.getvalue()


@pytest.mark.parametrize("media_type", ["image/heic", "image/heif", "application/octet-stream", ""])
@pytest.mark.parametrize("file_name", ["IMG_0001.HEIC", "IMG_0001", "a.heif"])
def test_d06_a_photograph_of_a_telephone_becomes_a_jpeg(media_type: str, file_name: str) -> None:
    clean = inspect(heic(exif=with_place_and_camera().tobytes()), media_type=media_type, file_name=file_name)
    assert (clean.media_type, clean.pages) == (MediaType.JPEG, 1)
    assert b"SecretCameraMaker" not in clean.content
    with Image.open(BytesIO(clean.content)) as seen:
        assert max(seen.size) == 600 and dict(seen.getexif()) == {}


def test_d06_a_cut_off_photograph_of_a_telephone_is_refused() -> None:
    content = heic()
    for kept in (len(content) // 2, 40):
        assert isinstance(refusal(content[:kept], "image/heic", "a.heic"), picture.DamagedPicture)


def test_d06_a_photograph_of_fifty_megapixels_is_scaled_down() -> None:
    clean = inspect(a_picture(size=(8_160, 6_120)), media_type="image/jpeg", file_name="a.jpg")
    with Image.open(BytesIO(clean.content)) as seen:
        assert seen.width * seen.height <= picture.PIXELS_MAX
        assert seen.width / seen.height == pytest.approx(8_160 / 6_120, rel=0.01)
    large = inspect(a_picture("PNG", mode="L", size=(8_000, 6_000)), media_type="image/png", file_name="a.png")
    with Image.open(BytesIO(large.content)) as seen:
        assert seen.width * seen.height <= picture.PIXELS_MAX


@pytest.mark.parametrize(("mode", "kept_as"), [("RGB", MediaType.JPEG), ("RGBA", MediaType.JPEG)])
def test_d06_webp_is_taken(mode: str, kept_as: MediaType) -> None:
    assert inspect(a_picture("WEBP", mode=mode), media_type="image/webp", file_name="a.webp").media_type is kept_as


def test_d06_a_scan_of_several_pages_in_tiff_becomes_a_pdf() -> None:
    pages = [Image.new("RGB", (60, 40), colour) for colour in ("white", "black", "red")]
    written = BytesIO()
    pages[0].save(written, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    clean = inspect(written.getvalue(), media_type="image/tiff", file_name="scan.tif")
    assert (clean.media_type, clean.pages) == (MediaType.PDF, 3)
    assert clean == inspect(written.getvalue(), media_type="", file_name="scan")
    one = inspect(a_picture("TIFF", mode="1"), media_type="image/tiff", file_name="scan.tiff")
    assert (one.media_type, one.pages) == (MediaType.JPEG, 1)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(30_000, 30_000), (12_000, 8_000), (picture.PIXELS_READ_MAX + 1, 1)])
def test_a_picture_bomb_is_refused_before_it_is_unpacked(size: tuple[int, int]) -> None:
    """Between one and two times its own limit Pillow only warns; ours lies below that and refuses."""
    refused = refusal(png_that_claims(*size), "image/png", "a.png")
    assert isinstance(refused, picture.PictureTooLarge)
    assert refused.parameters == {"megapixels_max": 64}


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (a_picture(size=(600, 400))[:-700], "image/jpeg"),
        (a_picture("PNG", size=(600, 400))[:-60], "image/png"),
        (png_that_claims(2_000, 2_000), "image/png"),
        (a_picture()[:30], "image/jpeg"),
    ],
)
def test_a_picture_that_was_cut_off_is_refused(content: bytes, media_type: str) -> None:
    assert isinstance(refusal(content, media_type, ""), picture.DamagedPicture)


# --- All --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(a_pdf(pages=2), "application/pdf"), (a_picture(), "image/jpeg"), (a_picture("PNG"), "image/png")],
)
def test_the_same_upload_gives_the_same_paper_and_cleaning_is_final(content: bytes, media_type: str) -> None:
    first = inspect(content, media_type=media_type, file_name="")
    sleep(1.1)  # whoever writes the time into a file writes its seconds
    assert first == inspect(content, media_type=media_type, file_name="")
    again = inspect(first.content, media_type=media_type, file_name="")
    assert again.pages == first.pages


def test_d06_a_jpeg_whose_head_is_broken_is_refused_and_not_a_fault() -> None:
    """Pillow has no opener of the name MPO: to ask for one after JPEG has given up is a KeyError."""
    for broken in (b"\xff\xd8\xff" + bytes(40), b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\xff" * 60):
        with pytest.raises(Failure):
            inspect(broken, media_type="image/jpeg", file_name="a.jpg")
