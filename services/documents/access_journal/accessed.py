"""What of a person an agent may read here; the journal is `shared/process/access_journal`."""

from enum import StrEnum


class AccessedKind(StrEnum):
    """What was looked at; each has a sentence under `access.looked-at.<looked>`."""

    CAREER = "career"
    PAPER = "paper"
    UPLOAD = "upload"
