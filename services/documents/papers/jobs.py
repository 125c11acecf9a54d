"""The printer: prints and signs what was asked, outside of any transaction, puts the PDF away, and then issues it.

After a crash it starts again: until a paper is issued nobody has its print, and an unreferenced PDF is removed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from services.documents.papers import actions, rules, store
from services.documents.papers.content import CannotBePrinted, LettersNotPrintable
from services.documents.papers.paper import FailureReason, Paper, Status
from services.documents.papers.printing.printer import Printer
from services.documents.papers.signing import Seal, SigningChain, chain_of
from services.documents.settings import Settings
from shared.funds.fund import Fund
from shared.jobs.job import JobKind
from shared.kernel.actors import system
from shared.languages.locales import first_from_left
from shared.process.backfills import Backfill
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry import metrics
from shared.telemetry.propagation import continue_trace

PRINTING = system("press")
"""The languages in Latin letters that a fund's name in a signature may be in."""

log = structlog.get_logger()


@dataclass(frozen=True)
class PaperPrinting:
    """Prints for every fund; each signs with its own key and has its name in the signature."""

    printer: Printer
    chain_of: Callable[[Fund], SigningChain]
    public_url_of: Callable[[Fund], str]
    seals: dict[str, Seal] = field(default_factory=dict)

    @property
    def job(self) -> JobKind:
        """The work that a paper asks for; an operator who gives it up ends the paper."""
        return JobKind(name=actions.PRINT, run=self.run, give_up=_give_up)

    def run(self, context: ServiceContext, fund_id: str, number: str) -> datetime | None:
        """Print and sign one paper, put it away, issue it: a part of the trace of its request."""
        paper = store.papers.load(context.reading(fund_id, by=PRINTING), number)
        if paper.status is Status.ASKED:
            with continue_trace("paper printed", paper.traceparent):
                self.print(context, fund_id, paper)
        return None

    def print(self, context: ServiceContext, fund_id: str, paper: Paper) -> None:
        """The steps of a print; a text that the printer refuses is not retried."""
        fund, at = context.funds[fund_id], context.clock()
        printed = rules.content(paper, fund=fund, public_url=self.public_url_of(fund), at=at)
        try:
            unsigned = self.printer.print(printed)
        except LettersNotPrintable:
            _fail(context, fund_id, paper.number, FailureReason.LETTERS_NOT_PRINTABLE)
            return
        except CannotBePrinted:
            _fail(context, fund_id, paper.number, FailureReason.PRINTING_FAILED)
            return
        pdf = store.save_pdf(context, fund_id, self._seal(fund).sign(unsigned, at=at), kind=paper.kind)
        _keep(context, fund_id, paper.number, lambda uow: actions.issue(uow, printed, pdf=pdf))

    def _seal(self, fund: Fund) -> Seal:
        """The fund's name in a signature keeps to Latin letters: readers refuse names of two scripts."""
        if fund.fund_id not in self.seals:
            self.seals[fund.fund_id] = Seal(self.chain_of(fund), fund_name=fund.names[first_from_left(fund.languages)])
        return self.seals[fund.fund_id]


def _fail(context: ServiceContext, fund_id: str, number: str, reason: FailureReason) -> None:
    _keep(context, fund_id, number, lambda uow: actions.fail(uow, number=number, reason=reason))
    log.error("paper-failed", paper=number, fund=fund_id, why=reason.value)
    metrics.JOBS.labels(actions.PRINT, reason.value).inc()


def _give_up(uow: UnitOfWork, number: str, reason: str) -> None:
    """The operator's own words stay in the audit of the job."""
    actions.fail(uow, number=number, reason=FailureReason.PRINTING_FAILED)


def _keep(context: ServiceContext, fund_id: str, number: str, action: Callable[[UnitOfWork], object]) -> None:
    context.run(fund_id, by=PRINTING, cause=f"job:{actions.PRINT}:{number}", action=action)


def printing(settings: Settings) -> JobKind:
    """The job of a worker: one printer, with the keys of all signers."""
    chains = {
        name: chain_of(key_pem=files.signing_key.read_bytes(), certificates_pem=files.certificate.read_bytes())
        for name, files in settings.signers.items()
    }
    return PaperPrinting(Printer(), lambda fund: chains[fund.bindings.signer.settings], settings.public_url_of).job


backfills = Backfill(name=actions.PRINT, find=store.unscheduled, fill=actions.schedule)
