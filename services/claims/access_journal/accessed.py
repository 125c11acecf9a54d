"""What of a person an agent may look at here; the journal is `shared/process/access_journal`."""

from enum import StrEnum


class AccessedKind(StrEnum):
    """What was looked at; each has a sentence under `access.looked-at.<looked>`."""

    CLAIM = "claim"
    CLAIMS = "claims"
    RIGHT = "right"
    PERSON = "person"
    AWARD = "award"
    AWARDS = "awards"
    PAYMENT = "payment"
    REGISTER_QUESTION = "register-question"
    """Another register was asked about the person."""
    CROSS_CHECKS = "crosschecks"
    OVERPAYMENT = "overpayment"
