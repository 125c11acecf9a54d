"""With whom a fund works: its banks, senders and the registers that it may ask, by name. Their addresses and secrets
are settings, never data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.funds.law import Law
from shared.funds.texts import Texts

_SETTINGS = re.compile("[A-Z][A-Z0-9_]{0,39}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class BankBinding:
    """The fund's bank. `adapter` is how it is spoken to (payments, `banking/banks`); the settings with its address and
    its secrets begin with `settings`: `BANK` is BANK_URL, BANK_API_KEY and so on. Funds may share a bank.

    `layout` is the table of its files, where the adapter needs one. Without `takes_cards` employers pay by transfer.
    """

    adapter: str = "iso-http"
    settings: str = "BANK"
    layout: str | None = None
    takes_cards: bool = True

    def __post_init__(self) -> None:
        if not _SETTINGS.fullmatch(self.settings):
            raise ValueError("settings is the beginning of names of settings, in capital letters, such as BANK")


USUAL_BANK = BankBinding()


_MAIL_FROM = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
_SMS_NAME = re.compile(r"[A-Za-z][A-Za-z0-9 ]{0,10}|\+?[0-9]{3,15}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Senders:
    """As whom the fund's messages leave; the settings `MAIL_FROM` and `SMS_SENDER` where it says nothing. The providers
    must know the address's domain and the name: they refuse others."""

    mail_from: str | None = None
    sms_name: str | None = None
    """At most eleven letters, the first of them a letter, or a number."""

    def __post_init__(self) -> None:
        if self.mail_from is not None and not _MAIL_FROM.fullmatch(self.mail_from):
            raise ValueError("mail_from is a mail address, such as no-reply@fund.example")
        if self.sms_name is not None and not _SMS_NAME.fullmatch(self.sms_name):
            raise ValueError("sms_name is a name of at most eleven letters, or a number")


USUAL_SENDERS = Senders()


@dataclass(frozen=True, kw_only=True)
class RegisterBinding:
    """A register of another administration that answers the fund's questions about persons. `adapter` is how it is
    spoken to (claims, `crosschecks/registers`); the settings with its address and its secret begin with `settings`.

    `may_ask` is all that the agreement with it (`law`) allows to be asked, by its codes; `layout` the table of its
    files, where the adapter needs one.
    """

    names: Texts
    settings: str
    may_ask: tuple[str, ...]
    law: Law
    adapter: str = "signed-http"
    layout: str | None = None

    def __post_init__(self) -> None:
        if not _SETTINGS.fullmatch(self.settings):
            raise ValueError("settings is the beginning of names of settings, in capital letters, such as TAX_REGISTER")


@dataclass(frozen=True, kw_only=True)
class Bindings:
    """The section `bindings` of a fund: with whom it works."""

    bank: BankBinding = USUAL_BANK
    senders: Senders = USUAL_SENDERS
    registers: Mapping[str, RegisterBinding] = field(default_factory=dict)
    """By the name under which the pages of `benefits` ask them."""


USUAL = Bindings()
"""Where a fund's definition says nothing."""
