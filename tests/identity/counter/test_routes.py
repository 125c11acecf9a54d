"""An agent acts for a person who is present: with a proof, for a while, in the sight of the person."""

from typing import Any
from uuid import uuid4

import pytest

from services.identity.accounts.account import COUNTER_SCOPES
from services.identity.signin.provider import TOKEN_EXCHANGE, VISIT_TICKET
from shared.http.callers import OtherFund
from shared.kernel.actors import ActorKind
from shared.kernel.personal import DataClass, Encrypted
from tests.identity.builders import AMIRA_NIN, AMIRA_NSS, events, ref
from tests.identity.conftest import IdentityHarness
from tests.identity.signin.relying_party import Browser
from tests.kit.contexts import DZ, TN

SCOPE = "openid counter:act account:manage"
PRESENT = {"number": AMIRA_NSS, "proof": "id-card", "proof_ending": "٤٨٢١", "place": "Guichet 3"}


@pytest.fixture
def browser(harness: IdentityHarness) -> Browser:
    return harness.browser(client_id="backoffice")


@pytest.fixture
def token(browser: Browser, harness: IdentityHarness) -> str:
    return str(browser.tokens("nadia", code=harness.codes(), scope=SCOPE)["access_token"])


def begin(browser: Browser, token: str, *, key: str = "", **changes: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key or str(uuid4()), "Accept-Language": "fr"}
    return browser.client.post(browser.url("/counter/visits"), json={**PRESENT, **changes}, headers=headers)


def exchange(browser: Browser, ticket: str, **changes: Any) -> Any:
    sent = {
        "grant_type": TOKEN_EXCHANGE,
        "client_id": browser.client_id,
        "subject_token": ticket,
        "subject_token_type": VISIT_TICKET,
        **changes,
    }
    return browser.post("/token", **sent)


def test_an_agent_acts_for_who_is_present_and_is_seen_to(
    harness: IdentityHarness, browser: Browser, token: str
) -> None:
    begun = begin(browser, token)
    assert begun.status_code == 201, begun.text
    assert begun.json["person"]["family_name"] == "Benali"
    assert (begun.json["visit"]["proof_ending"], begun.json["visit"]["proof"]) == ("4821", "id-card")
    answer = exchange(browser, begun.json["ticket"])
    assert answer.status_code == 200, answer.text
    assert answer.json["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    assert "refresh_token" not in answer.json
    actor = harness.verifier().actor(f"Bearer {answer.json['access_token']}", fund_id=DZ, at=harness.clock())
    assert (actor.kind, actor.person_ref) == (ActorKind.PERSON, ref())
    assert actor.agent_id == actor.agent == begun.json["visit"]["agent_id"]
    assert actor.visit_id == begun.json["visit"]["visit_id"]
    assert actor.scopes <= COUNTER_SCOPES
    with pytest.raises(OtherFund):
        harness.verifier().actor(f"Bearer {answer.json['access_token']}", fund_id=TN, at=harness.clock())

    own = harness.browser()
    mine = own.tokens(AMIRA_NIN, scope="openid account:manage")["access_token"]
    seen = own.get("/access-journal", mine).json["items"]
    assert {each["looked_at"] for each in seen} >= {"counter", "person"}
    assert {each["by"] for each in seen} == {actor.agent}
    [visit] = own.get("/counter/visits", mine).json["items"]
    assert visit["proof_text"] == "Carte nationale d'identité"
    assert (visit["place"], visit["reference"]) == ("Guichet 3", begun.json["visit"]["reference"])


def test_what_is_done_at_a_counter_is_audited_under_both(
    harness: IdentityHarness, browser: Browser, token: str
) -> None:
    begun = begin(browser, token).json
    present = exchange(browser, begun["ticket"]).json["access_token"]
    before = browser.get("/contact", present).json
    headers = {"Authorization": f"Bearer {present}", "If-Match": f'"{before["version"]}"'}
    body = {"email": "amira.b@example.org", "mobile": "٠٦٦٠ ١٢ ٣٤ ٥٦"}
    changed = browser.client.put(browser.url("/contact"), json=body, headers=headers)
    assert changed.status_code == 200, changed.text
    assert changed.json["mobile"] == "+213660123456"
    [written] = [
        entry
        for document in harness.context.database["audit"].find({"fund": DZ})
        for entry in document["entries"]
        if any(each["thing"] == "persons" for each in entry["deeds"])
    ]
    assert (written["actor"], written["agent"]) == (ref(), begun["visit"]["agent_id"])
    assert written["visit"] == begun["visit"]["visit_id"]
    assert events(harness.context, "identity.persons-registered")
    (corrected,) = events(harness.context, "identity.contact-corrected")
    assert corrected["place"] == begun["visit"]["place"]
    former = harness.context.keys[DZ].decrypt(
        Encrypted(corrected["former"]), data_class=DataClass.CONTACT, associated_data=begun["person"]["person_ref"]
    )
    assert before["mobile"] in former and "213660123456" not in former
    journal = harness.context.database["access_journal"].find({"is_act": True})
    assert [each["looked_at"] for each in journal] == ["contact"]
    assert browser.client.put(browser.url("/contact"), json=body, headers=headers).status_code == 412
    headers = {"Authorization": f"Bearer {present}"}
    as_before = {name: before[name] for name in ("email", "mobile")}
    assert browser.client.put(browser.url("/contact"), json=as_before, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"proof": "face"}, 422, "counter.proof-unknown"),
        ({"proof": 7}, 422, "request.invalid"),
        ({"proof_ending": ""}, 422, "request.invalid"),
        ({"proof_ending": "12"}, 422, "counter.ending-malformed"),
        ({"place": "\u200b"}, 422, "counter.place-empty"),
        ({"number": "900000000777"}, 404, "register.person-missing"),
    ],
)
def test_nobody_acts_for_a_person_without_a_proof(
    browser: Browser, token: str, changes: dict[str, str], status: int, code: str
) -> None:
    refused = begin(browser, token, **changes)
    assert (refused.status_code, refused.json["code"]) == (status, code)
    body = {name: value for name, value in PRESENT.items() if name != "proof"}
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
    assert browser.client.post(browser.url("/counter/visits"), json=body, headers=headers).status_code == 422


