"""A person changes the account over HTTP: by the password, seen by an agent, told everywhere, in one transaction."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.identity.bank_accounts import actions
from services.identity.bank_accounts.change import Status
from services.identity.bank_accounts.jobs import taking_effect
from services.identity.register.person import Contact
from services.identity.register.store import persons
from services.identity.wiring import service
from shared.jobs.runner import Runner
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass, Encrypted
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.identity.builders import AMIRA_NIN, PASSWORD, csv_file, events, imported, karim, person_row, ref
from tests.identity.conftest import IdentityHarness
from tests.identity.signin.relying_party import Browser
from tests.kit.callers import Office
from tests.kit.contexts import DZ, make_unique_indexes, someone

FIRST, OTHER = "00200100000001234563", "00700100000000000141"
SCOPE = "openid account:manage"


@pytest.fixture
def harness(harness: IdentityHarness) -> IdentityHarness:
    """The register as it was: what a test changes of Amira's account is put back."""
    harness.context.database["bank_account_changes"].delete_many({})
    harness.context.database["jobs"].delete_many({})
    make_unique_indexes(service, harness.context)
    _set_bank(harness.context, FIRST)
    return harness


@pytest.fixture
def browser(harness: IdentityHarness) -> Browser:
    return harness.browser()


@pytest.fixture
def token(browser: Browser) -> str:
    return str(browser.tokens(AMIRA_NIN, scope=SCOPE)["access_token"])


def _set_bank(context: ServiceContext, bank: str | None, *, contact: Contact | None = None) -> None:
    def put(uow: UnitOfWork) -> None:
        known = persons.load(uow, ref())
        wanted = replace(known, bank=bank, is_bank_changed=False, register_bank=None, register_contact=None)
        wanted = replace(wanted, contact=contact or known.contact)
        if wanted != known:
            persons.save(uow, Outcome(wanted))

    context.run(DZ, by=someone(), cause=f"test:{uuid4()}", action=put)


def bank_of(context: ServiceContext) -> str | None:
    return persons.load(context.reading(DZ, by=someone()), ref()).bank


def ask(
    browser: Browser, token: str, *, account: str = OTHER, password: str = PASSWORD, key: str = "", **more: str
) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key or str(uuid4()), "Accept-Language": "fr"}
    body = {"account": account, "password": password, **more}
    return browser.client.post(browser.url("/bank-account/changes"), json=body, headers=headers)


def published(context: ServiceContext, what: str) -> list[dict[str, Any]]:
    return events(context, f"identity.bank-account-{what}")


def due(harness: IdentityHarness) -> int:
    return Runner(harness.context, [taking_effect()]).run_due()


def test_the_account_is_shown_by_its_end_alone(browser: Browser, token: str) -> None:
    shown = browser.get("/bank-account", token)
    assert shown.status_code == 200, shown.text
    assert (shown.json["ending"], shown.json["digits"], shown.json["change"]) == ("4563", 20, None)
    assert shown.json["terms"] == {
        "waiting_days": 3,
        "needs_agreement": True,
        "needs_proof": False,
        "law": "To be set by the fund",
        "is_to_be_confirmed": True,
    }
    assert FIRST not in shown.text


