"""What an employer may ask for in a mandate: which account, up to which amount. Pure: the fund's definition
is handed in."""

from dataclasses import dataclass
from datetime import date

from services.payments.mandates.mandate import MandateAccount
from shared.funds.fund import Fund
from shared.funds.identifiers import AccountRule
from shared.funds.payments import DebitMandates
from shared.kernel import normalize
from shared.kernel.errors import Conflict, Invalid

TEXT_CHARACTERS_MAX = 70
"""ISO 20022 `Max70Text`: banks keep no longer name of an account."""


class MandatesNotOffered(Conflict):
    """The fund debits no accounts."""

    code = "mandate.not-offered"


class AccountNotOffered(Invalid):
    """The fund debits no accounts of this kind."""

    code = "mandate.account-not-offered"


class AccountKeyWrong(Invalid):
    """The number of the account does not have the form or the key of its country."""

    code = "mandate.account-malformed"


class AccountNameless(Invalid):
    """The account has no holder or no bank."""

    code = "mandate.account-nameless"


class LimitMissing(Invalid):
    """The fund asks for a limit, and none was given."""

    code = "mandate.limit-missing"


class LimitTooHigh(Invalid):
    code = "mandate.limit-too-high"


class EndTooEarly(Invalid):
    """The mandate would end before it begins."""

    code = "mandate.end-too-early"


@dataclass(frozen=True, kw_only=True)
class MandateTerms:
    """What an employer asks for, as it was typed. The account's number may be written in any way, as an IBAN too."""

    account: str
    rule: AccountRule
    holder: str
    bank: str
    amount_max_minor: int | None
    ends_on: date | None


def offered(fund: Fund) -> DebitMandates:
    """How the fund takes mandates. Raises `MandatesNotOffered`."""
    found = fund.payments.mandates
    if found is None:
        raise MandatesNotOffered
    return found


def account_of(terms: MandateTerms, *, fund: Fund) -> MandateAccount:
    """The account that was typed, as it is stored. Raises `AccountNotOffered`, `AccountKeyWrong`, `AccountNameless`."""
    if terms.rule not in offered(fund).accounts:
        raise AccountNotOffered
    number = fund.payments.read_account(terms.account, rule=terms.rule)
    if number is None:
        raise AccountKeyWrong
    holder, bank = (normalize.name(each)[:TEXT_CHARACTERS_MAX] for each in (terms.holder, terms.bank))
    if not holder or not bank:
        raise AccountNameless
    return MandateAccount(number=number, rule=terms.rule, holder=holder, bank=bank)


def check_limit(terms: MandateTerms, *, fund: Fund) -> None:
    """Raises `LimitMissing`, `LimitTooHigh`."""
    own = offered(fund)
    if terms.amount_max_minor is None:
        if own.is_limit_required:
            raise LimitMissing
    elif own.amount_max is not None and terms.amount_max_minor > own.amount_max.amount_minor:
        raise LimitTooHigh
