"""HTTP routes for partners, each for its own endpoints; and the fund's agents see them all."""

from collections.abc import Mapping
from typing import Any

from services.payments.partners import actions, signing, store
from services.payments.partners.actions import Replay
from services.payments.partners.delivery import Delivery
from services.payments.partners.endpoint import Endpoint
from services.payments.partners.schemas import (
    DeliveriesPage,
    EndpointBody,
    EndpointView,
    EndpointViews,
    NewSecretView,
    PublicKeyViews,
    RangeBody,
    ReplayView,
)
from shared.http.routes import ANYONE, Routes
from shared.http.shapes import PagedQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("partners", about="Where partners listen, and the signed messages (webhooks) that they are sent.")

Body = Mapping[str, Any]
WEBHOOKS = "bank:webhooks"


@routes.post("/endpoints", scope=WEBHOOKS, request=EndpointBody, response=NewSecretView, status=201)
def register(uow: UnitOfWork, body: Body) -> Endpoint:
    """Register an endpoint for some kinds of messages. Only this answer contains the secret that they are signed
    with."""
    return actions.register(uow, url=body["url"], kinds=body["kinds"])


@routes.get("/endpoints", scope=WEBHOOKS, response=EndpointViews, query=PagedQuery)
def list_own(uow: UnitOfWork, query: Body) -> Page[Endpoint]:
    """Your endpoints."""
    return store.page_of_client(uow, uow.by.subject, wanted=query["page"])


@routes.get("/endpoints/<endpoint_id>", scope=WEBHOOKS, response=EndpointView)
def read(uow: UnitOfWork, endpoint_id: str) -> Endpoint:
    """One of your endpoints, and whether it is enabled."""
    return actions.own(uow, endpoint_id=endpoint_id)


@routes.put("/endpoints/<endpoint_id>", scope=WEBHOOKS, request=EndpointBody, response=EndpointView, edits=actions.own)
def change(uow: UnitOfWork, body: Body, endpoint_id: str) -> Endpoint:
    """Change the address or the kinds of an endpoint. Waiting messages go to the new address; the secret stays."""
    return actions.change(uow, endpoint_id=endpoint_id, url=body["url"], kinds=body["kinds"])


@routes.delete("/endpoints/<endpoint_id>", scope=WEBHOOKS, edits=actions.own)
def remove(uow: UnitOfWork, endpoint_id: str) -> None:
    """Delete an endpoint. What still waits for it is not sent."""
    actions.remove(uow, endpoint_id=endpoint_id)


@routes.get("/endpoints/<endpoint_id>/deliveries", scope=WEBHOOKS, query=PagedQuery, response=DeliveriesPage)
def list_deliveries(uow: UnitOfWork, query: Body, endpoint_id: str) -> Page[Delivery]:
    """The messages for one of your endpoints, newest first, and what came of each, page by page."""
    return store.newest(uow, actions.own(uow, endpoint_id=endpoint_id).endpoint_id, wanted=query["page"])


@routes.post("/endpoints/<endpoint_id>/replays", scope=WEBHOOKS, request=RangeBody, response=ReplayView, status=202)
def replay(uow: UnitOfWork, body: Body, endpoint_id: str) -> Replay:
    """Have everything that happened in a time sent again, each message under the id that it had."""
    return actions.replay(uow, endpoint_id=endpoint_id, since=body["since"], until=body["until"])


@routes.post("/endpoints/<endpoint_id>/activation", scope=WEBHOOKS, response=EndpointView, edits=actions.own)
def enable(uow: UnitOfWork, endpoint_id: str) -> Endpoint:
    """Enable an endpoint again, after it was disabled."""
    return actions.enable(uow, endpoint_id=endpoint_id)


@routes.post("/endpoints/<endpoint_id>/secrets", scope=WEBHOOKS, response=NewSecretView, edits=actions.own)
def change_secret(uow: UnitOfWork, endpoint_id: str) -> Endpoint:
    """Get a new secret. Messages are signed with it and with the one before it, until that one is retired."""
    return actions.change_secret(uow, endpoint_id=endpoint_id)


@routes.post("/endpoints/<endpoint_id>/secrets/retirement", scope=WEBHOOKS, response=EndpointView, edits=actions.own)
def retire_secret(uow: UnitOfWork, endpoint_id: str) -> Endpoint:
    """Have messages signed with the newest secret alone."""
    return actions.retire_secret(uow, endpoint_id=endpoint_id)


@routes.get("/webhook-keys", scope=ANYONE, response=PublicKeyViews)
def list_keys(uow: UnitOfWork) -> dict[str, list[dict[str, str]]]:
    """The fund's public keys: any of them may have signed a message (v1a). Two while one replaces the other."""
    return {"items": [{"public_key": each} for each in signing.public_keys(uow.fund.fund_id)]}


@routes.get("/partners/endpoints", scope="ledger:read", response=EndpointViews, query=PagedQuery)
def list_of_fund(uow: UnitOfWork, query: Body) -> Page[Endpoint]:
    """Every partner's endpoints: a disabled one is a partner to be spoken with."""
    return store.page_of_fund(uow, wanted=query["page"])
