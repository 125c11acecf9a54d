"""HTTP routes of awards: a person's own, what agents do with them, and whether a cover holds, for anybody."""

from collections.abc import Mapping
from typing import Any

from services.claims.awards import actions
from services.claims.awards.award import Award
from services.claims.awards.checking import CoverCheck
from services.claims.awards.schemas import (
    AwardEndBody,
    AwardsQuery,
    AwardView,
    AwardViews,
    CoverCheckView,
    CoverCodeBody,
    CoverWithCodeView,
    LifeCertificateBody,
    OwnAwardsQuery,
    SuspensionBody,
)
from shared.http.routes import ANYONE, Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("awards", about="Covers and payments of every period: what a granted claim opened, and lives on.")

Body = Mapping[str, Any]


@routes.get("/awards", scope="awards:read", response=AwardViews, query=OwnAwardsQuery)
def list_own(uow: UnitOfWork, query: Body) -> Page[Award]:
    """The caller's own covers and payments of every period, newest first."""
    return actions.of_caller(uow, kind=query["kind"], wanted=query["page"])


@routes.get("/awards/<award_id>", scope="awards:read", response=AwardView, query=PurposeQuery, is_journaled=True)
def read(uow: UnitOfWork, query: Body, award_id: str) -> Award:
    """One award, with what happened to it and what it was granted for."""
    return actions.look_at(uow, award_id=award_id, purpose=query["purpose"])


@routes.get("/queue/awards", scope="awards:manage", response=AwardViews, query=AwardsQuery, is_journaled=True)
def list_for_agent(uow: UnitOfWork, query: Body) -> Page[Award]:
    """Awards in a state, oldest first; or one person's, newest first; or the one of a reference."""
    return actions.list_for_agent(
        uow,
        reference=query["reference"],
        person_ref=query["person_ref"],
        status=query["status"],
        claim_type=query["claim_type"],
        purpose=query["purpose"],
        wanted=query["page"],
    )


@routes.post(
    "/awards/<award_id>/suspension",
    scope="awards:manage",
    request=SuspensionBody,
    response=AwardView,
    edits=actions.read,
)
def suspend(uow: UnitOfWork, body: Body, award_id: str) -> Award:
    """Let nothing follow from an award until it is resumed, with the reason."""
    return actions.suspend(uow, award_id=award_id, reason=body["reason"])


@routes.post("/awards/<award_id>/resumption", scope="awards:manage", response=AwardView, edits=actions.read)
def resume(uow: UnitOfWork, award_id: str) -> Award:
    """Let a suspended award hold again; the next run pays what was not paid meanwhile."""
    return actions.resume(uow, award_id=award_id)


@routes.post(
    "/awards/<award_id>/end", scope="awards:manage", request=AwardEndBody, response=AwardView, edits=actions.read
)
def end(uow: UnitOfWork, body: Body, award_id: str) -> Award:
    """End an award with a day, today or before, with the reason. What was paid for later is taken off what comes."""
    return actions.end(uow, award_id=award_id, reason=body["reason"], last_on=body["last_on"])


@routes.post(
    "/awards/<award_id>/life-certificates",
    scope="awards:manage",
    request=LifeCertificateBody,
    response=AwardView,
    edits=actions.read,
)
def take_life_certificate(uow: UnitOfWork, body: Body, award_id: str) -> Award:
    """Record that the person proved to be alive; an award that was suspended for want of it holds again."""
    return actions.take_life_certificate(uow, award_id=award_id, given_on=body["given_on"])


@routes.get("/covers/<path:number>", scope=ANYONE, response=CoverCheckView)
def check_cover(uow: UnitOfWork, number: str) -> CoverCheck:
    """Whether the cover of this number holds today, without an account. A number that is malformed and one that was
    never given are answered alike: unknown."""
    return actions.check(uow, number)


@routes.post("/covers/<path:number>", scope=ANYONE, request=CoverCodeBody, response=CoverWithCodeView)
def check_cover_code(uow: UnitOfWork, body: Body, number: str) -> CoverCheck:
    """The same, and what the cover bears where the code is right that the person was given with it. A wrong code and a
    number that was never given show nothing: `code` says `wrong`."""
    return actions.check_code(uow, number, code_typed=body["code"])
