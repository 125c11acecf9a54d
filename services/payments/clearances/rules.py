"""When an employer is in order by the fund's rule, and what follows when it asks for a clearance. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from services.payments.arrears.penalty import PenaltyForecast
from services.payments.clearances.clearance import (
    LIVING_MAX,
    MOVES,
    OBSTACLES_MAX,
    Clearance,
    ClearanceObstacle,
    ClearanceStanding,
    ClearanceStatus,
    ObstacleKind,
)
from services.payments.declarations import calendar
from services.payments.employers.employer import Employer
from shared.events.payments.clearances import ClearanceGranted, ClearanceWithdrawn
from shared.funds.fund import Fund
from shared.funds.papers import CLEARANCE_CERTIFICATE, PaperType, issued
from shared.funds.payments import ArrangementKind, ClearanceRule
from shared.funds.texts import Texts
from shared.kernel.errors import Conflict, Invalid, Missing
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome

REFERENCE_KIND = "CL"

DeclaredPeriods = Collection[tuple[str, str]]
"""The forms and periods for which a declaration stands."""
Arrangements = Mapping[ArrangementKind, Mapping[str, int]]
"""For how much of the debt of a declaration (minor units) the fund agreed to wait, by the kind of agreement."""


class ClearanceUnknown(Missing):
    code = "clearance.unknown"


class ClearancesNotOffered(Conflict):
    """The fund gives no clearances."""

    code = "clearance.not-offered"


class PurposeUnknown(Invalid):
    """The fund gives no clearances for this purpose."""

    code = "clearance.purpose-unknown"


class ClearanceLanguage(Invalid):
    """The fund does not issue the certificate in that language."""

    code = "clearance.language-not-offered"


class TooManyClearances(Conflict):
    code = "clearance.too-many"


@dataclass(frozen=True)
class ClearancePurpose:
    """What a certificate may be asked for, by the fund's code."""

    code: str
    names: Texts


@dataclass(frozen=True)
class ClearanceOffer:
    """What a fund asks of an employer before it gives a clearance, and the certificate that it then issues."""

    rule: ClearanceRule
    certificate: PaperType

    @property
    def purposes(self) -> list[ClearancePurpose]:
        return [ClearancePurpose(code, names) for code, names in self.rule.purposes.items()]


def offered(fund: Fund) -> ClearanceOffer:
    """How the fund gives clearances. Raises `ClearancesNotOffered`."""
    rule = fund.sections.payments.clearance if fund.sections.payments else None
    certificate = issued(fund.sections.papers, CLEARANCE_CERTIFICATE)
    if rule is None or certificate is None:
        raise ClearancesNotOffered
    return ClearanceOffer(rule, certificate)


# --- Whether an employer is in order ----------------------------------------------------------------------------------


def deferrals(debts: Sequence[PenaltyForecast], *, today: date) -> dict[str, int]:
    """What measures of the fund put off to a day that has not passed, by declaration."""
    put_off = {each.declaration_id: each.put_off_minor(on=today) for each in debts}
    return {declaration_id: minor for declaration_id, minor in put_off.items() if minor}


def disputes(debts: Sequence[PenaltyForecast]) -> dict[str, int]:
    """What employers dispute and the fund has not decided about, by declaration."""
    return {each.declaration_id: each.disputed_minor for each in debts if each.disputed_minor}


def judge(
    employer: Employer,
    debts: Sequence[PenaltyForecast],
    *,
    declared: DeclaredPeriods,
    arrangements: Arrangements,
    fund: Fund,
    today: date,
) -> ClearanceStanding:
    """How an employer stands today: what was due before today has to be paid, but for what the fund agreed to wait for
    and counts as in order; the last periods have to be declared. A debt may be paid on its last day still."""
    rule = offered(fund).rule
    accepted = [by_declaration for kind, by_declaration in arrangements.items() if kind in rule.in_order]
    unpaid, has_arrangement = [], False
    for debt in debts:
        if debt.due_on >= today:
            continue
        if debt.plan_id and ArrangementKind.SETTLEMENT in rule.in_order:  # its penalties are in the plan too
            has_arrangement = True
            continue
        unpaid_minor = debt.left_minor + debt.disputed_minor
        arranged_minor = min(unpaid_minor, sum(each.get(debt.declaration_id, 0) for each in accepted))
        has_arrangement = has_arrangement or arranged_minor > 0
        obstacle = _unpaid(debt, rule, arranged_minor=arranged_minor)
        if obstacle is not None:
            unpaid.append(obstacle)
    undeclared = _undeclared(employer, rule, declared=declared, fund=fund, today=today)
    obstacles = sorted([*unpaid, *undeclared], key=lambda each: (each.due_on, each.form, each.period, each.kind))
    return ClearanceStanding(
        employer_id=employer.employer_id,
        as_of=today,
        obstacles=tuple(obstacles),
        has_arrangement=has_arrangement,
    )


