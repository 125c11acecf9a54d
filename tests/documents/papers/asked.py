"""Papers as they are asked for, and as they are issued then."""

from datetime import datetime
from typing import Any

from services.documents.careers import rules as careers
from services.documents.careers.career import Career, CareerEntry
from services.documents.papers import asking, rules
from services.documents.papers.content import Holder, PaperKind, PaperLanguage
from services.documents.papers.paper import Paper
from services.documents.papers.request import Request
from shared.events.payments.wages import WagesDeclaredV2
from shared.funds.period import Period
from tests.documents.builders import FIRM, OTHER_FIRM, declared
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds
from tests.kit.people import AMIRA

NAMES = {FIRM: "SARL El Amel", OTHER_FIRM: "EURL Nour"}


HOLDER = Holder(full_name="Amira BENABDALLAH", insurance_number="900000000001")


def career(*pages: WagesDeclaredV2) -> tuple[CareerEntry, ...]:
    """Amira's entries after these pages."""
    written = Career(person_ref=AMIRA)
    for page in pages:
        written = careers.declared(written, [each for each in page.wages if each.person_ref == AMIRA], page=page)
    return written.entries


YEAR = career(declared())


def request(kind: str = "salary-certificate", language: str = "fr", **periods: str) -> Request:
    read = {name: Period.read(text) for name, text in periods.items()}
    return Request(kind=PaperKind(kind), language=PaperLanguage(language), **read)


def ask(asked: Request | None = None, **facts: Any) -> Paper:
    known = {
        "fund": funds()[DZ],
        "entries": YEAR,
        "employer_names": NAMES,
        "holder": HOLDER,
        "person_ref": AMIRA,
        "waiting": 0,
        "number": "PR260000000142",
        "code": "7K3MQ9TZ",
        "traceparent": "",
        "at": AT,
        **facts,
    }
    return asking.ask(asked or request(), **known).thing


def issued(paper: Paper, *, at: datetime = AT) -> Paper:
    fund = funds()[DZ]
    printed = rules.content(paper, fund=fund, public_url="https://documents.test", at=at)
    return rules.issue(paper, printed, sha256="5e", size=7, at=at).thing
