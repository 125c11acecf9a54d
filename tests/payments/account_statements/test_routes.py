"""An employer's account over HTTP: debts, money and credits as they were booked, page by page and as a table."""

import pytest

from services.payments.account_statements import rules
from services.payments.ledger import actions as ledger
from services.payments.wiring import service
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.contexts import TN, make_unique_indexes, published_events, reading, today
from tests.payments.bank import credited, office, post_signed
from tests.payments.builders import FIRM, OTHER_FIRM, open_obligation

ADDRESS = f"/account-statement?employer_id={FIRM}"


@pytest.fixture
def made(context: ServiceContext) -> Office:
    """A declaration of 3150.25, for which 3200.25 came."""
    make_unique_indexes(service, context)
    found = office(context)
    open_obligation(context)
    reference = found.employer(FIRM).post("/declarations/d1/collections", {"rail": "transfer"}).json["reference"]
    assert post_signed(found, credited(reference, "3200.25")).status_code == 200
    return found


def test_what_was_booked_stands_on_its_day_with_a_balance(made: Office, context: ServiceContext) -> None:
    shown = made.employer(FIRM).get(ADDRESS).json
    assert [(each["kind"], each["value_on"], each["period"], each["balance"]) for each in shown["items"]] == [
        ("declared", "2026-01-20", "2025", "3150.25"),
        ("paid", "2026-02-10", "2025", "-50.00"),
    ]
    assert [each["text"] for each in shown["items"]] == ["Cotisations déclarées", "Paiement reçu"]
    assert (shown["opening"], shown["charged"], shown["credited"], shown["closing"]) == (
        "0.00",
        "3150.25",
        "3200.25",
        "-50.00",
    )
    codes = (f"receivable:{FIRM}", f"penalty:{FIRM}", f"credit:{FIRM}")
    assert sum(ledger.balance(reading(context), code).net_minor for code in codes) == -5_000
    assert made.staff().get(ADDRESS).json["closing"] == "-50.00"


def test_it_comes_page_by_page_in_either_order(made: Office) -> None:
    firm = made.employer(FIRM)
    for order, kinds in (("false", ["declared", "paid"]), ("true", ["paid", "declared"])):
        address = f"{ADDRESS}&limit=1&is_newest_first={order}"
        first = firm.get(address).json
        second = firm.get(f"{address}&cursor={first['next']}").json
        assert [each["kind"] for each in (*first["items"], *second["items"])] == kinds
        assert second["next"] is None
    refused = firm.get(f"{ADDRESS}&period=2025&cursor={first['next']}")
    assert (refused.status_code, refused.json["code"]) == (422, "request.cursor-malformed")


def test_of_a_time_and_a_period(made: Office) -> None:
    firm = made.employer(FIRM)
    february = firm.get(f"{ADDRESS}&from_on=2026-02-01&until_on=2026-02-28").json
    assert (february["opening"], [each["kind"] for each in february["items"]]) == ("3150.25", ["paid"])
    of_period = firm.get(f"{ADDRESS}&period=2025").json
    assert (of_period["closing"], of_period["items"][-1]["credited"]) == ("0.00", "3150.25")


def test_it_is_a_table_too(made: Office) -> None:
    answer = made.employer(FIRM).get(ADDRESS.replace("statement?", "statement/file?"))
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/csv")
    rows = answer.data.decode("utf-8-sig").splitlines()
    assert len(rows) == 5 and rows[3].endswith(",0.00,3200.25,-50.00")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("&from_on=2026-03-01&until_on=2026-02-01", "account-statement.time-reversed"),
        ("&from_on=soon", "request.invalid"),
        ("&period=2025-Q9", "request.invalid"),
        ("&period=٢٠٢٥", "request.invalid"),
        ("&limit=0", "request.invalid"),
    ],
)
def test_what_is_malformed_is_refused(made: Office, more: str, code: str) -> None:
    refused = made.employer(FIRM).get(f"{ADDRESS}{more}")
    assert (refused.status_code, refused.json["code"]) == (422, code)


def test_an_account_is_its_employers_own(made: Office) -> None:
    for address in (ADDRESS, ADDRESS.replace("statement?", "statement/file?")):
        refused = made.employer(OTHER_FIRM).get(address)
        assert (refused.status_code, refused.json["code"]) == (403, "access.not-yours")
    assert made.employer(OTHER_FIRM).get(f"/account-statement?employer_id={OTHER_FIRM}").json["items"] == []
    assert made.employer(FIRM, fund=TN).get(ADDRESS).json["items"] == []


# --- As a paper -------------------------------------------------------------------------------------------------------


def test_a_paper_is_drawn_as_the_account_stands(made: Office, context: ServiceContext) -> None:
    firm = made.employer(FIRM)
    assert firm.get(ADDRESS).json["paper_languages"] == ["ar", "fr"]
    answer = firm.post("/account-statements", {"employer_id": FIRM, "language": "fr"})
    assert (answer.status_code, answer.json["closing"]) == (202, "-50.00")
    (event,) = published_events(context, "payments.account-statement-drawn")
    assert (event.reference, event.language, event.from_on) == (answer.json["reference"], "fr", None)
    assert (event.opening_minor, event.closing_minor) == (0, -5_000)
    assert [(each.kind, each.period, each.balance_minor) for each in event.lines] == [
        ("declared", "2025", 315_025),
        ("paid", "2025", -5_000),
    ]


def test_it_ends_today_at_the_latest(made: Office, context: ServiceContext) -> None:
    body = {"employer_id": FIRM, "language": "ar", "from_on": "2026-02-01", "until_on": "2099-12-31"}
    assert made.employer(FIRM).post("/account-statements", body).status_code == 202
    (event,) = published_events(context, "payments.account-statement-drawn")
    assert event.until_on == today() and event.opening_minor == 315_025
    assert [each.kind for each in event.lines] == ["paid"]


def test_the_same_request_again_draws_none(made: Office, context: ServiceContext) -> None:
    firm, body = made.employer(FIRM), {"employer_id": FIRM, "language": "fr"}
    answers = [firm.post("/account-statements", body, key="again").json for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(published_events(context, "payments.account-statement-drawn")) == 1


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"language": "en"}, 422, "account-statement.language-not-offered"),
        ({"from_on": "2026-03-01", "until_on": "2026-02-01"}, 422, "account-statement.time-reversed"),
        ({"employer_id": OTHER_FIRM}, 403, "access.not-yours"),
    ],
)
def test_what_cannot_be_drawn_is_refused(made: Office, more: dict[str, str], status: int, code: str) -> None:
    refused = made.employer(FIRM).post("/account-statements", {"employer_id": FIRM, "language": "fr", **more})
    assert (refused.status_code, refused.json["code"]) == (status, code)


def test_more_lines_than_a_paper_has_are_refused(made: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "STATEMENT_LINES_MAX", 1)
    refused = made.employer(FIRM).post("/account-statements", {"employer_id": FIRM, "language": "fr"})
    assert (refused.status_code, refused.json["code"]) == (409, "account-statement.paper-too-long")


def test_an_agents_look_enters_the_journal(made: Office) -> None:
    made.staff().post("/account-statements", {"employer_id": FIRM, "language": "fr", "purpose": "complaint"})
    (entry,) = made.employer(FIRM).get("/access-journal").json["items"]
    assert (entry["looked_at"], entry["purpose"]) == ("statement", "complaint")
