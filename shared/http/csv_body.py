"""A table as a body by itself: text/csv, as operators and banks send the file of a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from shared.http import bodies
from shared.http.problems import WrongMediaType
from shared.kernel.csv_tables import CSV
from shared.storage.service_context import ServiceContext


@dataclass(frozen=True, kw_only=True)
class CsvBody:
    """Reads the bytes of a table (the `request` of a route); `says` and `example` are for the API document."""

    size_max: int
    says: str
    example: str

    def read(self, context: ServiceContext, fund_id: str) -> bytes:
        if request.mimetype != CSV:
            raise WrongMediaType(expected=CSV)
        return bodies.raw()

    def describe(self) -> Mapping[str, Any]:
        return {
            "required": True,
            "description": self.says,
            "content": {CSV: {"schema": {"type": "string"}, "example": self.example}},
        }
