"""The audit: who did what to which thing, for which cause; and the links that show whether it was changed afterwards.

A transaction writes one document a fund, beside its state, with an entry for each of its units of work. The documents
are linked later, by one writer (`shared.process.auditing`): a chain's head written by every transaction would let
through one at a time. Reference: ASVS 5.0, 16.4.2.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from shared.kernel.actors import Actor
from shared.storage.connection import Document
from shared.storage.unit_of_work import UnitOfWork

UNLINKED = 0
"""The `link` of a document that stands in no link yet; those of the chain count from 1."""
LINKING = "audit:linking"
"""The cause of the work that links: it leaves no entry of its own, or there would be no end to it."""
BEGINNING = "0" * 64
"""What stands before a fund's first link."""


@dataclass(frozen=True)
class AuditHead:
    """The newest link of a chain: how many there are, and the hash that the newest has."""

    number: int = 0
    hash: str = BEGINNING


@dataclass(frozen=True)
class AuditLink:
    """One link: documents of the audit, each with its digest, bound to all that came before them."""

    fund_id: str
    number: int
    previous: str
    documents: tuple[tuple[str, str], ...]

    @property
    def hash(self) -> str:
        """SHA-256, in hex, over everything above: change any of it, or anything before it, and this differs."""
        return _sha256([self.fund_id, self.number, self.previous, self.documents])

    @property
    def head(self) -> AuditHead:
        return AuditHead(self.number, self.hash)


def documents(uows: Sequence[UnitOfWork], new_id: Callable[[], str]) -> list[Document]:
    """What a transaction leaves in the audit: by fund, an entry for each unit of work that changed something."""
    entries: dict[str, list[Document]] = {}
    for uow in uows:
        if (uow.audit_records or uow.events) and uow.cause != LINKING:
            entries.setdefault(uow.fund.fund_id, []).append(_entry(uow, uow.by))
    return [
        {"_id": new_id(), "fund": fund_id, "at": uows[0].at, "link": UNLINKED, "entries": of_fund}
        for fund_id, of_fund in entries.items()
    ]


def _entry(uow: UnitOfWork, by: Actor) -> Document:
    at_counter = {} if by.agent is None else {"agent": by.agent, "visit": by.visit_id}
    return {
        "actor": by.subject,
        "actor_kind": by.kind.value,
        **at_counter,
        "cause": uow.cause,
        "deeds": [
            {"verb": record.verb, "thing": record.thing, "id": record.thing_id, "version": record.version}
            | ({"why": record.why} if record.why else {})
            for record in uow.audit_records
        ],
        "events": [event["id"] for event in uow.events],
    }


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256, in hex, of a document of the audit as it was written: of all but `link`, which comes later."""
    return _sha256({name: value for name, value in document.items() if name != "link"})


def next_link(head: AuditHead, fund_id: str, found: Iterable[Mapping[str, Any]]) -> AuditLink:
    """The link that binds these documents to the chain whose head this is."""
    return AuditLink(fund_id, head.number + 1, head.hash, tuple((str(each["_id"]), digest(each)) for each in found))


def as_document(link: AuditLink) -> Document:
    """A link as it is kept; its number makes its id, so that two writers cannot both add one."""
    return {
        "number": link.number,
        "previous": link.previous,
        "documents": [list(pair) for pair in link.documents],
        "hash": link.hash,
    }


def as_link(document: Mapping[str, Any]) -> AuditLink:
    """A link read back, to be held against the hash that was kept with it."""
    pairs = tuple((str(document_id), str(of)) for document_id, of in document["documents"])
    return AuditLink(str(document["fund"]), int(document["number"]), str(document["previous"]), pairs)


def _sha256(content: object) -> str:
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()
