"""The fund's chart of accounts: under which number and name its own books have each account of the ledger."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.funds.faults import refuse
from shared.funds.law import Law
from shared.funds.texts import Texts


class LedgerAccountKind(StrEnum):
    """What an account of the ledger holds: the first part of its code."""

    RECEIVABLE = "receivable"
    """Contributions declared and not collected yet."""
    DISPUTED = "disputed"
    """Contributions that employers dispute, until the fund has decided."""
    SELF_PAYER = "self-payer"
    """Contributions that persons pay alone, called and not collected yet."""
    PENALTY = "penalty"
    """Penalties charged and not collected yet."""
    CONTRIBUTIONS = "contributions"
    """Contributions declared, by branch."""
    PENALTIES = "penalties"
    """Penalties charged, by what they are for."""
    BANK = "bank"
    """The fund's accounts at the bank."""
    OPERATOR = "operator"
    """What operators of mobile money took and have not paid in yet."""
    SUSPENSE = "suspense"
    """Money received for an unknown purpose."""
    CREDIT = "credit"
    """What employers paid beyond their debts."""
    REFUNDS = "refunds"
    """Money that is to be sent back, and has not left yet."""
    WRITTEN_OFF = "written-off"
    """Money that a person wrote off."""
    CHARGES = "charges"
    """What the bank and operators kept for themselves."""
    BENEFITS = "benefits"
    """Benefits approved, by type."""
    REPAID = "repaid"
    """Benefits that were not due and that persons paid back, by type."""
    PAYABLE = "payable"
    """Benefits approved and not paid yet."""


_CODE = re.compile(rf"({'|'.join(LedgerAccountKind)})(:[A-Za-z0-9-]{{1,64}})?")
_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z.-]{0,19}")


@dataclass(frozen=True, kw_only=True)
class ChartAccount:
    """An account of the fund's own books."""

    number: str
    names: Texts


@dataclass(frozen=True, kw_only=True)
class Accounting:
    """How the fund's own books call what the ledger holds."""

    accounts: Mapping[str, ChartAccount]
    """By an account's code, such as `receivable` for all of a kind, or `contributions:pension` for one of them."""
    law: Law

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if missing := [kind.value for kind in LedgerAccountKind if kind.value not in self.accounts]:
            yield f"accounts: {', '.join(missing)} missing, so that entries would have no account"
        for code, each in self.accounts.items():
            if not _CODE.fullmatch(code):
                yield f"accounts: {code} is no account of the ledger; kinds are {', '.join(LedgerAccountKind)}"
            if not _NUMBER.fullmatch(each.number):
                yield f"accounts.{code}: number is up to 20 digits and capital letters"

    def account(self, code: str) -> ChartAccount:
        """That of an account of the ledger: its own, or the one of its kind."""
        return self.accounts.get(code) or self.accounts[code.partition(":")[0]]
