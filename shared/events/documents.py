"""The events that documents publishes: papers stored for people, papers issued by the fund."""

from datetime import date, datetime

from shared.events.declaring import event


@event(case="upload_id")
class UploadStored:
    """A person's paper passed the checks and is stored encrypted; claims may refer to it."""

    upload_id: str
    person_ref: str
    media_type: str
    sha256: str
    stored_at: datetime


@event(case="number")
class PaperIssued:
    """The fund signed a paper; anybody may check its number."""

    number: str
    person_ref: str
    kind: str
    language: str
    valid_until: date
    issued_at: datetime


@event(case="number")
class PaperFailed:
    """A paper that a person asked for cannot be printed; notifications informs them why (`reason` is a code of
    documents)."""

    number: str
    person_ref: str
    kind: str
    reason: str
    failed_at: datetime


@event(case="number")
class PaperRevoked:
    """A paper is no longer valid; its verification page says so (`reason` is a code of documents)."""

    number: str
    person_ref: str
    kind: str
    reason: str
    revoked_at: datetime


@event(case="number")
class EmployerPaperIssued:
    """The fund signed a paper for an employer (`about` names what it is about: a clearance, a mandate); anybody may
    check its number. Notifications informs the employer."""

    number: str
    employer_id: str
    kind: str
    about: str
    language: str
    valid_until: date
    issued_at: datetime


@event(case="number")
class EmployerPaperFailed:
    """A paper of an employer cannot be printed; notifications informs it why (`reason` is a code of documents)."""

    number: str
    employer_id: str
    kind: str
    about: str
    reason: str
    failed_at: datetime


@event(case="number")
class EmployerPaperRevoked:
    """A paper of an employer is no longer valid; its verification page says so, and notifications informs the employer
    (`reason` is a code of documents)."""

    number: str
    employer_id: str
    kind: str
    about: str
    reason: str
    revoked_at: datetime
