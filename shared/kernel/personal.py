"""The classes of personal data, and the form in which it is sent and stored."""

from enum import StrEnum
from typing import NewType

Encrypted = NewType("Encrypted", str)
"""A value that only a holder of the key of its class can decrypt (`shared.encryption`)."""


class DataClass(StrEnum):
    """Classes of personal data, each with keys of its own."""

    CIVIL = "civil"
    CONTACT = "contact"
    BANK = "bank"
    HEALTH = "health"
