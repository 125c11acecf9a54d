"""Makes a file anew in a process of its own, which the file may fell, fill or keep busy: the readers are native code.

Fuzzing found a PDF of 800 bytes that crashes the process that reads it.
"""

import resource
import subprocess
import sys
from dataclasses import dataclass, field

import msgspec

from services.documents.uploads import pdf, picture
from shared.kernel.errors import Invalid

COMMAND = (sys.executable, "-m", "services.documents.uploads.probe")
PROBE_S = 20
MEMORY_BYTES_MAX = 2 * 1024**3


@dataclass(frozen=True, kw_only=True)
class ProbeAnswer:
    """A file made anew; `code` and `parameters` in its place say why it was refused."""

    media_type: str = ""
    pages: int = 0
    content: bytes = b""
    code: str = ""
    parameters: dict[str, str | int] = field(default_factory=dict)


def ask(content: bytes, *, format_: str) -> ProbeAnswer:
    """The rewritten file. Raises the refusal of the process; DamagedPdf or DamagedPicture if the process crashed."""
    try:
        done = subprocess.run([*COMMAND, format_], input=content, capture_output=True, timeout=PROBE_S, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise _TOO_LONG[format_ == "pdf"] from None
    if done.returncode != 0:
        raise _DIED[format_ == "pdf"]
    answer = msgspec.msgpack.decode(done.stdout, type=ProbeAnswer)
    if answer.code:
        raise _BY_CODE[answer.code](**answer.parameters)
    return answer


_REFUSALS: tuple[type[Invalid], ...] = (
    *(pdf.ActiveContent, pdf.EncryptedPdf, pdf.DamagedPdf, pdf.TooManyPages, pdf.TooComplexPdf, pdf.PdfExpandsTooMuch),
    *(picture.PictureTooLarge, picture.DamagedPicture, picture.TooManyPictures),
)
_BY_CODE = {refusal.code: refusal for refusal in _REFUSALS}
_TOO_LONG: dict[bool, type[Invalid]] = {True: pdf.TooComplexPdf, False: picture.DamagedPicture}
_DIED: dict[bool, type[Invalid]] = {True: pdf.DamagedPdf, False: picture.DamagedPicture}


def _answer(content: bytes, format_: str) -> ProbeAnswer:
    try:
        if format_ == "pdf":
            clean, pages = pdf.clean(content)
            return ProbeAnswer(media_type="application/pdf", pages=pages, content=clean)
        media_type, clean, pages = picture.converted(content, format_=format_)
        if media_type == "application/pdf":
            clean, pages = pdf.clean(clean)  # without the day on which Pillow wrote it
        return ProbeAnswer(media_type=media_type, pages=pages, content=clean)
    except Invalid as refused:
        counted = {name: value for name, value in refused.parameters.items() if isinstance(value, str | int)}
        return ProbeAnswer(code=refused.code, parameters=counted)


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (PROBE_S, PROBE_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(msgspec.msgpack.encode(_answer(sys.stdin.buffer.read(), sys.argv[1])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
