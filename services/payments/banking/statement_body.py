"""How an uploaded file of booked entries is read: as the fund's bank writes it, before any unit of work."""

from collections.abc import Mapping
from typing import Any

from flask import request

from services.payments.banking.bank_file import BankNotice
from services.payments.banking.banks import choice
from shared.http import bodies
from shared.http.problems import WrongMediaType
from shared.storage.service_context import ServiceContext

BODY_BYTES_MAX = 8 * 1024 * 1024
"""A thousand entries, as wordy as banks write them, several times over."""
MEDIA_TYPES = ("application/xml", "text/xml", "text/plain", "application/octet-stream")
"""Of XML, of a bank's own layout, and of a browser that does not know what it sends."""


class StatementBody:
    """Reads the bytes of a statement (the `request` of a route). Raises what `choice.read_statement` raises."""

    size_max = BODY_BYTES_MAX

    def read(self, context: ServiceContext, fund_id: str) -> BankNotice:
        if request.mimetype not in MEDIA_TYPES:
            raise WrongMediaType(expected=", ".join(MEDIA_TYPES))
        return choice.read_statement(context.funds[fund_id], bodies.raw())

    def describe(self) -> Mapping[str, Any]:
        binary = {"schema": {"type": "string", "format": "binary"}}
        return {
            "required": True,
            "description": "A camt.052, .053 or .054 of any version, or a statement in the layout of the fund's bank.",
            "content": dict.fromkeys(MEDIA_TYPES, binary),
        }