def test_a_change_waits_for_an_agent_and_its_days_and_then_counts_in_one_transaction(
    harness: IdentityHarness, browser: Browser, token: str
) -> None:
    asked = ask(browser, token)
    assert asked.status_code == 201, asked.text
    assert (asked.json["status"], asked.json["ending"], asked.json["is_open"]) == ("asked", "0141", True)
    assert OTHER not in asked.text and bank_of(harness.context) == FIRST
    (event,) = published(harness.context, "change-asked")
    assert event["person_ref"] == ref() and event["former_contact"] is None and OTHER not in str(event)

    office = Office(service, harness.context)
    agent = office.staff()
    (row,) = agent.get("/queue/bank-account-changes").json["items"]
    assert row["person_ref"] == ref() and "account" not in row
    queue = "/queue/bank-account-changes"
    assert agent.get(f"{queue}?reference={row['reference'].lower()}").json["items"] == [row]
    assert agent.get(f"{queue}?reference={row['reference']}&status=agreed").json["items"] == []
    assert agent.get(f"{queue}?reference=BA000").json["items"] == []
    path = f"/queue/bank-account-changes/{row['change_id']}"
    seen = agent.get(f"{path}?purpose=handling").json
    assert (seen["account"], seen["former_ending"], seen["person"]["family_name"]) == (OTHER, "4563", "Benali")
    agreed = agent.post(f"{path}/agreement", {})
    assert agreed.status_code == 200, agreed.text
    assert (agreed.json["change"]["status"], bank_of(harness.context)) == ("agreed", FIRST)  # it is too early
    assert agent.get(queue).json["items"] == [], "it waits for an agent no more, and is found by its reference"
    assert len(agent.get(f"{queue}?reference={row['reference']}").json["items"]) == 1
    assert due(harness) == 0
    journal = list(harness.context.database["access_journal"].find({"person_ref": ref()}))
    assert {each["looked_at"] for each in journal} == {"bank-account"}

    harness.clock.move(days=3, minutes=1)
    assert due(harness) == 1
    assert bank_of(harness.context) == OTHER
    (changed,) = published(harness.context, "changed")
    (registered,) = events(harness.context, "identity.persons-registered")
    (person,) = registered["persons"]
    encrypted = Encrypted(person["bank"])
    assert harness.context.keys[DZ].decrypt(encrypted, data_class=DataClass.BANK, associated_data=ref()) == OTHER
    together = [
        {event["type"] for event in document["events"]}
        for document in harness.context.database["outbox"].find()
        if any(event["type"] == "identity.bank-account-changed" for event in document["events"])
    ]
    assert together == [{"identity.bank-account-changed", "identity.persons-registered"}]
    assert changed["change_id"] == row["change_id"]
    assert due(harness) == 0


def test_the_bank_s_statement_is_named_to_the_agent(harness: IdentityHarness, browser: Browser, token: str) -> None:
    assert ask(browser, token, proof_upload_id="u" * 61).json["code"] == "request.invalid"
    asked = ask(browser, token, proof_upload_id="u1")
    assert asked.status_code == 201 and "proof_upload_id" not in asked.json
    seen = (
        Office(service, harness.context)
        .staff()
        .get(f"/queue/bank-account-changes/{asked.json['change_id']}?purpose=handling")
    )
    assert seen.json["proof_upload_id"] == "u1"


def test_nothing_of_an_account_rests_in_clear(harness: IdentityHarness, browser: Browser, token: str) -> None:
    assert ask(browser, token).status_code == 201
    database = harness.context.database
    for name in database.list_collection_names():
        assert not any(OTHER in str(each) or FIRST in str(each) for each in database[name].find()), name


def test_the_password_is_asked_for_again_and_wrong_ones_count(
    harness: IdentityHarness, browser: Browser, token: str
) -> None:
    answers = [ask(browser, token, password="not it") for _ in range(6)]
    assert [each.json["code"] for each in answers[:4]] == ["account.current-password-wrong"] * 4
    assert answers[5].json["code"] == "account.door-shut"
    assert ask(browser, token).json["code"] == "account.door-shut"
    assert published(harness.context, "change-asked") == []


@pytest.mark.parametrize(
    ("account", "code"),
    [
        (OTHER[:-1], "bank-account.length-wrong"),
        (OTHER[:-1] + "9", "bank-account.key-wrong"),
        (FIRST, "bank-account.unchanged"),
        ("", "request.invalid"),
        ("1" * 61, "request.invalid"),
    ],
)
def test_an_account_that_is_none_is_refused_with_what_is_wrong(
    browser: Browser, token: str, account: str, code: str
) -> None:
    refused = ask(browser, token, account=account)
    assert (refused.status_code, refused.json["code"]) == (422, code)


def test_one_change_waits_at_a_time_and_the_same_request_is_one(browser: Browser, token: str) -> None:
    first = ask(browser, token, key="k-1")
    assert ask(browser, token, key="k-1").json["change_id"] == first.json["change_id"]
    assert (ask(browser, token).status_code, ask(browser, token).json["code"]) == (409, "bank-account.change-open")


def test_the_person_withdraws_it_and_asks_again(harness: IdentityHarness, browser: Browser, token: str) -> None:
    change_id = ask(browser, token).json["change_id"]
    path = f"/bank-account/changes/{change_id}"
    seen = browser.get(path, token)
    assert (seen.json["status"], seen.json["ending"], seen.headers["ETag"]) == ("asked", "0141", '"1"')
    Office(service, harness.context).staff().post(f"/queue/bank-account-changes/{change_id}/agreement", {})
    late = browser.ask(f"{path}/withdrawal", {}, token, **{"If-Match": seen.headers["ETag"]})
    assert (late.status_code, late.json["code"], late.json["version"]) == (412, "request.changed-since-read", 2)
    withdrawn = browser.ask(f"/bank-account/changes/{change_id}/withdrawal", {}, token)
    assert (withdrawn.status_code, withdrawn.json["status"]) == (200, "withdrawn")
    again = browser.ask(f"/bank-account/changes/{change_id}/withdrawal", {}, token)
    assert (again.status_code, again.json["code"]) == (409, "state.move-not-allowed")
    assert [each["status"] for each in published(harness.context, "change-ended")] == ["withdrawn"]
    assert ask(browser, token).status_code == 201


