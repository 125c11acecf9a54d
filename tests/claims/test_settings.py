"""What claims needs to start: what is missing or malformed is named at once, and no secret is shown."""

from dataclasses import replace

import pytest

from services.claims.settings import Settings, read
from services.claims.wiring import service
from shared.funds.bindings import RegisterBinding
from shared.funds.fund import Fund
from shared.process.settings import SettingsMissing, check_complete, environment
from tests.kit.contexts import DZ, funds
from tests.simulators.fund import SECRET_TEXT

WHOLE = {
    "REGISTERS": "CIVIL",
    "CIVIL_URL": "http://register.test",
    "CIVIL_CLIENT_ID": "himaya",
    "CIVIL_SECRET": f"{SECRET_TEXT} {SECRET_TEXT}",
}


def settings(monkeypatch: pytest.MonkeyPatch, **change: str) -> Settings:
    for name, text in {**WHOLE, **change}.items():
        monkeypatch.setenv(name, text)
    env = environment()
    own = read(env)
    check_complete(env)
    return own


def bound(**register: str) -> Fund:
    """A fund that asks one register, bound like this."""
    usual = {"names": {}, "settings": "CIVIL", "adapter": "signed-http", "may_ask": ("status",)}
    fund = funds()[DZ]
    law = next(iter(fund.identifiers.values())).law
    registers = {"civil": RegisterBinding(law=law, **{**usual, **register})}  # type: ignore[arg-type]
    bindings = replace(fund.bindings, registers=registers)
    return replace(fund, sections=replace(fund.sections, bindings=bindings))


def test_a_register_has_settings_of_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    own = settings(monkeypatch, CIVIL_TIMEOUT_S="2.5").registers
    assert list(own) == ["CIVIL"] and own["CIVIL"].url == "http://register.test"
    assert (own["CIVIL"].timeout_s, own["CIVIL"].secrets) == (2.5, (SECRET_TEXT, SECRET_TEXT))
    assert SECRET_TEXT not in repr(own)


def test_without_registers_there_is_nothing_to_set() -> None:
    assert read(environment()).registers == {}


def test_what_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsMissing, match="CIVIL_TIMEOUT_S"):
        settings(monkeypatch, CIVIL_TIMEOUT_S="soon")


@pytest.mark.parametrize(
    ("register", "missing"),
    [
        ({}, []),
        ({"adapter": "nightly-files", "layout": "columns-120"}, ["CIVIL_FOLDER is missing"]),
        ({"settings": "OTHER"}, ["OTHER"]),
    ],
    ids=["whole", "a folder is missing", "settings that nobody named"],
)
def test_a_register_that_cannot_be_asked_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, register: dict[str, str], missing: list[str]
) -> None:
    found = list(service.faults(settings(monkeypatch), {DZ: bound(**register)}))
    assert len(found) == len(missing) and all(text in fault for text, fault in zip(missing, found, strict=True)), found