def _unpaid(debt: PenaltyForecast, rule: ClearanceRule, *, arranged_minor: int) -> ClearanceObstacle | None:
    contributions_minor = debt.left_minor + debt.disputed_minor - arranged_minor
    penalties_minor = debt.penalty_left_minor if rule.counts_penalties else 0
    if not contributions_minor + penalties_minor:
        return None
    return ClearanceObstacle(
        kind=ObstacleKind.UNPAID,
        form=debt.form,
        period=debt.period,
        due_on=debt.due_on,
        declaration_id=debt.declaration_id,
        contributions_minor=contributions_minor,
        penalties_minor=penalties_minor,
    )


def _undeclared(
    employer: Employer, rule: ClearanceRule, *, declared: DeclaredPeriods, fund: Fund, today: date
) -> Iterator[ClearanceObstacle]:
    """The last periods of each form whose day has passed, from the affiliation on, for which nothing stands."""
    if not rule.declared_periods or fund.sections.declarations is None:
        return
    for form, definition in fund.declarations.forms.items():
        late = [each for each in calendar.periods(definition, fund=fund, today=today) if each.due_on < today]
        for each in late[-rule.declared_periods :]:
            if each.ends_on >= employer.affiliated_on and (form, each.key) not in declared:
                yield ClearanceObstacle(kind=ObstacleKind.UNDECLARED, form=form, period=each.key, due_on=each.due_on)


# --- What follows -----------------------------------------------------------------------------------------------------


def ask(
    standing: ClearanceStanding,
    *,
    clearance_id: str,
    reference: str,
    purpose: str,
    language: str,
    living: int,
    by: str,
    fund: Fund,
    at: datetime,
) -> Outcome[Clearance]:
    """An employer asks. Where it is in order the clearance is granted, and documents issues its certificate; else the
    answer says what is in the way. Raises `PurposeUnknown`, `ClearanceLanguage`, `TooManyClearances`."""
    offer = offered(fund)
    if purpose not in offer.rule.purposes:
        raise PurposeUnknown
    if language not in offer.certificate.languages:
        raise ClearanceLanguage
    if living >= LIVING_MAX:
        raise TooManyClearances(living_max=LIVING_MAX)
    answered = Clearance(
        clearance_id=clearance_id,
        reference=reference,
        employer_id=standing.employer_id,
        purpose=purpose,
        language=language,
        asked_at=at,
        asked_by=by,
        judged_on=standing.as_of,
        **_answer(standing, offer),
    )
    if not standing.is_in_order or answered.valid_until_on is None:
        return Outcome(answered)
    published = ClearanceGranted(
        clearance_id=clearance_id,
        reference=reference,
        employer_id=standing.employer_id,
        purpose=purpose,
        language=language,
        judged_on=standing.as_of,
        valid_until=answered.valid_until_on,
        has_arrangement=standing.has_arrangement,
        granted_at=at,
    )
    return Outcome(_looked_at_next(answered, fund=fund, after=standing.as_of), (published,))


def look_again(clearance: Clearance, standing: ClearanceStanding, *, fund: Fund, at: datetime) -> Outcome[Clearance]:
    """What becomes of a clearance on a later day: where the fund takes it back for what is unpaid or undeclared since,
    it is withdrawn, and documents revokes the certificate. One that is over is left alone."""
    if not clearance.is_valid_on(standing.as_of):
        return Outcome(replace(clearance, next_look_at=None))
    if standing.is_in_order or not offered(fund).rule.is_withdrawn:
        return Outcome(_looked_at_next(clearance, fund=fund, after=standing.as_of))
    withdrawn = replace(
        clearance,
        status=moved(MOVES, clearance.status, to=ClearanceStatus.WITHDRAWN),
        withdrawn_at=at,
        next_look_at=None,
        **_why(standing),
    )
    published = ClearanceWithdrawn(
        clearance_id=clearance.clearance_id,
        reference=clearance.reference,
        employer_id=clearance.employer_id,
        withdrawn_at=at,
    )
    return Outcome(withdrawn, (published,))


def _answer(standing: ClearanceStanding, offer: ClearanceOffer) -> dict[str, Any]:
    if not standing.is_in_order:
        return {"status": ClearanceStatus.REFUSED, **_why(standing)}
    return {
        "status": ClearanceStatus.GRANTED,
        "valid_until_on": standing.as_of + timedelta(days=offer.certificate.validity_days),
        "has_arrangement": standing.has_arrangement,
    }


def _why(standing: ClearanceStanding) -> dict[str, Any]:
    return {
        "obstacles": standing.obstacles[:OBSTACLES_MAX],
        "obstacles_in_all": len(standing.obstacles),
        "to_pay_minor": standing.to_pay_minor,
    }


def _looked_at_next(clearance: Clearance, *, fund: Fund, after: date) -> Clearance:
    """It is looked at when the next day begins, while it is valid, where the fund takes clearances back."""
    tomorrow = after + timedelta(days=1)
    is_awaited = offered(fund).rule.is_withdrawn and clearance.is_valid_on(tomorrow)
    return replace(clearance, next_look_at=datetime.combine(tomorrow, time(), fund.zone) if is_awaited else None)
