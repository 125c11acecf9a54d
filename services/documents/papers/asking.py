"""Which papers may be asked for, and what each will say: fixed when it is asked for. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from services.documents.awards.award import KnownAward, KnownAwardKind
from services.documents.careers.career import CareerEntry
from services.documents.papers.career_statements import EmployerNames, said_of_career
from services.documents.papers.content import (
    OF_EMPLOYERS,
    DebitedAccount,
    EmployerAccount,
    EmployerBody,
    EmployerClearance,
    GrantedAward,
    Holder,
    LanguageNotOffered,
    MandateForm,
    PaperDependant,
    PaperKind,
    PaperLanguage,
)
from services.documents.papers.paper import (
    WAITING_MAX,
    Paper,
    PaperText,
    Status,
)
from services.documents.papers.request import CERTIFIES, PeriodNotWanted, Request, takes_period
from shared.funds.fund import Fund
from shared.funds.papers import PaperType, issued
from shared.kernel.errors import Conflict, Invalid, Term
from shared.kernel.money import Money
from shared.kernel.outcome import Outcome


class NoAward(Conflict):
    """No award of the person's holds that such a paper could be about, or none of the number that was given."""

    code = "paper.no-award"


class AwardNotChosen(Invalid):
    """Several of the person's awards hold: the request has to say the number of one."""

    code = "paper.award-not-chosen"


class AwardNotWanted(Invalid):
    """Such a paper is not about an award."""

    code = "paper.award-not-wanted"


class TooManyWaiting(Conflict):
    code = "paper.too-many-waiting"


@dataclass(frozen=True)
class PaperTypeOffer:
    """A kind of paper that a fund issues and that can be printed."""

    kind: PaperKind
    definition: PaperType

    @property
    def takes_period(self) -> bool:
        return takes_period(self.kind)

    @property
    def takes_award(self) -> bool:
        return self.kind in CERTIFIES


def offers(fund: Fund) -> list[PaperTypeOffer]:
    """The papers that the fund issues to persons, in the order of its definition. The certificate of a right that none
    of its benefits gives is none of them."""
    of_persons = set(PaperKind) - OF_EMPLOYERS
    kinds = {PaperKind(kind): definition for kind, definition in fund.papers.types.items() if kind in of_persons}
    given = {
        KnownAwardKind.COVER if benefit.effect.cover else KnownAwardKind.PAYMENT
        for benefit in fund.claim_types.values()
        if benefit.effect.opens_award
    }
    return [
        PaperTypeOffer(kind, definition)
        for kind, definition in kinds.items()
        if kind not in CERTIFIES or CERTIFIES[kind] in given
    ]


def ask(
    request: Request,
    *,
    fund: Fund,
    entries: Sequence[CareerEntry],
    employer_names: EmployerNames,
    holder: Holder,
    person_ref: str,
    waiting: int,
    number: str,
    code: str,
    traceparent: str,
    at: datetime,
    awards: Sequence[KnownAward] = (),
    dependants: Mapping[str, PaperDependant] = MappingProxyType({}),
) -> Outcome[Paper]:
    """A person asks for a paper. What it will say is fixed here; the printer only prints it. `dependants` are those for
    whom awards are, by award."""
    if request.language not in fund.papers.types[request.kind].languages:
        raise LanguageNotOffered(language=Term(f"language.{request.language}"))
    if waiting >= WAITING_MAX:
        raise TooManyWaiting(waiting_max=WAITING_MAX)
    today = fund.day_of(at)
    if request.kind in CERTIFIES:
        award = _chosen(request, awards, on=today)
        granted = _granted(award, request.kind, dependants=dependants, fund=fund)
        said = PaperText(holder=holder, code=code, award=granted)
    else:
        if request.award:
            raise AwardNotWanted
        said = said_of_career(
            request,
            fund=fund,
            entries=entries,
            employer_names=employer_names,
            holder=holder,
            code=code,
            today=today,
        )
    paper = Paper(
        number=number,
        person_ref=person_ref,
        kind=request.kind,
        language=request.language,
        said=said,
        status=Status.ASKED,
        asked_at=at,
        traceparent=traceparent,
        is_scheduled=True,
        award=said.award.reference if said.award else "",
    )
    return Outcome(paper)


def for_employer(
    body: EmployerBody,
    *,
    account: DebitedAccount | None = None,
    language: PaperLanguage,
    holder: Holder,
    fund: Fund,
    number: str,
    code: str,
    traceparent: str,
    at: datetime,
) -> Outcome[Paper]:
    """A paper of an employer, which follows from what another service decided."""
    if language not in fund.papers.types[body.kind].languages:
        raise LanguageNotOffered(language=Term(f"language.{language}"))
    paper = Paper(
        number=number,
        person_ref="",
        employer_id=holder.employer_number,
        about=body.reference,
        kind=body.kind,
        language=language,
        said=PaperText(
            holder=holder,
            code=code,
            clearance=body if isinstance(body, EmployerClearance) else None,
            mandate=body if isinstance(body, MandateForm) else None,
            statement=body if isinstance(body, EmployerAccount) else None,
        ),
        account=account,
        status=Status.ASKED,
        asked_at=at,
        traceparent=traceparent,
        is_scheduled=True,
    )
    return Outcome(paper)


def language_of(fund: Fund, kind: PaperKind, *, wanted: str) -> PaperLanguage:
    """The language that somebody reads where the fund issues the paper in it, else the first of the paper."""
    offered = fund.papers.types[kind].languages
    return PaperLanguage(wanted if wanted in offered else offered[0])


def wanted_by_itself(award: KnownAward, *, fund: Fund, known: Iterable[Paper], on: date) -> Request | None:
    """The paper that the fund issues when an award opens or holds again, in the first language of the paper; None where
    the fund issues no such paper, the award does not hold, or a paper of it does."""
    kind = next(kind for kind, certified in CERTIFIES.items() if certified is award.kind)
    definition = issued(fund.sections.papers, kind)
    if definition is None or not award.holds_on(on) or any(paper.is_living for paper in known):
        return None
    return Request(kind=kind, language=PaperLanguage(definition.languages[0]), award=award.reference)


def _chosen(request: Request, awards: Iterable[KnownAward], *, on: date) -> KnownAward:
    """The award that a request is about."""
    if request.from_period or request.to_period:
        raise PeriodNotWanted
    holding = [each for each in awards if each.holds_on(on) and request.award in ("", each.reference)]
    if not holding:
        raise NoAward
    if len(holding) > 1:
        raise AwardNotChosen
    return holding[0]


def _granted(
    award: KnownAward, kind: PaperKind, *, dependants: Mapping[str, PaperDependant], fund: Fund
) -> GrantedAward:
    return GrantedAward(
        kind=kind,
        reference=award.reference,
        claim_type=award.claim_type,
        from_on=award.from_on,
        until_on=award.until_on,
        covers=award.covers,
        percent=award.percent,
        amount=Money(award.amount_minor, fund.currency) if award.amount_minor else None,
        every=award.every,
        dependant=dependants.get(award.award_id),
    )
