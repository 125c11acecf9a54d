"""What payments is told when it starts: all that is missing or malformed is said at once, and no secret is."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.payments.settings import Settings, read
from services.payments.wiring import service
from shared.process.settings import SettingsMissing, check_complete, environment
from tests.kit.contexts import DZ, funds, with_bank
from tests.payments.bank import NEW_SECRET_TEXT
from tests.simulators.fund import SECRET_TEXT

WHOLE = {"BANK_URL": "http://bank.test", "BANK_API_KEY": "sesame", "BANK_WEBHOOK_SECRET": SECRET_TEXT}


def settings(monkeypatch: pytest.MonkeyPatch, **change: Any) -> Settings:
    for name, text in {**WHOLE, **change}.items():
        monkeypatch.setenv(name, text)
    env = environment()
    own = read(env)
    check_complete(env)
    return own


def test_several_secrets_hold_while_one_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    own = settings(monkeypatch, BANK_WEBHOOK_SECRET=f"{NEW_SECRET_TEXT} {SECRET_TEXT}")
    bank = own.banks["BANK"]
    assert bank.webhook_secrets == (NEW_SECRET_TEXT, SECRET_TEXT) and bank.timeout_s == 5.0


def faults(own: Settings, **of_bank: Any) -> list[str]:
    """What a start with one fund, whose bank is bound like this, is refused for."""
    dz = with_bank(funds()[DZ], **of_bank)
    return [*service.definition_faults(dz), *service.faults(own, {DZ: dz})]


def test_all_that_a_bank_lacks_is_said_at_once_and_by_which_setting() -> None:
    own = read(environment())
    assert faults(own) == [f"dz-cnas/bindings.yaml: bank: {name} is missing" for name in WHOLE]


@pytest.mark.parametrize(
    ("binding", "expected"),
    [
        ({}, []),
        (
            {"adapter": "carrier-pigeon"},
            ["dz-cnas/bindings.yaml: bank.adapter: no adapter carrier-pigeon; there are fixed-files, iso-http"],
        ),
        ({"settings": "OTHER"}, ["dz-cnas/bindings.yaml: bank.settings: the setting BANKS does not name OTHER"]),
        ({"adapter": "fixed-files", "layout": "fixed-160"}, ["dz-cnas/bindings.yaml: bank: BANK_FOLDER is missing"]),
    ],
)
def test_a_bank_that_nothing_is_known_of_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, binding: dict[str, Any], expected: list[str]
) -> None:
    assert faults(settings(monkeypatch), **binding) == expected


def test_two_banks_have_settings_of_their_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = settings(monkeypatch, BANKS="BANK,POST", POST_FOLDER=str(tmp_path))
    assert faults(own, adapter="fixed-files", settings="POST", layout="fixed-160") == []
    assert faults(own, adapter="fixed-files", settings="POST", layout="nothing") == [
        "dz-cnas/bindings.yaml: bank.layout: no layout nothing; there are fixed-160"
    ]


@pytest.mark.parametrize("text", ["whsec_short", "not base64 at all!"])
def test_a_malformed_secret_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    with pytest.raises(SettingsMissing) as refused:
        settings(monkeypatch, BANK_WEBHOOK_SECRET=text)
    assert "BANK_WEBHOOK_SECRET" in str(refused.value) and text not in str(refused.value)


def test_an_empty_secret_is_none_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    own = settings(monkeypatch, BANK_WEBHOOK_SECRET="")
    assert faults(own) == ["dz-cnas/bindings.yaml: bank: BANK_WEBHOOK_SECRET is missing"]


def test_secrets_are_not_shown_by_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = repr(settings(monkeypatch))
    assert "sesame" not in shown and "whsec" not in shown


def test_a_check_of_declarations_that_there_is_not_stops_the_start() -> None:
    """Written otherwise it would be looked at by nobody."""
    fund = funds()[DZ]
    form = fund.declarations.forms["das"]
    table = {**(form.plausibility or {}), "no-wage": next(iter((form.plausibility or {}).values()))}
    declarations = replace(fund.declarations, forms={"das": replace(form, plausibility=table)})
    changed = replace(fund, sections=replace(fund.sections, declarations=declarations))
    (found,) = service.definition_faults(changed)
    assert "forms.das.plausibility.no-wage: is no check; there are" in found
    assert [each for fund in funds().values() for each in service.definition_faults(fund)] == []
