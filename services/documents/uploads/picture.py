"""Cleans an uploaded picture: decodes all of it and encodes the pixels anew, so that nothing else comes through."""

from io import BytesIO
from typing import Literal

from PIL import Image, ImageOps

from shared.kernel.errors import Invalid

PIXELS_MAX = 36_000_000
"""A sheet of A4 at 600 dots an inch has 35 million. Decoded, that is 140 MB."""
JPEG_QUALITY = 88

_FORMATS: dict[str, Literal["JPEG", "PNG"]] = {"image/jpeg": "JPEG", "image/png": "PNG"}


class PictureTooLarge(Invalid):
    """More pixels than `PIXELS_MAX`, however few bytes they are packed into."""

    code = "upload.image-too-large"


class DamagedPicture(Invalid):
    """Cut off, or not readable to the end."""

    code = "upload.image-damaged"


def clean(content: bytes, *, media_type: str) -> bytes:
    """The picture with its pixels only, upright: no camera, place, comment or colour profile, nothing after its end."""
    format_ = _FORMATS[media_type]
    try:
        with Image.open(BytesIO(content), formats=[format_]) as picture:
            # The header tells the size: a bomb is refused before anything of it is unpacked.
            if picture.width * picture.height > PIXELS_MAX:
                raise PictureTooLarge(megapixels_max=PIXELS_MAX // 1_000_000)
            picture.load()
            ImageOps.exif_transpose(picture, in_place=True)
            return _encoded(picture, format_)
    except Image.DecompressionBombError:
        raise PictureTooLarge(megapixels_max=PIXELS_MAX // 1_000_000) from None
    except (OSError, SyntaxError, ValueError):  # what Pillow's readers raise on a file that breaks its own format
        raise DamagedPicture from None


def _encoded(picture: Image.Image, format_: Literal["JPEG", "PNG"]) -> bytes:
    """The pixels in a new file. A palette becomes colours; CMYK, which screens show wrongly, becomes RGB."""
    if picture.mode.startswith("I"):  # 16 bits a pixel: Pillow would turn all but the darkest shades to white
        picture = picture.point(lambda shade: shade / 256).convert("L")
    has_transparency = format_ == "PNG" and picture.has_transparency_data
    mode = "RGBA" if has_transparency else "L" if picture.mode in ("1", "L") else "RGB"
    pixels = picture if picture.mode == mode else picture.convert(mode)
    pixels.info = {}  # Pillow would carry comments, profiles and the like over from here
    written = BytesIO()
    pixels.save(written, format_, quality=JPEG_QUALITY)
    return written.getvalue()
