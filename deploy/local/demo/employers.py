"""The chapters of an employer: its fund's register, its wage files, what it pays."""

from collections.abc import Callable
from typing import Any

from deploy.local.demo import expected, operator, payroll, users
from deploy.local.demo.people import write_register
from deploy.local.demo.reporter import StepFailed
from deploy.local.demo.scene import EMPLOYER_SCOPE, NEWEST, STAFF_SCOPE, Scene
from deploy.local.demo.visitors import BankCustomer, Visitor
from deploy.local.demo_fund import totp_secret
from shared.funds.messages import Channel
from shared.funds.period import Period
from shared.funds.roles import StaffScope

GOOD_CARD, SILENT_CARD = "4242 4242 4242 4242", "4000 0000 0000 0119"
PAID_WITHIN_S = 120.0


def register(scene: Scene) -> None:
    """The fund's operator imports the register, twice."""
    reporter = scene.reporter
    reporter.chapter("The fund's register is imported")
    spoilt_persons, employers = write_register(scene.folder, scene.characters, spoilt=True)
    arguments = ["import-register", scene.fund_id, "--persons", str(spoilt_persons), "--employers", str(employers)]
    arguments += ["--language", scene.employer.language]
    first = operator.command("identity", arguments)
    reporter.check(first.returncode == 1, "a line that cannot be is refused and reported, the others are imported")
    reporter.seen(first.stdout.strip().splitlines()[-1] if first.stdout.strip() else first.stderr.strip()[-200:])
    write_register(scene.folder, scene.characters)
    again = operator.command("identity", arguments)
    reporter.check(again.returncode == 0, "the same register again changes nothing")
    reporter.seen(again.stdout.strip().splitlines()[-1])


def sign_in(scene: Scene) -> None:
    """An employer's user and an agent get their access from the operator and sign in."""
    reporter, run = scene.reporter, scene.characters.run
    reporter.chapter("An employer's user and an agent sign in (OpenID Connect, code with PKCE)")
    employer_login, agent_login = f"paie-{run}", f"agent-{run}"
    role = users.of_employer(scene.fund)
    _add_user(scene, "employer", employer_login, "--role", role, "--employer", scene.characters.employer.number)
    scopes = ([*users.AGENT, *users.ACCOUNTANT, *users.SETTLER], [*users.AGENT, *users.ACCOUNTANT], users.AGENT)
    role = next(found for each in scopes if (found := users.of_staff(scene.fund, *each)))
    secret = totp_secret(_add_user(scene, "staff", agent_login, "--role", role))
    scene.employer.sign_in(employer_login, scene.password, scope=EMPLOYER_SCOPE)
    reporter.seen(f"{employer_login} signed in for employer {scene.characters.employer.number}")
    scene.agent.sign_in(agent_login, scene.password, totp_secret=secret, scope=STAFF_SCOPE)
    reporter.seen(f"{agent_login} signed in with a second factor")
    scene.accountant = scene.agent
    may = scene.fund.roles.staff[role].scopes
    scene.settler = scene.agent if set(users.SETTLER) <= set(may) else None
    if StaffScope.LEDGER_READ not in may:
        scene.accountant = add_staff(scene, f"compta-{run}", *users.ACCOUNTANT)
        reporter.seen(f"compta-{run} signed in too: who decides here reads no accounts")


def add_staff(scene: Scene, login: str, *scopes: StaffScope) -> Visitor:
    """Somebody more of the fund's staff, who may do that and has signed in."""
    role = users.of_staff(scene.fund, *scopes)
    secret = totp_secret(_add_user(scene, "staff", login, "--role", str(role)))
    visitor = Visitor(scene.world, scene.fund_id, scene.agent.language)
    visitor.sign_in(login, scene.password, totp_secret=secret, scope=STAFF_SCOPE)
    return visitor


def _add_user(scene: Scene, kind: str, login: str, *more: str) -> str:
    arguments = ["add-user", scene.fund_id, "--kind", kind, "--login", login, "--password-stdin", *more]
    added = operator.command("identity", arguments, answer=scene.password)
    if added.returncode:
        raise StepFailed(f"add-user: {added.stdout.strip()} {added.stderr.strip()}")
    return added.stdout


