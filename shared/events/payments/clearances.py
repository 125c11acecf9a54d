"""A clearance: that an employer has declared and paid what was due."""

from datetime import date, datetime

from shared.events.declaring import event


@event(case="clearance_id")
class ClearanceGranted:
    """An employer has declared and paid what was due by `judged_on`, by the fund's rule; documents issues the
    certificate, which is valid until `valid_until` at most. With `has_arrangement` something is unpaid for which the
    fund agreed to wait."""

    clearance_id: str
    reference: str
    employer_id: str
    purpose: str
    language: str
    judged_on: date
    valid_until: date
    has_arrangement: bool
    granted_at: datetime


@event(case="clearance_id")
class ClearanceWithdrawn:
    """Something is unpaid or undeclared since an employer was given a clearance, and the fund takes it back; documents
    revokes the certificate."""

    clearance_id: str
    reference: str
    employer_id: str
    withdrawn_at: datetime