def test_the_same_visit_begins_once(browser: Browser, token: str) -> None:
    key = str(uuid4())
    assert begin(browser, token, key=key).json == begin(browser, token, key=key).json


def test_a_person_is_of_one_fund(harness: IdentityHarness, token: str) -> None:
    refused = begin(harness.browser(client_id="backoffice", fund=TN), token)
    assert refused.status_code in {401, 403}, refused.text


def test_only_who_stands_at_counters_acts_there(harness: IdentityHarness) -> None:
    own = harness.browser()
    mine = own.tokens(AMIRA_NIN, scope="openid account:manage claims:submit")["access_token"]
    assert begin(own, mine).status_code == 403
    assert own.get("/contact", mine).status_code == 403


def test_what_a_ticket_is_not_good_for(harness: IdentityHarness, browser: Browser, token: str) -> None:
    begun = begin(browser, token).json
    ticket = begun["ticket"]
    assert exchange(browser, ticket, subject_token_type="urn:x").json["error"] == "invalid_request"
    assert exchange(browser, ticket[:-2] + "xx").json["error"] == "invalid_grant"
    assert exchange(browser, "x").json["error"] == "invalid_grant"
    assert exchange(browser, ticket, client_id="portal").json["error"] == "unauthorized_client"
    narrow = exchange(browser, ticket, scope="claims:read claims:decide").json
    assert narrow["scope"] == "claims:read"
    ended = browser.ask(f"/counter/visits/{begun['visit']['visit_id']}/end", {}, token)
    assert ended.status_code == 200
    assert exchange(browser, ticket).json["error"] == "invalid_grant"


def test_a_visit_does_not_outlive_its_hour_or_the_agents_session(
    harness: IdentityHarness, browser: Browser, token: str
) -> None:
    ticket = begin(browser, token).json["ticket"]
    harness.clock.move(minutes=59)
    assert exchange(browser, ticket).status_code == 200
    harness.context.database["sessions"].update_many({}, {"$set": {"ended_at": harness.clock()}})
    assert exchange(browser, ticket).json["error"] == "invalid_grant"
    harness.context.database["sessions"].update_many({}, {"$set": {"ended_at": None}})
    harness.clock.move(minutes=2)
    assert exchange(browser, ticket).json["error"] == "invalid_grant"


def test_colleagues_are_called_by_name_and_nobody_else_learns_it(
    harness: IdentityHarness, browser: Browser, token: str
) -> None:
    sub = browser.get("/userinfo", token).json["sub"]
    named = browser.client.get(
        browser.url("/staff-names", account_ids=f"{sub},nobody"), headers={"Authorization": f"Bearer {token}"}
    )
    assert named.json == {"items": [{"account_id": sub, "name": "Nadia B."}]}
    too_many = ",".join(["a"] * 51)
    for asked in ("", too_many, "a b", "a,,b"):
        assert browser.get(browser.url("/staff-names", account_ids=asked)[len(f"/v1/{DZ}") :], token).status_code == 422
    own = harness.browser()
    mine = own.tokens(AMIRA_NIN, scope="openid account:manage")["access_token"]
    assert own.get(f"/staff-names?account_ids={sub}", mine).status_code == 403


def test_a_colleague_is_found_by_login_if_they_may_do_what_is_to_be_done(
    harness: IdentityHarness, browser: Browser, token: str
) -> None:
    def search(caller: Browser, with_token: str, login: str, scope: str = "claims:decide") -> Any:
        return caller.ask("/staff/searches", {"login": login, "scope": scope}, with_token)

    sub = browser.get("/userinfo", token).json["sub"]
    assert search(browser, token, " Nadia ").json == {"account_id": sub, "name": "Nadia B."}
    for login, scope in (("nadia", "no:such"), ("paie", "claims:decide"), ("nobody", "claims:decide")):
        refused = search(browser, token, login, scope)
        assert (refused.status_code, refused.json["code"]) == (404, "account.staff-unknown"), login
    own = harness.browser()
    mine = own.tokens(AMIRA_NIN, scope="openid account:manage")["access_token"]
    assert search(own, mine, "nadia").status_code == 403
