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
from tests.identity.conftest import House
from tests.kit.contexts import DZ, TN
from tests.kit.people import FIRM

NEW = "quatre chiens sous la table"


def ask(house: House, **facts: Any) -> TestResponse:
    return house.browser().ask("/accounts/recovery", forgotten(**facts))


def way_back(house: House, **facts: Any) -> dict[str, str]:
    """Ask, let it be considered; what stands in the link that was sent."""
    assert ask(house, **facts).status_code == 202
    considered(house.context)
    return ways_back(house.context)[-1]


def choose(house: House, token: str, password: str = NEW, **more: str) -> TestResponse:
    return house.browser().ask("/accounts/recovery/password", {"token": token, "password": password, **more})


def sent(house: House) -> int:
    return len(ways_back(house.context))


# --- asking


def test_a_forgotten_password_is_replaced_by_the_link_and_every_session_ends(house: House) -> None:
    browsers = [house.browser(), house.browser()]
    signed_in = [browser.tokens(AMIRA_NIN, scope="openid account:manage") for browser in browsers]
    told = len(events(house.context, "identity.password-changed"))
    link = way_back(house)
    assert house.browser().submit(AMIRA_NIN).status_code == 303, "asking changes nothing"
    done = choose(house, link["token"])
    assert (done.status_code, done.json["status"]) == (200, "active")
    assert "toutes les sessions" in done.json["text"]
    for browser, tokens in zip(browsers, signed_in, strict=True):
        assert browser.refresh(tokens["refresh_token"]).status_code == 400
        assert browser.get("/sessions", tokens["access_token"]).json["code"] == "signin.session-over"
    assert house.browser().submit(AMIRA_NIN).status_code == 422, "the old password is no more"
    assert house.browser().submit(AMIRA_NIN, NEW).status_code == 303
    (event,) = events(house.context, "identity.password-changed")[told:]
    assert (event["person_ref"], event["employer_ids"]) == (ref(), [])


UNKNOWN = {
    "an unknown id": {"national_id": "109900000000000777"},
    "another number": {"insurance_number": KARIM_NSS},
    "another day": {"birth_on": "1990-04-26"},
    "no account": {"national_id": KARIM_NIN, "insurance_number": KARIM_NSS, "birth_on": "1985-11-02"},
}


