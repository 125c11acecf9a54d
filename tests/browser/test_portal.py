"""The story in a browser: an employer declares and pays, a worker opens an account, files a claim, obtains a paper, and
a passer-by checks it. In French on a wide screen and in Arabic on a phone. Numbers are those of the twenty points."""

import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from PIL import Image
from playwright.sync_api import Browser, Response, expect
from pymongo import MongoClient

from deploy.local.credentials import Credentials
from deploy.local.demo import expected, payroll
from deploy.local.demo.people import Cast, Worker, cast
from deploy.local.engines import secantusdb
from frontends.kit.sessions import Sessions
from frontends.kit.signin import forget_person
from shared.funds.declarations import DeclarationForm
from shared.funds.loading import load
from shared.funds.period import Period
from tests.kit.browser import PHONE, WIDE, Visitor, needs_chromium, one_time_code
from tests.kit.platform import Platform, needs_nginx
from tests.kit.waiting import until

pytestmark = [needs_nginx, needs_chromium]

FUND = "tn-cnss"
FORM = "quarterly-wages"
PASSWORD = "quatre chameaux pres du puits"
CHECKED_MAX_MS = 90_000
FIRST_LOAD_MAX = 150_000
"""Bytes, compressed, of all that the first page of a visit loads."""


@pytest.fixture(scope="module")
def characters() -> Cast:
    return cast(load([FUND])[FUND], run=0, count=6)


@pytest.fixture
def portal(platform: Platform) -> str:
    return f"{platform.pages('portal')}/{FUND}"


def mailed_token(platform: Platform, address: str) -> str | None:
    answer = requests.get(f"{platform.messages}/messages", params={"to": address, "channel": "mail"}, timeout=30)
    links = [each["text"] for each in answer.json()["messages"] if "token=" in each["text"]]
    return str(links[-1].split("token=")[1].split()[0]) if links else None


def photograph(folder: Path) -> Path:
    """A picture that nobody took before."""
    path = folder / f"{secrets.token_hex(4)}.png"
    Image.frombytes("L", (120, 120), secrets.token_bytes(120 * 120)).save(path)
    return path


def eventually(visitor: Visitor, is_so: Callable[[], bool], *, what: str) -> None:
    """Load the page again until something that other services have to hear of is on it."""

    def look() -> bool:
        visitor.page.goto(visitor.page.url)
        return is_so()

    until(look, what=what, max_s=90)


def test_an_employer_declares_and_sees_what_is_due(
    platform: Platform, portal: str, browser: Browser, characters: Cast, tmp_path: Path
) -> None:
    login, password = platform.sign_in(FUND, "employer's user")
    visitor = Visitor(browser, "fr", WIDE)
    number = characters.employer.number
    visitor.go(f"{portal}/?language=fr").seen("welcome")
    visitor.sign_in(f"{portal}/sign-in", login=login, password=password)
    page = visitor.page
    expect(page).to_have_url(re.compile(f"/firms/{number}"))
    visitor.seen("firm")
    form = characters.fund.declarations.forms[FORM]
    for period in a_year(characters, form):
        page.goto(f"{portal}/firms/{number}/declare?which={FORM}/{period}")
        expect(page.locator(".not-sent")).to_be_visible()  # point 1
        files = payroll.wage_files(characters, form, period)
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        page.set_input_files("#files", [tmp_path / name for name in files])
        page.click("main form[enctype] button")
        page.wait_for_url("**/declarations/**")
        page.wait_for_selector(".notice.good, .notice.bad", timeout=CHECKED_MAX_MS)  # the page renews itself
        assert page.locator(".notice.good").count(), page.inner_text("main")
    visitor.seen("declaration")
    page.click("form[action$='/payment'] button >> nth=0")
    expect(page.locator("#payment .code").first).to_be_visible()
    visitor.seen("declaration-reference")
    spoilt = payroll.wage_files(characters, form, period, is_spoilt=True)
    bad = tmp_path / next(iter(spoilt))
    bad.write_bytes(spoilt[bad.name])
    page.goto(f"{portal}/firms/{number}/declare?which={FORM}/{period}")
    visitor.seen("declare")
    page.click("main form[enctype] button")  # nothing chosen: the summary has the focus, and names the field (point 6)
    expect(page.locator("#errors")).to_be_focused()
    visitor.seen("declare-nothing-chosen")
    page.set_input_files("#files", bad)
    page.click("main form[enctype] button")
    page.wait_for_selector(".notice.bad", timeout=CHECKED_MAX_MS)
    visitor.seen("declaration-refused")
    visitor.close()


