"""The press: prints and signs what was asked, outside of any transaction, puts the PDF away, and then issues it.

Killed anywhere it begins again: until a paper is issued nobody has its print, and one that nothing refers to is waste.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import structlog

from services.documents.papers import actions, rules, store
from services.documents.papers.content import LettersNotPrintable
from services.documents.papers.paper import FailureReason, Paper, Status
from services.documents.papers.printing.printer import Printer
from services.documents.papers.signing import Seal, SigningChain, chain_of
from services.documents.settings import Settings
from shared.funds.fund import Fund
from shared.kernel.actors import system
from shared.process.chores import Chore, OneByOne
from shared.storage.platform import Platform
from shared.storage.work import Work
from shared.telemetry import metrics
from shared.telemetry.carrying import continued

log = structlog.get_logger()

Kept = TypeVar("Kept")

POLL_S = 0.4
NAME = "papers.print"
PRESS = system("press")


@dataclass(frozen=True)
class Press:
    """Prints for every fund; each has its name in the signature."""

    printer: Printer
    chain: SigningChain
    public_url: str
    seals: dict[str, Seal] = field(default_factory=dict)
    one_by_one: OneByOne = field(default_factory=lambda: OneByOne(NAME))

    def run(self, platform: Platform, fund_id: str) -> int:
        """Print what is due; how many papers that were. One that fails is due again later, out of the others' way."""
        reading = platform.reading(fund_id, by=PRESS)
        due = {
            paper.number: partial(self.print, platform, fund_id, paper)
            for paper in store.to_print(reading, at=reading.at)
        }
        return self.one_by_one.do(due, failed=partial(self._put_off, platform, fund_id))

    def print(self, platform: Platform, fund_id: str, paper: Paper) -> None:
        """Print and sign one paper, put it away, issue it: a part of the trace of its request."""
        with continued("paper printed", paper.traceparent):
            self._print(platform, fund_id, paper)

    def _print(self, platform: Platform, fund_id: str, paper: Paper) -> None:
        fund, at = platform.funds[fund_id], platform.clock()
        printed = rules.content(paper, fund=fund, public_url=self.public_url, at=at)
        try:
            unsigned = self.printer.print(printed)
        except LettersNotPrintable:
            self._fail(platform, fund_id, paper.number)
            return
        pdf = store.keep_pdf(platform, fund_id, self._seal(fund).sign(unsigned, at=at))
        _keep(platform, fund_id, paper.number, lambda work: actions.issue(work, printed, pdf=pdf))

    def _put_off(self, platform: Platform, fund_id: str, number: str, error: str) -> None:
        """Keep what an attempt failed of, on the paper; the press may be another one next time."""
        paper = _keep(platform, fund_id, number, lambda work: actions.put_off(work, number=number, error=error))
        if paper.status is Status.FAILED:
            _count_failed(number, FailureReason.PRINTING_FAILED)

    def _fail(self, platform: Platform, fund_id: str, number: str) -> None:
        """Trying again changes nothing where a font is missing."""
        reason = FailureReason.LETTERS_NOT_PRINTABLE
        _keep(platform, fund_id, number, lambda work: actions.fail(work, number=number, reason=reason))
        _count_failed(number, reason)

    def _seal(self, fund: Fund) -> Seal:
        """The fund's name in a signature keeps to Latin letters: readers refuse names of two scripts."""
        if fund.fund_id not in self.seals:
            self.seals[fund.fund_id] = Seal(self.chain, fund_name=fund.names["fr"])
        return self.seals[fund.fund_id]


def _keep(platform: Platform, fund_id: str, number: str, action: Callable[[Work], Kept]) -> Kept:
    """Keep what became of an attempt."""
    return platform.work(fund_id, by=PRESS, cause=f"chore:{NAME}:{number}", action=action)


def _count_failed(number: str, reason: FailureReason) -> None:
    log.error("paper-failed", paper=number, why=reason.value)
    metrics.CHORES.labels(NAME, "failed-one").inc()


def printing(settings: Settings) -> Chore:
    """The chore of a worker: one press, with the fund's key."""
    chain = chain_of(
        key_pem=settings.paper_signing_key_file.read_bytes(),
        certificates_pem=settings.paper_certificate_file.read_bytes(),
    )
    return Chore(NAME, POLL_S, Press(Printer(), chain, settings.public_url).run)
