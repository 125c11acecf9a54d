"""What a signed form may be: its first bytes decide, not what the sender calls it. Pure."""

from shared.kernel.errors import Invalid

_BEGINNINGS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
_BLANKS = b"\xef\xbb\xbf\t\n\r\f "

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


class FormTypeRefused(Invalid):
    """Neither a PDF nor a picture."""

    code = "mandate.form-type-refused"


def form_media_type(content: bytes) -> str:
    """The media type of a signed form. Raises `FormTypeRefused`."""
    beginning = content[:64].lstrip(_BLANKS)
    for signature, media_type in _BEGINNINGS.items():
        if beginning.startswith(signature):
            return media_type
    raise FormTypeRefused