@pytest.mark.parametrize(("language", "width"), [("fr", WIDE), ("ar", PHONE)])
def test_an_employer_types_the_lines_or_has_nothing_to_declare(
    platform: Platform, portal: str, browser: Browser, characters: Cast, language: str, width: int
) -> None:
    login, password = platform.sign_in(FUND, "employer's user")
    visitor = Visitor(browser, language, width)
    number, page = characters.employer.number, visitor.page
    visitor.go(f"{portal}/?language={language}")
    visitor.sign_in(f"{portal}/sign-in", login=login, password=password)
    year = a_year(characters, characters.fund.declarations.forms[FORM])[0].year - 1
    period = f"{year}-Q{1 if language == 'fr' else 2}"
    page.goto(f"{portal}/firms/{number}/nothing?which={FORM}/{period}")
    page.select_option("#which", f"{FORM}/{period}")
    expect(page.locator(".not-sent")).to_be_visible()  # point 1
    visitor.seen("nothing")
    page.click("main form .btn-primary")
    page.wait_for_url("**/declarations/**")
    page.wait_for_selector(".notice.good", timeout=CHECKED_MAX_MS)
    visitor.seen("nothing-receipt")

    page.goto(f"{portal}/firms/{number}/type?which={FORM}/{period}")
    page.fill("#insurance_number-1", "12")
    page.fill("input[id^=wage-1-]", "3150,500")
    page.click("button[value=add]")
    expect(page.locator("#insurance_number-1")).to_have_value("12")  # nothing typed is lost
    page.click(".actions button[value=check]")
    expect(page.locator("#errors")).to_be_focused()  # point 6
    visitor.seen("typing-faults")
    typed = characters.workers[0].insurance_number
    page.fill("#insurance_number-1", typed.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")))  # point 8
    page.fill("#full_name-1", f"{characters.workers[0].family_name} {characters.workers[0].first_name}")
    for row in range(page.locator("input[id^=insurance_number-]").count(), 1, -1):
        page.click(f"button[value=remove-{row}]")
    page.click(".actions button[value=check]")
    page.wait_for_url("**/type/check**")
    expect(page.locator(".not-sent")).to_be_visible()
    visitor.seen("typing-check")
    page.click("main form .btn-primary")
    page.wait_for_url("**/declarations/**")
    page.wait_for_selector(".notice.good", timeout=CHECKED_MAX_MS)
    visitor.seen("typing-receipt")
    visitor.close()


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_an_employer_pays_in_instalments_and_adds_to_a_declaration(
    platform: Platform, portal: str, browser: Browser, people: list[list[str]], language: str
) -> None:
    """Offered, asked for, agreed to, and paid in one of the ways; and lines typed that are only added."""
    _, _, login, password = people[0]
    visitor = Visitor(browser, language, PHONE)
    visitor.go(f"{portal}/?language={language}")
    visitor.sign_in(f"{portal}/sign-in", login=login, password=password)
    page = visitor.page
    firm = page.url.partition("?")[0]
    page.goto(f"{firm}/plans?scheme=by-decision&months=6")
    visitor.seen("plans")
    if page.locator("main form[method=post]").count():  # the first of the two languages asks
        page.click("main form[method=post] button")
        page.wait_for_url("**/plans/*")
    else:
        page.locator("main ul.rows a").first.click()
    visitor.seen("plan")
    plan = page.url.partition("?")[0].rpartition("/")[2]
    agree_to_plan(platform, browser, visitor, plan)
    page.goto(f"{portal}/plans/{plan}")
    visitor.seen("plan-agreed")
    ways = page.locator("#payment form[action$='/payment'] button")
    assert ways.count() >= 2
    ways.last.click()
    expect(page.locator("#payment .notice").first).to_be_visible()
    visitor.seen("plan-paying")
    page.goto(f"{firm}/plans")
    visitor.seen("plans-open")

    form = load([FUND])[FUND].declarations.forms[FORM]
    period = expected.ended(form, today=datetime.now(UTC).date())
    page.goto(f"{firm}/type?which={FORM}/{period}")
    page.click("main a[href$='/added']")
    expect(page.locator("input[id^=insurance_number-]")).to_have_count(1)  # none of those who were declared
    visitor.seen("typing-added")
    visitor.close()


def agree_to_plan(platform: Platform, browser: Browser, employer: Visitor, plan: str) -> None:
    """Two of the fund agree in the back office, unless it is agreed to."""
    office = f"{platform.pages('backoffice')}/{FUND}"
    for who in ("agent", "supervisor"):
        login, password, secret = platform.credentials(FUND, who)
        visitor = Visitor(browser, employer.language, employer.width)
        visitor.go(f"{office}/?language={employer.language}")
        visitor.sign_in(f"{office}/sign-in", login=login, password=password, code=one_time_code(secret))
        page = visitor.go(f"{office}/plans/{plan}").page
        visitor.seen(f"office-plan-{who}")
        if page.locator("button[name=decision][value=agree]").count():
            page.fill("#reason", "Accord de la caisse")
            page.click("button[name=decision][value=agree]")
            expect(page.locator("#errors")).to_have_count(0)
        visitor.close()


@pytest.mark.parametrize(("language", "width"), [("fr", WIDE), ("ar", PHONE)])
def test_an_employer_lets_its_accountant_act_for_it(
    platform: Platform, portal: str, browser: Browser, characters: Cast, language: str, width: int
) -> None:
    login, password = platform.sign_in(FUND, "employer's user")
    visitor = Visitor(browser, language, width)
    number, page = characters.employer.number, visitor.page
    visitor.go(f"{portal}/?language={language}")
    visitor.sign_in(f"{portal}/sign-in", login=login, password=password)
    page.goto(f"{portal}/firms/{number}/delegations/new")
    page.click("main form .btn-primary")
    expect(page.locator("#errors")).to_be_focused()  # point 6
    visitor.seen("delegation-faults")
    page.fill("#name", "مكتب عمراني")
    page.check("input[name=powers][value='declarations:file']")
    page.fill("#payment_max", "2500,5")
    ends_on = datetime.now(UTC).date() + timedelta(days=60)
    for part in ("day", "month", "year"):
        page.fill(f"#ends_on_{part}", str(getattr(ends_on, part)))
    page.click("main form .btn-primary")
    code = page.locator("main .big .code").inner_text()
    visitor.seen("delegation-code")
    page.click("main .btn-primary")
    expect(page.locator("main ul.rows li").first).to_contain_text("مكتب عمراني")
    visitor.seen("delegations")
    page.goto(f"{portal}/delegations")
    page.fill("#code", code.lower())
    page.click("main form .btn-primary")
    expect(page.locator("#errors")).to_be_focused()  # who acts for the firm already takes nothing up
    visitor.seen("delegations-taken")
    page.goto(f"{portal}/firms/{number}/delegations")
    page.click("main ul.rows li >> nth=0 >> .btn-danger")
    expect(page.locator("main ul.rows li").first.locator(".btn-danger")).to_have_count(0)
    visitor.close()


def a_year(characters: Cast, form: DeclarationForm) -> list[Period]:
    """The last four quarters that have ended, oldest first."""
    last = expected.ended(form, today=characters.fund.day_of(datetime.now(UTC)))
    periods = [Period.containing(last.last_on.replace(year=last.year - 1, day=1), kind=last.kind).next]
    while periods[-1] != last:
        periods.append(periods[-1].next)
    return periods


@pytest.mark.parametrize(("language", "width", "at"), [("fr", WIDE, 2), ("ar", PHONE, 3)])
def test_a_worker_opens_an_account_files_a_claim_and_obtains_a_paper(
    platform: Platform,
    portal: str,
    browser: Browser,
    characters: Cast,
    tmp_path: Path,
    language: str,
    width: int,
    at: int,
) -> None:
    worker = characters.workers[at]
    visitor = Visitor(browser, language, width)
    open_account(visitor, platform, portal, worker)
    visitor.sign_in(f"{portal}/sign-in", login=worker.national_id, password=PASSWORD)
    page = visitor.page
    eventually(visitor, lambda: page.locator(".state.good").count() > 0, what="the right to care")
    visitor.seen("home-empty")

    reference = file_claim(visitor, portal, tmp_path)
    page.goto(f"{portal}/home")
    expect(page.locator(f"text={reference}").first).to_be_visible()  # points 5 and 13
    visitor.seen("home")
    page.goto(f"{portal}/claims")
    visitor.seen("claims")
    page.locator("ul.rows .whole").first.click()
    expect(page).to_have_title(re.compile(reference))
    visitor.seen("claim")

    page.goto(f"{portal}/papers")
    visitor.seen("papers")
    page.locator("form.panel:not(:has([name=from_period])) button").first.click()
    page.wait_for_url("**/papers/PR**")
    page.wait_for_selector("a[href$='/pdf']", timeout=CHECKED_MAX_MS)
    visitor.seen("paper")
    number = page.url.rpartition("/")[2].partition("?")[0]
    with page.expect_download() as downloading:
        page.click("a[href$='/pdf']")
    pdf = tmp_path / "paper.pdf"
    downloading.value.save_as(pdf)
    assert pdf.read_bytes().startswith(b"%PDF")

    for path in ("rights", "payments", "career", "messages", "account/", "account/record", "account/access", "status"):
        page.goto(f"{portal}/{path}")
        visitor.seen(path.strip("/").replace("/", "-"))
    sign_out(visitor)
    check_paper(visitor, portal, number, pdf)
    visitor.close()


def open_account(visitor: Visitor, platform: Platform, portal: str, worker: Worker) -> None:
    """What the fund knows of the person; digits of either script are read (point 8)."""
    page = visitor.go(f"{portal}/account/new?language={visitor.language}").page
    page.click("main form[method=post] button")
    expect(page.locator("#errors a").first).to_be_visible()
    visitor.seen("account-new-faults")
    national_id = worker.national_id
    if visitor.language == "ar":
        national_id = national_id.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    page.fill("#national_id", national_id)
    page.fill("#insurance_number", worker.insurance_number)
    for part, value in zip(("day", "month", "year"), f"{worker.birth_on:%d %m %Y}".split(), strict=True):
        page.fill(f"#birth_on_{part}", value)
    page.fill("#email", worker.email)
    page.fill("#password", PASSWORD)
    page.fill("#password_again", PASSWORD)
    page.click("main form[method=post] button")
    expect(page.locator(".receipt")).to_be_visible()
    visitor.seen("mail-sent")
    token = until(lambda: mailed_token(platform, worker.email), what="the mail with the link", max_s=90)
    page.goto(f"{portal}/activation#token={token}")
    page.fill("#password", PASSWORD)
    visitor.seen("activation")
    page.click("main form[method=post] button")
    expect(page.locator(".receipt")).to_be_visible()


def file_claim(visitor: Visitor, portal: str, folder: Path) -> str:
    """Page by page; what is given is kept, and nothing is sent before the last one (points 1, 4, 7)."""
    page = visitor.page
    page.goto(f"{portal}/claims/new/")
    visitor.seen("new-claim")
    page.click("form:has(input[value=care-reimbursement]) button")
    page.wait_for_url("**/care")
    expect(page.locator(".not-sent")).to_be_visible()
    page.click("main form[action$='/care'] button")
    expect(page.locator("#errors")).to_be_focused()
    visitor.seen("new-claim-care-faults")
    care_on = datetime.now(UTC).date() - timedelta(days=3)
    for part, value in (("day", care_on.day), ("month", care_on.month), ("year", care_on.year)):
        page.fill(f"#care_on_{part}", str(value))
    page.select_option("#act-1", index=1)
    page.fill("#paid-1", "٢٥,500" if visitor.language == "ar" else "25,500")
    visitor.seen("new-claim-care")
    page.click("main form[action$='/care'] button")
    page.wait_for_url("**/papers")
    for field in page.locator("input[type=file]").all():
        field.set_input_files(photograph(folder))
        expect(page.locator(".files .state.wait")).to_have_count(0)
    page.locator("input[type=file]").first.set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"not a paper"}
    )
    expect(page.locator(".files .state.bad")).to_have_count(1)  # in place, with its reason; the others stay
    visitor.seen("new-claim-papers")
    page.reload()
    assert page.locator(".files .state.good").count() == page.locator("input[type=file]").count()
    page.click("form#papers button")
    page.wait_for_url("**/review")
    visitor.seen("new-claim-review")
    page.dblclick("form[action$='/submission'] button")
    page.wait_for_url("**/received/**")
    visitor.seen("received")
    return page.inner_text(".receipt .number").strip()


