"""An employer's declaration to any fund, as its user sends it over HTTP."""

from collections.abc import Callable, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from services.payments.declarations.jobs import checking
from services.payments.wiring import service as payments
from shared.jobs.runner import Runner
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.contexts import handle
from tests.payments.declarations.harness import register

Grounds = Callable[[str, datetime], ServiceContext]
"""A service's own ground in all funds, at one time."""


def declare(
    context: ServiceContext,
    *,
    fund_id: str,
    form: Mapping[str, Any],
    files: Mapping[str, bytes],
    sector: str = "retail",
) -> dict[str, Any]:
    """The files sent and checked; the declaration as the employer sees it. Nothing in them is an error."""
    employer_id = form["employer_id"]
    handle(context, payments, register(employer_id, sector=sector), fund_id=fund_id)
    caller = Office(payments, context).employer(employer_id, fund=fund_id)
    parts = [(BytesIO(content), name) for name, content in files.items()]
    sent = caller.post("/declarations", data={**form, "files": parts}, content_type="multipart/form-data")
    assert sent.status_code == 202, sent.text
    Runner(context, [checking()]).run_due()
    answer = caller.get(f"/declarations/{sent.json['declaration_id']}")
    assert answer.status_code == 200, answer.text
    findings = caller.get(f"/declarations/{sent.json['declaration_id']}/findings").json["items"]
    wrong = [each for each in findings if each["severity"] == "error"]
    assert not wrong, f"{wrong}"
    return answer.json  # type: ignore[no-any-return]
