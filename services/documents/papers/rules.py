"""What a paper may say and what may happen to it. Pure: the career, the register and the time are handed in."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from services.documents.awards.award import KnownAward, KnownAwardKind
from services.documents.awards.award import Status as AwardStatus
from services.documents.careers.career import CareerEntry
from services.documents.papers.content import (
    OF_EMPLOYERS,
    Affiliation,
    DebitedAccount,
    EmployedSpan,
    EmployerAccount,
    EmployerBody,
    EmployerClearance,
    Employment,
    GrantedAward,
    Holder,
    LanguageNotOffered,
    MandateForm,
    PaperContent,
    PaperDependant,
    PaperEmployer,
    PaperKind,
    PaperLanguage,
    PaperWageLine,
    PeriodWithoutWages,
    Wages,
)
from services.documents.papers.paper import (
    MOVES,
    WAITING_MAX,
    FailureReason,
    Issue,
    Paper,
    PaperText,
    PrintingFailure,
    Status,
    Withdrawal,
    WithdrawalReason,
)
from shared.events.documents import (
    EmployerPaperFailed,
    EmployerPaperIssued,
    EmployerPaperRevoked,
    PaperFailed,
    PaperIssued,
    PaperRevoked,
)
from shared.funds.fund import Fund
from shared.funds.papers import PaperType, issued
from shared.funds.period import Period
from shared.kernel.errors import Conflict, Invalid, Missing, Term
from shared.kernel.money import Currency, Money
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome

EmployerNames = Mapping[str, str]

CERTIFIES: Mapping[PaperKind, KnownAwardKind] = {
    PaperKind.COVERAGE_CERTIFICATE: KnownAwardKind.COVER,
    PaperKind.PAYMENT_CERTIFICATE: KnownAwardKind.PAYMENT,
}
"""The papers about an award, and about which kind of award."""


class PaperUnknown(Missing):
    code = "paper.unknown"


class PeriodReversed(Invalid):
    """The period ends before it begins."""

    code = "paper.period-reversed"


class PeriodInTheFuture(Invalid):
    """The period has not begun."""

    code = "paper.period-in-the-future"


class PeriodNotWanted(Invalid):
    """A certificate of affiliation speaks of no period."""

    code = "paper.period-not-wanted"


class NothingDeclared(Conflict):
    """Nobody declared the person yet: there is no affiliation to certify."""

    code = "paper.nothing-declared"


class EmployerUnnamed(Conflict):
    """The register has not published the name of an employer that the paper must name; it may do so a moment later."""

    code = "paper.employer-unnamed"


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


class NotPrinted(Conflict):
    """The paper is being printed, or it was withdrawn before."""

    code = "paper.not-printed"


class PrintingGivenUp(Conflict):
    """The printer could not print the paper; its `failure` says why."""

    code = "paper.printing-failed"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a person asks for. The period is for a salary certificate; left out, it is the whole career. `award` is the
    number of an award; left out, it is the only one that holds."""

    kind: PaperKind
    language: PaperLanguage
    from_period: Period | None = None
    to_period: Period | None = None
    award: str = ""


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