def test_somebody_elses_change_and_an_unknown_one_are_out_of_reach(
    harness: IdentityHarness, browser: Browser, token: str
) -> None:
    change_id = ask(browser, token).json["change_id"]
    stranger = Office(service, harness.context).person("p" * 26)
    assert stranger.post(f"/bank-account/changes/{change_id}/withdrawal", {}).status_code == 403
    assert stranger.get(f"/bank-account/changes/{change_id}").status_code == 403
    assert browser.get("/bank-account/changes/none", token).status_code == 404
    assert browser.ask("/bank-account/changes/none/withdrawal", {}, token).status_code == 404
    employer = Office(service, harness.context).employer("1600000001")
    assert employer.get("/bank-account").status_code == 403


def test_an_agent_refuses_with_a_reason_that_the_person_reads(
    harness: IdentityHarness, browser: Browser, token: str
) -> None:
    change_id = ask(browser, token).json["change_id"]
    agent = Office(service, harness.context).staff()
    path = f"/queue/bank-account-changes/{change_id}/refusal"
    assert agent.post(path, {"reason": "because"}).status_code == 422
    assert agent.post(path, {"reason": "holder-differs"}).json["change"]["status"] == "refused"
    own = browser.get("/bank-account", token).json["change"]
    assert own["refused_for"] == "Le compte est au nom d'une autre personne."
    assert [each["status"] for each in published(harness.context, "change-ended")] == ["refused"]
    assert agent.post(f"/queue/bank-account-changes/{change_id}/agreement", {}).status_code == 409


def test_an_import_that_says_another_account_meanwhile_wins(
    harness: IdentityHarness, browser: Browser, token: str, tmp_path: Path
) -> None:
    change_id = ask(browser, token).json["change_id"]
    other = csv_file(tmp_path / "new.csv", [person_row(bank_account="00200100000009999968")])
    assert imported(harness.context, "--persons", other)[0] == 0
    agent = Office(service, harness.context).staff()
    agreed = agent.post(f"/queue/bank-account-changes/{change_id}/agreement", {})
    assert agreed.json["change"]["status"] == "overtaken"
    assert bank_of(harness.context) == "00200100000009999968"
    assert [each["status"] for each in published(harness.context, "change-ended")] == ["overtaken"]


def test_late_agreement_counts_at_once_and_the_same_import_does_not_undo_it(
    harness: IdentityHarness, browser: Browser, token: str, tmp_path: Path
) -> None:
    change_id = ask(browser, token).json["change_id"]
    harness.clock.move(days=5)
    agreed = harness.context.run(
        DZ, by=someone(), cause=f"test:{uuid4()}", action=lambda uow: actions.agree(uow, change_id=change_id)
    )
    assert agreed.change.status is Status.IN_FORCE and bank_of(harness.context) == OTHER
    same = csv_file(tmp_path / "same.csv", [person_row(), karim()])
    assert imported(harness.context, "--persons", same)[0] == 0
    assert bank_of(harness.context) == OTHER


def test_whose_contact_was_corrected_is_told_where_the_register_has_them_too(
    harness: IdentityHarness, browser: Browser, token: str
) -> None:
    def correct(uow: UnitOfWork) -> None:
        known = persons.load(uow, ref())
        newer = Contact(email="thief@example.org", mobile=None)
        persons.save(uow, Outcome(replace(known, contact=newer, register_contact=known.contact)))

    before = persons.load(harness.context.reading(DZ, by=someone()), ref()).contact
    harness.context.run(DZ, by=someone(), cause=f"test:{uuid4()}", action=correct)
    try:
        assert ask(browser, token).status_code == 201
    finally:
        _set_bank(harness.context, FIRST, contact=before)
    (event,) = published(harness.context, "change-asked")
    encrypted = Encrypted(event["former_contact"])
    former = harness.context.keys[DZ].decrypt(encrypted, data_class=DataClass.CONTACT, associated_data=ref())
    assert "amira@example.dz" in former and "thief" not in former