def sign_out(visitor: Visitor) -> None:
    visitor.page.click(".tools summary")
    visitor.page.click(".tools form button")
    visitor.page.wait_for_selector(".tools a[href$='/sign-in']")


def check_paper(visitor: Visitor, portal: str, number: str, pdf: Path) -> None:
    """Anybody: by number, and by the file itself."""
    page = visitor.page
    page.goto(f"{portal}/check")
    visitor.seen("check")
    page.fill("#number", number.lower())
    page.click("main form:not([method=post]) button")
    expect(page.locator(".notice.good")).to_be_visible()
    visitor.seen("checked")
    page.goto(f"{portal}/check")
    page.set_input_files("#file", pdf)
    page.click("main form[method=post] button")
    expect(page.locator(".notice.good")).to_be_visible()
    visitor.seen("checked-file")


@pytest.mark.parametrize(
    ("language", "width", "at", "is_agreed"), [("ar", PHONE, 2, False), ("fr", PHONE, 3, True), ("fr", WIDE, 4, False)]
)
def test_a_worker_changes_their_account_and_an_agent_decides_by_the_bank_s_statement(
    platform: Platform,
    portal: str,
    browser: Browser,
    people: list[list[str]],
    tmp_path: Path,
    language: str,
    width: int,
    at: int,
    is_agreed: bool,
) -> None:
    """A wrong password leaves no file behind; the agent opens the statement; the person reads what was decided."""
    _, _, login, password = people[at]
    visitor = Visitor(browser, language, width)
    visitor.go(f"{portal}/?language={language}")
    visitor.sign_in(f"{portal}/sign-in", login=login, password=password)
    page = visitor.page
    send = "main form[action$='/account/bank'] button"
    page.goto(f"{portal}/account/bank")
    visitor.seen("bank-account-new")
    page.fill("#account", "10006035183598478831")
    page.fill("#current_password", password)
    page.click(send)
    expect(page.locator("#proof-fault")).to_be_visible()
    kept = uploads(platform)
    page.fill("#current_password", "not the password")
    page.set_input_files("#proof", photograph(tmp_path))
    page.click(send)
    expect(page.locator("#current_password-fault")).to_be_visible()
    visitor.seen("bank-account-password-wrong")
    assert uploads(platform) == kept
    page.fill("#current_password", password)
    page.set_input_files("#proof", photograph(tmp_path))
    page.click(send)
    expect(page.locator("#change")).to_be_visible()
    assert uploads(platform) == kept + 1
    reference = page.locator("#change .code").nth(1).inner_text()
    visitor.seen("bank-account-asked")
    an_agent_decides(platform, browser, visitor, reference=reference, is_agreed=is_agreed)
    page.goto(f"{portal}/account/bank")
    expect(page.locator("#change .state")).to_have_class(re.compile("wait" if is_agreed else "bad"))
    expect(page.locator("#change form")).to_have_count(1 if is_agreed else 0)  # a refused one is not to be withdrawn
    visitor.seen("bank-account-agreed" if is_agreed else "bank-account-refused")
    visitor.close()


