"""Links each service's audit into a chain, and lets the other services keep its head.

A chain alone does not prevent that all of it is rewritten; a head that is stored in four other databases does.
"""

from functools import partial
from typing import Any

import structlog

from shared.bus.reactions import Reactions
from shared.events.audit import AuditLinked
from shared.kernel.actors import system
from shared.process.periodic_tasks import PeriodicTask
from shared.storage import audit
from shared.storage.audit import UNLINKED, AuditHead
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

EVERY_S, REST_S = 10.0, 30.0
DOCUMENTS_MAX = 500
"""Bound by one link, in one transaction."""

log = structlog.get_logger()


def periodic_task(service: str) -> PeriodicTask:
    return PeriodicTask("audit", EVERY_S, partial(link_all, service=service), rest_s=REST_S)


def reactions(service: str) -> Reactions:
    """The reaction to the heads that other services publish."""
    reactions = Reactions()
    reactions.to(AuditLinked)(partial(save_head, own=service))
    return reactions


def link_all(context: ServiceContext, fund_id: str, *, service: str) -> int:
    """Link what is not linked yet, link after link; how many documents that were."""
    linked, by = 0, system("audit")
    if not context.reading(fund_id, by=by).collection("audit").find({"link": UNLINKED}, limit=1):
        return 0
    while found := context.run(fund_id, by=by, cause=audit.LINKING, action=partial(_link, own=service)):
        linked += found
        if found < DOCUMENTS_MAX:
            break
    return linked


def _link(uow: UnitOfWork, *, own: str) -> int:
    found = uow.collection("audit").find({"link": UNLINKED}, limit=DOCUMENTS_MAX, sort=[("_id", 1)])
    if not found:
        return 0
    link = audit.next_link(head_of(uow, own), uow.fund.fund_id, found)
    uow.collection("audit_links").insert(f"{link.number:012d}", {"at": uow.at, **audit.as_document(link)})
    uow.collection("audit").update_keys([str(each["_id"]) for each in found], {"$set": {"link": link.number}})
    _keep(uow, own, link.head)
    uow.publish(AuditLinked(service=own, number=link.number, hash=link.hash), version=link.number)
    return len(found)


def save_head(uow: UnitOfWork, event: AuditLinked, *, own: str) -> None:
    """Keep another service's head, if it is newer. One that contradicts what is kept changes nothing."""
    if event.service == own:
        return
    kept = head_of(uow, event.service)
    if event.number > kept.number:
        _keep(uow, event.service, AuditHead(event.number, event.hash))
    elif event.number == kept.number and event.hash != kept.hash:
        log.error("audit-head-contradicted", of=event.service, number=event.number)


def head_of(uow: UnitOfWork, service: str) -> AuditHead:
    """The newest head of a service's chain in this fund that is known here."""
    found: Any = uow.collection("audit_heads").find_one(service)
    return AuditHead(int(found["number"]), str(found["hash"])) if found else AuditHead()


def _keep(uow: UnitOfWork, service: str, head: AuditHead) -> None:
    uow.collection("audit_heads").put(service, {"service": service, "number": head.number, "hash": head.hash})
