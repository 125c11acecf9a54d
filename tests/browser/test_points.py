"""Of the twenty points those that no journey comes by: each by its number, in Arabic and in French."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from deploy.local.demo import data
from tests.browser.test_portal import file_claim
from tests.kit.browser import PHONE, WIDE, Visitor, needs_chromium, one_time_code
from tests.kit.platform import Platform, needs_nginx

pytestmark = [needs_nginx, needs_chromium]

FUND = "tn-cnss"
READERS = pytest.mark.parametrize(("language", "width"), [("fr", WIDE), ("ar", PHONE)])
Opened = Callable[..., Visitor]


@pytest.fixture
def opened(platform: Platform, browser: Browser) -> Iterator[Opened]:
    """A frontend, open before somebody who is signed in."""
    visitors: list[Visitor] = []

    def go(frontend: str, login: str, password: str, secret: str = "", *, language: str, width: int = WIDE) -> Visitor:
        visitor = Visitor(browser, language, width)
        visitors.append(visitor)
        base = f"{platform.pages(frontend)}/{FUND}"
        visitor.go(f"{base}/?language={language}")
        code = one_time_code(secret) if secret else ""
        visitor.sign_in(f"{base}/sign-in", login=login, password=password, code=code)
        return visitor

    yield go
    for visitor in visitors:
        visitor.close()


def sign_in_of(people: list[list[str]], happened: data.Claimed) -> list[str]:
    """The login and password of the worker to whose claim that happened."""
    return people[1 + data.STATES.index(happened)][2:]


def style(found: Locator, name: str) -> str:
    return str(found.evaluate("(it, name) => getComputedStyle(it)[name]", name))


@READERS
def test_point_2_a_row_is_its_link_and_a_status_is_none(
    platform: Platform, people: list[list[str]], opened: Opened, language: str, width: int
) -> None:
    visitor = opened("portal", *sign_in_of(people, data.granted), language=language, width=width)
    page = visitor.go(f"{platform.pages('portal')}/{FUND}/claims?language={language}").page
    # A draft, which has no status, may stand before it.
    row = page.locator("main ul.rows > li:has(.whole):has(.state)").first
    link, status = row.locator(".whole"), row.locator(".state").first
    assert style(status, "color") != style(link, "color") and style(status, "textDecorationLine") == "none"
    assert len(set(page.locator("main .state").all_inner_texts())) <= 4, "few statuses on a screen"
    assert row.locator("a, button").count() == 1, "a screen reader comes to one thing in a row"
    address = page.url
    status.click(force=True)  # what stands at the end of the row opens it too
    page.wait_for_url("**/claims/*")
    assert page.url != address


@READERS
def test_point_7_who_types_hears_two_minutes_before_the_session_ends(
    platform: Platform, people: list[list[str]], opened: Opened, language: str, width: int
) -> None:
    """Once, and what is typed stays."""
    visitor = opened("portal", *sign_in_of(people, data.granted), language=language, width=width)
    page = visitor.page
    ends_s = int(page.locator("html").get_attribute("data-session-ends") or 0)
    assert ends_s > time.time() + 3600
    page.clock.install(time=ends_s - 180)
    visitor.go(f"{platform.pages('portal')}/{FUND}/account/bank?language={language}")
    page.fill("#account", "10006035183598478831")
    dialog = page.locator("#session-ends")
    page.clock.run_for(50_000)
    expect(dialog).to_be_hidden()
    page.clock.run_for(15_000)
    expect(dialog).to_be_visible()
    assert visitor.unfit() == []
    dialog.locator("[data-close]").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#account")).to_have_value("10006035183598478831")
    page.reload()
    page.clock.run_for(1_000)
    expect(dialog).to_be_hidden()


def test_point_8_a_code_is_one_field(platform: Platform, browser: Browser) -> None:
    """The one-time code is typed from the left in Arabic too, in digits of either script and with a blank."""
    login, password, secret = platform.credentials(FUND, "operator")
    visitor = Visitor(browser, "ar", PHONE)
    page = visitor.go(f"{platform.pages('operations')}/{FUND}/?language=ar").page
    page.goto(f"{platform.pages('operations')}/{FUND}/sign-in")
    code = page.locator("#one_time_code")
    assert (code.count(), code.get_attribute("inputmode"), style(code, "direction")) == (1, "numeric", "ltr")
    typed = one_time_code(secret).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    page.fill("#login", login)
    page.fill("#password", password)
    code.fill(f"{typed[:3]} {typed[3:]}")
    page.click("main button")
    expect(page.locator(".masthead")).to_be_visible()
    visitor.close()


REORDERED = """() => {
    const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT), found = [];
    const left = (text, at) => {
        const range = document.createRange();
        range.setStart(text, at);
        range.setEnd(text, at + 1);
        return range.getBoundingClientRect();
    };
    let looked = 0;
    for (let text = walker.nextNode(); text; text = walker.nextNode())
        for (const each of text.data.matchAll(/[+A-Z0-9][A-Z0-9 ./-]{5,}[0-9]/g)) {
            const boxes = [...each[0]].map((_, at) => left(text, each.index + at)).filter(box => box.width);
            looked += boxes.length > 0;
            if (boxes.some((box, at) => at && box.top === boxes[at - 1].top && box.left < boxes[at - 1].left))
                found.push(text.data.trim());
        }
    return [looked, found]; }"""
"""How many numbers a page shows, and those of which a sign stands to the left of the one before it."""


def test_point_9_numbers_keep_their_order_in_arabic(
    platform: Platform, people: list[list[str]], opened: Opened
) -> None:
    """Every reference, account, telephone and insurance number is read from the left, wherever it stands."""
    visitor = opened("portal", *sign_in_of(people, data.granted), language="ar", width=PHONE)
    base = f"{platform.pages('portal')}/{FUND}"
    looked_at = 0
    for path in ("home", "claims", "rights", "payments", "papers", "messages", "account/", "career"):
        page = visitor.go(f"{base}/{path}").page
        assert page.locator("html").get_attribute("dir") == "rtl"
        seen, reordered = page.evaluate(REORDERED)
        assert reordered == [], path
        looked_at += seen
    assert looked_at, "no page has a number"
    page = visitor.go(f"{base}/claims").page
    assert style(page.locator("main .code").first, "direction") == "ltr"


@READERS
def test_point_10_a_chart_is_read_from_the_side_that_the_page_is_and_has_its_table(
    platform: Platform, opened: Opened, language: str, width: int
) -> None:
    visitor = opened("operations", *platform.credentials(FUND, "operator"), language=language, width=width)
    page = visitor.go(f"{platform.pages('operations')}/{FUND}/campaign?language={language}").page
    figure = page.locator("main figure:has(svg)").first
    middle = centre(figure.locator("svg"))
    axis = centre(figure.locator("svg text").first)
    assert (axis > middle) == (language == "ar"), "the axis stands where reading begins"
    figure.locator("summary").click()
    expect(figure.locator("table tbody tr").first).to_be_visible()


def centre(found: Locator) -> float:
    box = found.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2


def test_point_14_two_people_never_hold_one_case(
    platform: Platform, people: list[list[str]], opened: Opened, tmp_path: Path
) -> None:
    """Who comes second reads who was first, and what is typed on a page that is no longer true is not taken."""
    person = opened("portal", *sign_in_of(people, data.granted), language="fr")
    reference = file_claim(person, f"{platform.pages('portal')}/{FUND}", tmp_path)
    first = opened("backoffice", *platform.credentials(FUND, "agent"), language="fr")
    second = opened("backoffice", *platform.credentials(FUND, "supervisor"), language="fr")
    for each in (first, second):
        open_case(each.page, f"{platform.pages('backoffice')}/{FUND}", reference)
    take = "form[action$='/take'] button"
    first.page.click(take)
    expect(first.page.locator("main")).to_contain_text("Vous tenez ce dossier")
    second.page.click(take)
    expect(second.page.locator("#errors")).to_be_focused()
    expect(second.page.locator(take)).to_have_count(0)  # the page is as things are now: somebody holds it
    first.page.click("form[action$='/release'] button")  # the next case of the queue opens by itself, or the queue
    expect(first.page.locator("main")).not_to_contain_text(reference)


def test_point_15_what_may_be_filed_twice_stands_side_by_side(
    platform: Platform, people: list[list[str]], opened: Opened, tmp_path: Path
) -> None:
    """What differs is marked; that they are two is said once, and the note of it can be read afterwards."""
    person = opened("portal", *sign_in_of(people, data.paper_asked), language="ar", width=PHONE)
    portal = f"{platform.pages('portal')}/{FUND}"
    file_claim(person, portal, tmp_path)
    reference = file_claim(person, portal, tmp_path)
    agent = opened("backoffice", *platform.credentials(FUND, "agent"), language="fr")
    open_case(agent.page, f"{platform.pages('backoffice')}/{FUND}", reference)
    beside = agent.page.locator("section.asks:has(form[action$='/separate'])")
    expect(beside.locator("table thead th")).to_have_count(2)
    alike = beside.locator("table tbody tr:not(.differs)")
    assert alike.count() >= 1
    agent.seen("case-filed-twice")
    agent.page.click("form[action$='/take'] button")
    beside.locator("form[action$='/separate'] button").first.click()
    expect(agent.page.locator("main form[action$='/separate']")).to_have_count(0)


def open_case(page: Page, office: str, number: str) -> None:
    """By its number, from the queue."""
    page.goto(f"{office}/queues?language=fr")
    page.fill("#reference", number)
    page.click(".filters button")
    page.locator("main .rows .whole").first.click()
    page.wait_for_url("**/cases/**")