def send(scene: Scene, files: dict[str, bytes], *, period: str) -> dict[str, Any]:
    """The employer sends its wage files; the declaration as it was received. Where it gave a mandate, what is due is
    to be debited."""
    form = {"employer_id": scene.characters.employer.number, "form": scene.form_code, "period": period}
    if scene.has_mandate:
        form["pay_by_debit"] = "true"
    parts = [("files", (name, content, "text/plain")) for name, content in files.items()]
    answer = scene.employer.raw("POST", "payments", "/declarations", data=form, files=parts)
    if answer.status_code not in (200, 202):
        raise StepFailed(f"sending the wage file gave {answer.status_code}: {answer.text[:300]}")
    sent: dict[str, Any] = answer.json()
    return sent


def _read(scene: Scene, declaration_id: str, *, status: str) -> Callable[[], dict[str, Any] | None]:
    def look() -> dict[str, Any] | None:
        found: dict[str, Any] = scene.employer.get("payments", f"/declarations/{declaration_id}")
        return found if found["status"] == status else None

    return look


def refused(scene: Scene, period: Period) -> None:
    """A file with an error is refused by line and column, in each language of the fund."""
    reporter = scene.reporter
    reporter.chapter(f"A wage file of {period} with an error is refused")
    files = payroll.wage_files(scene.characters, scene.form, period, is_spoilt=True, was_declared=True)
    sent = send(scene, files, period=str(period))
    path = f"/declarations/{sent['declaration_id']}"
    reporter.wait("the refusal", _read(scene, sent["declaration_id"], status="technically-refused"))
    wrong = payroll.spoilt(scene.fund, scene.form)
    for language in scene.fund.languages:
        findings = scene.employer.get("payments", f"{path}/findings", language=language)["items"]
        finding = next(each for each in findings if each["severity"] == "error")
        reporter.check(
            (finding["line"], finding["column"], finding["field"] != "") == (wrong.line, wrong.column, True),
            f"line {finding['line']}, column {finding['column']}, {finding['code']}: {finding['hint']}",
        )


def accepted(scene: Scene, period: Period) -> None:
    """The corrected file is accepted; contributions come from the rates of its period."""
    reporter, characters, form = scene.reporter, scene.characters, scene.form
    reporter.chapter(f"The wage file of {period} is accepted")
    files = payroll.wage_files(characters, form, period, was_declared=bool(scene.declarations))
    sent = send(scene, files, period=str(period))
    again = send(scene, files, period=str(period))
    reporter.check(again["declaration_id"] == sent["declaration_id"], "the same bytes again are the same declaration")
    found = reporter.wait("acceptance", _read(scene, sent["declaration_id"], status="accepted"))
    receipts = ", ".join(receipt["kind"] for receipt in found["receipts"])
    reporter.check(len(found["receipts"]) == 3, f"three receipts: {receipts}")
    due = expected.due(characters, form, period)
    if found["due"] != due:
        raise StepFailed(f"due is {found['due']}, and by hand {due}")
    reporter.seen(f"due {found['due']} {found['currency']} for {found['workers']} workers, as by hand")
    scene.declarations.append(found)


def cards(scene: Scene) -> None:
    """Rights open, cards are refreshed, each worker gets a message."""
    reporter, path = scene.reporter, f"/declarations/{scene.declaration['declaration_id']}"
    title = "Rights open, health cards are refreshed, workers are notified"
    if scene.fund.sections.entitlements is None or not scene.fund.entitlements.card_lifetime:
        reporter.skip(title, f"{scene.fund_id} issues no health cards; rights are looked at below")
        return
    workers = scene.characters.workers

    def all_good() -> Any:
        found = scene.employer.get("payments", path)
        done = found["cards"]["refreshed"] + found["cards"]["already_good"]
        return found if done == len(workers) else None

    reporter.chapter(title)
    found = reporter.wait("the last card", all_good)
    reporter.seen(found["cards"]["text"])
    if Channel.SMS in scene.fund.channels:
        for worker in (workers[0], workers[-1]):
            sms = reporter.wait("the SMS", lambda worker=worker: scene.mailbox.of(worker.mobile, channel="sms"))  # type: ignore[misc]
            reporter.check(sms[0]["count"] == 1, f"one SMS to {worker.mobile}: {sms[0]['text']}")
    else:
        reporter.seen(f"{scene.fund_id} sends no SMS: it stands in each worker's inbox")
    mailed_to_employer(scene)


