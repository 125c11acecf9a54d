"""Every page of every frontend, as whoever it is for comes to it by links: nothing that axe finds, nothing wider than a
telephone, no text left in English, no complaint of the browser; in Arabic and French, light and dark."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from deploy.local import processes
from deploy.local.credentials import Credentials
from deploy.local.demo import data
from deploy.local.engines import chosen
from deploy.local.programs import HOST, free_port
from frontends.backoffice.backoffice import BACKOFFICE
from frontends.kit.frontend import Frontend
from frontends.operations.operations import OPERATIONS
from frontends.portal.portal import PORTAL
from tests.kit.browser import Visitor, needs_chromium, one_time_code
from tests.kit.crawl import Crawl, pages
from tests.kit.platform import Platform, needs_nginx
from tests.kit.processes import is_ok
from tests.kit.waiting import until

pytestmark = [needs_nginx, needs_chromium]

FUND = "tn-cnss"
STAFF = [(BACKOFFICE, "agent"), (BACKOFFICE, "supervisor"), (BACKOFFICE, "medical officer"), (OPERATIONS, "operator")]
NOT_BY_LINKS: Mapping[str, str] = {
    "accounts.activation": "by the link of a mail; test_portal follows one",
    "accounts.recovery": "by the link of a mail; the same template as the activation",
    "unsubscribe.ask": "by the link of a mail; tests/frontends/portal/test_unsubscribe.py",
    "check.paper": "by the code on a paper; test_portal checks one",
    "papers.one": "once a paper was asked for; test_portal asks for one",
    "clearances.one": "once a certificate was asked for; the demo's firms may owe something",
    "clearances.pdf": "a file, no page",
    "owing.account_printed": "once it was asked for; tests/frontends/portal/test_owing.py",
    "papers.pdf": "a file, no page; test_portal loads one",
    "campaign.silent_file": "a file, no page",
    "waves.recipients": "a file, no page; the operator's test loads one",
    "declaring.corrected_file": "a file, no page",
    "starting.draft_file": "a file, no page",
    "starting.prefilled": "a file, no page",
    "owing.account_file": "a file, no page",
    "assessments.one": "every firm in the demo's data has declared; tests/frontends/portal/test_assessments.py",
    "disputes.one": "nothing in the demo's data is disputed; tests/frontends/portal/test_disputes.py",
    "measures.one": "no measure of the demo's fund is open",
    "declaring.corrected": "of a file that was refused; tests/payments/declarations/test_correcting.py",
    "by_form.review": "once lines were typed; test_portal types them",
    "persons.certificate": "a file, no page",
    "payments.one": "nothing is paid month by month in the demo's data",
    "awards.one": "the same",
    "bank_accounts.one": "nobody in the demo's data asked for one; tests/frontends/backoffice/test_bank_accounts.py",
    "mandates.one": "nobody in the demo's data has given a mandate; tests/frontends/portal/test_mandates.py",
    "mandates.paper": "the same",
    "mandates.terms": "the same",
    "mandates.form_file": "a file, no page",
    "repayments.index": "nobody in the demo's data was paid too much; tests/frontends/portal/test_repayments.py",
    "repayments.one": "the same",
    "overpayments.one": "the same",
    "self_payers.one": "of a person who is found by a search; tests/frontends/backoffice/test_self_payers.py",
    "self_payments.index": "nobody in the demo's data pays alone; tests/frontends/portal/test_self_payments.py",
    "runs.one": "the same",
    "medical.one": "no claim in the demo's data needs the medical control",
    "employers.credit": "nobody in the demo's data has paid too much",
    "accounting.journal": "a file, no page; no day of the demo's data is over",
    "accounting.balance_file": "the same",
    "operator_days.one": "no operator in the demo's data sent a file; tests/frontends/backoffice/test_operator_days.py",
    "operator_days.difference": "the same",
    "terminals.one": "the fund of these tests has no card terminal; tests/frontends/backoffice/test_terminals.py",
    "terminals.day_file": "the same",
    "terminals.payment": "nobody in the demo's data pays at a counter; tests/frontends/backoffice/test_terminals.py",
    "terminals.correction": "the same",
    "assessment_orders.one": "nobody in the demo's data gave one; tests/frontends/backoffice/test_assessment_orders.py",
    "campaigns.one": "nobody in the demo's data wrote a campaign; test_campaigns writes one",
    "campaigns.edit": "the same",
    "campaigns.recipients": "a file, no page; test_campaigns loads one",
    "declaring.receipt": "nobody pays by a card terminal; tests/frontends/portal/test_declaration.py",
    "bank.entry": "the bank has no payment in the demo's data that nobody expected",
    "bank.refund": "the same",
    "case.paper": "a file, no page",
    "home.static": "files, no page",
    "jobs.one": "there is none where all works; tests/frontends/operations/test_pages.py",
    "cases.one": "by the id of a case that was searched for; test_operations searches for one",
    "dead_letters.find": "leads on to the letter that was searched for",
    "dead_letters.of_service": "there is none where all works; tests/frontends/operations/test_pages.py",
    "dead_letters.one": "there is none where all works; tests/frontends/operations/test_pages.py",
}
"""Pages that no crawl comes to, each with what is known of it instead."""


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


@pytest.mark.parametrize("frontend", [PORTAL, BACKOFFICE], ids=lambda each: each.name)
def test_anyone(enter: Callable[..., Crawl], frontend: Frontend) -> None:
    crawl = enter(frontend)
    crawl.all_from(f"{crawl.base}/")
    crawled(crawl)


def test_an_employer(enter: Callable[..., Crawl], people: list[list[str]]) -> None:
    _, _, login, password = people[0]
    crawl = enter(PORTAL, login, password)
    firm = crawl.visitor.page.url.partition("?")[0]
    ask_for_a_plan(crawl, firm)
    crawl.all_from(firm)
    crawled(crawl)


def ask_for_a_plan(crawl: Crawl, firm: str) -> None:
    """Its last declaration is late: the fund is asked for instalments, which agents see too."""
    page = crawl.visitor.go(f"{firm}/plans?scheme=by-decision&months=6").page
    if page.locator("main form[method=post]").count():  # of a platform that several runs share, once
        page.click("main form[method=post] button")
        page.wait_for_url("**/plans/*")


def test_persons(enter: Callable[..., Crawl], people: list[list[str]]) -> None:
    """One sees every page, the others what differs: the first page, and their claim in its state."""
    _, *persons = people
    faults: list[str] = []
    for number, (_, _, login, password) in enumerate(persons):
        crawl = enter(PORTAL, login, password)
        if number:
            crawl.reached = pages(PORTAL) - {"home.index", "claims.one"}
            crawl.all_from(f"{crawl.base}/home")
        else:
            begin_a_claim(crawl)
            crawl.all_from(f"{crawl.base}/home", *draft_pages(crawl), receipt(crawl))
            reached.setdefault("portal", set()).update(crawl.reached)
        faults += crawl.faults
    assert faults == [], "\n".join(faults)


def test_a_paper_that_is_asked_for_is_first_on_the_first_page(
    enter: Callable[..., Crawl], people: list[list[str]]
) -> None:
    """Point 3: with a link to where it is sent."""
    _, _, login, password = people[1 + data.STATES.index(data.paper_asked)]
    crawl = enter(PORTAL, login, password)
    page = crawl.visitor.go(f"{crawl.base}/home?language=ar").page
    first = page.locator("main ul.rows > li").first
    first.locator(".whole").click()
    page.wait_for_url("**/claims/**#asked")
    expect(page.locator("#asked input[type=file]").first).to_be_visible()
    page = crawl.visitor.go(f"{crawl.base}/messages").page
    page.locator("main article a[href*='/claims/']").first.click()  # the notice leads there, too
    page.wait_for_url("**/claims/**")
    expect(page.locator("#asked input[type=file]").first).to_be_visible()


def test_a_decision_says_how_and_by_which_text(enter: Callable[..., Crawl], people: list[list[str]]) -> None:
    """Point 17: the sum of each line, its article, and until when one may appeal."""
    _, _, login, password = people[1 + data.STATES.index(data.granted)]
    crawl = enter(PORTAL, login, password)
    page = crawl.visitor.go(f"{crawl.base}/claims").page
    page.locator("ul.rows .whole", has_text=re.compile(".")).last.click()
    decision = page.locator("#decision")
    expect(decision.locator("tfoot .num").first).to_be_visible()
    expect(decision.locator("tbody th .soft").first).not_to_be_empty()
    assert decision.inner_text().count("TND") >= 3


def test_each_look_is_in_the_person_s_own_journal(
    enter: Callable[..., Crawl], platform: Platform, people: list[list[str]]
) -> None:
    """Point 16: a supervisor finds a person by number, with a purpose; the person reads that somebody did, and why.
    Point 12: the queue of the same office begins with what is due soonest."""
    _, _, login, password = people[1]
    office = enter(BACKOFFICE, *platform.credentials(FUND, "supervisor"))
    page = office.visitor.go(f"{office.base}/queues?language=fr").page
    left = [days_left(text) for text in page.locator("main .rows .end .state").all_inner_texts()]
    assert left and left == sorted(left)
    found(office, "person", login)
    own = enter(PORTAL, login, password)
    page = own.visitor.go(f"{own.base}/account/access").page
    expect(page.locator("main")).to_contain_text("éclamation")


def test_what_a_service_that_is_down_leaves_standing(
    enter: Callable[..., Crawl], platform: Platform, people: list[list[str]], tmp_path: Path
) -> None:
    """Point 19: the first page without claims, and what was typed kept where nothing could be sent."""
    _, _, login, password = people[4]
    crawl = enter(PORTAL, login, password)
    draft = begin_a_claim(crawl)
    with without(platform, "claims", folder=tmp_path) as base:
        page = crawl.visitor.go(f"{base}/home").page
        expect(page.locator("main .notice.wait").first).to_be_visible()
        expect(page.locator("main a[href$='/messages']").first).to_be_visible()
        crawl.visitor.go(f"{base}/claims")
        expect(page.locator("h1")).to_be_visible()
        page.goto(f"{base}{draft}")
        expect(page.locator("main")).to_contain_text(re.compile("fonctionnent|تعمل"))
    crawl.visitor.complaints.clear()


@contextmanager
def without(platform: Platform, service: str, *, folder: Path) -> Iterator[str]:
    """The portal's pages by another process of it, which does not reach one service; sessions are the same."""
    port = free_port()
    environ = {**os.environ, **platform.environ}
    environ |= processes.of_frontends(environ, ports=platform.ports, var=platform.var)["portal"]
    kept = chosen.settings(environ, ports=platform.ports, credentials=Credentials(platform.var / "secrets"))
    environ |= kept["frontends"] | {f"{service.upper()}_ADDRESS": f"http://{HOST}:1", "BIND": f"{HOST}:{port}"}
    environ["PUBLIC_URL"] = f"http://{HOST}:{port}"
    with (folder / "portal").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "frontends.portal"], env=environ, stdout=log, stderr=log)
        try:
            until(lambda: is_ok(f"http://{HOST}:{port}/health/live"), what="the portal")
            yield f"http://{HOST}:{port}/{FUND}"
        finally:
            process.terminate()
            process.wait(30)


