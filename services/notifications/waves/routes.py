"""HTTP routes of waves, for operators."""

from collections.abc import Mapping
from typing import Any

from services.notifications.waves import actions
from services.notifications.waves.schemas import WaveQuery, WaveReportView, WavesQuery, WavesView
from services.notifications.waves.wave import WaveReport
from shared.http.routes import Download, Downloads, Routes
from shared.kernel.csv_tables import CSV
from shared.storage.unit_of_work import UnitOfWork

READ = "operations:read"

routes = Routes("waves", about="What becomes of the messages of one kind that were written on one day.")


@routes.get("/operations/waves", scope=READ, query=WavesQuery, response=WavesView)
def list_of_day(uow: UnitOfWork, query: Mapping[str, Any]) -> object:
    """The waves of a day, today unless another is named: the largest first."""
    return {"items": actions.of_day(uow, on=query["on"])}


@routes.get("/operations/waves/report", scope=READ, query=WaveQuery, response=WaveReportView)
def read(uow: UnitOfWork, query: Mapping[str, Any]) -> WaveReport:
    """What became of a wave by channel, why messages did not arrive, its pace and when it ends at that pace.

    Of a wave of more than 20,000 messages the first of these are counted; `is_whole` is then false.
    """
    return actions.report(uow, template=query["template"], on=query["on"])


@routes.get("/operations/waves/recipients", scope=READ, query=WaveQuery, response=Downloads(CSV))
def download(uow: UnitOfWork, query: Mapping[str, Any]) -> Download:
    """The same by recipient, as CSV: what became of each message and why. Addresses are masked."""
    content = actions.by_recipient(uow, template=query["template"], on=query["on"])
    return Download(content, CSV, f"{query['template']}.csv")