def uploads(platform: Platform) -> int:
    """How many files documents keeps."""
    database, uri = database_of(platform, "documents")
    with MongoClient[dict[str, Any]](uri, retryWrites=False) as client:
        return client[database]["uploads"].count_documents({})


def an_agent_decides(platform: Platform, browser: Browser, person: Visitor, *, reference: str, is_agreed: bool) -> None:
    """In the back office, in the same language and as wide: from the list to the statement and the decision."""
    office = f"{platform.pages('backoffice')}/{FUND}"
    login, password, secret = platform.credentials(FUND, "agent")
    visitor = Visitor(browser, person.language, person.width)
    visitor.go(f"{office}/?language={person.language}")
    visitor.sign_in(f"{office}/sign-in", login=login, password=password, code=one_time_code(secret))
    page = visitor.go(f"{office}/bank-accounts").page
    visitor.seen("office-bank-accounts")
    page.locator("main ul.rows li", has_text=reference).locator("a").first.click()
    statement = page.locator("main a[target=_blank]")
    expect(statement).to_have_count(1)
    visitor.seen("office-bank-account")
    answer = visitor.context.request.get(urljoin(page.url, str(statement.get_attribute("href"))))
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    if is_agreed:
        page.click("main form[action$='/agreement'] button")
    else:
        page.click("main form[action$='/refusal'] button")
        expect(page.locator("#errors")).to_be_visible()  # nobody is refused without a reason
        visitor.seen("office-bank-account-faults")
        page.check("#reason-1")
        page.click("main form[action$='/refusal'] button")
    expect(page.locator("main ul.rows li", has_text=reference)).to_have_count(0)
    visitor.seen("office-bank-accounts-after")
    visitor.close()


