"""Papers as the running service makes them: asked over HTTP, printed by the press that a worker has."""

import subprocess
from functools import cache
from io import BytesIO
from typing import Any

import zxingcpp
from PIL import Image

from services.documents.papers.jobs import PaperPrinting
from services.documents.papers.paper import Status
from services.documents.papers.printing.printer import Printer
from shared.jobs.runner import Runner
from shared.storage.service_context import ServiceContext
from tests.documents.builders import CHAIN, PUBLIC_URL
from tests.kit.callers import Caller
from tests.kit.contexts import DZ


@cache
def paper_printing() -> PaperPrinting:
    """One press for a whole run: its fonts cost more than its papers."""
    return PaperPrinting(Printer(), lambda fund: CHAIN, lambda fund: PUBLIC_URL)


def printed(context: ServiceContext, fund_id: str = DZ) -> int:
    """Let the press print what is due; how many papers of the fund are valid since."""
    valid = {"fund": fund_id, "status": Status.VALID}
    before = context.database["papers"].count_documents(valid)
    Runner(context, [paper_printing().job]).run_due()
    return context.database["papers"].count_documents(valid) - before


def asked(kind: str = "salary-certificate", language: str = "fr", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "language": language, **more}


def obtained(caller: Caller, context: ServiceContext, **facts: Any) -> str:
    """The number of a paper that was asked for and printed."""
    answer = caller.post("/papers", asked(**facts))
    assert answer.status_code == 202, answer.text
    assert printed(context, caller.fund) == 1
    number: str = answer.json["number"]
    return number


def code_on(pdf: bytes) -> str:
    """What the code on the first page says to a telephone."""
    command = ["pdftoppm", "-png", "-r", "150", "-singlefile", "-"]
    page = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    (code,) = zxingcpp.read_barcodes(Image.open(BytesIO(page)))
    return str(code.text)
