"""OpenID Connect from the first request to the last token; and everything that is refused on the way."""

import base64
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from services.identity.signin import keys
from services.identity.signin.client import SigningAlgorithm
from services.identity.signin.clients import ClientsInvalid
from services.identity.signin.keys import SigningKeys
from shared.http.callers import OtherFund, TokenExpired, TokenInvalid, Verifier
from shared.kernel.actors import ActorKind
from shared.storage.service_context import now
from tests.identity.builders import AMIRA_NIN, PASSWORD, ref
from tests.identity.conftest import IdentityHarness, app_on, clients
from tests.identity.signin.relying_party import (
    ASSERTION_TYPE,
    CALLBACK,
    ISSUER,
    VERIFIER,
    Browser,
    assertion,
    challenge,
    landed,
    signed_by_secret,
)
from tests.identity.signin.test_rotation import rotated, write_keys
from tests.kit.contexts import DZ, TN
from tests.kit.people import FIRM
from tests.kit.roles import SCOPES, Role


def claims_of(harness: IdentityHarness, token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, harness.keys.get(unknown_key=False), algorithms=["ES256"]).claims)


# --- what anybody may read


def test_a_client_finds_everything_by_the_issuer_alone(harness: IdentityHarness) -> None:
    client = harness.app.test_client()
    found = client.get(f"/v1/{DZ}/.well-known/openid-configuration").json
    assert found["issuer"] == f"{ISSUER}/v1/{DZ}"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["authorization_response_iss_parameter_supported"] is True
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint"):
        path = found[name].removeprefix(ISSUER)
        assert client.open(path).status_code != 404, name
    assert client.get("/v1/xx-none/.well-known/openid-configuration").status_code == 404


def test_all_keys_are_published_without_their_private_half(harness: IdentityHarness) -> None:
    for path in ("/jwks.json", f"/v1/{DZ}/jwks"):
        published = harness.app.test_client().get(path).json["keys"]
        assert [key["kid"] for key in published] == ["new", "old"]
        assert not any("d" in key for key in published)
        assert KeySet.import_key_set({"keys": published})


class Published:
    """The keys as another service has fetched them."""

    def __init__(self, keys: KeySet) -> None:
        self._keys = keys

    def get(self, *, unknown_key: bool) -> KeySet:
        return self._keys


def test_o2_a_client_that_registers_for_rs256_gets_its_id_tokens_by_it(harness: IdentityHarness) -> None:
    rsa = RSAKey.generate_key(3072, {"kid": "rsa"})
    other = harness.restarted(SigningKeys((*harness.keys.keys, rsa)), portal_alg=SigningAlgorithm.RS256)
    browser = other.browser()
    found = browser.client.get(browser.url("/.well-known/openid-configuration")).json
    assert found["id_token_signing_alg_values_supported"] == ["ES256", "RS256"]
    published = browser.client.get(browser.url("/jwks")).json
    assert [(key["kid"], key["kty"], key["alg"]) for key in published["keys"]] == [
        ("new", "EC", "ES256"),
        ("old", "EC", "ES256"),
        ("rsa", "RSA", "RS256"),
    ]
    assert not any(name in key for key in published["keys"] for name in ("d", "p", "q"))
    tokens = browser.tokens(AMIRA_NIN)
    identity = jwt.decode(tokens["id_token"], KeySet.import_key_set(published), algorithms=["RS256"])
    assert (identity.header["kid"], identity.claims["aud"]) == ("rsa", "portal")
    assert (
        jwt.decode(tokens["access_token"], KeySet.import_key_set(published), algorithms=["ES256"]).header["kid"]
        == "new"
    )
    assert browser.get("/userinfo", tokens["access_token"]).status_code == 200
    forged = other.keys.sign(claims_of(harness, tokens["access_token"]), typ="at+jwt", algorithm=SigningAlgorithm.RS256)
    mixed = other.keys.sign(claims_of(harness, tokens["access_token"]), typ="at+jwt")
    header = base64.urlsafe_b64encode(b'{"alg":"ES256","typ":"at+jwt","kid":"rsa"}').rstrip(b"=").decode()
    for token in (forged, ".".join([header, *mixed.split(".")[1:]])):
        assert browser.get("/userinfo", token).status_code == 401, "access tokens are by ES256 alone"
        with pytest.raises(TokenInvalid):
            all_published = Published(KeySet.import_key_set(published))
            Verifier(all_published, issuer=ISSUER, audience="claims").actor(
                f"Bearer {token}", fund_id=DZ, at=harness.clock()
            )
        wrong = browser.client.get(browser.url("/logout", id_token_hint=token))
        assert wrong.status_code == 400
    left = browser.client.get(browser.url("/logout", id_token_hint=tokens["id_token"]))
    assert left.status_code == 200
    assert browser.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"


