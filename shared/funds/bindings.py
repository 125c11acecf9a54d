"""With whom a fund works: its banks and senders, by name. Their addresses and secrets are settings, never data."""

import re
from dataclasses import dataclass


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
        if not re.fullmatch("[A-Z][A-Z0-9_]{0,39}", self.settings):
            raise ValueError("settings is the beginning of names of settings, in capital letters, such as BANK")


USUAL_BANK = BankBinding()


@dataclass(frozen=True, kw_only=True)
class Bindings:
    """The section `bindings` of a fund: with whom it works."""

    bank: BankBinding = USUAL_BANK


USUAL = Bindings()
"""Where a fund's definition says nothing."""