@pytest.mark.parametrize(
    ("language", "width", "has_script"), [("ar", PHONE, True), ("fr", PHONE, True), ("fr", WIDE, False)]
)
def test_anyone_has_a_pension_estimated(
    portal: str, browser: Browser, language: str, width: int, has_script: bool
) -> None:
    """Why not, what is missing, and then the sum; in digits of either script (point 8), also without a script."""
    visitor = Visitor(browser, language, width, has_script=has_script)
    page = visitor.go(f"{portal}/?language={language}").page
    page.click("main a[href$='/simulate/benefit']")
    visitor.seen("estimate-choose")
    page.click("a[href$='/old-age-pension']")
    visitor.seen("estimate")
    send = "main form[method=post] button"
    for part, value in (("day", "1"), ("month", "5"), ("year", "2001")):
        page.fill(f"[id='answer-person.birth-on_{part}']", value)
    page.fill("[id='answer-work.quarters']", "١٠٠" if language == "ar" else "100")
    page.click(send)
    assert page.locator("#found .state.bad").count() and not page.locator("#found .amount").count()
    visitor.seen("estimate-refused")
    page.fill("[id='answer-person.birth-on_year']", "1960")
    page.click(send)
    assert page.locator("#found .state.wait").count() and page.locator("#found ul:not(.rows) li").count() == 2
    visitor.seen("estimate-missing")
    wages = "[id='answer-wages.mean-month.last-40-quarters']"
    page.fill(wages, "much")
    page.click(send)
    expect(page.locator("#errors a")).to_have_count(1)
    page.fill(wages, "١٠٠٠,000" if language == "ar" else "1000,000")
    for part, value in (("day", "1"), ("month", "1"), ("year", "2021")):
        page.fill(f"[id='answer-stopped-on_{part}']", value)
    page.click(send)
    assert "700" in page.inner_text("#found .amount >> nth=0")  # 70 % of the mean wage, for a hundred quarters
    assert page.locator("#found tbody tr").count() == 6
    visitor.seen("estimate-granted")
    assert "1960" not in page.url and "1000" not in page.url
    visitor.close()


