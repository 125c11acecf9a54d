"""An employer at a counter: the reference on a telephone, the card at the terminal, the receipt; the agent types the
ticket, closes the terminal with a slip, sees what differs, and puts it right."""

import re
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.local.demo import employers
from deploy.local.demo.__main__ import next_run
from deploy.local.demo.people import cast
from deploy.local.demo.reporter import Reporter
from deploy.local.demo.scene import Scene
from deploy.local.demo.visitors import World
from shared.funds.loading import load
from tests.kit.browser import PHONE, Visitor, needs_chromium, one_time_code
from tests.kit.platform import Platform, needs_nginx

pytestmark = [needs_chromium, needs_nginx]

FUND, TERMINAL = "dz-cnas", "16000101"
WORKERS = 3


@pytest.fixture(scope="module")
def scene(platform: Platform) -> Iterator[Scene]:
    """A firm that has declared a year and paid nothing of it."""
    fund = load([FUND])[FUND]
    with pytest.MonkeyPatch.context() as changed, tempfile.TemporaryDirectory() as folder:
        for name, value in platform.environ.items():
            changed.setenv(name, value)
        world = World(dict(platform.ports), Reporter(lambda line: None))
        made = Scene(world, cast(fund, run=next_run(), count=WORKERS), Path(folder))
        employers.register(made)
        employers.sign_in(made)
        employers.accepted(made, made.periods[-1])
        yield made


@pytest.fixture
def enter(platform: Platform, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    opened: list[Visitor] = []

    def go(frontend: str, login: str, password: str, secret: str = "", *, width: int = PHONE) -> Visitor:
        base = f"{platform.pages(frontend)}/{FUND}"
        visitor = Visitor(browser, "fr", width)
        opened.append(visitor)
        visitor.go(f"{base}/?language=fr")
        code = one_time_code(secret) if secret else ""
        visitor.sign_in(f"{base}/sign-in", login=login, password=password, code=code)
        return visitor

    yield go
    for visitor in opened:
        visitor.close()


def day_file(batch: str) -> bytes:
    """What the acquirer says of today: one payment, of another amount than its ticket."""
    today = datetime.now(ZoneInfo("Africa/Algiers")).strftime("%d/%m/%Y")
    heads = "N° terminal;N° remise;N° ticket;N° autorisation;Date;Opération;Montant brut;Commission"
    return f"{heads}\n{TERMINAL};{batch};000001;A4B7C9;{today};ACHAT;1,00;0,01\n".encode("windows-1252")


def close_terminal(page: Page, *, batch: str, total: str, clock: str) -> None:
    page.click("summary:has-text('Clore la journée')")
    for name, value in (("batch", batch), ("count", "1"), ("total", total), ("clock", clock)):
        page.fill(f"details #{name}", value)
    page.click("details .btn-primary")


def test_a_card_is_paid_at_a_counter(platform: Platform, scene: Scene, enter: Callable[..., Visitor]) -> None:
    declaration_id = scene.declaration["declaration_id"]
    portal, office = (f"{platform.pages(each)}/{FUND}" for each in ("portal", "backoffice"))
    firm = enter("portal", f"paie-{scene.characters.run}", scene.password)
    firm.go(f"{portal}/declarations/{declaration_id}")
    firm.page.click("button:has-text('Payer par carte au guichet')")
    expect(firm.page.locator("main")).to_contain_text("Agence d'Alger-Centre, guichet 1")
    firm.seen("portal-card-at-counter")
    asked = scene.employer.get("payments", f"/declarations/{declaration_id}/collections")["items"][-1]

    login, password, secret = platform.credentials(FUND, "agent")
    agent = enter("backoffice", login, password.rpartition(" ")[2], secret)
    agent.go(f"{office}/card-terminals/")
    agent.seen("backoffice-terminals")
    agent.page.click(f"a[href$='/card-terminals/{TERMINAL}']")
    agent.page.fill("#reference", asked["reference"].lower())
    agent.page.click("form.asks .btn-primary")
    agent.page.wait_for_url("**/card-terminals/payments/*")
    agent.seen("backoffice-terminal-payment")
    batch = str(int(datetime.now(UTC).timestamp()) % 10**9)
    clock = datetime.now(ZoneInfo("Africa/Algiers")).strftime("%H:%M")
    typed = asked["amount"].replace(".", ",")
    for name, value in (("batch", batch), ("ticket", "000001"), ("amount", "1,00"), ("clock", clock)):
        agent.page.fill(f"#{name}", value)
    agent.page.click("form.asks .btn-primary")
    expect(agent.page.locator("[role=alert]")).to_contain_text("Le montant du ticket")
    agent.page.fill("#amount", typed)
    agent.page.click("form.asks .btn-primary")
    expect(agent.page.locator("main")).to_contain_text(re.compile(r"TR\d{12}"))
    agent.seen("backoffice-terminal-receipt")

    agent.go(f"{office}/card-terminals/{TERMINAL}")
    close_terminal(agent.page, batch=batch, total="10,00", clock=clock)
    agent.page.wait_for_url("**/operator-days/*")
    expect(agent.page.locator("main")).to_contain_text("tickets saisis")
    agent.seen("backoffice-terminal-close")
    agent.page.click("a[href*='/operator-days/differences/']")
    agent.page.select_option("#close-reason", "explained-by-operator")
    agent.page.fill("#close-note", "Faute de frappe.")
    agent.page.click("form.panel .btn-primary")
    expect(agent.page.locator("main")).to_contain_text("Attend une deuxième personne")
    agent.seen("backoffice-operator-difference")
    agent.page.click("nav.trail a")
    agent.page.click("a:has-text('Corriger les totaux')")
    agent.page.fill("#total", typed)
    agent.page.fill("#clock", clock)
    agent.seen("backoffice-terminal-correction")
    agent.page.click("form.asks .btn-primary")
    expect(agent.page.locator("main")).to_contain_text("Tout concorde")
    agent.go(f"{office}/operator-days/differences?status=closed")
    expect(agent.page.locator("main ul.rows li").first).to_contain_text("Clos")
    agent.seen("backoffice-operator-differences")

    agent.go(f"{office}/card-terminals/file")
    agent.page.set_input_files("#file", {"name": "jour.csv", "mimeType": "text/csv", "buffer": day_file(batch)})
    agent.page.click("form.panel .btn-primary")
    expect(agent.page.locator("main")).to_contain_text("Le montant du fichier n'est pas celui du ticket.")
    agent.seen("backoffice-terminals-file")
    agent.page.click(f"li:has-text('{TERMINAL}/{batch}/1') a")
    expect(agent.page.locator("main")).to_contain_text("Le paiement et son ticket")
    agent.seen("backoffice-ticket-difference")
    agent.page.click("nav.trail a")
    expect(agent.page.locator("main")).to_contain_text("Ce fichier est seulement comparé aux tickets")
    agent.seen("backoffice-acquirer-day")

    firm.go(f"{portal}/declarations/{declaration_id}")
    firm.page.click("a:has-text('Reçu du paiement par carte')")
    expect(firm.page.locator("main")).to_contain_text(re.compile(r"TR\d{12}"))
    firm.seen("portal-card-receipt")
