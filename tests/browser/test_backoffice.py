"""The back office in a browser: what each of the fund's people sees of it, in French on a wide screen and in Arabic on
a phone. Numbers are those of the twenty points."""

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.kit.browser import PHONE, WIDE, Visitor, needs_chromium, one_time_code
from tests.kit.platform import Platform, needs_nginx

pytestmark = [needs_nginx, needs_chromium]

FUND = "dz-cnas"


@pytest.fixture
def office(platform: Platform) -> str:
    return f"{platform.pages('backoffice')}/{FUND}"


def signed_in(platform: Platform, office: str, browser: Browser, who: str, *, language: str, width: int) -> Visitor:
    """Somebody of the fund."""
    login, password, secret = platform.credentials(FUND, who)
    visitor = Visitor(browser, language, width)
    visitor.go(f"{office}/?language={language}")
    visitor.sign_in(f"{office}/sign-in", login=login, password=password, code=one_time_code(secret))
    return visitor


def test_an_agent_finds_queues_records_and_money(platform: Platform, office: str, browser: Browser) -> None:
    visitor = signed_in(platform, office, browser, "agent", language="fr", width=WIDE)
    page = visitor.page
    expect(page.locator(".queues [aria-current]")).to_have_text("À traiter")  # point 11
    visitor.seen("queue")
    page.fill("#reference", "CL 0000")
    page.click(".filters button")
    assert "reference=CL+0000" in page.url  # point 14
    expect(page.locator(".empty")).to_be_visible()
    page.goto(f"{office}/search")
    visitor.seen("search")
    page.fill("#number", "999")
    page.select_option("#purpose", "complaint")
    page.click("form.panel button")
    expect(page.locator("#errors")).to_be_focused()  # point 6
    expect(page.locator("#number")).to_have_value("999")
    expect(page.locator("#purpose")).to_have_value("complaint")
    for path in ("awards", "runs", "bank", "bank/payouts", "bank/refunds", "bank/differences"):
        page.goto(f"{office}/{path}")
        visitor.seen(path.replace("/", "-"))
    visitor.close()


def test_an_agent_acts_for_who_is_present(platform: Platform, office: str, browser: Browser) -> None:
    number, _, _ = platform.credentials(FUND, "insured person")
    visitor = signed_in(platform, office, browser, "supervisor", language="ar", width=PHONE)
    page = visitor.go(f"{office}/counter/").page
    visitor.seen("counter")
    page.fill("#number", number)
    page.fill("#proof_ending", "٤٨٢١")
    page.fill("#place", "شباك 3")
    page.click("main .btn-primary")
    expect(page.locator("#errors")).to_be_focused()  # without a proof there is no visit
    expect(page.locator("#place")).to_have_value("شباك 3")  # point 20: what was typed is kept, and sent once
    page.check("#proof-1")
    page.click("main .btn-primary")
    expect(page.locator(".present")).to_be_visible()
    visitor.seen("counter-desk")
    for path in ("claims/new/", "claims", "papers", "contact"):
        page.goto(f"{office}/counter/{path}")
        visitor.seen(f"counter-{path.strip('/').replace('/', '-')}")
    page.click(".present form button")
    expect(page.locator(".present")).to_have_count(0)
    page.goto(f"{office}/counter/papers")
    expect(page.locator("#number")).to_be_visible()  # nobody is present: who is?
    visitor.close()


def test_point_20_a_counter_on_a_weak_line(platform: Platform, office: str, browser: Browser) -> None:
    """What is typed while the line is away is kept and goes by itself when it is back; what was lost on its way is
    there again; none of it is done twice."""
    number, _, _ = platform.credentials(FUND, "insured person")
    visitor = signed_in(platform, office, browser, "supervisor", language="fr", width=WIDE)
    page = visitor.go(f"{office}/counter/?language=fr").page
    page.fill("#number", number)
    page.fill("#proof_ending", "4821")
    page.fill("#place", "Guichet 3")
    page.check("#proof-1")
    page.click("main .btn-primary")
    expect(page.locator(".present").first).to_be_visible()
    line = page.locator("#weak-line")

    page.goto(f"{office}/counter/contact")
    visitor.context.set_offline(True)
    page.fill("#email", "amira.inventee@personne.example")
    page.click("main .btn-primary")
    expect(line).to_contain_text("La liaison est coupée")
    expect(page.locator("#email")).to_have_value("amira.inventee@personne.example")
    visitor.keep("counter-weak-line")
    with page.expect_navigation():
        visitor.context.set_offline(False)
    page.goto(f"{office}/counter/contact")
    expect(page.locator("#email")).to_have_value("amira.inventee@personne.example")
    expect(line).to_be_hidden()

    def drafts() -> int:
        page.goto(f"{office}/counter/present")
        return page.locator("main a[href*='/claims/new/']:not([href$='/claims/new/'])").count()

    begun, choose = drafts(), f"{office}/counter/claims/new/"
    offers = page.locator("main ul.rows form")
    page.goto(choose)
    page.route("**/counter/claims/new/", lambda route: route.abort())
    chosen = offers.first.locator("button").inner_text()
    offers.first.locator("button").click()
    expect(page).to_have_url("chrome-error://chromewebdata/")
    page.unroute("**/counter/claims/new/")
    page.goto(choose)
    expect(line).to_contain_text("Ceci n'est pas encore parti")
    line.get_by_role("button").click()
    page.wait_for_url("**/counter/claims/new/*/**")
    expect(page.locator("main")).to_contain_text(chosen)
    assert drafts() == begun + 1

    def lost_on_its_way_back(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort()

    page.goto(choose)
    page.route("**/counter/claims/new/", lost_on_its_way_back)
    offers.first.locator("button").click()
    expect(page).to_have_url("chrome-error://chromewebdata/")
    page.unroute("**/counter/claims/new/")
    page.goto(choose)
    expect(line).to_be_hidden()  # the office has it: nothing is left to be sent
    assert drafts() == begun + 2
    visitor.close()


def test_medical_control_sees_its_own_queue_alone(platform: Platform, office: str, browser: Browser) -> None:
    visitor = signed_in(platform, office, browser, "medical officer", language="ar", width=PHONE)
    expect(visitor.page.locator(".queues a")).to_have_text(["المراقبة الطبية"])
    expect(visitor.page.locator(".menu a")).to_have_text(["القوائم"])
    visitor.seen("medical-queue")
    visitor.go(f"{office}/bank/").page.wait_for_selector("main")
    expect(visitor.page.locator(".rows")).to_have_count(0)
    visitor.close()