def days_left(said: str) -> int:
    """Until the day that the law sets, as a queue says it; negative for one that is past."""
    number = int("".join(re.findall(r"\d+", said)) or 0)
    return -number if "retard" in said or "dépassé" in said else number


def begin_a_claim(crawl: Crawl, *, at: str = "") -> str:
    """A draft, which its owner comes back to by a link on the first page: its path. `at` is where the pages of a person
    stand in the frontend."""
    page = crawl.visitor.page
    page.goto(f"{crawl.base}/{at}claims/new/")
    page.click("main form[method=post] button >> nth=0")
    page.wait_for_url("**/claims/new/*/*")
    return page.url.partition("?")[0].removeprefix(crawl.base)


def receipt(crawl: Crawl, *, at: str = "") -> str:
    """Where one comes to after sending a claim; it says the same whenever it is read."""
    page = crawl.visitor.page
    draft = page.url
    page.goto(f"{crawl.base}/{at}claims")
    address = page.locator("main ul.rows .whole[href*='/claims/']:not([href*='/new/'])").first.get_attribute("href")
    page.goto(draft)
    return f"{crawl.base}/{at}claims/new/received/{str(address).rpartition('/')[2]}"


def draft_pages(crawl: Crawl) -> list[str]:
    draft = crawl.visitor.page.url.partition("?")[0].rpartition("/")[0]
    return [f"{draft}/{step}" for step in ("care", "papers", "review")]