@pytest.mark.parametrize("facts", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_who_is_not_known_gets_the_same_answer_and_no_link(house: House, facts: dict[str, str]) -> None:
    known, before = ask(house), sent(house)
    unknown = ask(house, **facts)
    assert (unknown.status_code, unknown.json) == (known.status_code, known.json) == (202, known.json)
    assert set(unknown.headers.keys()) == set(known.headers.keys())
    assert considered(house.context) == 2
    assert sent(house) == before + 1


def test_an_account_that_nobody_opened_yet_has_no_way_back(house: House) -> None:
    house.context.database["accounts"].update_one({"person_ref": ref()}, {"$set": {"status": "pending"}})
    before = sent(house)
    ask(house)
    considered(house.context)
    assert sent(house) == before


def test_a_mailbox_gets_five_links_a_day_whatever_they_are_for(house: House) -> None:
    house.clock.move(days=2)
    before = sent(house)
    for _ in range(7):
        ask(house)
    considered(house.context)
    assert sent(house) == before + 5


def test_what_was_asked_rests_sealed_and_is_forgotten(house: House) -> None:
    ask(house)
    at_rest = json.dumps(list(house.context.database["applications"].find()), default=str)
    assert AMIRA_NIN not in at_rest and "1990-04-25" not in at_rest
    considered(house.context)
    assert house.context.database["applications"].count_documents({}) == 0


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
def test_a_malformed_request(house: House, change: dict[str, Any], code: str) -> None:
    refused = ask(house, **change)
    assert (refused.status_code, refused.json["code"]) == (422, code)


# --- choosing


def test_a_link_opens_once_and_for_a_day(house: House) -> None:
    late = way_back(house)["token"]
    house.clock.move(hours=24)
    expired = choose(house, late)
    assert (expired.status_code, expired.json["code"]) == (409, "recovery.expired")
    link = way_back(house)["token"]
    assert choose(house, link).status_code == 200
    again = choose(house, link, "encore une autre phrase")
    assert (again.status_code, again.json["code"]) == (409, "recovery.used")
    assert house.browser().submit(AMIRA_NIN, NEW).status_code == 303


def test_a_newer_link_and_a_new_password_void_the_older_link(house: House) -> None:
    first, second = way_back(house)["token"], way_back(house)["token"]
    assert choose(house, first).json["code"] == "recovery.unknown"
    browser = house.browser()
    token = browser.tokens(AMIRA_NIN, scope="openid account:manage")["access_token"]
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert browser.ask("/account/password", body, token).status_code == 200
    assert choose(house, second, "encore une autre phrase").json["code"] == "recovery.unknown"


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
def test_a_password_that_is_refused_leaves_the_link_good(house: House, password: str, code: str) -> None:
    link = way_back(house)["token"]
    refused = choose(house, link, password)
    assert (refused.status_code, refused.json["code"]) == (422, code)
    assert choose(house, link).status_code == 200


@pytest.mark.parametrize("token", ["x" * 43, "é", "null"])
def test_a_token_that_nobody_gave(house: House, token: str) -> None:
    refused = choose(house, token)
    assert (refused.status_code, refused.json["code"]) == (404, "recovery.unknown")


def test_a_link_is_of_one_fund_and_opens_no_pending_account(house: House) -> None:
    link = way_back(house)["token"]
    other = house.browser(fund=TN).ask("/accounts/recovery/password", {"token": link, "password": NEW})
    assert (other.status_code, other.json["code"]) == (404, "recovery.unknown")
    activation = house.browser().ask("/accounts/activation", {"token": link, "password": PASSWORD})
    assert activation.json["code"] == "activation.unknown"


def test_only_the_hash_of_the_token_is_kept(house: House) -> None:
    link = way_back(house)["token"]
    database = house.context.database
    at_rest = json.dumps({name: list(database[name].find()) for name in database.list_collection_names()}, default=str)
    assert link not in at_rest and NEW not in at_rest


@pytest.mark.parametrize("body", [{}, {"token": "x"}, {"token": "", "password": NEW}, {"token": "x", "password": 7}])
def test_a_malformed_choice(house: House, body: dict[str, Any]) -> None:
    assert house.browser().ask("/accounts/recovery/password", body).status_code == 422


# --- users and staff, whom an operator helps


def link_of(house: House, login: str) -> dict[str, str]:
    status, link = reset(house.context, login)
    assert status == 0 and link.startswith(f"https://portal.test/{DZ}/recovery#")
    return dict(parse_qsl(urlsplit(link).fragment))


def test_an_operator_starts_a_reset_and_neither_learns_nor_chooses_the_password(house: House) -> None:
    told = len(events(house.context, "identity.password-changed"))
    link = link_of(house, " PAIE ")
    assert house.browser().submit("paie").status_code == 303, "starting it changes nothing"
    assert choose(house, link["token"], "onze signes").json["code"] == "account.password-too-short"
    assert choose(house, link["token"]).status_code == 200
    assert house.browser().submit("paie", NEW).status_code == 303
    (event,) = events(house.context, "identity.password-changed")[told:]
    assert (event["person_ref"], event["employer_ids"]) == (None, [FIRM])


def test_the_audit_names_who_started_a_reset(house: House) -> None:
    link_of(house, "paie")
    at_rest = json.dumps(list(house.context.database["audit"].find()), default=str)
    assert "system:reset-user:" in at_rest


def test_a_link_alone_opens_no_account_with_a_second_factor(house: House) -> None:
    link = link_of(house, "nadia")["token"]
    code = house.codes()
    wrong = "000000" if code != "000000" else "111111"
    for sent_code in ({}, {"one_time_code": wrong}):
        refused = choose(house, link, **sent_code)
        assert (refused.status_code, refused.json["code"]) == (422, "recovery.code-wrong")
    assert choose(house, link, one_time_code=code).status_code == 200
    browser = house.browser(client_id="backoffice")
    assert browser.submit("nadia", NEW, code).status_code == 422, "the code was used"
    house.clock.move(seconds=60)
    assert browser.submit("nadia", NEW, house.codes()).status_code == 303


def test_codes_cannot_be_tried_one_after_the_other(house: House) -> None:
    link = link_of(house, "nadia")["token"]
    wrong = "000000" if house.codes() != "000000" else "111111"
    codes = [choose(house, link, one_time_code=wrong).json["code"] for _ in range(6)]
    assert codes == ["recovery.code-wrong"] * 4 + ["account.door-shut"] * 2
    assert choose(house, link, one_time_code=house.codes()).json["code"] == "account.door-shut", (
        "the right one waits too"
    )
    house.clock.move(seconds=61)
    assert choose(house, link, one_time_code=house.codes()).status_code == 200


@pytest.mark.parametrize("login", ["nobody", "1600000001"])
def test_a_login_that_nobody_has_or_can_have(house: House, login: str) -> None:
    status, said = reset(house.context, login)
    assert status == 1 and said in {
        "There is no account with this identifier.",
        service_sentence(),
    }


def service_sentence() -> str:
    return "A user name begins with a Latin letter, followed by 2 to 63 letters, digits or the signs . _ @ -"


def test_no_such_fund(house: House) -> None:
    assert reset(house.context, "paie", fund_id="xx")[0] == 1
    assert reset(house.context, "paie", fund_id=TN) == (1, "There is no account with this identifier.")