def takes_period(kind: PaperKind) -> bool:
    """Whether such a paper is about a period that is chosen."""
    return kind is PaperKind.SALARY_CERTIFICATE


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
        said = _said(
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


def content(paper: Paper, *, fund: Fund, public_url: str, at: datetime) -> PaperContent:
    """Everything that the printer needs to print a paper at an instant: it is issued on that day of the fund's."""
    issued_on, body = fund.day_of(at), paper.said.body
    return PaperContent(
        number=paper.number,
        language=paper.language,
        issued_on=issued_on,
        valid_until_on=_valid_until_on(paper, fund=fund, issued_on=issued_on),
        fund=fund,
        holder=paper.said.holder,
        body=replace(body, account=paper.account) if isinstance(body, MandateForm) else body,
        code=paper.said.code,
        verification_url=f"{public_url}/v1/{fund.fund_id}/verify/{paper.number}",
    )


def _valid_until_on(paper: Paper, *, fund: Fund, issued_on: date) -> date:
    """A paper about an award, a clearance or a mandate holds no longer than that; its day of issue at least."""
    usual = issued_on + timedelta(days=fund.papers.types[paper.kind].validity_days)
    limiting = paper.said.award or paper.said.clearance or paper.said.mandate
    until_on = limiting.until_on if limiting else None
    return usual if until_on is None else max(issued_on, min(usual, until_on))


def issue(paper: Paper, printed: PaperContent, *, sha256: str, size: int, at: datetime) -> Outcome[Paper]:
    """The paper was printed, signed and stored: it is valid from now on."""
    issued = replace(
        paper,
        status=moved(MOVES, paper.status, to=Status.VALID),
        issue=Issue(
            issued_at=at,
            issued_on=printed.issued_on,
            valid_until_on=printed.valid_until_on,
            sha256=sha256,
            size=size,
        ),
    )
    said = {"language": paper.language, "valid_until": printed.valid_until_on, "issued_at": at}
    return Outcome(issued, (_published(paper, PaperIssued, EmployerPaperIssued, **said),))


def fail(paper: Paper, reason: FailureReason, *, at: datetime) -> Outcome[Paper]:
    """The paper cannot be printed; notifications informs its holder why."""
    failed = replace(
        paper,
        status=moved(MOVES, paper.status, to=Status.FAILED),
        failure=PrintingFailure(reason=reason, failed_at=at),
    )
    published = _published(paper, PaperFailed, EmployerPaperFailed, reason=reason.value, failed_at=at)
    return Outcome(failed, (published,))


def _published(paper: Paper, of_person: type, of_employer: type, **facts: object) -> object:
    """What is published of a paper, to whom it belongs."""
    if paper.employer_id:
        return of_employer(
            number=paper.number, employer_id=paper.employer_id, kind=paper.kind, about=paper.about, **facts
        )
    return of_person(number=paper.number, person_ref=paper.person_ref, kind=paper.kind, **facts)


def withdraw(paper: Paper, *, entries: Sequence[CareerEntry], fund: Fund, at: datetime) -> Outcome[Paper] | None:
    """The paper withdrawn where the career that it was made from says otherwise now; None where it still holds.

    What was changed revokes it, what was only added supersedes it.
    """
    reason = _difference(paper.said.wages, entries, currency=fund.currency) if paper.said.wages else None
    return None if reason is None else _withdrawn(paper, reason, fund=fund, at=at)


def withdraw_for_award(paper: Paper, award: KnownAward, *, fund: Fund, at: datetime) -> Outcome[Paper] | None:
    """The certificate of an award withdrawn where the award is no longer as it says; None where it still holds. What
    expires with the award anyhow is left to expire."""
    said = paper.said.award
    if said is None:
        return None
    reason = _award_difference(said, award, issue=paper.issue)
    return None if reason is None else _withdrawn(paper, reason, fund=fund, at=at)


def withdraw_for_reason(paper: Paper, reason: WithdrawalReason, *, fund: Fund, at: datetime) -> Outcome[Paper] | None:
    """A paper withdrawn because the service that wanted it says so; None where it is already."""
    return _withdrawn(paper, reason, fund=fund, at=at)


def _award_difference(said: GrantedAward, award: KnownAward, *, issue: Issue | None) -> WithdrawalReason | None:
    if award.status is AwardStatus.SUSPENDED:
        return WithdrawalReason.AWARD_SUSPENDED
    if award.status is AwardStatus.ENDED:
        is_longer = issue is None or award.until_on is None or issue.valid_until_on > award.until_on
        return WithdrawalReason.AWARD_ENDED if is_longer else None
    is_same = said.amount is None or said.amount.amount_minor == award.amount_minor
    return None if is_same else WithdrawalReason.AMOUNT_CHANGED


def _withdrawn(paper: Paper, reason: WithdrawalReason, *, fund: Fund, at: datetime) -> Outcome[Paper] | None:
    """The paper withdrawn for a reason; None where it is already, or never was issued."""
    to = _WITHDRAWN[reason]
    if to not in MOVES[paper.status]:
        return None
    withdrawn = replace(
        paper,
        status=to,
        withdrawal=Withdrawal(reason=reason, withdrawn_at=at, withdrawn_on=fund.day_of(at)),
    )
    published = _published(paper, PaperRevoked, EmployerPaperRevoked, reason=reason.value, revoked_at=at)
    return Outcome(withdrawn, (published,))


_WITHDRAWN = {
    WithdrawalReason.WAGES_ADDED: Status.SUPERSEDED,
    WithdrawalReason.WAGES_CHANGED: Status.REVOKED,
    WithdrawalReason.AWARD_SUSPENDED: Status.REVOKED,
    WithdrawalReason.AWARD_ENDED: Status.REVOKED,
    WithdrawalReason.AMOUNT_CHANGED: Status.SUPERSEDED,
    WithdrawalReason.NOT_IN_ORDER: Status.REVOKED,
    WithdrawalReason.MANDATE_OVER: Status.REVOKED,
}


def _said(
    request: Request,
    *,
    fund: Fund,
    entries: Sequence[CareerEntry],
    employer_names: EmployerNames,
    holder: Holder,
    code: str,
    today: date,
) -> PaperText:
    if not takes_period(request.kind):
        if request.from_period or request.to_period:
            raise PeriodNotWanted
        return PaperText(holder=holder, code=code, affiliation=_affiliation(entries, employer_names, today))
    starts_on, ends_on = _days(request, entries, today)
    chosen = _within(entries, starts_on, ends_on)
    employments = tuple(
        Employment(
            employer=_employer(employer_id, employer_names),
            lines=tuple(_line(each, fund.currency) for each in chosen if each.employer_id == employer_id),
        )
        for employer_id in dict.fromkeys(each.employer_id for each in chosen)
    )
    return PaperText(
        holder=holder, code=code, wages=Wages(starts_on=starts_on, ends_on=ends_on, employments=employments)
    )


def _days(request: Request, entries: Sequence[CareerEntry], today: date) -> tuple[date, date]:
    """The first and the last day of the period that was asked for."""
    first, last = request.from_period, request.to_period
    if first and last and last.last_on < first.first_on:
        raise PeriodReversed
    if any(each is not None and each.first_on > today for each in (first, last)):
        raise PeriodInTheFuture
    if not entries:
        raise PeriodWithoutWages
    return (first or entries[0].period).first_on, (last or entries[-1].period).last_on


def _within(entries: Iterable[CareerEntry], starts_on: date, ends_on: date) -> list[CareerEntry]:
    return [each for each in entries if starts_on <= each.period.first_on and each.period.last_on <= ends_on]


def _line(entry: CareerEntry, currency: Currency) -> PaperWageLine:
    return PaperWageLine(
        starts_on=entry.period.first_on,
        ends_on=entry.period.last_on,
        wage=Money(entry.wage_minor, currency),
        days=entry.duration if entry.unit == "D" else None,
        hours=entry.duration if entry.unit == "H" else None,
    )


def _affiliation(entries: Sequence[CareerEntry], employer_names: EmployerNames, today: date) -> Affiliation:
    """Since the first day that any declaration speaks of, until the last, through every employer that declared.

    It has ended where every employer of the last declared quarter declared the end.
    """
    if not entries:
        raise NothingDeclared
    employer_ids = dict.fromkeys(each.employer_id for each in entries)
    spans = [span for each in employer_ids for span in _spans(entries, _employer(each, employer_names), today)]
    since_on = min(each.entered_on or each.period.first_on for each in entries)
    known_until_on = max(each.period.last_on for each in entries)
    ends = [each.left_on for each in entries if each.period.last_on == known_until_on]
    ended_on = max((day for day in ends if day), default=None) if all(ends) else None
    return Affiliation(
        since_on=since_on,
        known_until_on=max(since_on, min(known_until_on, today)),
        spans=tuple(sorted(spans, key=lambda span: (span.ends_on, span.starts_on), reverse=True)),
        ended_on=ended_on if ended_on and ended_on >= since_on else None,
    )


def _spans(entries: Iterable[CareerEntry], employer: PaperEmployer, today: date) -> Iterator[EmployedSpan]:
    """What one employer declared, quarter after quarter; a quarter that it left out begins a new span."""
    run, is_first = list[CareerEntry](), True
    for entry in (each for each in entries if each.employer_id == employer.employer_id):
        if run and entry.period.first_on > run[-1].period.last_on + timedelta(days=1):
            yield _span(employer, run, today, is_first=is_first)
            run, is_first = [], False
        run.append(entry)
    yield _span(employer, run, today, is_first=is_first)


def _span(employer: PaperEmployer, run: Sequence[CareerEntry], today: date, *, is_first: bool) -> EmployedSpan:
    """A day of entry counts also where it lies before all that was declared; a day of leaving in the last quarter."""
    entered = [each.entered_on for each in run if each.entered_on]
    starts_on = min(
        (day for day in entered if is_first or day >= run[0].period.first_on), default=run[0].period.first_on
    )
    left_on, last_on = run[-1].left_on, run[-1].period.last_on
    if left_on is not None and starts_on <= left_on <= last_on:
        return EmployedSpan(employer=employer, starts_on=starts_on, ends_on=left_on, has_left=True)
    # A quarter may be declared before it is over: nothing is known beyond today.
    return EmployedSpan(employer=employer, starts_on=starts_on, ends_on=max(starts_on, min(last_on, today)))


def _employer(employer_id: str, employer_names: EmployerNames) -> PaperEmployer:
    if employer_id not in employer_names:
        raise EmployerUnnamed(employer_id=employer_id)
    return PaperEmployer(employer_id=employer_id, name=employer_names[employer_id])


def _difference(said: Wages, entries: Sequence[CareerEntry], *, currency: Currency) -> WithdrawalReason | None:
    """How the career differs now from what a certificate says of its period."""
    before = Counter((each.employer.employer_id, line) for each in said.employments for line in each.lines)
    chosen = _within(entries, said.starts_on, said.ends_on)
    now = Counter((each.employer_id, _line(each, currency)) for each in chosen)
    if before - now:
        return WithdrawalReason.WAGES_CHANGED
    return WithdrawalReason.WAGES_ADDED if now - before else None
