"""A forgotten password: the same answer for everybody, a link that opens once, and everybody else is out."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.test import TestResponse

from tests.identity.builders import (
    AMIRA_NIN,
    KARIM_NIN,
    KARIM_NSS,
    PASSWORD,
    considered,
    events,
    forgotten,
    ref,
    reset,
    ways_back,
)
from tests.identity.conftest import IdentityHarness
from tests.kit.contexts import DZ, TN
from tests.kit.people import FIRM

NEW = "quatre chiens sous la table"


def ask(harness: IdentityHarness, **facts: Any) -> TestResponse:
    return harness.browser().ask("/accounts/recovery", forgotten(**facts))


def way_back(harness: IdentityHarness, **facts: Any) -> dict[str, str]:
    """Ask, let it be considered; what stands in the link that was sent."""
    assert ask(harness, **facts).status_code == 202
    considered(harness.context)
    return ways_back(harness.context)[-1]


def choose(harness: IdentityHarness, token: str, password: str = NEW, **more: str) -> TestResponse:
    return harness.browser().ask("/accounts/recovery/password", {"token": token, "password": password, **more})


def sent(harness: IdentityHarness) -> int:
    return len(ways_back(harness.context))


# --- asking


def test_a_forgotten_password_is_replaced_by_the_link_and_every_session_ends(harness: IdentityHarness) -> None:
    browsers = [harness.browser(), harness.browser()]
    signed_in = [browser.tokens(AMIRA_NIN, scope="openid account:manage") for browser in browsers]
    published = len(events(harness.context, "identity.password-changed"))
    link = way_back(harness)
    assert harness.browser().submit(AMIRA_NIN).status_code == 303, "asking changes nothing"
    done = choose(harness, link["token"])
    assert (done.status_code, done.json["status"]) == (200, "active")
    assert "toutes les sessions" in done.json["text"]
    for browser, tokens in zip(browsers, signed_in, strict=True):
        assert browser.refresh(tokens["refresh_token"]).status_code == 400
        assert browser.get("/sessions", tokens["access_token"]).json["code"] == "signin.session-over"
    assert harness.browser().submit(AMIRA_NIN).status_code == 422, "the old password is no more"
    assert harness.browser().submit(AMIRA_NIN, NEW).status_code == 303
    (event,) = events(harness.context, "identity.password-changed")[published:]
    assert (event["person_ref"], event["employer_ids"]) == (ref(), [])


UNKNOWN = {
    "an unknown id": {"national_id": "109900000000000777"},
    "another number": {"insurance_number": KARIM_NSS},
    "another day": {"birth_on": "1990-04-26"},
    "no account": {"national_id": KARIM_NIN, "insurance_number": KARIM_NSS, "birth_on": "1985-11-02"},
}


@pytest.mark.parametrize("facts", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_who_is_not_known_gets_the_same_answer_and_no_link(harness: IdentityHarness, facts: dict[str, str]) -> None:
    known, before = ask(harness), sent(harness)
    unknown = ask(harness, **facts)
    assert (unknown.status_code, unknown.json) == (known.status_code, known.json) == (202, known.json)
    assert set(unknown.headers.keys()) == set(known.headers.keys())
    assert considered(harness.context) == 2
    assert sent(harness) == before + 1


def test_an_account_that_nobody_opened_yet_has_no_way_back(harness: IdentityHarness) -> None:
    harness.context.database["accounts"].update_one({"person_ref": ref()}, {"$set": {"status": "pending"}})
    before = sent(harness)
    ask(harness)
    considered(harness.context)
    assert sent(harness) == before


def test_a_mailbox_gets_five_links_a_day_whatever_they_are_for(harness: IdentityHarness) -> None:
    harness.clock.move(days=2)
    before = sent(harness)
    for _ in range(7):
        ask(harness)
    considered(harness.context)
    assert sent(harness) == before + 5


def test_what_was_asked_rests_sealed_and_is_forgotten(harness: IdentityHarness) -> None:
    ask(harness)
    at_rest = json.dumps(list(harness.context.database["applications"].find()), default=str)
    assert AMIRA_NIN not in at_rest and "1990-04-25" not in at_rest
    considered(harness.context)
    assert harness.context.database["applications"].count_documents({}) == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"national_id": "1"}, "account.national-id-malformed"),
        ({"insurance_number": "abc"}, "account.insurance-number-malformed"),
        ({"birth_on": "1990-13-01"}, "request.invalid"),
        ({"email": "somebody@else.example"}, "request.invalid"),
        ({"password": NEW}, "request.invalid"),
        ({"national_id": 7}, "request.invalid"),
    ],
)
def test_a_malformed_request(harness: IdentityHarness, change: dict[str, Any], code: str) -> None:
    refused = ask(harness, **change)
    assert (refused.status_code, refused.json["code"]) == (422, code)


# --- choosing


def test_a_link_opens_once_and_for_a_day(harness: IdentityHarness) -> None:
    late = way_back(harness)["token"]
    harness.clock.move(hours=24)
    expired = choose(harness, late)
    assert (expired.status_code, expired.json["code"]) == (409, "recovery.expired")
    link = way_back(harness)["token"]
    assert choose(harness, link).status_code == 200
    again = choose(harness, link, "encore une autre phrase")
    assert (again.status_code, again.json["code"]) == (409, "recovery.used")
    assert harness.browser().submit(AMIRA_NIN, NEW).status_code == 303


def test_a_newer_link_and_a_new_password_void_the_older_link(harness: IdentityHarness) -> None:
    first, second = way_back(harness)["token"], way_back(harness)["token"]
    assert choose(harness, first).json["code"] == "recovery.unknown"
    browser = harness.browser()
    token = browser.tokens(AMIRA_NIN, scope="openid account:manage")["access_token"]
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert browser.ask("/account/password", body, token).status_code == 200
    assert choose(harness, second, "encore une autre phrase").json["code"] == "recovery.unknown"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("court", "account.password-too-short"),
        ("x" * 300, "account.password-too-long"),
        ("Soleil2024", "account.password-common"),
        ("my 25041990 day", "account.password-personal"),
        ("benali la belle", "account.password-personal"),
        ("dans la cnas il y a", "account.password-personal"),
    ],
)
def test_a_password_that_is_refused_leaves_the_link_good(harness: IdentityHarness, password: str, code: str) -> None:
    link = way_back(harness)["token"]
    refused = choose(harness, link, password)
    assert (refused.status_code, refused.json["code"]) == (422, code)
    assert choose(harness, link).status_code == 200


@pytest.mark.parametrize("token", ["x" * 43, "é", "null"])
def test_a_token_that_nobody_gave(harness: IdentityHarness, token: str) -> None:
    refused = choose(harness, token)
    assert (refused.status_code, refused.json["code"]) == (404, "recovery.unknown")


def test_a_link_is_of_one_fund_and_opens_no_pending_account(harness: IdentityHarness) -> None:
    link = way_back(harness)["token"]
    other = harness.browser(fund=TN).ask("/accounts/recovery/password", {"token": link, "password": NEW})
    assert (other.status_code, other.json["code"]) == (404, "recovery.unknown")
    activation = harness.browser().ask("/accounts/activation", {"token": link, "password": PASSWORD})
    assert activation.json["code"] == "activation.unknown"


def test_only_the_hash_of_the_token_is_kept(harness: IdentityHarness) -> None:
    link = way_back(harness)["token"]
    database = harness.context.database
    at_rest = json.dumps({name: list(database[name].find()) for name in database.list_collection_names()}, default=str)
    assert link not in at_rest and NEW not in at_rest


@pytest.mark.parametrize("body", [{}, {"token": "x"}, {"token": "", "password": NEW}, {"token": "x", "password": 7}])
def test_a_malformed_choice(harness: IdentityHarness, body: dict[str, Any]) -> None:
    assert harness.browser().ask("/accounts/recovery/password", body).status_code == 422


# --- users and staff, whom an operator helps


def link_of(harness: IdentityHarness, login: str) -> dict[str, str]:
    status, link = reset(harness.context, login)
    assert status == 0 and link.startswith(f"https://portal.test/{DZ}/recovery#")
    return dict(parse_qsl(urlsplit(link).fragment))


def test_an_operator_starts_a_reset_and_neither_learns_nor_chooses_the_password(harness: IdentityHarness) -> None:
    published = len(events(harness.context, "identity.password-changed"))
    link = link_of(harness, " PAIE ")
    assert harness.browser().submit("paie").status_code == 303, "starting it changes nothing"
    assert choose(harness, link["token"], "onze signes").json["code"] == "account.password-too-short"
    assert choose(harness, link["token"]).status_code == 200
    assert harness.browser().submit("paie", NEW).status_code == 303
    (event,) = events(harness.context, "identity.password-changed")[published:]
    assert (event["person_ref"], event["employer_ids"]) == (None, [FIRM])


def test_the_audit_names_who_started_a_reset(harness: IdentityHarness) -> None:
    link_of(harness, "paie")
    at_rest = json.dumps(list(harness.context.database["audit"].find()), default=str)
    assert "system:reset-user:" in at_rest


def test_a_link_alone_opens_no_account_with_a_second_factor(harness: IdentityHarness) -> None:
    link = link_of(harness, "nadia")["token"]
    code = harness.codes()
    wrong = "000000" if code != "000000" else "111111"
    for sent_code in ({}, {"one_time_code": wrong}):
        refused = choose(harness, link, **sent_code)
        assert (refused.status_code, refused.json["code"]) == (422, "recovery.code-wrong")
    assert choose(harness, link, one_time_code=code).status_code == 200
    browser = harness.browser(client_id="backoffice")
    assert browser.submit("nadia", NEW, code).status_code == 422, "the code was used"
    harness.clock.move(seconds=60)
    assert browser.submit("nadia", NEW, harness.codes()).status_code == 303


def test_codes_cannot_be_tried_one_after_the_other(harness: IdentityHarness) -> None:
    link = link_of(harness, "nadia")["token"]
    wrong = "000000" if harness.codes() != "000000" else "111111"
    codes = [choose(harness, link, one_time_code=wrong).json["code"] for _ in range(6)]
    assert codes == ["recovery.code-wrong"] * 4 + ["account.door-shut"] * 2
    assert choose(harness, link, one_time_code=harness.codes()).json["code"] == "account.door-shut", (
        "the right one waits too"
    )
    harness.clock.move(seconds=61)
    assert choose(harness, link, one_time_code=harness.codes()).status_code == 200


@pytest.mark.parametrize("login", ["nobody", "1600000001"])
def test_a_login_that_nobody_has_or_can_have(harness: IdentityHarness, login: str) -> None:
    status, said = reset(harness.context, login)
    assert status == 1 and said in {
        "There is no account with this identifier.",
        service_sentence(),
    }


def service_sentence() -> str:
    return "A user name begins with a Latin letter, followed by 2 to 63 letters, digits or the signs . _ @ -"


def test_no_such_fund(harness: IdentityHarness) -> None:
    assert reset(harness.context, "paie", fund_id="xx")[0] == 1
    assert reset(harness.context, "paie", fund_id=TN) == (1, "There is no account with this identifier.")
