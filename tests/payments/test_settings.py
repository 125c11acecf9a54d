"""What payments is told when it starts: all that is missing or malformed is said at once, and no secret is."""

from typing import Any

import pytest

from services.payments.settings import Settings, read
from shared.process.settings import SettingsMissing, environment, sealed
from tests.payments.bank import NEW_SECRET_TEXT
from tests.simulators.fund import SECRET_TEXT

WHOLE = {"BANK_URL": "http://bank.test", "BANK_API_KEY": "sesame", "BANK_WEBHOOK_SECRET": SECRET_TEXT}


def settings(monkeypatch: pytest.MonkeyPatch, **change: Any) -> Settings:
    for name, text in {**WHOLE, **change}.items():
        monkeypatch.setenv(name, text)
    env = environment()
    own = read(env)
    sealed(env)
    return own


def test_several_secrets_hold_while_one_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    own = settings(monkeypatch, BANK_WEBHOOK_SECRET=f"{NEW_SECRET_TEXT} {SECRET_TEXT}")
    assert own.bank_webhook_secrets == (NEW_SECRET_TEXT, SECRET_TEXT) and own.bank_timeout_s == 5.0


def test_all_that_is_missing_is_said_at_once() -> None:
    env = environment()
    read(env)
    with pytest.raises(SettingsMissing) as refused:
        sealed(env)
    assert all(name in str(refused.value) for name in WHOLE)


@pytest.mark.parametrize("text", ["whsec_short", "not base64 at all!", ""])
def test_a_malformed_secret_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    with pytest.raises(SettingsMissing) as refused:
        settings(monkeypatch, BANK_WEBHOOK_SECRET=text)
    assert "BANK_WEBHOOK_SECRET" in str(refused.value) and (not text or text not in str(refused.value))


def test_secrets_are_not_shown_by_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = repr(settings(monkeypatch))
    assert "sesame" not in shown and "whsec" not in shown