def test_o2_without_an_rsa_key_rs256_is_not_offered(harness: IdentityHarness) -> None:
    found = harness.app.test_client().get(f"/v1/{DZ}/.well-known/openid-configuration").json
    assert found["id_token_signing_alg_values_supported"] == ["ES256"]
    with pytest.raises(ClientsInvalid, match="portal: there is no signing key for RS256"):
        harness.restarted(harness.keys, portal_alg=SigningAlgorithm.RS256)


# --- a person signs in


def test_a_person_signs_in_from_the_form_to_the_last_token(harness: IdentityHarness) -> None:
    browser = harness.browser()
    answer = browser.submit(AMIRA_NIN)
    assert answer.status_code == 303
    back = landed(answer)
    assert (back["state"], back["iss"]) == ("s-1", f"{ISSUER}/v1/{DZ}")
    tokens = browser.exchange(back["code"]).json
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == (
        "Bearer",
        600,
        "cards:read claims:read openid",
    )
    actor = harness.verifier().actor(f"Bearer {tokens['access_token']}", fund_id=DZ, at=harness.clock())
    assert (actor.kind, actor.person_ref) == (ActorKind.PERSON, ref())
    assert actor.scopes == {"openid", "claims:read", "cards:read"}

    access, identity = claims_of(harness, tokens["access_token"]), claims_of(harness, tokens["id_token"])
    assert access["aud"] == ["identity", "claims", "payments", "documents", "notifications"]
    assert access["client_id"] == "portal" and access["jti"] and access["exp"] - access["iat"] == 600
    assert (identity["aud"], identity["nonce"], identity["amr"]) == ("portal", "n-1", ["pwd"])
    assert identity["sub"] == access["sub"] == actor.subject
    assert abs(identity["auth_time"] - now().timestamp()) < 30 and identity["acr"].endswith("/sfa")

    assert browser.get("/card", tokens["access_token"]).json["person_ref"] == ref()
    me = browser.get("/userinfo", tokens["access_token"]).json
    assert (me["sub"], me["person_ref"]) == (actor.subject, ref())
    assert None not in me.values() and "given_name" not in me, "what has no value is left out (OIDC Core, 5.3.2)"
    named = browser.tokens(AMIRA_NIN, scope="openid profile")
    called = browser.get("/userinfo", named["access_token"]).json
    assert (called["given_name"], called["given_name_ar"], called["family_name_ar"]) == ("Amira", "أميرة", "بن علي")

    fresh = browser.refresh(tokens["refresh_token"]).json
    assert fresh["refresh_token"] != tokens["refresh_token"] and "id_token" not in fresh
    assert claims_of(harness, fresh["access_token"])["sub"] == actor.subject


def test_an_employers_user_acts_for_their_employers(harness: IdentityHarness) -> None:
    tokens = harness.browser().tokens("paie", scope="openid declarations:file claims:read")
    actor = harness.verifier("payments").actor(f"Bearer {tokens['access_token']}", fund_id=DZ, at=harness.clock())
    assert (actor.kind, actor.employer_ids, actor.person_ref) == (ActorKind.EMPLOYER, {FIRM}, None)
    assert actor.scopes == {"openid", "declarations:file"}, "asked, as far as the role has it"


def test_staff_sign_in_with_a_second_factor(harness: IdentityHarness) -> None:
    browser = harness.browser(client_id="backoffice")
    assert 'name="one_time_code"' in browser.form().text
    assert browser.submit("nadia").status_code == 422
    tokens = browser.tokens("nadia", code=harness.codes(), scope="openid claims:decide operations:act")
    identity = claims_of(harness, tokens["id_token"])
    assert identity["amr"] == ["pwd", "otp", "mfa"] and identity["acr"].endswith("/mfa")
    assert claims_of(harness, tokens["access_token"])["actor"] == "staff"
    assert browser.submit("nadia", code=harness.codes()).status_code == 422, "the same code again"


def test_no_scope_goes_beyond_client_and_role(harness: IdentityHarness) -> None:
    browser = harness.browser()
    everything = " ".join(set().union(*SCOPES.values()))
    scope = set(browser.tokens(AMIRA_NIN, scope=f"openid offline_access {everything}")["scope"].split())
    assert scope == {
        "openid",
        "claims:read",
        "claims:submit",
        "cards:read",
        "rights:read",
        "messages:read",
        "account:manage",
    }
    assert scope - {"openid"} <= SCOPES[Role.PERSON]
    nothing = browser.tokens(AMIRA_NIN, scope=None)
    assert nothing["scope"] == "" and "id_token" not in nothing