@pytest.mark.parametrize(("frontend", "who"), STAFF, ids=[who for _, who in STAFF])
def test_staff(
    enter: Callable[..., Crawl], platform: Platform, people: list[list[str]], frontend: Frontend, who: str
) -> None:
    crawl = enter(frontend, *platform.credentials(FUND, who))
    starts = [crawl.visitor.page.url.partition("?")[0]]
    if who == "supervisor":
        starts += [found(crawl, "person", people[1][2]), found(crawl, "employer", people[0][1].rpartition(" ")[2])]
        starts += pages_at_counter(crawl, people[1][2])
    crawl.all_from(*starts)
    crawled(crawl)
    if who == "operator":
        a_wave_is_reported_by_recipient(crawl)


def pages_at_counter(crawl: Crawl, number: str) -> list[str]:
    """Whom an agent acts for sees the person's own pages; from these addresses they are reached."""
    page = crawl.visitor.go(f"{crawl.base}/counter/?language=fr").page
    page.fill("#number", number)
    page.check("#proof-1")
    page.fill("#proof_ending", "4821")
    page.fill("#place", "Guichet 3")
    page.click("main .btn-primary")
    expect(page.locator(".present")).to_be_visible()
    start = page.url.partition("?")[0]
    begin_a_claim(crawl, at="counter/")
    return [start, *draft_pages(crawl), receipt(crawl, at="counter/")]


