"""The press: prints and signs what was asked, outside of any transaction, puts the PDF away, and then issues it.

Killed anywhere it begins again: until a paper is issued nobody has its print, and one that nothing refers to is waste.
"""

from dataclasses import dataclass, field
from functools import partial

from services.documents.papers import actions, rules, store
from services.documents.papers.paper import Paper
from services.documents.papers.printing.printer import Printer
from services.documents.papers.signing import Seal, SigningChain, chain_of
from services.documents.settings import Settings
from shared.funds.fund import Fund
from shared.kernel.actors import system
from shared.process.chores import Chore, OneByOne
from shared.storage.platform import Platform
from shared.telemetry.carrying import continued

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
        """Print what waits; how many papers that were."""
        waiting = store.to_print(platform.reading(fund_id, by=PRESS))
        return self.one_by_one.do({paper.number: partial(self.print, platform, fund_id, paper) for paper in waiting})

    def print(self, platform: Platform, fund_id: str, paper: Paper) -> None:
        """Print and sign one paper, put it away, issue it: a part of the trace of its request."""
        with continued("paper printed", paper.traceparent):
            self._print(platform, fund_id, paper)

    def _print(self, platform: Platform, fund_id: str, paper: Paper) -> None:
        fund, at = platform.funds[fund_id], platform.clock()
        printed = rules.content(paper, fund=fund, public_url=self.public_url, at=at)
        pdf = store.keep_pdf(platform, fund_id, self._seal(fund).sign(self.printer.print(printed), at=at))
        platform.work(
            fund_id,
            by=PRESS,
            cause=f"chore:{NAME}:{paper.number}",
            action=lambda work: actions.issue(work, printed, pdf=pdf),
        )

    def _seal(self, fund: Fund) -> Seal:
        """The fund's name in a signature keeps to Latin letters: readers refuse names of two scripts."""
        if fund.fund_id not in self.seals:
            self.seals[fund.fund_id] = Seal(self.chain, fund_name=fund.names["fr"])
        return self.seals[fund.fund_id]


def printing(settings: Settings) -> Chore:
    """The chore of a worker: one press, with the fund's key."""
    chain = chain_of(
        key_pem=settings.paper_signing_key_file.read_bytes(),
        certificates_pem=settings.paper_certificate_file.read_bytes(),
    )
    return Chore(NAME, POLL_S, Press(Printer(), chain, settings.public_url).run)