def test_the_portal_lets_no_staff_in_and_the_back_office_nobody_else(harness: IdentityHarness) -> None:
    assert harness.browser().submit("nadia", code=harness.codes()).status_code == 422
    assert harness.browser(client_id="backoffice").submit(AMIRA_NIN).status_code == 422


# --- what a client may ask at /authorize


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "nobody"},
        {"client_id": None},
        {"client_id": "bank"},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": CALLBACK + "/more"},
        {"redirect_uri": CALLBACK + "?x=1"},
        {"redirect_uri": CALLBACK.upper()},
        {"redirect_uri": 'https://x/"<script>é'},
    ],
)
def test_who_is_not_known_is_not_sent_anywhere(harness: IdentityHarness, change: dict[str, str | None]) -> None:
    refused = harness.browser().form(**change)
    assert refused.status_code == 400 and refused.location is None
    assert refused.mimetype == "text/html" and "<script>" not in refused.text


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": "plain", "code_challenge": VERIFIER}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": 'é"'}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"prompt": "none"}, "login_required"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "foo"}, "invalid_request"),
        ({"prompt": "login foo"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"max_age": "1" * 13}, "invalid_request"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "https://portal.test/request"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
    ],
)
def test_o3_what_a_client_asks_wrongly_it_is_told_with_its_state_and_the_issuer(
    harness: IdentityHarness, change: dict[str, str | None], error: str
) -> None:
    for answer in (harness.browser().form(**change), post_straight(harness, change)):
        back = landed(answer)
        assert (back["error"], back["state"], back["iss"]) == (error, "s-1", f"{ISSUER}/v1/{DZ}")
        assert "code" not in back


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": "login consent"},
        {"prompt": "select_account"},
        {"prompt": ""},
        {"max_age": "0"},
        {"max_age": "3600"},
        {"max_age": ""},
        {"response_mode": "query"},
        {"request": "", "request_uri": ""},
        {"claims": "{}", "display": "popup", "acr_values": "x", "unknown": "x"},
    ],
)
def test_o3_wishes_that_can_be_met_or_passed_over_lead_to_a_code(
    harness: IdentityHarness, change: dict[str, str | None]
) -> None:
    assert harness.browser().code(AMIRA_NIN, **change)


def test_o3_a_client_may_ask_by_post(harness: IdentityHarness) -> None:
    browser = harness.browser()
    shown = browser.post("/authorize", **browser.asked())
    assert shown.status_code == 303
    assert shown.location == browser.url("/authorize", **browser.asked())
    assert browser.client.get(shown.location).status_code == 200
    assert browser.code(AMIRA_NIN)
    refused = browser.client.post(browser.url("/authorize"), data=browser.asked(prompt="none"), follow_redirects=False)
    assert landed(browser.client.get(refused.location))["error"] == "login_required"
    nothing = browser.post("/authorize")
    assert browser.client.get(nothing.location).status_code == 400


def test_behind_a_proxy_that_keeps_identity_under_a_path_its_cookies_and_addresses_lie_there(
    harness: IdentityHarness,
) -> None:
    issuer = "https://api.fund.example/identity"
    browser = Browser(app_on(harness.context, harness.keys, clients(harness.bank_key), issuer=issuer))
    shown = browser.form()
    cookies = shown.headers.getlist("Set-Cookie")
    assert cookies and all(f"Path=/identity/v1/{DZ}/authorize" in cookie for cookie in cookies)
    assert browser.post("/authorize", **browser.asked()).location.startswith(f"/identity/v1/{DZ}/authorize?")
    metadata = browser.client.get(f"/v1/{DZ}/.well-known/openid-configuration").json
    assert metadata is not None and metadata["authorization_endpoint"] == f"{issuer}/v1/{DZ}/authorize"


def test_o3_what_was_typed_is_never_put_into_an_address(harness: IdentityHarness) -> None:
    browser = harness.browser()
    answer = browser.post("/authorize", **browser.asked(), login=AMIRA_NIN, password=PASSWORD)
    assert answer.status_code == 400 and answer.location is None


def test_o3_the_metadata_say_what_is_refused(harness: IdentityHarness) -> None:
    found = harness.app.test_client().get(f"/v1/{DZ}/.well-known/openid-configuration").json
    assert found["response_modes_supported"] == ["query"]
    for name in ("request_parameter_supported", "request_uri_parameter_supported", "claims_parameter_supported"):
        assert found[name] is False, name


def post_straight(harness: IdentityHarness, change: dict[str, str | None]) -> Any:
    return harness.browser().send("any", AMIRA_NIN, PASSWORD, **change)


