"""I9: the complete audit is unchanged since it was written, and the other services have its heads.

Per service and fund: every link follows the one before it, every document matches its link, none is missing and none in
two links; the heads that the other services hold are those of this chain; and what the audit records is what was done:
the events of its entries are those of the outbox. What was written a moment ago may not be linked yet.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.local.verify.answer import Look
from deploy.local.verify.seen import Seen
from shared.storage import audit
from shared.storage.audit import AuditHead

HEADS = "audit"
"""The topic of the heads."""


@dataclass
class Chain:
    """One service's links in one fund."""

    heads: list[AuditHead] = field(default_factory=lambda: [AuditHead()])
    digests: dict[str, tuple[int, str]] = field(default_factory=dict)
    linked_at: list[Any] = field(default_factory=lambda: [None])


def ask(seen: Seen, look: Look) -> None:
    held = {name: list(seen.rows(name, "audit_heads", "fund", "service", "number", "hash")) for name in seen.databases}
    for name in seen.databases:
        chains = _chains(seen, look, name)
        _documents(seen, look, name, chains)
        _heads(seen, look, name, chains, held)
        _events(seen, look, name)


def _chains(seen: Seen, look: Look, name: str) -> dict[str, Chain]:
    chains: dict[str, Chain] = {}
    for kept in seen.databases[name]["audit_links"].find().sort("_id", 1):
        look.at("links")
        chain, link = chains.setdefault(kept["fund"], Chain()), audit.as_link(kept)
        before = chain.heads[-1]
        if (link.number, link.previous) != (before.number + 1, before.hash):
            look.offends(f"{name} {kept['_id']} does not follow link {before.number}")
        if link.hash != kept["hash"]:
            look.offends(f"{name} {kept['_id']} is not what it was when it was linked")
        for document_id, digest in link.documents:
            if document_id in chain.digests:
                look.offends(f"{name} audit {document_id} stands in two links")
            chain.digests[document_id] = (link.number, digest)
        chain.heads.append(AuditHead(link.number, kept["hash"]))
        chain.linked_at.append(kept["at"])
    return chains


def _documents(seen: Seen, look: Look, name: str, chains: Mapping[str, Chain]) -> None:
    missing = {fund: set(chain.digests) for fund, chain in chains.items()}
    for document in seen.databases[name]["audit"].find():
        look.at("documents")
        document_id, fund = document["_id"], document["fund"]
        number, digest = chains.get(fund, Chain()).digests.get(document_id, (audit.UNLINKED, ""))
        missing.get(fund, set()).discard(document_id)
        if number == audit.UNLINKED:
            if seen.at - document["at"] > seen.limits.unlinked:
                look.offends(f"{name} audit {document_id} stands in no link")
        elif audit.digest(document) != digest:
            look.offends(f"{name} audit {document_id} is not what it was when it was linked")
        elif document["link"] != number:
            look.offends(f"{name} audit {document_id} says that link {document['link']} binds it, {number} does")
    for fund, lost in missing.items():
        for document_id in sorted(lost):
            look.offends(f"{name} {fund} audit {document_id} is gone")


def _heads(
    seen: Seen, look: Look, name: str, chains: Mapping[str, Chain], held: Mapping[str, list[dict[str, Any]]]
) -> None:
    """What the other services hold, and the service's own note, are heads of this chain, and the newest."""
    for holder, rows in held.items():
        heads = {row["fund"]: AuditHead(row["number"], row["hash"]) for row in rows if row["service"] == name}
        for fund in sorted({*heads, *chains}):
            look.at("heads held")
            chain, head = chains.get(fund, Chain()), heads.get(fund, AuditHead())
            if head.number >= len(chain.heads) or chain.heads[head.number] != head:
                look.offends(f"{holder} holds link {head.number} of {name}'s {fund} chain, which is not there")
            elif head.number < len(chain.heads) - 1:
                since = chain.linked_at[head.number + 1]
                if seen.at - since > seen.limits.unlinked:
                    look.offends(f"{holder} holds link {head.number} of {name}'s {fund} chain, not the newest")


def _events(seen: Seen, look: Look, name: str) -> None:
    """Each event has one audit entry. The heads themselves are published without one."""
    audited = Counter(event_id for _, entry in seen.entries(name, "events") for event_id in entry["events"])
    published = {event_id for event_id, each in seen.published.items() if each.by == name and each.topic != HEADS}
    look.at("events audited", audited.total())
    for event_id in sorted(published - audited.keys()):
        look.offends(f"{name} published {event_id}, and the audit does not say for what")
    for event_id, count in audited.items():
        if count > 1 or event_id not in published:
            look.offends(
                f"{name} audit names {event_id} {count} times, and it was published {event_id in published:d} times"
            )
