"""Valid mandates, so that a test says only what it is about."""

from datetime import date
from typing import Any

from services.payments.mandates.mandate import (
    ACCEPTED,
    AnswerChannel,
    BankAgreement,
    Mandate,
    MandateAccount,
    MandateParty,
    MandateStep,
    SignedForm,
    Status,
)
from services.payments.mandates.mandate_terms import MandateTerms
from services.payments.mandates.moving import MandateAct
from shared.events.identity import EmployersRegistered, RegisteredEmployer
from shared.funds.identifiers import AccountRule
from tests.kit.clock import AT
from tests.payments.builders import FIRM

RIB = "00200300000056789073"
REFERENCE = "MD260000000112"
TODAY = date(2026, 2, 10)
FORM = SignedForm(sha256="a" * 64, size=3, media_type="application/pdf", at=AT)
HOLDER = "SARL Atelier Inventé"
LIMIT_MINOR = 50_000_000


def account(**facts: Any) -> MandateAccount:
    """The firm's account at an Algerian bank."""
    return MandateAccount(
        **{"number": RIB, "rule": AccountRule.RIB_DZ, "holder": HOLDER, "bank": "Banque inventée", **facts}
    )


def agreement(**facts: Any) -> BankAgreement:
    """The bank agreed to exactly what the form says."""
    return BankAgreement(
        **{
            "at": AT,
            "channel": AnswerChannel.MESSAGE,
            "evidence": "pain.012:m1",
            "reference": REFERENCE,
            "account_number": RIB,
            "holder": HOLDER,
            "amount_max_minor": LIMIT_MINOR,
            "currency": "DZD",
            **facts,
        }
    )


def mandate(status: Status = Status.ACTIVE, **facts: Any) -> Mandate:
    """A mandate of the firm in a state, with what has to be there for it."""
    accepted = status in ACCEPTED
    return Mandate(
        **{
            "mandate_id": "m1",
            "reference": REFERENCE,
            "employer_id": FIRM,
            "account": account(),
            "amount_max_minor": LIMIT_MINOR,
            "status": status,
            "starts_on": TODAY,
            "issued_at": AT,
            "steps": (MandateStep(status=Status.ISSUED, at=AT, party=MandateParty.EMPLOYER, by="u1"),),
            "bank_agreement": agreement() if accepted else None,
            "signed_form": FORM if accepted else None,
            "accepted_at": AT if accepted else None,
            "suspended_by": MandateParty.EMPLOYER if status is Status.SUSPENDED else None,
            **facts,
        }
    )


def terms(**facts: Any) -> MandateTerms:
    """What the firm types."""
    return MandateTerms(
        **{
            "account": "002 00300 0000567890 73",
            "rule": AccountRule.RIB_DZ,
            "holder": HOLDER,
            "bank": "Banque inventée",
            "amount_max_minor": LIMIT_MINOR,
            "ends_on": None,
            **facts,
        }
    )


def act(party: MandateParty = MandateParty.PLATFORM, *, by: str = "someone", **facts: Any) -> MandateAct:
    return MandateAct(**{"party": party, "by": by, "at": AT, **facts})


def register() -> EmployersRegistered:
    """The firm as the fund's register has it."""
    firm = RegisteredEmployer(
        employer_id=FIRM,
        name="Atelier Inventé SARL",
        sector="trade",
        is_open=True,
        affiliated_on=date(2001, 3, 1),
        language="fr",
    )
    return EmployersRegistered(page_id="page-1", registered_at=AT, employers=(firm,))