# --- the code


@pytest.mark.parametrize(
    "change",
    [
        {"code_verifier": "w" * 43},
        {"code_verifier": None},
        {"code_verifier": challenge()},
        {"code_verifier": ""},
        {"redirect_uri": "https://portal.test/other"},
        {"redirect_uri": None},
        {"client_id": "backoffice"},
        {"client_id": "nobody"},
        {"client_id": None},
        {"client_id": "bank"},
        {"code": None},
        {"code": "x"},
        {"code": "x.y"},
        {"code": "é."},
        {"grant_type": "password"},
        {"grant_type": 'é"'},
        {"grant_type": None},
    ],
)
def test_a_code_is_for_the_client_that_asked_and_holds_the_verifier(
    harness: IdentityHarness, change: dict[str, str | None]
) -> None:
    browser = harness.browser()
    refused = browser.exchange(browser.code(AMIRA_NIN), **change)
    assert refused.status_code == 400
    assert refused.json["error"] in {
        "invalid_grant",
        "invalid_request",
        "invalid_client",
        "unauthorized_client",
        "unsupported_grant_type",
    }
    assert "access_token" not in refused.json


def test_a_wrong_verifier_uses_the_code_up(harness: IdentityHarness) -> None:
    browser = harness.browser()
    code = browser.code(AMIRA_NIN)
    assert browser.exchange(code, code_verifier="w" * 43).json["error"] == "invalid_grant"
    assert browser.exchange(code).json["error"] == "invalid_grant"


def test_a_code_that_comes_again_ends_what_came_of_it(harness: IdentityHarness) -> None:
    browser = harness.browser()
    code = browser.code(AMIRA_NIN)
    tokens = browser.exchange(code).json
    replayed = browser.exchange(code)
    assert (replayed.status_code, replayed.json["error"]) == (400, "invalid_grant")
    assert browser.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"


def test_a_code_lives_a_minute(harness: IdentityHarness) -> None:
    browser = harness.browser()
    code = browser.code(AMIRA_NIN)
    harness.clock.move(seconds=60)
    assert browser.exchange(code).json["error"] == "invalid_grant"


# --- refresh tokens


def test_a_refresh_token_that_comes_again_ends_the_session(harness: IdentityHarness) -> None:
    browser = harness.browser()
    first = browser.tokens(AMIRA_NIN)
    second = browser.refresh(first["refresh_token"]).json
    reused = browser.refresh(first["refresh_token"])
    assert (reused.status_code, reused.json["error"]) == (400, "invalid_grant")
    assert browser.refresh(second["refresh_token"]).json["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "backoffice"},
        {"client_id": None},
        {"refresh_token": None},
        {"refresh_token": "x"},
        {"scope": "openid claims:submit"},
    ],
)
def test_a_refresh_token_is_for_its_client_and_its_scope(
    harness: IdentityHarness, change: dict[str, str | None]
) -> None:
    browser = harness.browser()
    tokens = browser.tokens(AMIRA_NIN)
    refused = browser.refresh(tokens["refresh_token"], **change)
    assert refused.status_code == 400
    assert browser.refresh(tokens["refresh_token"]).status_code == 200, "and is not used up by others"


def test_a_guess_at_a_session_does_not_end_it(harness: IdentityHarness) -> None:
    browser = harness.browser()
    tokens = browser.tokens(AMIRA_NIN)
    session_id = claims_of(harness, tokens["id_token"])["sid"]
    assert browser.refresh(f"{session_id}.guess").json["error"] == "invalid_grant"
    assert browser.refresh(tokens["refresh_token"]).status_code == 200


def test_a_narrower_scope_may_be_asked_for(harness: IdentityHarness) -> None:
    browser = harness.browser()
    tokens = browser.tokens(AMIRA_NIN)
    narrow = browser.refresh(tokens["refresh_token"], scope="cards:read").json
    assert narrow["scope"] == "cards:read"
    assert browser.refresh(narrow["refresh_token"]).json["scope"] == "cards:read claims:read openid"


def test_a_session_lasts_half_a_day_and_not_beyond_its_account(harness: IdentityHarness) -> None:
    browser = harness.browser()
    tokens = browser.tokens(AMIRA_NIN)
    harness.clock.move(hours=11, minutes=59)
    tokens = browser.refresh(tokens["refresh_token"]).json
    harness.clock.move(minutes=2)
    assert browser.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    tokens = browser.tokens(AMIRA_NIN)
    harness.context.database["accounts"].update_many({}, {"$set": {"status": "pending"}})
    assert browser.refresh(tokens["refresh_token"]).status_code == 400


