"""An owner changes the password and looks after the sessions: theirs, at once, and nobody else's."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.identity.accounts import actions as accounts
from services.identity.accounts.actions import Attempt
from services.identity.signin import actions as signin
from services.identity.signin.session import Session
from shared.kernel.actors import ActorKind
from shared.storage.unit_of_work import UnitOfWork
from tests.identity.builders import AMIRA_NIN, AMIRA_NSS, PASSWORD, employer_row, events, person_row, ref
from tests.identity.conftest import IdentityHarness
from tests.identity.signin.relying_party import CALLBACK, Browser, challenge
from tests.kit.contexts import DZ, someone
from tests.kit.people import FIRM
from tests.kit.roles import SCOPES, Role

NEW = "quatre chiens sous la table"
SCOPE = "openid account:manage"


def signed_in(harness: IdentityHarness, login: str = AMIRA_NIN) -> tuple[Browser, dict[str, Any]]:
    staff = login == "nadia"
    browser = harness.browser(client_id="backoffice" if staff else "portal")
    return browser, browser.tokens(login, code=harness.codes() if staff else "", scope=SCOPE)


def change(browser: Browser, tokens: dict[str, Any], current: str = PASSWORD, chosen: str = NEW) -> Any:
    body = {"current_password": current, "new_password": chosen}
    return browser.ask("/account/password", body, tokens["access_token"])


def sessions(browser: Browser, tokens: dict[str, Any]) -> list[dict[str, Any]]:
    shown = browser.get("/sessions", tokens["access_token"])
    assert shown.status_code == 200, shown.text
    return list(shown.json["items"])


def end(browser: Browser, tokens: dict[str, Any], session_id: str) -> Any:
    return browser.ask(f"/sessions/{session_id}/end", {}, tokens["access_token"])


def test_everybody_may_see_to_their_own_account() -> None:
    assert all("account:manage" in SCOPES[role] for role in Role)


# --- who it is of


def test_a_person_reads_what_the_register_says_of_them(harness: IdentityHarness) -> None:
    here, tokens = signed_in(harness)
    own = here.get("/own-record", tokens["access_token"])
    assert own.status_code == 200, own.text
    assert own.json == {
        "person_ref": ref(),
        "insurance_number": AMIRA_NSS,
        "national_id": AMIRA_NIN,
        **{"family_name": person_row()["family_name"], "first_name": "Amira"},
        **{"family_name_ar": "بن علي", "first_name_ar": "أميرة"},
        **{"birth_on": "1990-04-25", "language": "ar", "dependants": 2},
        **{"email": "amira@example.dz", "mobile": "+213550123456"},
    }


@pytest.mark.parametrize("login", ["paie", "nadia"])
def test_who_is_no_person_has_no_record(harness: IdentityHarness, login: str) -> None:
    here, tokens = signed_in(harness, login)
    assert here.get("/own-record", tokens["access_token"]).status_code == 403


def test_the_firms_that_somebody_acts_for_are_called_by_their_names(harness: IdentityHarness) -> None:
    here, tokens = signed_in(harness, "paie")
    named = here.get("/own-employers", tokens["access_token"])
    assert named.json["items"] == [{"employer_id": FIRM, "name": employer_row()["name"]}]
    for login in (AMIRA_NIN, "nadia"):
        here, tokens = signed_in(harness, login)
        assert here.get("/own-employers", tokens["access_token"]).json["items"] == []


# --- the password


@pytest.mark.parametrize(
    ("login", "person_ref", "employer_ids"),
    [(AMIRA_NIN, ref(), []), ("paie", None, [FIRM]), ("nadia", None, [])],
    ids=["a person", "a user", "one of the staff"],
)
def test_a_changed_password_ends_every_other_session_and_is_told(
    harness: IdentityHarness, login: str, person_ref: str | None, employer_ids: list[str]
) -> None:
    here, tokens = signed_in(harness, login)
    harness.clock.move(seconds=60)
    there, others = signed_in(harness, login)
    done = change(here, tokens)
    assert done.status_code == 200 and "autres sessions" in done.json["text"], done.text
    assert there.refresh(others["refresh_token"]).status_code == 400
    assert there.get("/sessions", others["access_token"]).json["code"] == "signin.session-over"
    fresh = here.refresh(tokens["refresh_token"])
    assert fresh.status_code == 200, "this session goes on"
    assert [each["is_this"] for each in sessions(here, fresh.json)] == [True]
    (event,) = events(harness.context, "identity.password-changed")
    assert (event["person_ref"], event["employer_ids"]) == (person_ref, employer_ids)


def test_the_new_password_lets_in_and_the_old_one_does_not(harness: IdentityHarness) -> None:
    assert change(*signed_in(harness)).status_code == 200
    assert harness.browser().submit(AMIRA_NIN).status_code == 422
    assert harness.browser().submit(AMIRA_NIN, NEW).status_code == 303


def test_the_current_password_is_asked_for_and_wrong_ones_count(harness: IdentityHarness) -> None:
    browser, tokens = signed_in(harness)
    codes = [change(browser, tokens, current="wrong") for _ in range(6)]
    assert [each.json["code"] for each in codes[:4]] == ["account.current-password-wrong"] * 4
    assert [each.json["code"] for each in codes[4:]] == ["account.door-shut"] * 2
    assert change(browser, tokens).json["code"] == "account.door-shut", "the right one waits too"
    assert harness.browser().submit(AMIRA_NIN).status_code == 303, "and nobody is kept from signing in by it"
    harness.clock.move(seconds=61)
    assert change(browser, tokens).status_code == 200


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ("court", "account.password-too-short"),
        ("Soleil2024", "account.password-common"),
        ("my 25041990 day", "account.password-personal"),
        ("amira la belle", "account.password-personal"),
        ("himaya pour tous", "account.password-personal"),
        ("benali1990", "account.password-personal"),
        ("B\u00e9nali-9\u200b1", "account.password-personal"),
        ("بن عليّ الأولى", "account.password-personal"),
        (PASSWORD, "account.password-unchanged"),
    ],
)
def test_u12_p1_a_password_that_is_refused_changes_nothing(harness: IdentityHarness, chosen: str, code: str) -> None:
    browser, tokens = signed_in(harness)
    refused = change(browser, tokens, chosen=chosen)
    assert (refused.status_code, refused.json["code"]) == (422, code)
    assert harness.context.database["tries"].count_documents({}) == 0, "and counts as no failure"
    assert browser.refresh(tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    "body", [{}, {"current_password": PASSWORD}, {"current_password": 1, "new_password": NEW}, {"new_password": NEW}]
)
def test_a_malformed_change(harness: IdentityHarness, body: dict[str, Any]) -> None:
    browser, tokens = signed_in(harness)
    assert browser.ask("/account/password", body, tokens["access_token"]).status_code == 422


def test_of_two_changes_at_once_one_is_in_force(harness: IdentityHarness) -> None:
    (one, first), (two, second) = signed_in(harness), signed_in(harness)
    with ThreadPoolExecutor(2) as racers:
        asked = [
            racers.submit(change, one, first, PASSWORD, "une phrase de l'un"),
            racers.submit(change, two, second, PASSWORD, "une phrase de l'autre"),
        ]
        answers = [each.result().status_code for each in asked]
    assert sorted(answers) in ([200, 403], [200, 422]), "the later one is signed out, or does not know the password"
    assert len(events(harness.context, "identity.password-changed")) == 1


def test_a_code_that_waits_while_the_password_is_changed_begins_nothing(harness: IdentityHarness) -> None:
    browser, tokens = signed_in(harness)
    slow = harness.browser()
    waiting = slow.code(AMIRA_NIN, scope=SCOPE)
    assert change(browser, tokens).status_code == 200
    assert slow.exchange(waiting).status_code == 400


def test_a_sign_in_whose_transaction_began_before_the_change_leaves_no_session(harness: IdentityHarness) -> None:
    """It read the old password, and is written after the new one: neither sees the other, and the session is void."""
    browser, tokens = signed_in(harness)
    attempt = Attempt(login=AMIRA_NIN, password=PASSWORD, one_time_code="", device="", actors=frozenset(ActorKind))
    code = "late.c0de"

    def sign_in(uow: UnitOfWork) -> None:
        account = accounts.authenticate(uow, attempt).account
        assert account is not None
        with ThreadPoolExecutor(1) as meanwhile:
            assert meanwhile.submit(change, browser, tokens).result().status_code == 200
        session = Session(
            session_id="late",
            account_id=account.account_id,
            client_id="portal",
            redirect_uri=CALLBACK,
            scope=("openid",),
            challenge=challenge(),
            nonce=None,
            methods=("pwd",),
            signed_in_at=uow.at,
            code_hash=accounts.hash_of(code),
            password_serial=account.password_serial,
        )
        signin.begin(uow, session)

    harness.context.run(DZ, by=someone(), cause="test", action=sign_in)
    assert harness.context.database["sessions"].count_documents({"session_id": "late"}) == 1, "it was written"
    assert harness.browser().exchange(code).status_code == 400


# --- sessions


def test_an_owner_sees_the_sessions_and_ends_one(harness: IdentityHarness) -> None:
    (here, tokens), (there, others) = signed_in(harness), signed_in(harness)
    harness.browser().code(AMIRA_NIN)  # a code that nobody exchanged is no session
    shown = sessions(here, tokens)
    assert [each["client_id"] for each in shown] == ["portal", "portal"]
    assert sorted(each["is_this"] for each in shown) == [False, True]
    (other,) = [each["session_id"] for each in shown if not each["is_this"]]
    assert end(here, tokens, other).status_code == 204
    assert there.refresh(others["refresh_token"]).json["error"] == "invalid_grant"
    assert there.get("/sessions", others["access_token"]).json["code"] == "signin.session-over"
    assert len(sessions(here, tokens)) == 1
    assert end(here, tokens, other).status_code == 204, "over is over"


PHONE = "Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0"


def test_a_session_says_on_what_device_it_began_and_when_it_was_last_used(harness: IdentityHarness) -> None:
    browser = harness.browser()
    browser.client.environ_base["HTTP_USER_AGENT"] = PHONE
    tokens = browser.tokens(AMIRA_NIN, scope=SCOPE)
    (begun,) = sessions(browser, tokens)
    assert (begun["browser"], begun["system"]) == ("Firefox", "Android")
    (kept,) = harness.context.database["sessions"].find({})
    assert "Mozilla" not in repr(kept), "two names are kept, not what tells one phone from another"
    browser.client.environ_base["HTTP_USER_AGENT"] = "frontends"  # tokens are asked for by the portal, not by the phone
    fresh = browser.refresh(tokens["refresh_token"]).json
    (used,) = sessions(browser, fresh)
    assert (used["browser"], used["signed_in_at"]) == ("Firefox", begun["signed_in_at"])
    assert used["used_at"] > begun["used_at"] > used["signed_in_at"]


def test_a_session_of_before_devices_were_kept_is_shown(harness: IdentityHarness) -> None:
    here, tokens = signed_in(harness)
    harness.context.database["sessions"].update_many({}, {"$unset": {"device": 1, "used_at": 1}})
    (shown,) = sessions(here, tokens)
    assert (shown["browser"], shown["system"], shown["used_at"]) == ("", "", shown["signed_in_at"])


def test_an_owner_ends_all_other_sessions(harness: IdentityHarness) -> None:
    (here, tokens), *others = [signed_in(harness) for _ in range(3)]
    ended = here.ask("/sessions/end-others", {}, tokens["access_token"])
    assert (ended.status_code, ended.json) == (200, {"ended": 2})
    assert all(browser.refresh(each["refresh_token"]).status_code == 400 for browser, each in others)
    assert here.refresh(tokens["refresh_token"]).status_code == 200
    again = here.ask("/sessions/end-others", {}, tokens["access_token"])
    assert again.json == {"ended": 0}


def test_more_sessions_than_a_page_are_all_shown_and_all_ended(harness: IdentityHarness) -> None:
    here, tokens = signed_in(harness)
    others = [signed_in(harness)[1] for _ in range(3)]
    assert others
    (template,) = harness.context.database["sessions"].find({}).sort("signed_in_at", -1).limit(1)
    copies = [
        {**template, "_id": f"{DZ}:copy-{number:03d}", "session_id": f"copy-{number:03d}"} for number in range(220)
    ]
    harness.context.database["sessions"].insert_many(copies)
    seen, cursor = [], ""
    for _ in range(10):
        page = here.get(f"/sessions?limit=50{cursor}", tokens["access_token"]).json
        seen += [each["session_id"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == len(set(seen)) == 224
    ended = here.ask("/sessions/end-others", {}, tokens["access_token"])
    assert (ended.status_code, ended.json) == (200, {"ended": 223})


def test_nobody_ends_the_session_of_another(harness: IdentityHarness) -> None:
    (browser, tokens), (mine, own) = signed_in(harness), signed_in(harness, "paie")
    (theirs,) = sessions(browser, tokens)
    refused = end(mine, own, theirs["session_id"])
    assert (refused.status_code, refused.json["code"]) == (403, "access.not-yours")
    assert browser.refresh(tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize("session_id", ["x", "00000000-0000-7000-8000-000000000000"])
def test_a_session_that_is_not_there(harness: IdentityHarness, session_id: str) -> None:
    refused = end(*signed_in(harness), session_id)
    assert (refused.status_code, refused.json["code"]) == (404, "signin.session-unknown")


def test_an_own_session_that_was_ended_does_nothing_more(harness: IdentityHarness) -> None:
    browser, tokens = signed_in(harness)
    (own,) = sessions(browser, tokens)
    assert end(browser, tokens, own["session_id"]).status_code == 204
    for refused in (change(browser, tokens), end(browser, tokens, own["session_id"])):
        assert (refused.status_code, refused.json["code"]) == (403, "signin.session-over")


def test_a_session_does_not_last_beyond_half_a_day(harness: IdentityHarness) -> None:
    browser, tokens = signed_in(harness)
    harness.clock.move(hours=11, minutes=55)
    later = browser.refresh(tokens["refresh_token"]).json
    harness.clock.move(minutes=6)
    assert browser.get("/sessions", later["access_token"]).json["code"] == "signin.session-over"
