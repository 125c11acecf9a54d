"""What of a person or of an employer an agent may look at here; the journal is `shared/process/access_journal`."""

from enum import StrEnum


class AccessedKind(StrEnum):
    """What was looked at; each has a sentence under `access.looked-at.<looked>`."""

    DECLARATIONS = "declarations"
    DECLARATION = "declaration"
    WORKERS = "workers"
    COLLECTION = "collection"
    CREDITS = "credits"
    PENALTIES = "penalties"
    STATEMENT = "statement"
    MEASURES = "measures"
    SETTLEMENT = "settlement"
    DISPUTE = "dispute"
    ACCOUNT = "account"
    PAYOUT = "payout"
    MANDATE = "mandate"
    CLEARANCE = "clearance"
    SELF_PAYER = "self-payer"
