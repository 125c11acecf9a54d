"""Every page of every frontend, as whoever it is for comes to it by links: nothing that axe finds, nothing wider than a
telephone, no text left in English, no complaint of the browser; in Arabic and French, light and dark."""

import json
from collections.abc import Callable, Iterator, Mapping

import pytest
from playwright.sync_api import Browser

from deploy.local.demo import data
from deploy.local.demo.narration import Teller
from deploy.local.demo.visitors import World
from frontends.backoffice.backoffice import BACKOFFICE
from frontends.kit.frontend import Frontend
from frontends.operations.operations import OPERATIONS
from frontends.portal.portal import PORTAL
from shared.funds.loading import load
from tests.kit.browser import Visitor, needs_chromium, one_time_code
from tests.kit.crawl import Crawl, pages
from tests.kit.platform import Platform, needs_nginx

pytestmark = [needs_nginx, needs_chromium]

FUND = "tn-cnss"
STAFF = [(BACKOFFICE, "agent"), (BACKOFFICE, "supervisor"), (BACKOFFICE, "medical officer"), (OPERATIONS, "operator")]
NOT_BY_LINKS: Mapping[str, str] = {
    "accounts.activation": "by the link of a mail; test_portal follows one",
    "accounts.recovery": "by the link of a mail; the same template as the activation",
    "check.paper": "by the code on a paper; test_portal checks one",
    "papers.one": "once a paper was asked for; test_portal asks for one",
    "papers.pdf": "a file, no page; test_portal loads one",
    "case.paper": "a file, no page",
    "home.static": "files, no page",
    "jobs.one": "there is none where all works; tests/frontends/operations/test_pages.py",
    "letters.find": "leads on to the letter that was searched for",
    "letters.of_service": "there is none where all works; tests/frontends/operations/test_pages.py",
    "letters.one": "there is none where all works; tests/frontends/operations/test_pages.py",
}
"""Pages that no crawl comes to, each with what is known of it instead."""


@pytest.fixture(scope="module")
def people(platform: Platform) -> list[list[str]]:
    """The payroll office of a firm, and its workers with a claim in every state: fund, who, login, password."""
    kept = platform.var / "demo" / "crawled.json"
    if not kept.exists():  # of a platform that is shared by several runs, once
        fund = load([FUND])[FUND]
        kept.write_text(json.dumps(data.firm(World(dict(platform.ports), Teller(lambda line: None)), fund)))
    rows: list[list[str]] = json.loads(kept.read_text())
    return rows


@pytest.fixture
def enter(platform: Platform, browser: Browser) -> Iterator[Callable[..., Crawl]]:
    """Go to a frontend, signed in as somebody or as nobody."""
    opened: list[Visitor] = []

    def go(frontend: Frontend, login: str = "", password: str = "", secret: str = "", **more: frozenset[str]) -> Crawl:
        base = f"{platform.pages(frontend.name)}/{FUND}"
        visitor = Visitor(browser, "fr")
        opened.append(visitor)
        visitor.go(f"{base}/?language=fr")
        if login:
            code = one_time_code(secret) if secret else ""
            visitor.sign_in(f"{base}/sign-in", login=login, password=password, code=code)
        return Crawl(visitor, frontend, base, **more)

    yield go
    for visitor in opened:
        visitor.close()


reached: dict[str, set[str]] = {}


def crawled(crawl: Crawl) -> None:
    reached.setdefault(crawl.frontend.name, set()).update(crawl.reached)
    assert crawl.faults == [], "\n".join(crawl.faults)


def test_anyone(enter: Callable[..., Crawl]) -> None:
    crawl = enter(PORTAL)
    crawl.all_from(f"{crawl.base}/")
    crawled(crawl)


def test_an_employer(enter: Callable[..., Crawl], people: list[list[str]]) -> None:
    _, _, login, password = people[0]
    crawl = enter(PORTAL, login, password)
    crawl.all_from(crawl.visitor.page.url.partition("?")[0])
    crawled(crawl)


def test_persons(enter: Callable[..., Crawl], people: list[list[str]]) -> None:
    """One sees every page, the others what differs: the first page, and their claim in its state."""
    _, *persons = people
    faults: list[str] = []
    for number, (_, _, login, password) in enumerate(persons):
        crawl = enter(PORTAL, login, password)
        if number:
            crawl.reached = pages(PORTAL) - {"home.index", "claims.one"}
            crawl.all_from(f"{crawl.base}/home")
            continue_from = {"home.index", "claims.one"}
        else:
            begin_a_claim(crawl)
            crawl.all_from(f"{crawl.base}/home", *draft_pages(crawl))
            continue_from = crawl.reached
        reached.setdefault("portal", set()).update(continue_from & crawl.reached)
        faults += crawl.faults
    assert faults == [], "\n".join(faults)


def begin_a_claim(crawl: Crawl) -> None:
    """A draft, which its owner comes back to by a link on the first page."""
    page = crawl.visitor.page
    page.goto(f"{crawl.base}/claims/new/")
    page.click("main form[method=post] button >> nth=0")
    page.wait_for_url("**/claims/new/*/*")


def draft_pages(crawl: Crawl) -> list[str]:
    draft = crawl.visitor.page.url.partition("?")[0].rpartition("/")[0]
    return [f"{draft}/{step}" for step in ("care", "papers", "review")]


@pytest.mark.parametrize(("frontend", "who"), STAFF, ids=[who for _, who in STAFF])
def test_staff(
    enter: Callable[..., Crawl], platform: Platform, people: list[list[str]], frontend: Frontend, who: str
) -> None:
    rows = json.loads((platform.var / "demo" / "sign-ins.json").read_text())
    [(_, _, login, password, secret)] = [row for row in rows if row[:2] == [FUND, who]]
    crawl = enter(frontend, login, password, secret)
    crawl.all_from(crawl.visitor.page.url.partition("?")[0])
    crawled(crawl)


@pytest.mark.parametrize("frontend", [PORTAL, BACKOFFICE, OPERATIONS], ids=lambda each: each.name)
def test_no_page_was_left_out(frontend: Frontend) -> None:
    missed = pages(frontend) - reached.get(frontend.name, set()) - NOT_BY_LINKS.keys()
    assert missed == set(), "no link leads there: name them in NOT_BY_LINKS with what shows them instead"