def test_of_two_who_refresh_at_once_one_wins_and_the_session_is_over(harness: IdentityHarness) -> None:
    """Whoever comes second cannot be told from a thief, so an honest double-send costs a sign-in (RFC 9700, 4.14.2)."""
    refresh_token = harness.browser().tokens(AMIRA_NIN)["refresh_token"]
    with ThreadPoolExecutor(2) as racers:
        answers = list(racers.map(lambda _: harness.browser().refresh(refresh_token), range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 400]
    (won,) = [answer.json for answer in answers if answer.status_code == 200]
    assert harness.browser().refresh(won["refresh_token"]).json["error"] == "invalid_grant"
    (session,) = harness.context.database["sessions"].find()
    assert (session["ended_for"], len(session["refresh_hashes"])) == ("refresh-reused", 2)


# --- tokens that are none


def tampered(harness: IdentityHarness, **changes: Any) -> dict[str, Any]:
    return {**claims_of(harness, harness.browser().tokens(AMIRA_NIN)["access_token"]), **changes}


def refuses(harness: IdentityHarness, token: str, *, fund: str = DZ, audience: str = "claims") -> None:
    with pytest.raises((TokenInvalid, TokenExpired, OtherFund)):
        harness.verifier(audience).actor(f"Bearer {token}", fund_id=fund, at=harness.clock())


def test_an_id_token_is_no_access_token(harness: IdentityHarness) -> None:
    tokens = harness.browser().tokens(AMIRA_NIN)
    refuses(harness, tokens["id_token"])
    assert harness.browser().get("/card", tokens["id_token"]).json["code"] == "token.invalid"


def test_a_token_without_signature_or_signed_with_the_public_key_is_none(harness: IdentityHarness) -> None:
    claims = tampered(harness)

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    refuses(harness, f"{part({'alg': 'none', 'typ': 'at+jwt'})}.{part(claims)}.")
    refuses(harness, f"{part({'alg': 'None', 'typ': 'at+jwt', 'kid': 'new'})}.{part(claims)}.")
    public = harness.keys.keys[0].as_pem(private=False)
    refuses(harness, signed_by_secret(claims, public, typ="at+jwt", kid="new"))
    stranger = ECKey.generate_key("P-256", {"kid": "new"})
    refuses(harness, jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": "new"}, claims, stranger))


def test_an_expired_token_another_fund_and_another_audience(harness: IdentityHarness) -> None:
    token = harness.browser().tokens(AMIRA_NIN)["access_token"]
    refuses(harness, token, fund=TN)
    refuses(harness, token, audience="elsewhere")
    harness.clock.move(minutes=10, seconds=31)
    refuses(harness, token)
    assert harness.browser().get("/card", token).json["code"] == "token.expired"


def test_a_token_of_the_older_key_still_holds(harness: IdentityHarness) -> None:
    """The older key is published after the newer one signs: nobody is thrown out when keys change."""
    old = type(harness.keys)((harness.keys.keys[1],))
    token = old.sign(tampered(harness), typ="at+jwt")
    assert harness.verifier().actor(f"Bearer {token}", fund_id=DZ, at=harness.clock()).person_ref == ref()


# --- userinfo


def test_o01_userinfo_answers_a_post_as_a_get(harness: IdentityHarness) -> None:
    browser = harness.browser()
    token = browser.tokens(AMIRA_NIN)["access_token"]
    by_post = browser.client.post(browser.url("/userinfo"), headers={"Authorization": f"Bearer {token}"})
    assert (by_post.status_code, by_post.json) == (200, browser.get("/userinfo", token).json)
    empty_form = browser.client.post(browser.url("/userinfo"), data={}, headers={"Authorization": f"Bearer {token}"})
    assert empty_form.status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("end", ["logout", "revoke", "code", "refresh", "age", "account"])
def test_o3_userinfo_refuses_a_token_whose_session_is_over(harness: IdentityHarness, method: str, end: str) -> None:
    browser = harness.browser()
    code = browser.code(AMIRA_NIN)
    tokens = browser.exchange(code).json
    if end == "logout":
        browser.client.get(browser.url("/logout", id_token_hint=tokens["id_token"]))
    elif end == "revoke":
        browser.post("/revoke", token=tokens["refresh_token"], client_id="portal")
    elif end == "code":
        assert browser.exchange(code).status_code == 400
    elif end == "refresh":
        browser.refresh(tokens["refresh_token"])
        browser.refresh(tokens["refresh_token"])
    elif end == "age":
        harness.clock.move(hours=11, minutes=55)
        tokens = browser.refresh(tokens["refresh_token"]).json
        harness.clock.move(minutes=6)
    else:
        harness.context.database["accounts"].update_many({}, {"$inc": {"password_serial": 1}})
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    refused = browser.client.open(browser.url("/userinfo"), method=method, headers=headers)
    assert (refused.status_code, refused.json["code"]) == (401, "token.invalid")
    assert refused.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_o3_userinfo_says_by_which_scheme_and_why_it_refuses(harness: IdentityHarness, method: str) -> None:
    browser = harness.browser()
    narrow = browser.tokens(AMIRA_NIN, scope="claims:read")["access_token"]
    openid = browser.tokens(AMIRA_NIN)["access_token"]
    for fund, token, status, says in (
        (DZ, None, 401, "Bearer"),
        (DZ, "x.y.z", 401, 'Bearer error="invalid_token"'),
        (DZ, narrow, 403, 'Bearer error="insufficient_scope"'),
        (TN, openid, 403, 'Bearer error="invalid_token"'),
    ):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        refused = browser.client.open(f"/v1/{fund}/userinfo", method=method, headers=headers)
        assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (status, says), (fund, token)


# --- machines


@pytest.mark.parametrize("path", ["/token", "/revoke"])
@pytest.mark.parametrize("who", ["portal", "bank", "nobody"])
def test_o3_a_client_that_tries_basic_is_told_so(harness: IdentityHarness, path: str, who: str) -> None:
    browser = harness.browser()
    form = {"grant_type": "client_credentials", "token": "x"}
    refused = browser.client.post(browser.url(path), data=form, auth=(who, "secret"))
    assert (refused.status_code, refused.json["error"]) == (401, "invalid_client")
    assert refused.headers["WWW-Authenticate"].startswith(f'Basic realm="{ISSUER}/v1/{DZ}"')


def test_o3_a_client_id_other_than_the_assertions_subject_is_refused(harness: IdentityHarness) -> None:
    for client_id in ("portal", "nobody", "Bank"):
        refused = machine(harness, client_id=client_id)
        assert (refused.status_code, refused.json["error"]) == (400, "invalid_client"), client_id
    assert machine(harness, client_id="bank").status_code == 200


def machine(harness: IdentityHarness, text: str | None = None, **changes: str | None) -> Any:
    sent: dict[str, str | None] = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": text if text is not None else assertion(harness.bank_key),
        **changes,
    }
    return harness.browser().post("/token", **sent)


def test_a_bank_signs_in_with_its_own_key(harness: IdentityHarness) -> None:
    tokens = machine(harness, scope="bank:read claims:decide").json
    assert tokens["scope"] == "bank:read" and "refresh_token" not in tokens
    actor = harness.verifier("payments").actor(f"Bearer {tokens['access_token']}", fund_id=DZ, at=harness.clock())
    assert (actor.kind, actor.subject, actor.scopes) == (ActorKind.CLIENT, "bank", {"bank:read"})
    assert machine(harness).json["scope"] == "bank:read bank:report"


def test_an_assertion_is_taken_once(harness: IdentityHarness) -> None:
    text = assertion(harness.bank_key)
    assert machine(harness, text).status_code == 200
    again = machine(harness, text)
    assert (again.status_code, again.json["error"]) == (400, "invalid_client")


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "https://elsewhere.test"},
        {"aud": f"{ISSUER}/v1/{TN}/token"},
        {"aud": None},
        {"iss": "portal"},
        {"iss": None},
        {"sub": "nobody"},
        {"sub": None},
        {"sub": 7},
        {"sub": "portal", "iss": "portal"},
        {"exp": 1},
        {"exp": None},
        {"exp": "soon"},
        {"exp": int(now().timestamp()) + 86_400},
        {"jti": None},
        {"header": {"typ": 'odd"é'}, "jti": None},
    ],
)
def test_an_assertion_that_does_not_hold(harness: IdentityHarness, change: dict[str, Any]) -> None:
    refused = machine(harness, assertion(harness.bank_key, **change))
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_client")


