"""Files that people might send: good ones by default, and the ways to spoil them."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

Spoil = Callable[[pikepdf.Pdf], object]


def a_pdf(*spoils: Spoil, pages: int = 1, **saving: Any) -> bytes:
    """A PDF of some pages with a line of text each, after what is done to it."""
    with pikepdf.new() as pdf:
        for number in range(pages):
            pdf.add_blank_page(page_size=(595, 842))
            pdf.pages[-1]["/Contents"] = pdf.make_stream(b"BT /F1 12 Tf 72 720 Td (page %d) Tj ET" % number)
        for spoil in spoils:
            spoil(pdf)
        written = BytesIO()
        pdf.save(written, **(saving if saving else {"deterministic_id": True}))
    return written.getvalue()


def javascript() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def on_opening(action: object) -> Spoil:
    return lambda pdf: pdf.Root.__setitem__("/OpenAction", action)


def in_name_tree(key: str, *values: object) -> Spoil:
    return lambda pdf: pdf.Root.__setitem__("/Names", Dictionary({key: Dictionary(Names=Array(values))}))


def in_annotation(**entries: Any) -> Spoil:
    """An annotation on the first page, kept as a value of its own as writers of PDF do."""
    annotation = Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **{"Subtype": Name.Link, **entries})
    return lambda pdf: pdf.pages[0].__setitem__("/Annots", Array([pdf.make_indirect(annotation)]))


def by_hand(catalogue: bytes) -> bytes:
    """A PDF written byte by byte, for spellings that no library writes."""
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R " + catalogue + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>",
    ]
    written, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return written + b"xref\n0 4\n0000000000 65535 f \n%btrailer\n<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        table,
        len(written),
    )


def appended_to(revision: bytes, *, catalogue: bytes) -> bytes:
    """A later revision of a PDF made `by_hand`, with another catalogue, as editors append it."""
    earlier = int(revision.rpartition(b"startxref\n")[2].split()[0])
    place = len(revision)
    written = revision + b"1 0 obj\n<</Type/Catalog/Pages 2 0 R " + catalogue + b">>\nendobj\n"
    table = b"xref\n1 1\n%010d 00000 n \ntrailer\n<</Size 4/Root 1 0 R/Prev %d>>\n" % (place, earlier)
    return written + table + b"startxref\n%d\n%%%%EOF\n" % len(written)


def swelling_pdf(megabytes: int) -> bytes:
    """A few kilobytes whose own object stream, packed twice, unpacks to so many megabytes."""
    packed = zlib.compress(zlib.compress(b"4 0 " + b" " * (megabytes << 20) + b"true ", 9), 9)
    bodies = {
        1: b"<</Type/Catalog/Pages 2 0 R/Extra 4 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>",
        5: b"<</Type/ObjStm/N 1/First 4/Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n%b\nendstream"
        % (len(packed), packed),
    }
    written, places = b"%PDF-1.5\n", {}
    for number, body in bodies.items():
        places[number] = len(written)
        written += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(written)
    rows = [
        (0, 0, 65535),
        *((1, places[number], 0) for number in (1, 2, 3)),
        (2, 5, 0),
        (1, places[5], 0),
        (1, start, 0),
    ]
    table = b"".join(struct.pack(">BIH", *row) for row in rows)
    return (
        written
        + b"6 0 obj\n<</Type/XRef/W[1 4 2]/Size 7/Root 1 0 R/Length %d>>stream\n%b\nendstream\nendobj\n"
        % (
            len(table),
            table,
        )
        + b"startxref\n%d\n%%%%EOF\n" % start
    )


def a_picture(format_: str = "JPEG", *, mode: str = "RGB", size: tuple[int, int] = (60, 40), **saving: Any) -> bytes:
    """A picture whose left half is dark, so that one can tell when it was turned."""
    picture = Image.new("RGB", size, "white")
    picture.paste(Image.new("RGB", (size[0] // 2, size[1]), "black"))
    written = BytesIO()
    _in_mode(picture, mode).save(written, format_, **saving)
    return written.getvalue()


def _in_mode(picture: Image.Image, mode: str) -> Image.Image:
    """Sixteen bits a pixel is the one kind that Pillow does not convert to by itself."""
    if mode != "I;16":
        return picture.convert(mode)
    bits = picture.convert("L").tobytes()
    return Image.frombytes(mode, picture.size, bytes(byte for bit in bits for byte in (bit, bit)))


def with_place_and_camera() -> Image.Exif:
    """What a telephone writes into its pictures: the place, its maker, and that it was held upright."""
    exif = Image.Exif()
    exif[0x010F] = "SecretCameraMaker"
    exif[0x0112] = 6  # shown turned by 90 degrees, clockwise
    exif.get_ifd(0x8825).update({1: "N", 2: (36.0, 45.0, 0.0), 3: "E", 4: (3.0, 3.0, 0.0)})
    return exif


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of some bytes whose header promises an enormous picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 4096)) + chunk(b"IEND", b"")
