"""Messages by channel: one table and one name for each channel, on whichever frontend they are shown."""

from typing import Any

import pytest

from frontends.backoffice.backoffice import BACKOFFICE
from frontends.kit.frontend import Frontend
from frontends.operations.operations import OPERATIONS
from tests.kit.frontends import rendered, unreached

NUMBERS = {"queued": 1, "sent": 22, "delivered": 333, "undelivered": 4, "failed": 5, "in_doubt": 6}
CHANNELS: Any = [{"channel": channel, **NUMBERS} for channel in ("email", "sms", "inbox", "pigeon")]
TABLE = '{% import "_macros.html" as m with context %}{% include "_channels.html" %}'


def table(frontend: Frontend, language: str) -> str:
    app = unreached(frontend)
    with app.app_context():
        return rendered(app, app.jinja_env.from_string(TABLE), language=language, channels=CHANNELS)


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("ar", ["البريد الإلكتروني", "رسالة قصيرة", "الرسائل في الحساب"]),
        ("fr", ["Courriel", "SMS", "Messagerie du compte"]),
        ("en", ["E-mail", "SMS", "Messages in the account"]),
    ],
)
def test_it_is_the_same_in_the_back_office_and_for_operators(language: str, names: list[str]) -> None:
    shown = table(BACKOFFICE, language)
    assert shown == table(OPERATIONS, language)
    rows = shown.split("<tr>")[2:]
    assert [name in row for name, row in zip([*names, "pigeon"], rows, strict=True)] == [True] * 4


def test_an_sms_has_receipts_and_what_is_in_the_account_has_arrived() -> None:
    mail, sms, inbox, _ = table(BACKOFFICE, "fr").split("<tr>")[2:]
    assert "22" in mail and "sans accusé" in mail and "333" not in mail
    assert "22" in sms and "333" in sms
    assert inbox.count("22") == 1 and "–" in inbox and "333" not in inbox