def test_a_machine_that_is_not_itself(harness: IdentityHarness) -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "bank"})
    assert machine(harness, assertion(stranger)).json["error"] == "invalid_client"
    claims = {"iss": "bank", "sub": "bank", "aud": f"{ISSUER}/v1/{DZ}", "jti": "j", "exp": int(now().timestamp()) + 60}
    forged = signed_by_secret(claims, harness.bank_key.as_pem(private=False))
    assert machine(harness, forged).json["error"] == "invalid_client"
    for text in ("", "x", "x.y.z", "é.é.é", "e30.e30.e30", "bnVsbA.bnVsbA.bnVsbA"):
        assert machine(harness, text).json["error"] == "invalid_client"
    assert machine(harness, client_assertion=None, client_id="bank").json["error"] == "invalid_client"
    assert machine(harness, scope="claims:decide").json["error"] == "invalid_scope"


def test_a_machine_of_one_fund_is_none_of_another(harness: IdentityHarness) -> None:
    text = assertion(harness.bank_key, fund=TN)
    form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE, "client_assertion": text}
    refused = harness.app.test_client().post(f"/v1/{TN}/token", data=form)
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_client")


# --- giving back and leaving


def test_a_refresh_token_given_back_ends_the_session(harness: IdentityHarness) -> None:
    browser = harness.browser()
    tokens = browser.tokens(AMIRA_NIN)
    other = browser.post("/revoke", token=tokens["refresh_token"], client_id="backoffice")
    assert other.status_code == 400
    assert browser.post("/revoke", token=tokens["refresh_token"], client_id="portal").status_code == 200
    assert browser.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    assert browser.post("/revoke", token="unknown", client_id="portal").status_code == 200
    assert browser.post("/revoke", client_id="portal").json["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("https://portal.test/", "https://portal.test/?state=bye"),
        ("https://evil.example/", None),
        ("", None),
    ],
)
def test_signing_out_ends_the_session_and_leads_only_where_the_client_said(
    harness: IdentityHarness, wanted: str, goes_to: str | None
) -> None:
    browser = harness.browser()
    tokens = browser.tokens(AMIRA_NIN)
    harness.clock.move(hours=1)
    query = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": wanted, "state": "bye"}
    left = browser.client.get(browser.url("/logout", **query))
    assert left.location == goes_to and left.status_code == (303 if goes_to else 200)
    assert browser.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("hint", [None, "", "x", "access", "foreign", "other-fund", "other-client"])
