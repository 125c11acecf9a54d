"""Two supporting papers as a person would photograph or scan them: a JPEG and a PDF."""

import io

import pikepdf
from PIL import Image, ImageDraw


def photographed(text: str) -> bytes:
    """A photograph of a sheet, as JPEG."""
    sheet = Image.new("RGB", (1200, 1600), "white")
    ImageDraw.Draw(sheet).text((100, 100), text, fill="black")
    bytes_ = io.BytesIO()
    sheet.save(bytes_, "JPEG", quality=80)
    return bytes_.getvalue()


def scanned(text: str) -> bytes:
    """A scan of a sheet, as PDF."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    font = pdf.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    )
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = pdf.make_stream(f"BT /F1 18 Tf 72 760 Td ({text}) Tj ET".encode("ascii"))
    bytes_ = io.BytesIO()
    pdf.save(bytes_)
    return bytes_.getvalue()