@pytest.mark.parametrize(
    ("language", "width", "has_script"), [("ar", PHONE, True), ("fr", PHONE, True), ("en", WIDE, False)]
)
def test_a_worker_has_their_own_pension_estimated(
    portal: str, browser: Browser, people: list[list[str]], language: str, width: int, has_script: bool
) -> None:
    """What the fund knows is filled in, with who said so and of which day; two years more are another sum."""
    _, _, login, password = people[1]
    visitor = Visitor(browser, language, width, has_script=has_script)
    visitor.go(f"{portal}/?language={language}")
    visitor.sign_in(f"{portal}/sign-in", login=login, password=password)
    page = visitor.go(f"{portal}/simulate/benefit").page
    visitor.seen("own-estimate-choose")
    page.click("a[href$='/old-age-pension']")
    visitor.seen("own-estimate")
    quarters, wages = "[id='answer-work.quarters']", "[id='answer-wages.mean-month.last-40-quarters']"
    worked = int(page.input_value(quarters))
    assert worked > 0 and re.fullmatch(r"\d+\.\d{3}" if language == "en" else r"\d+,\d{3}", page.input_value(wages))
    assert int(page.input_value("[id='answer-person.birth-on_year']")) > 1900
    assert page.locator("[id='answer-work.quarters-hint'] .soft").count() and page.locator("details dd").count()
    for part, value in (("day", "1"), ("month", "1"), ("year", "2026")):
        page.fill(f"[id='answer-stopped-on_{part}']", value)
    page.fill(quarters, "80")
    page.fill("[id='answer-person.birth-on_year']", "1950")
    send = "main form[method=post] button"
    page.click(send)
    first = page.inner_text("#found .amount >> nth=0")
    visitor.seen("own-estimate-granted")
    assert str(worked) in page.inner_text("[id='answer-work.quarters-hint']")  # what is known still stands
    page.fill(quarters, "88")
    page.click(send)
    assert page.inner_text("#found .amount >> nth=0") != first and page.input_value(quarters) == "88"
    visitor.close()


