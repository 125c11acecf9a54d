"""Whose word counts of several imports, and what is an address."""

from datetime import timedelta

import pytest

from services.notifications.contacts import rules
from services.notifications.contacts.contact import Addresses, Contact
from shared.funds.messages import Channel
from shared.kernel.personal import Encrypted
from tests.kit.clock import AT
from tests.kit.contexts import DZ, TN, funds


def kept(*, days: int = 0, version: int = 0, sealed: str = "one") -> Contact:
    return Contact(
        owner_id="p1",
        sealed=Encrypted(sealed),
        language="fr",
        registered_at=AT + timedelta(days=days),
        version=version,
    )


@pytest.mark.parametrize(
    ("known", "published", "replaces"),
    [
        (None, kept(), True),
        (kept(version=3), kept(days=1), True),
        (kept(version=3), kept(days=-1), False),
        (kept(version=3), kept(sealed="two"), False),
    ],
)
def test_the_newest_word_of_the_register_counts(known: Contact | None, published: Contact, replaces: bool) -> None:
    found = rules.newer([published], known={"p1": known} if known else {})
    assert [(each.sealed, each.version) for each in found] == (
        [(published.sealed, known.version if known else 0)] if replaces else []
    )


@pytest.mark.parametrize(
    ("fund_id", "written", "mobile"),
    [
        (DZ, "0550 12 34 56", "+213550123456"),
        (DZ, "+213 550.12.34.56", "+213550123456"),
        (DZ, "00213550123456", "+213550123456"),
        (DZ, "021 12 34 56", None),
        (DZ, "call me", None),
        (DZ, "", None),
        (DZ, None, None),
        (TN, "20 123 456", "+21620123456"),
        (TN, "0550 12 34 56", None),
    ],
)
def test_only_a_mobile_number_of_the_country_gets_an_sms(fund_id: str, written: str | None, mobile: str | None) -> None:
    assert (
        rules.addresses({"mobile": written}, language="fr", fund=funds()[fund_id], channels=list(Channel)).mobile
        == mobile
    )


@pytest.mark.parametrize(
    ("written", "email"),
    [
        ("amira@example.org", "amira@example.org"),
        ("", None),
        (None, None),
        ("\u200bassure-71903-2@personne.example", "assure-71903-2@personne.example"),
        ("hédi@example.tn", None),
        ("amira", None),
        ("amira@", None),
        ("amira@example.org\r\nBcc: all@example.org", None),
        ("amira@example.org, karim@example.org", None),
    ],
)
def test_what_is_no_mail_address_is_as_good_as_none(written: str | None, email: str | None) -> None:
    found = rules.addresses(
        {"email": written, "mobile": "0550123456"}, language="fr", fund=funds()[DZ], channels=list(Channel)
    )
    assert (found.email, found.mobile) == (email, "+213550123456")


@pytest.mark.parametrize(("asked", "spoken"), [("ar", "ar"), ("en", "en"), ("de", "ar"), ("", "ar")])
def test_a_language_that_the_fund_does_not_have_becomes_its_own(asked: str, spoken: str) -> None:
    assert rules.addresses({}, language=asked, fund=funds()[DZ], channels=list(Channel)).language == spoken


def test_addresses_do_not_show_themselves() -> None:
    assert "550" not in repr(Addresses(language="fr", email="a550@example.org", mobile="+213550123456"))


def test_an_address_is_read_only_for_the_channels_that_are_asked_for() -> None:
    opened = {"email": "amira@example.org", "mobile": "0550123456"}

    def found(*channels: Channel) -> tuple[str | None, str | None]:
        both = rules.addresses(opened, language="fr", fund=funds()[DZ], channels=channels)
        return both.email, both.mobile

    assert found(Channel.EMAIL) == ("amira@example.org", None)
    assert found(Channel.SMS, Channel.INBOX) == (None, "+213550123456")
    assert found(Channel.INBOX) == (None, None)