def a_wave_is_reported_by_recipient(crawl: Crawl) -> None:
    """Point 18: how many arrived is said by receipt alone, and each message has its line, without a whole address."""
    page = crawl.visitor.go(f"{crawl.base}/waves?language=fr").page
    page.locator("main .rows .whole").first.click()
    expect(page.locator("main table").first).to_contain_text("accusé")
    with page.expect_download() as downloaded:
        page.click("a[download]")
    head, *lines = downloaded.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert "reason" in head and lines
    assert not any(re.search(r"[A-Za-z0-9]{4,}@", line) for line in lines)


def found(crawl: Crawl, what: str, number: str) -> str:
    """The page of a person or an employer, whom agents come to by their number."""
    page = crawl.visitor.go(f"{crawl.base}/search?language=fr").page
    page.check(f"input[name=what][value={what}]")
    page.fill("#number", number)
    page.select_option("#purpose", "complaint")
    page.click("form.panel button")
    page.wait_for_url(f"**/{what}s/**")
    return page.url.partition("?")[0]


@pytest.mark.parametrize("frontend", [PORTAL, BACKOFFICE, OPERATIONS], ids=lambda each: each.name)
def test_no_page_was_left_out(frontend: Frontend) -> None:
    missed = pages(frontend) - reached.get(frontend.name, set()) - NOT_BY_LINKS.keys()
    assert missed == set(), "no link leads there: name them in NOT_BY_LINKS with what shows them instead"
