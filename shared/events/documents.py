"""What documents tells: papers stored for people, papers issued by the fund."""

from datetime import date, datetime

from shared.events.declaring import event


@event(case="upload_id")
class UploadStored:
    """A person's paper passed the gate and is sealed away; claims may lean on it."""

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
    """A paper that a person asked for cannot be printed; they are told why (`reason` is a code of documents)."""

    number: str
    person_ref: str
    kind: str
    reason: str
    failed_at: datetime


@event(case="number")
class PaperRevoked:
    """A paper no longer holds; whoever checks it is told so (`reason` is a code of documents)."""

    number: str
    person_ref: str
    kind: str
    reason: str
    revoked_at: datetime
