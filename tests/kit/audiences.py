"""Asking a service for an audience as notifications does, and reading what it answers."""

from typing import Any

from shared.audiences.answering import Audiences
from shared.events.audiences import AudienceCondition, AudienceMember, AudienceRequested, AudienceSelected
from shared.process.service import Service
from shared.storage.service_context import ServiceContext
from tests.kit.clock import AT
from tests.kit.contexts import DZ, handle, make_unique_indexes, published_events


def ask(
    context: ServiceContext,
    service: Service[Any],
    audiences: Audiences,
    name: str,
    *also: AudienceCondition,
    fund: str = DZ,
    **asked: str,
) -> list[AudienceSelected]:
    """All pages of the answer; the question comes twice, and so does the answering."""
    make_unique_indexes(service, context)
    event = AudienceRequested(
        selection_id=name, campaign_id="c1", audience=name, parameters=asked, also=also, requested_at=AT
    )
    handle(context, service, event, fund_id=fund)
    for _ in range(100):
        if audiences.answering().run(context, fund, name) is None:
            break
    audiences.answering().run(context, fund, name)
    found: list[AudienceSelected] = published_events(context, "audiences.audience-selected")
    return [page for page in found if page.selection_id == name]


def members(pages: list[AudienceSelected]) -> list[AudienceMember]:
    assert pages and pages[-1].is_last and not pages[-1].refused
    return [member for page in pages for member in page.members]
