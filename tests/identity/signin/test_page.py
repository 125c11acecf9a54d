"""The sign-in page keeps out of the way of password managers, and nobody else frames it or fills it in."""

import base64
import hashlib
import re
import unicodedata

import pytest

from tests.identity.builders import AMIRA_NIN, PASSWORD, considered, forgotten, ways_back
from tests.identity.conftest import IdentityHarness


def field(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert found, name
    return found[0]


def chosen(harness: IdentityHarness, password: str) -> None:
    """Amira's password is another from now on."""
    harness.browser().ask("/accounts/recovery", forgotten())
    considered(harness.context)
    body = {"token": ways_back(harness.context)[-1]["token"], "password": password}
    done = harness.browser().ask("/accounts/recovery/password", body)
    assert done.status_code == 200, done.text


def test_passwords_may_be_pasted_and_filled_in_by_a_manager(harness: IdentityHarness) -> None:
    """ASVS 5.0, 6.2.7: no script stands between, and the fields say what they are."""
    page = harness.browser().form().text
    assert "<script" not in page and not re.search(r"\son\w+=", page), "nothing that could refuse a paste"
    assert 'autocomplete="current-password"' in field(page, "password")
    assert 'autocomplete="username"' in field(page, "login")
    assert "readonly" not in page and 'autocomplete="off"' not in page
    room = re.search(r'maxlength="(\d+)"', field(page, "password"))
    assert room and int(room[1]) >= 256, "as long as a password may be"
    staff = harness.browser(client_id="backoffice").form().text
    assert 'autocomplete="one-time-code"' in field(staff, "one_time_code")


@pytest.mark.parametrize(
    ("password", "typed"),
    [
        ("été à la mer bleue", unicodedata.normalize("NFD", "été à la mer bleue")),
        ("ﬁgues et miel doux", "figues et miel doux"),
        ("ثلاث قطط فوق الجدار", "ثلاث قطط فوق الجدار"),
        ("🐈🐈‍⬛ et trois souris", "🐈🐈‍⬛ et trois souris"),
        ("  avec des blancs  ", "  avec des blancs  "),
        ("trois chats gris sur un mur " + "q" * 228, "trois chats gris sur un mur " + "q" * 228),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
    ids=["composed otherwise", "a ligature", "Arabic", "signs of several parts", "blanks", "256 signs", "markup"],
)
def test_a_password_is_what_was_typed_however_it_was_typed(harness: IdentityHarness, password: str, typed: str) -> None:
    chosen(harness, password)
    assert harness.browser().submit(AMIRA_NIN, typed).status_code == 303
    assert harness.browser().submit(AMIRA_NIN, typed.strip() + "x").status_code == 422


@pytest.mark.parametrize("password", ["Trois Chats Sur Un Mur", "  " + PASSWORD, PASSWORD[:-1]])
def test_nothing_of_it_is_cut_off_or_folded(harness: IdentityHarness, password: str) -> None:
    assert harness.browser().submit(AMIRA_NIN, password).status_code == 422


def test_no_page_of_sign_in_can_be_put_into_a_frame(harness: IdentityHarness) -> None:
    browser = harness.browser()
    for page in (
        browser.form(),
        browser.form(redirect_uri="https://evil.example/"),
        browser.submit(AMIRA_NIN, "wrong"),
        browser.client.get(browser.url("/logout")),
        browser.ask("/accounts/recovery", {}),
    ):
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_a_form_that_another_site_sends_lets_nobody_in(harness: IdentityHarness) -> None:
    """Without the cookie, as browsers send a form across sites; and without the token, as the other site has none."""
    victim = harness.browser()
    token = re.search(r'name="form_token" value="([^"]+)"', victim.form().text)
    assert token
    elsewhere = harness.browser()
    for refused in (
        elsewhere.send(token[1], AMIRA_NIN, PASSWORD),
        victim.send("", AMIRA_NIN, PASSWORD),
        elsewhere.send("", AMIRA_NIN, PASSWORD),
    ):
        assert refused.status_code == 400 and refused.location is None
        assert not any("himaya_device" in cookie for cookie in refused.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "https://portal.test@evil.example/", "javascript:alert(1)"]
)
def test_nobody_is_led_elsewhere_by_an_address_in_the_link(harness: IdentityHarness, wanted: str) -> None:
    browser = harness.browser()
    assert browser.form(redirect_uri=wanted).location is None
    tokens = browser.tokens(AMIRA_NIN)
    query = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": wanted}
    assert browser.client.get(browser.url("/logout", **query)).location is None


def test_the_page_has_the_design_s_values_and_its_policy_knows_them(harness: IdentityHarness) -> None:
    shown = harness.browser().form()
    [style] = re.findall("<style>(.*?)</style>", shown.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in shown.headers["Content-Security-Policy"]
    for value in ("--accent:", "--target:", "prefers-color-scheme: dark", ":focus-visible"):
        assert value in style
