"""What of a person or of an employer an agent may read here; the journal is `shared/process/access_journal`."""

from enum import StrEnum


class AccessedKind(StrEnum):
    """What was looked at; each has a sentence under `access.looked-at.<looked>`."""

    PERSON = "person"
    CARD = "card"
    EMPLOYER = "employer"
    DEATH = "death"
    CONTACT = "contact"
    COUNTER = "counter"
    BANK_ACCOUNT = "bank-account"
