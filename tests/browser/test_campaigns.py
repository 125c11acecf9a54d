"""A campaign to every employer without a mandate: written in each language, counted, started, read in the account of a
firm that wants no such mail; and what became of it by recipient."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.kit.browser import PHONE, WIDE, Visitor, needs_chromium, one_time_code
from tests.kit.platform import Platform, needs_nginx
from tests.kit.waiting import until

pytestmark = [needs_chromium, needs_nginx]

FUND = "tn-cnss"
SUBJECT, TEXT = "Déclarez à temps", "La déclaration du trimestre est attendue."


@pytest.fixture
def enter(platform: Platform, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    opened: list[Visitor] = []

    def go(frontend: str, login: str, password: str, secret: str = "", *, language: str, width: int) -> Visitor:
        base = f"{platform.pages(frontend)}/{FUND}"
        visitor = Visitor(browser, language, width)
        opened.append(visitor)
        visitor.go(f"{base}/?language={language}")
        code = one_time_code(secret) if secret else ""
        visitor.sign_in(f"{base}/sign-in", login=login, password=password, code=code)
        return visitor

    yield go
    for visitor in opened:
        visitor.close()


def write(page: Page, *, text: str) -> None:
    for subject in page.locator("input[name^=subject_]").all():
        subject.fill(SUBJECT)
    for each in page.locator("textarea[name^=text_]").all():
        each.fill(text)
    page.click("form .btn-primary:last-child")
    page.wait_for_load_state()


def add_condition(page: Page, code: str) -> None:
    """Recipients belong to another audience as well; what was typed stays."""
    if not page.locator("#add").is_visible():
        page.click("#conditions summary")
    page.select_option("#add", code)
    page.click("button[value=add]")
    page.wait_for_load_state()


def step(page: Page, name: str) -> None:
    """Press the button of a step; the page that answers says another state. A reload before it would come too early."""
    state = page.locator("main .state").first
    before = state.inner_text()
    page.click(f"form[action$='/{name}'] button")
    expect(state).not_to_have_text(before)


def is_ready(page: Page) -> bool:
    page.reload()
    return page.locator("form[action$='/start']").count() == 1


@pytest.mark.parametrize(("language", "width"), [("ar", PHONE), ("fr", WIDE)])
def test_18_a_campaign_is_written_sent_and_reported_by_recipient(
    platform: Platform,
    people: list[list[str]],
    enter: Callable[..., Visitor],
    tmp_path: Path,
    language: str,
    width: int,
) -> None:
    portal, office = (f"{platform.pages(each)}/{FUND}" for each in ("portal", "backoffice"))
    firm = enter("portal", people[0][2], people[0][3], language=language, width=width)
    firm.go(f"{portal}/messages/preferences")
    firm.page.uncheck("#campaign-email")
    firm.page.click("main .btn-primary")
    firm.page.wait_for_load_state()
    assert not firm.page.is_checked("#campaign-email") and firm.page.is_checked("#service-email")
    firm.seen("portal-preferences")

    login, password, secret = platform.credentials(FUND, "agent")
    agent = enter("backoffice", login, password.rpartition(" ")[2], secret, language=language, width=width)
    page = agent.page
    agent.go(f"{office}/campaigns/new")
    agent.seen("backoffice-campaign-audience")
    page.click("a[href$='audience=employers']")
    page.fill("#name", f"Rappel {language}")
    add_condition(page, "employers-without-mandate")
    add_condition(page, "employers")
    page.press("#name", "Tab")
    agent.seen("backoffice-campaign-conditions")
    page.click("button[value=remove-2]")
    page.wait_for_load_state()
    expect(page.locator("#name")).to_have_value(f"Rappel {language}")
    assert page.locator("#conditions fieldset:has([name^=also_])").count() == 1
    page.uncheck("#channel_sms")
    write(page, text=f"{TEXT} {{periode}}")
    expect(page.locator("[role=alert]")).to_contain_text("{periode}")
    write(page, text=TEXT)
    step(page, "select")
    until(lambda: is_ready(page))
    agent.seen("backoffice-campaign-ready")
    reach = page.locator("dl.facts:has(dd.strong)")
    everybody, without_mandate, both = (int(each) for each in reach.locator("dd").all_inner_texts())
    assert 0 < both == without_mandate <= everybody, "payments and identity answered, and notifications joined them"
    step(page, "start")
    until(lambda: _is_finished(page))
    agent.seen("backoffice-campaign-finished")
    with page.expect_download() as loading:
        page.click("a[download]")
    loading.value.save_as(tmp_path / "report.csv")
    report = (tmp_path / "report.csv").read_text(encoding="utf-8-sig")
    assert "delivery.not-wanted" in report and "@" in report and "paie@" not in report
    agent.go(f"{office}/campaigns")
    expect(page.locator("main ul.rows li").first).to_contain_text(f"Rappel {language}")
    agent.seen("backoffice-campaigns")

    firm.go(f"{portal}/messages")
    expect(firm.page.locator("article h2").first).to_have_text(SUBJECT)


def _is_finished(page: Page) -> bool:
    page.reload()
    return page.locator("a[download]").count() == 1 and page.locator("progress").evaluate("it => it.value === it.max")
