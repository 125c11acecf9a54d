"""An employer's desk: sends files over HTTP, lets the worker check them, looks at what came of it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from werkzeug.test import TestResponse

from services.payments.declarations.jobs import checking
from services.payments.wiring import service
from shared.events.identity import EmployersRegistered, RegisteredEmployer
from shared.jobs.runner import Runner
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Caller, Office
from tests.kit.contexts import DZ, TN, handle
from tests.payments.declarations.builders import DZ_EMPLOYER, TN_EMPLOYER, Files

EMPLOYER_OF = {DZ: DZ_EMPLOYER, TN: TN_EMPLOYER}
USUAL = {
    DZ: {"employer_id": DZ_EMPLOYER, "form": "das", "period": "2025"},
    TN: {"employer_id": TN_EMPLOYER, "form": "quarterly-wages", "period": "2026-Q1"},
}
IN_TIME = {DZ: datetime(2026, 1, 20, 9, tzinfo=UTC), TN: datetime(2026, 4, 10, 9, tzinfo=UTC)}


def register(*employer_ids: str, is_open: bool = True, sector: str = "retail", **facts: Any) -> EmployersRegistered:
    """A page of the fund's register."""
    return EmployersRegistered(
        page_id=f"page-{'-'.join(employer_ids)}-{is_open}-{sector}",
        registered_at=facts.pop("registered_at", datetime(2026, 1, 2, tzinfo=UTC)),
        employers=tuple(
            RegisteredEmployer(
                employer_id=employer_id,
                name="SARL EXEMPLE",
                sector=sector,
                is_open=is_open,
                affiliated_on=date(2015, 1, 1),
                language="fr",
            )
            for employer_id in employer_ids
        ),
    )


@dataclass
class DeclarationsHarness:
    """A firm's user of a fund, whose firm the fund's register knows."""

    context: ServiceContext
    fund_id: str = DZ

    def __post_init__(self) -> None:
        self.office = Office(service, self.context)
        self.caller: Caller = self.office.employer(EMPLOYER_OF[self.fund_id], fund=self.fund_id)
        handle(self.context, service, register(EMPLOYER_OF[self.fund_id]), fund_id=self.fund_id)

    def send(self, files: Files, *, by: Caller | None = None, key: str = "", **form: Any) -> TestResponse:
        """The files as a browser sends them; `form` replaces the fields beside them."""
        parts = [(BytesIO(content), name) for name, content in files.by_name.items()]
        body = {**USUAL[self.fund_id], **form, "files": parts}
        return (by or self.caller).post("/declarations", key=key, data=body, content_type="multipart/form-data")

    def run(self) -> int:
        """What the worker does next."""
        return Runner(self.context, [checking()]).run_due()

    def declare(self, files: Files, **form: Any) -> dict[str, Any]:
        """The files sent and checked; the declaration as the employer sees it."""
        sent = self.send(files, **form)
        assert sent.status_code == 202, sent.text
        self.run()
        return self.see(sent.json["declaration_id"])

    def confirm(self, declaration_id: str) -> dict[str, Any]:
        """What was found confirmed, and the declaration checked once more."""
        confirmed = self.caller.post(f"/declarations/{declaration_id}/confirmation")
        assert (confirmed.status_code, confirmed.json["status"]) == (200, "received"), confirmed.text
        self.run()
        return self.see(declaration_id)

    def see(self, declaration_id: str, more: str = "", *, language: str = "fr") -> Any:
        answer = self.caller.get(f"/declarations/{declaration_id}{more}", headers={"Accept-Language": language})
        assert answer.status_code == 200, answer.text
        return answer.json
