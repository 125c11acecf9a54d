"""A supporting paper that a person gave: what is known of it beside its bytes, which are stored encrypted, class
health.

The name of the file that was sent is not kept: it often says more than its sender means.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Upload:
    """An upload; `sha256` (hex) and `size` (bytes) are those of the rewritten paper."""

    upload_id: str
    person_ref: str
    media_type: str
    sha256: str
    size: int
    pages: int
    stored_at: datetime
    version: int = 0
