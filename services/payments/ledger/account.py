"""The fund's accounts, by code. `kind:owner`, and for what an employer owes `kind:owner:period`.

| code | nature | what it holds |
| --- | --- | --- |
| `receivable:<employer_id>:<period>` | asset | contributions declared and not collected yet |
| `disputed:<employer_id>:<period>` | asset | contributions that the employer disputes, and that are not collected |
| `self-payer:<person_ref>:<month>` | asset | contributions that a person pays alone, called and not collected yet |
| `penalty:<employer_id>:<period>` | asset | penalties charged for a period and not collected yet |
| `contributions:<branch>` | income | contributions declared, and those of self-payers, by branch of insurance |
| `penalties:<reason>` | income | penalties charged, by what they are for |
| `bank:collections`, `bank:payouts` | asset | the fund's accounts at the bank |
| `operator:<code>` | asset | what an operator of mobile money took for the fund and has not paid in yet |
| `suspense:unmatched` | liability | money received for an unknown purpose |
| `credit:<employer_id>` | liability | what an employer paid beyond its debts |
| `refunds:ordered` | liability | money that is to be sent back, and has not left yet |
| `written-off:received`, `written-off:lost` | income, expense | money that a person wrote off: it came, or it left |
| `charges:bank` | expense | what the bank kept for itself of money that moved |
| `charges:operators` | expense | what operators of mobile money kept for themselves |
| `benefits:<claim_type>` | expense | benefits approved |
| `repaid:<claim_type>` | income | benefits that were not due and that persons paid back |
| `payable:<person_ref>` | liability | benefits approved and not paid yet |

Penalties stand apart from contributions, so that what was declared can be held against what was collected of it.

A code without its last part is the sum of all that begin with it: `receivable:1600000001` is all that a firm owes.
"""

import re
from enum import StrEnum

from shared.funds.accounting import LedgerAccountKind

CODE = re.compile(rf"^({'|'.join(LedgerAccountKind)}):[A-Za-z0-9-]{{1,64}}(:[A-Za-z0-9-]{{1,16}})?$")

BANK_COLLECTIONS = "bank:collections"
BANK_PAYOUTS = "bank:payouts"
UNMATCHED = "suspense:unmatched"
REFUNDS = "refunds:ordered"
WRITTEN_OFF_RECEIVED = "written-off:received"
WRITTEN_OFF_LOST = "written-off:lost"
BANK_CHARGES = "charges:bank"
OPERATOR_CHARGES = "charges:operators"


class Owner(StrEnum):
    """Whose an account may be; the fund's own accounts have none."""

    PERSON = "person"
    EMPLOYER = "employer"


_OWNERS = {
    "receivable": Owner.EMPLOYER,
    "disputed": Owner.EMPLOYER,
    "penalty": Owner.EMPLOYER,
    "credit": Owner.EMPLOYER,
    "payable": Owner.PERSON,
    "self-payer": Owner.PERSON,
}


def receivable(employer_id: str, *, period: str) -> str:
    return f"receivable:{employer_id}:{period}"


def disputed(employer_id: str, *, period: str) -> str:
    return f"disputed:{employer_id}:{period}"


def penalty(employer_id: str, *, period: str) -> str:
    return f"penalty:{employer_id}:{period}"


def penalties(reason: str) -> str:
    return f"penalties:{reason}"


def contributions(branch: str) -> str:
    return f"contributions:{branch}"


def benefits(claim_type: str) -> str:
    return f"benefits:{claim_type}"


def repaid(claim_type: str) -> str:
    return f"repaid:{claim_type}"


def payable(person_ref: str) -> str:
    return f"payable:{person_ref}"


def self_payer(person_ref: str, *, month: str) -> str:
    return f"self-payer:{person_ref}:{month}"


def operator(code: str) -> str:
    return f"operator:{code}"


def credit(employer_id: str) -> str:
    return f"credit:{employer_id}"


def is_owned(code: str) -> bool:
    """Whether the account is one firm's or one person's, so that few ever write to it at the same time."""
    return owner_of(code) is not None


def without_owner(code: str) -> str:
    """The account that the fund's books know: all owners' together, or the fund's own."""
    return code.partition(":")[0] if is_owned(code) else code


def owner_of(code: str) -> tuple[Owner, str] | None:
    """Whose the account is: the kind of owner and its id; None where it is the fund's own."""
    kind, _, rest = code.partition(":")
    owner = _OWNERS.get(kind)
    return None if owner is None else (owner, rest.partition(":")[0])
