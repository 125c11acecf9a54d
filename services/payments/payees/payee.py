"""A person of the register: whom the fund may owe money, and whose wages employers declare. Name and bank account are
encrypted exactly as the register sent them."""

from dataclasses import dataclass
from datetime import datetime

from shared.kernel.partial_date import PartialDate
from shared.kernel.personal import Encrypted


@dataclass(frozen=True, kw_only=True)
class Payee:
    """Opened in three places only: where a file for the bank is written (`banking.payout_file`), where a declaration is
    held against the register (`actions.civil_of`), which reveals no identity, and where it is asked whether the account
    is another one than that from which money came back (`actions.account_index`)."""

    person_ref: str
    civil: Encrypted
    bank: Encrypted | None
    registered_at: datetime
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Civil:
    """The person's civil data from the register; decrypted when needed, never stored in clear."""

    family_name: str = ""
    first_name: str = ""
    birth_on: PartialDate | None = None
    national_id: str | None = None