def test_pages_work_in_the_dark_and_without_a_script(portal: str, browser: Browser) -> None:
    for theme, has_script in (("dark", True), ("light", False)):
        visitor = Visitor(browser, "ar", PHONE, theme=theme, has_script=has_script)
        for path in ("", "check", "account/new", "account/forgotten", "status"):
            visitor.go(f"{portal}/{path}?language=ar").seen(f"{path.replace('/', '-') or 'welcome'}")
        visitor.close()


def test_nobody_comes_where_they_do_not_belong(portal: str, browser: Browser) -> None:
    visitor = Visitor(browser, "fr")
    visitor.go(f"{portal}/claims")
    expect(visitor.page.locator("#login")).to_be_visible()
    visitor.go(f"{portal}/nothing-here").seen("missing")
    answer = requests.post(f"{portal}/preferences", data={"theme": "dark"}, timeout=30)
    assert answer.status_code == 400
    visitor.close()


def test_the_first_page_is_light(portal: str, browser: Browser) -> None:
    for language in ("fr", "ar"):
        visitor = Visitor(browser, language, PHONE)
        responses: list[Response] = []
        visitor.page.on("response", lambda response, kept=responses: kept.append(response))
        visitor.go(f"{portal}/?language={language}").page.wait_for_load_state("networkidle")
        weight = sum(response.request.sizes()["responseBodySize"] for response in responses)
        assert weight < FIRST_LOAD_MAX, f"{weight} bytes in {language}"
        assert {urlsplit(response.url).netloc for response in responses} == {urlsplit(portal).netloc}
        visitor.close()


def test_what_was_typed_survives_a_session_that_ended(
    platform: Platform, portal: str, browser: Browser, characters: Cast
) -> None:
    """Point 7."""
    worker = characters.workers[4]
    visitor = Visitor(browser, "fr", WIDE)
    open_account(visitor, platform, portal, worker)
    visitor.sign_in(f"{portal}/sign-in", login=worker.national_id, password=PASSWORD)
    page = visitor.page
    page.goto(f"{portal}/claims/new/")
    page.click("form:has(input[value=care-reimbursement]) button")
    page.wait_for_url("**/care")
    address = page.url
    page.fill("#paid-1", "77,125")
    forget_tokens(platform, visitor)
    page.click("main form[action$='/care'] button")
    expect(page.locator("#login")).to_be_visible()
    page.fill("#login", worker.national_id)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(address)
    expect(page.locator("#paid-1")).to_have_value("77,125")
    visitor.seen("new-claim-restored")
    visitor.close()


def forget_tokens(platform: Platform, visitor: Visitor) -> None:
    """What is left of a session whose time at the fund is over."""
    database, uri = database_of(platform, "frontends")
    [secret] = [cookie["value"] for cookie in visitor.context.cookies() if cookie["name"] == "portal_session"]
    with MongoClient[dict[str, Any]](uri, retryWrites=False, tz_aware=True) as client:
        sessions = Sessions(client, database=database, frontend="portal")
        session = sessions.load(secret)
        assert session is not None and session.content["tokens"]
        sessions.change(session, forget_person)


def database_of(platform: Platform, user: str) -> tuple[str, str]:
    """The database of a service or of the frontends, and the address of it with its own user."""
    password = Credentials(platform.var / "secrets").password(f"mongodb-{user}")
    database = f"himaya_{user}"
    return database, secantusdb.uri(
        port=platform.ports["MONGODB_PORT"], database=database, user=user, password=password
    )
