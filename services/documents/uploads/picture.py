"""Cleans an uploaded picture: decodes all of it and encodes the pixels anew, so that nothing else comes through."""

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Literal

import pillow_heif
from PIL import Image, ImageOps, ImageSequence

from shared.kernel.errors import Invalid

PIXELS_MAX = 36_000_000
"""A sheet of A4 at 600 dots an inch has 35 million. Decoded, that is 140 MB. Larger ones are scaled down to it."""
PIXELS_READ_MAX = 64_000_000
"""What is decoded at most, of what cannot be decoded smaller."""
JPEG_PIXELS_READ_MAX = 89_000_000
"""A JPEG is decoded at half its size or less where it is large."""
PAGES_MAX = 100
"""Pages of one TIFF."""
JPEG_QUALITY = 88

_READERS: dict[str, tuple[str, ...]] = {
    "jpeg": ("JPEG",),  # its reader hands on what holds several pictures (MPO) by itself
    "png": ("PNG",),
    "heic": ("HEIF",),
    "webp": ("WEBP",),
    "tiff": ("TIFF",),
}
_MEDIA_TYPES: dict[str, str] = {"JPEG": "image/jpeg", "PNG": "image/png"}

Written = Literal["JPEG", "PNG"]


class PictureTooLarge(Invalid):
    """More pixels than are read, however few bytes they are packed into."""

    code = "upload.image-too-large"


class DamagedPicture(Invalid):
    """Cut off, or not readable to the end."""

    code = "upload.image-damaged"


class TooManyPictures(Invalid):
    """More pages than `PAGES_MAX` in one picture file."""

    code = "upload.image-too-long"


def clean(content: bytes, *, format_: str) -> bytes:
    """The picture with its pixels only, upright: no camera, place, comment or colour profile, nothing after its end."""
    written: Written = "PNG" if format_ == "png" else "JPEG"
    (page,) = _pages(content, format_, count_max=1)
    return _encoded(page, written)


def converted(content: bytes, *, format_: str) -> tuple[str, bytes, int]:
    """The media type, the bytes and the number of pages of a picture that is kept in another form than it came in: a
    photograph as JPEG, one with transparent parts as PNG, several pages as PDF."""
    _open_heif()
    pages = [
        _flat(page, "JPEG") if format_ == "tiff" else page for page in _pages(content, format_, count_max=PAGES_MAX)
    ]
    if len(pages) > 1:
        written = BytesIO()
        pages[0].save(written, "PDF", save_all=True, append_images=pages[1:], quality=JPEG_QUALITY, resolution=150)
        return "application/pdf", written.getvalue(), len(pages)
    form: Written = "PNG" if pages[0].has_transparency_data else "JPEG"
    return _MEDIA_TYPES[form], _encoded(pages[0], form), 1


@cache
def _open_heif() -> None:
    """Register Pillow's reader of HEIC, once for the process."""
    pillow_heif.register_heif_opener()


def _pages(content: bytes, format_: str, *, count_max: int) -> list[Image.Image]:
    """The pictures of a file, upright, none of them larger than `PIXELS_MAX`."""
    try:
        with Image.open(BytesIO(content), formats=_READERS[format_]) as picture:
            if format_ != "tiff":
                return [_read(picture)]
            if getattr(picture, "n_frames", 1) > count_max:
                raise TooManyPictures(pages_max=count_max)
            return [_read(frame) for frame in _frames(picture)]
    except Image.DecompressionBombError:
        raise PictureTooLarge(megapixels_max=PIXELS_READ_MAX // 1_000_000) from None
    except (OSError, SyntaxError, ValueError, EOFError):  # what Pillow's readers raise on a file that breaks its format
        raise DamagedPicture from None


def _frames(picture: Image.Image) -> Iterator[Image.Image]:
    for frame in ImageSequence.Iterator(picture):
        _must_be_readable(frame)
        yield frame.copy()


def _read(picture: Image.Image) -> Image.Image:
    _must_be_readable(picture)
    if picture.format in ("JPEG", "MPO") and _pixels(picture) > PIXELS_MAX:
        picture.draft(None, (picture.width // 2, picture.height // 2))
    picture.load()
    ImageOps.exif_transpose(picture, in_place=True)
    if _pixels(picture) > PIXELS_MAX:
        scale = (PIXELS_MAX / _pixels(picture)) ** 0.5
        return picture.resize((int(picture.width * scale), int(picture.height * scale)))
    return picture.copy()


def _must_be_readable(picture: Image.Image) -> None:
    """The header states the size: a decompression bomb is refused before it is unpacked."""
    limit = JPEG_PIXELS_READ_MAX if picture.format in ("JPEG", "MPO") else PIXELS_READ_MAX
    if _pixels(picture) > limit:
        raise PictureTooLarge(megapixels_max=limit // 1_000_000)


def _pixels(picture: Image.Image) -> int:
    return picture.width * picture.height


def _flat(picture: Image.Image, format_: Written) -> Image.Image:
    """The pixels alone. A palette becomes colours; CMYK, which screens show wrongly, becomes RGB."""
    if picture.mode.startswith("I"):  # 16 bits a pixel: Pillow would turn all but the darkest shades to white
        picture = picture.point(lambda shade: shade / 256).convert("L")
    has_transparency = format_ == "PNG" and picture.has_transparency_data
    mode = "RGBA" if has_transparency else "L" if picture.mode in ("1", "L") else "RGB"
    pixels = picture if picture.mode == mode else picture.convert(mode)
    pixels.info = {}  # Pillow would carry comments, profiles and the like over from here
    return pixels


def _encoded(picture: Image.Image, format_: Written) -> bytes:
    written = BytesIO()
    _flat(picture, format_).save(written, format_, quality=JPEG_QUALITY)
    return written.getvalue()