def mailed_to_employer(scene: Scene) -> None:
    """The employer's own copy of what became of its declaration."""
    reporter = scene.reporter
    if Channel.EMAIL in scene.fund.channels:
        mail = reporter.wait("the e-mail", lambda: scene.mailbox.of(scene.characters.employer.email, channel="mail"))
        reporter.seen(f"one e-mail to the employer: {mail[-1]['subject']}")


def pay_by_transfer(scene: Scene, declaration: dict[str, Any]) -> None:
    """The employer transfers what is due, with the reference that the fund computed."""
    reporter, path = scene.reporter, f"/declarations/{declaration['declaration_id']}/collections"
    bank = scene.fund.bindings.bank
    reporter.chapter(f"The employer pays {declaration['period']} by transfer (bank adapter {bank.adapter})")
    transferred(scene, scene.employer.post("payments", path, {"rail": "transfer"}, expect=201))
    paid(scene, declaration)


def transferred(scene: Scene, asked: dict[str, Any]) -> None:
    """Transfer what a collection asks for, with its reference."""
    reporter = scene.reporter
    reporter.seen(f"reference {asked['reference']}, to {asked['account']['number']} at {asked['account']['bank']}")
    customer = BankCustomer(scene.world)
    customer.open_account(holder=scene.characters.employer.name, currency=asked["currency"])
    sent = customer.transfer(
        to_account=asked["account"]["number"],
        amount=asked["amount"],
        currency=asked["currency"],
        reference=asked["reference"],
    )
    reporter.check(sent.status_code == 201, "the bank looked the reference up at the fund and took the transfer")


def pay_by_card(scene: Scene, declaration: dict[str, Any], *, card: str) -> None:
    """The employer pays by card at the bank, which then says nothing."""
    reporter, path = scene.reporter, f"/declarations/{declaration['declaration_id']}/collections"
    reporter.chapter(f"The employer pays {declaration['period']} by card, and the bank's answer does not come")
    asked = scene.employer.post("payments", path, {"rail": "card"}, expect=201)

    def checkout() -> Any:
        return scene.employer.get("payments", f"/collections/{asked['collection_id']}").get("checkout_url")

    url = reporter.wait("the bank's payment page", checkout)
    reporter.check(BankCustomer(scene.world).pay_by_card(url, card=card).ok, "the card is accepted at the bank")
    reporter.seen("no webhook comes: the fund will ask the bank, and never send again")
    paid(scene, declaration)


def not_taken(scene: Scene, rail: str, title: str) -> None:
    """A fund that is paid in no such way says so, instead of promising it."""
    reporter = scene.reporter
    path = f"/declarations/{scene.declaration['declaration_id']}/collections"
    answer = scene.employer.raw("POST", "payments", path, json={"rail": rail})
    if answer.status_code != 409:
        raise StepFailed(f"paying by {rail}, which is not offered, gave {answer.status_code}: {answer.text[:300]}")
    reporter.skip(title, answer.json()["detail"])


def reads(scene: Scene, template: str) -> None:
    """The employer finds a message in its inbox."""

    def received() -> Any:
        page = scene.employer.get("notifications", f"/messages?limit={NEWEST}")
        return next((each for each in page["items"] if each["template"] == template), None)

    got = scene.reporter.wait(f"the message {template}", received)
    scene.reporter.seen(f"the employer reads: {got['subject']}")


def paid(scene: Scene, declaration: dict[str, Any]) -> None:
    """Declared is collected, and the report of differences is empty."""
    reporter, path = scene.reporter, f"/declarations/{declaration['declaration_id']}"

    def is_paid() -> Any:
        found = scene.employer.get("payments", path)
        return found if found["payment"]["status"] == "paid" else None

    found = reporter.wait("the payment", is_paid, at_most_s=PAID_WITHIN_S)
    reporter.check(
        found["payment"]["paid"] == found["due"], f"declared {found['due']} = collected {found['payment']['paid']}"
    )
    mine = [
        row
        for row in scene.accountant.get("payments", "/differences")["items"]
        if row["employer_id"] == scene.characters.employer.number and row["declaration_id"] == found["declaration_id"]
    ]
    reporter.check(mine == [], "the report of differences is empty")
