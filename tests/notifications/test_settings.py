"""By which way SMS leave, as settings say it."""

import pytest
from environs import Env

from services.notifications.channels.http_sms import HttpGateway
from services.notifications.channels.smpp import SmsCentre
from services.notifications.settings import Settings, read
from services.notifications.wiring import faults, providers
from shared.process.settings import SettingsMissing, check_complete
from tests.kit.contexts import DZ, funds
from tests.notifications.sms_by_http import SECRET, own_settings

MAIL = {"SMTP_HOST": "smtp", "SMTP_PORT": "25"}
SMPP = {"SMPP_HOST": "smsc", "SMPP_PORT": "2775", "SMPP_SYSTEM_ID": "himaya", "SMPP_PASSWORD": "invented"}
HTTP = {
    "SMS_PROVIDER": "http",
    "SMS_HTTP_API": "infobip",
    "SMS_HTTP_URL": "https://sms.example",
    "SMS_HTTP_SECRET": "invented",
    "SMS_RECEIPTS_URL": "https://receipts:invented@api.fund.example/v1/{fund}/sms/receipts",
    "SMS_RECEIPTS_SECRET": SECRET,
}


def settings(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name in {*SMPP, *HTTP}:
        monkeypatch.delenv(name, raising=False)
    for name, value in {**MAIL, **values}.items():
        monkeypatch.setenv(name, value)
    env = Env(eager=False)
    found = read(env)
    check_complete(env)
    return found


def test_sms_leave_by_smpp_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    own = settings(monkeypatch, **SMPP)
    _, sms = providers(own)
    assert isinstance(sms.centre, SmsCentre) and sms.centre.host == "smsc"
    assert faults(own, funds()) == []
    with pytest.raises(SettingsMissing, match="SMPP_PASSWORD"):
        settings(monkeypatch)


def test_by_http_nothing_of_smpp_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    own = settings(monkeypatch, **HTTP)
    _, sms = providers(own)
    assert isinstance(sms.centre, HttpGateway) and sms.centre.url == "https://sms.example"
    assert faults(own, funds()) == []
    assert SECRET not in repr(own) and "invented" not in repr(own)


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"sms_http_api": ""}, ["SMS_HTTP_API: no API ; there are infobip, kannel, twilio"]),
        ({"sms_http_url": "", "sms_http_secret": ""}, ["SMS_HTTP_URL is missing", "SMS_HTTP_SECRET is missing"]),
        ({"sms_receipts_secrets": ()}, ["SMS_RECEIPTS_SECRET is missing"]),
        ({"sms_receipts_url": "", "sms_http_api": "kannel"}, []),
        (
            {"sms_receipts_url": "https://api.fund.example/v1/dz-cnas/sms/receipts"},
            ["SMS_RECEIPTS_URL names no {fund}, and there are several"],
        ),
    ],
)
def test_what_the_way_by_http_lacks_is_named_at_the_start(changed: dict[str, object], missing: list[str]) -> None:
    assert faults(own_settings(**changed), funds()) == missing


def test_where_there_is_one_fund_the_address_of_receipts_need_not_name_it() -> None:
    own = own_settings(sms_receipts_url="https://api.fund.example/v1/dz-cnas/sms/receipts")
    assert faults(own, {DZ: funds()[DZ]}) == []


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"SMS_PROVIDER": "fax"}, "SMS_PROVIDER"),
        ({"SMS_HTTP_URL": "sms.example"}, "SMS_HTTP_URL"),
        ({"SMS_HTTP_SECRET": "invented\n"}, "SMS_HTTP_SECRET"),
        ({"SMS_RECEIPTS_SECRET": "short"}, "SMS_RECEIPTS_SECRET"),
        ({"SMS_HTTP_WINDOW": "0"}, "SMS_HTTP_WINDOW"),
    ],
)
def test_what_no_setting_may_be(monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str], why: str) -> None:
    with pytest.raises(SettingsMissing, match=why):
        settings(monkeypatch, **{**HTTP, **SMPP, **wrong})