def test_o1_without_a_hint_of_ours_nothing_is_ended_and_the_page_says_so(
    harness: IdentityHarness, hint: str | None, method: str
) -> None:
    browser = harness.browser()
    tokens = browser.tokens(AMIRA_NIN)
    claims = claims_of(harness, tokens["id_token"])
    stranger = SigningKeys((ECKey.generate_key("P-256", {"kid": "new"}),))
    hints = {
        "access": tokens["access_token"],
        "foreign": stranger.sign(claims, typ="JWT"),
        "other-fund": harness.keys.sign({**claims, "iss": f"{ISSUER}/v1/{TN}"}, typ="JWT"),
        "other-client": tokens["id_token"],
    }
    sent = {"post_logout_redirect_uri": "https://portal.test/", "ui_locales": "fr"}
    sent |= {"id_token_hint": hints.get(hint, hint)} if hint is not None else {}
    sent |= {"client_id": "backoffice"} if hint == "other-client" else {}
    by_get = method == "GET"
    left = browser.client.get(browser.url("/logout", **sent)) if by_get else browser.post("/logout", **sent)
    assert left.status_code == 400 and left.location is None
    assert "aucune session n" in left.text, left.text
    assert browser.refresh(tokens["refresh_token"]).status_code == 200


def test_o1_sign_out_ends_the_session_after_its_key_was_rotated_away(harness: IdentityHarness, tmp_path: Path) -> None:
    browser = harness.browser()
    tokens = browser.tokens(AMIRA_NIN)
    file = write_keys(tmp_path, *harness.keys.keys)
    assert rotated("use", str(file), "old").returncode == rotated("drop", str(file), "new").returncode == 0
    assert rotated("add", str(file), "newest").returncode == 0, "a later step leaves the retired key"
    later = harness.restarted(keys.read(file)).browser()
    assert [key["kid"] for key in later.client.get("/jwks.json").json["keys"]] == ["old", "newest"]
    assert later.get("/card", tokens["access_token"]).status_code == 401, "no access token is good by a retired key"
    refreshed = later.refresh(tokens["refresh_token"]).json
    left = later.client.get(later.url("/logout", id_token_hint=tokens["id_token"], client_id="portal"))
    assert left.status_code == 200
    assert later.refresh(refreshed["refresh_token"]).json["error"] == "invalid_grant"


# --- the form


@pytest.mark.parametrize("login", [AMIRA_NIN, "109900000000000777", "nobody", "paie", "nadia"])
def test_a_wrong_password_looks_the_same_whoever_it_is(harness: IdentityHarness, login: str) -> None:
    known = harness.browser().submit(AMIRA_NIN, "wrong wrong wrong")
    other = harness.browser().submit(login, "wrong wrong wrong")
    assert known.status_code == other.status_code == 422

    def bare(text: str) -> str:
        return re.sub(r'(name="(form_token|login)" value=)"[^"]*"', r"\1", text)

    assert bare(known.text) == bare(other.text)
    names = [{name for name, _ in answer.headers} for answer in (known, other)]
    assert names[0] == names[1]


