"""Reads a PDF from standard input in a process of its own, which the file may fell: qpdf is native code."""

import contextlib
import sys

from services.documents.uploads import pdf
from shared.kernel.errors import Invalid


def main() -> int:
    with contextlib.suppress(Invalid):  # whoever asked finds out by itself, and says why
        pdf.clean(sys.stdin.buffer.read())
    return 0


if __name__ == "__main__":
    sys.exit(main())
