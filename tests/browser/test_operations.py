"""An operator at a browser: every page in Arabic on a phone and in French on a wide screen, judged by axe; a refresh
that stops when it is told to; events published again."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from deploy.local.demo import data
from tests.kit.browser import PHONE, WIDE, Visitor, needs_chromium, one_time_code
from tests.kit.platform import Platform, needs_nginx

pytestmark = [needs_nginx, needs_chromium]

FUND = "tn-cnss"
PAGES = {
    "overview": "/",
    "failed-work": "/jobs",
    "banks-and-providers": "/work",
    "dead-letters": "/dead-letters",
    "case": "/cases",
    "publishing": "/publishing",
    "waves": "/waves",
    "campaign": "/campaign",
    "silent-employers": "/campaign/silent",
    "acts": "/acts",
    "reconciliation": "/reconciliation",
    "bank-entries": "/reconciliation/entries",
    "payouts": "/reconciliation/payouts",
    "refunds": "/reconciliation/refunds",
    "ledger": "/ledger",
    "partners": "/partners",
    "claim-figures": "/claim-figures",
}


@pytest.fixture(scope="module")
def address(platform: Platform) -> str:
    return f"{platform.pages('operations')}/{FUND}"


@pytest.fixture(scope="module")
def signed_in(platform: Platform, browser: Browser, address: str) -> dict[str, object]:
    """The cookies of an operator who is signed in: a code of the second factor is good once."""
    login, password, factor = platform.credentials(FUND, "operator")
    visitor = Visitor(browser, "fr")
    visitor.sign_in(f"{address}/", login=login, password=password, code=one_time_code(factor))
    kept = visitor.context.storage_state()
    visitor.close()
    return dict(kept)


@pytest.fixture(params=[("ar", PHONE, "dark"), ("fr", WIDE, "light")], ids=["phone", "wide"])
def operator(request: pytest.FixtureRequest, browser: Browser, signed_in: dict[str, object]) -> Iterator[Visitor]:
    language, width, theme = request.param
    visitor = Visitor(browser, language, width=width, theme=theme)
    visitor.context.add_cookies(signed_in["cookies"])  # type: ignore[arg-type]
    yield visitor
    visitor.close()


def test_every_page_is_fit_for_everybody(operator: Visitor, address: str) -> None:
    operator.go(f"{address}/?language={operator.language}")
    for name, path in PAGES.items():
        operator.go(f"{address}{path}")
        expect(operator.page.locator("h1")).to_have_count(1)
        operator.seen(f"operations-{name}")


def test_the_overview_refreshes_until_it_is_told_to_stop(operator: Visitor, address: str) -> None:
    operator.go(f"{address}/")
    with operator.page.expect_response(lambda answer: answer.url.rstrip("/") == address):
        pass  # asked again by itself
    operator.page.click("a[href$='refresh=off']")
    expect(operator.page.locator("#overview")).not_to_have_attribute("hx-trigger", "every 10s")


def test_what_an_operator_did_is_listed_with_who_and_why(operator: Visitor, address: str) -> None:
    page = operator.go(f"{address}/publishing").page
    page.select_option("#service", "documents")
    for part, typed in (("day", "1"), ("month", "3"), ("year", "2026")):
        page.fill(f"#since_{part}", typed)
    page.click("main form button")
    expect(page.locator("main > .notice.good")).to_be_visible()
    page = operator.go(f"{address}/acts?service=documents").page
    expect(page.locator(".rows li").first).to_contain_text("all")


def test_events_are_published_again_since_a_day_typed_in_arabic(operator: Visitor, address: str) -> None:
    page = operator.go(f"{address}/publishing").page
    page.click("main form button")
    expect(page.locator("#errors")).to_be_focused()
    page.select_option("#service", "notifications")
    for part, typed in (("day", "١"), ("month", "٣"), ("year", "٢٠٢٦")):
        page.fill(f"#since_{part}", typed)
    page.fill("#clock", "٠٩:٣٠")
    page.click("main form button")
    expect(page.locator("main > .notice.good")).to_be_visible()
    operator.seen("operations-published-again")


def test_a_case_is_followed_through_the_services(
    platform: Platform, people: list[list[str]], browser: Browser, operator: Visitor, address: str
) -> None:
    """By the id in the address of its page: what was published about it, and which services have it."""
    worker = Visitor(browser, "fr")
    base = f"{platform.pages('portal')}/{FUND}"
    login, password = people[1 + data.STATES.index(data.granted)][2:]
    worker.go(f"{base}/?language=fr").sign_in(f"{base}/sign-in", login=login, password=password)
    page = worker.go(f"{base}/claims?language=fr").page
    page.locator("main ul.rows > li:has(.whole):has(.state) .whole").first.click()
    page.wait_for_url("**/claims/*")
    claim_id = page.url.partition("?")[0].rpartition("/")[2]
    worker.close()

    page = operator.go(f"{address}/cases?language={operator.language}").page
    page.fill("#case", f"{FUND}:{claim_id}")  # as a dead letter's key says it
    page.click("main button")
    page.wait_for_url(f"**/cases/{claim_id}")
    steps = page.locator("ol.steps > li")
    expect(steps.first).to_contain_text("claims.claim-submitted.v1")
    expect(steps.first.locator(".state").first).to_be_visible()
    assert steps.count() >= 3, "submitted, approved, ordered"
    operator.seen("operations-a-case")