def test_the_door_shuts_after_five_tries_for_known_and_unknown_alike(harness: IdentityHarness) -> None:
    for login in (AMIRA_NIN, "109900000000000777"):
        browser = harness.browser()
        statuses = [browser.submit(login, "wrong").status_code for _ in range(6)]
        assert statuses == [422, 422, 422, 422, 429, 429]
        locked = browser.submit(login)
        assert locked.status_code == 429 and 0 < int(locked.headers["Retry-After"]) <= 60
    harness.clock.move(seconds=61)
    assert harness.browser().submit(AMIRA_NIN).status_code == 303


def test_a_browser_that_was_in_before_is_not_locked_out_by_others(harness: IdentityHarness) -> None:
    own = harness.browser()
    own.tokens(AMIRA_NIN)
    for _ in range(6):
        harness.browser().submit(AMIRA_NIN, "wrong")
    assert harness.browser().submit(AMIRA_NIN).status_code == 429
    assert own.submit(AMIRA_NIN).status_code == 303


def test_only_the_form_that_this_browser_was_shown_counts(harness: IdentityHarness) -> None:
    mine, theirs = harness.browser(), harness.browser()

    def shown(browser: Any) -> str:
        return str(re.search(r'name="form_token" value="([^"]+)"', browser.form().text)[1])  # type: ignore[index]

    token, other = shown(mine), shown(theirs)
    for wrong in ("", "x", other, token[:-1], "9" * 11 + token[10:]):
        refused = mine.send(wrong, AMIRA_NIN, PASSWORD)
        assert refused.status_code == 400 and refused.location is None
    assert mine.send(token, AMIRA_NIN, PASSWORD, state="other").status_code == 400, "a form for another request"
    assert mine.send(token, AMIRA_NIN, PASSWORD, ui_locales="ar").status_code == 303, "the language does not matter"
    harness.clock.move(minutes=31)
    assert mine.send(token, AMIRA_NIN, PASSWORD).status_code == 400


@pytest.mark.parametrize(
    ("header", "locales", "language", "direction"),
    [
        ("fr", None, "fr", "ltr"),
        ("ar-DZ,fr;q=0.5", None, "ar", "rtl"),
        ("de", None, "ar", "rtl"),
        ("fr", "ar", "ar", "rtl"),
        ("fr", "de en-GB", "en", "ltr"),
    ],
)
def test_the_form_speaks_the_persons_language(
    harness: IdentityHarness, header: str, locales: str | None, language: str, direction: str
) -> None:
    shown = harness.browser().form(headers={"Accept-Language": header}, ui_locales=locales)
    assert f'<html lang="{language}" dir="{direction}">' in shown.text
    assert shown.headers["Content-Language"] == language


def test_the_form_takes_nothing_from_anywhere_and_leads_only_to_the_client(harness: IdentityHarness) -> None:
    shown = harness.browser().form()
    policy = shown.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "form-action 'self' https://portal.test;" in policy
    assert "frame-ancestors 'none'" in policy and "<script" not in shown.text
    assert not re.search(r'(src|href)="(https?:)?//', shown.text)
    assert shown.headers["Cache-Control"] == "no-store" and shown.headers["Referrer-Policy"] == "no-referrer"
    cookie = shown.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "Secure" in cookie and "SameSite=Lax" in cookie
    assert 'name="one_time_code"' not in shown.text


def test_what_was_typed_is_shown_as_text(harness: IdentityHarness) -> None:
    refused = harness.browser().submit('"><script>x</script>', "wrong")
    assert "<script>" not in refused.text and "&lt;script&gt;" in refused.text


def test_neither_codes_nor_tokens_rest_in_clear(harness: IdentityHarness) -> None:
    browser = harness.browser()
    code = browser.code(AMIRA_NIN)
    tokens = browser.exchange(code).json
    database = harness.context.database
    at_rest = json.dumps({name: list(database[name].find()) for name in database.list_collection_names()}, default=str)
    for secret in (code, tokens["refresh_token"], tokens["access_token"], PASSWORD):
        assert secret.partition(".")[2] not in at_rest or not secret.partition(".")[2]
        assert secret not in at_rest


def test_of_many_who_bring_the_same_code_at_once_one_gets_tokens(harness: IdentityHarness) -> None:
    """The code is used up by the transaction that reads it, so two cannot both find it unused."""
    code = harness.browser().code(AMIRA_NIN)
    with ThreadPoolExecutor(4) as racers:
        answers = list(racers.map(lambda _: harness.browser().exchange(code).status_code, range(4)))
    assert sorted(answers) == [200, 400, 400, 400]
