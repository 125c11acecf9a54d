"""The codes of a service's answers with the sentence of each, for frontends: statuses, reasons, purposes. They are the
same for every fund; what a fund defines by itself (claim types, acts, forms) has routes of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from marshmallow import Schema, fields

from shared.http.routes import ANYONE, Routes
from shared.http.shapes import CodeText, many
from shared.storage.unit_of_work import UnitOfWork

CodeSets = Mapping[str, tuple[type[StrEnum] | Sequence[type[StrEnum]], str]]
"""By name, the codes of one or several enumerations and where their sentences stand: `claim.step.{}`."""


@dataclass(frozen=True)
class ReferenceCode:
    """A code, and the code of its sentence."""

    code: str
    text: str


@dataclass(frozen=True)
class CodeSet:
    """Codes of one kind, in the order of their declaration."""

    name: str
    codes: tuple[ReferenceCode, ...]


class CodeView(Schema):
    """A code, as fields of answers hold it, and its sentence."""

    code = fields.String(required=True)
    text = CodeText(required=True)


class CodeSetView(Schema):
    """All codes of one kind."""

    name = fields.String(required=True)
    codes = fields.List(fields.Nested(CodeView), required=True)


def code_routes(declared: CodeSets) -> Routes:
    """The routes of a service that show its codes."""
    sets = tuple(_made(name, *each) for name, each in declared.items())
    routes = Routes("codes", about="The codes that answers hold, with a sentence for each. Open to everybody.")

    @routes.get("/codes", scope=ANYONE, response=many(CodeSetView), is_reference=True)
    def list_sets(uow: UnitOfWork) -> dict[str, tuple[CodeSet, ...]]:
        """The codes that this service's answers hold, each with its sentence in the caller's language."""
        return {"items": sets}

    return routes


def _made(name: str, kinds: type[StrEnum] | Sequence[type[StrEnum]], sentence: str) -> CodeSet:
    each_kind = [kinds] if isinstance(kinds, type) else kinds
    return CodeSet(name, tuple(ReferenceCode(code.value, sentence.format(code)) for kind in each_kind for code in kind))
