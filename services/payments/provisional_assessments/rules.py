"""When an employer that declared nothing is assessed provisionally, to what, and what ends it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.payments.contributions.contribution import Assessment, Contribution, Slip
from services.payments.declarations import in_force
from services.payments.declarations import rules as declarations
from services.payments.declarations.declaration import Declaration, Intake, Status, is_one_establishment
from services.payments.employers.employer import Employer
from services.payments.provisional_assessments.provisional_assessment import (
    MOVES,
    Basis,
    ProvisionalAssessment,
    ProvisionalStatus,
)
from shared.events.payments.provisional_assessments import ProvisionalAssessmentWithdrawn, ProvisionallyAssessed
from shared.funds.arrears import ProvisionalRule
from shared.funds.declarations import DeclarationForm
from shared.funds.fund import Fund
from shared.funds.law import find_in_force
from shared.funds.period import Period
from shared.funds.rounding import RoundingRule
from shared.kernel.errors import Conflict, Missing
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome

UNDER_WAY = frozenset({Status.RECEIVED, Status.HELD, Status.TO_CONFIRM})
"""Something came, and is being checked or waits for somebody."""


class AssessmentUnknown(Missing):
    code = "provisional-assessment.unknown"


class ProvisionalNotOffered(Conflict):
    """The fund assesses nothing provisionally for that period, or the form makes nothing due by itself."""

    code = "provisional-assessment.not-offered"


class NotExpected(Conflict):
    """The register does not have the employer as open, or has it affiliated only after the period."""

    code = "provisional-assessment.not-expected"


class TooEarly(Conflict):
    """The employer may still declare: it is assessed from a later day (`from_on`)."""

    code = "provisional-assessment.too-early"


class SomethingDeclared(Conflict):
    """A declaration of the period is in force."""

    code = "provisional-assessment.declared"


class DeclarationUnderWay(Conflict):
    """A declaration of the period is being checked, or waits for its employer to confirm what was found."""

    code = "provisional-assessment.under-way"


class NothingToAssessFrom(Conflict):
    """The employer has no earlier declaration that made anything due."""

    code = "provisional-assessment.no-basis"


class AssessedAlready(Conflict):
    """The period was assessed before; what the fund took back it does not assess a second time."""

    code = "provisional-assessment.assessed"


NOT_ASSESSED = (NotExpected, TooEarly, SomethingDeclared, DeclarationUnderWay, NothingToAssessFrom, AssessedAlready)
"""Why one employer is not assessed for a period that the fund assesses."""


class AssessmentEnded(Conflict):
    """The employer declared meanwhile, or the assessment was taken back."""

    code = "provisional-assessment.ended"


class AssessmentChanged(Conflict):
    code = "provisional-assessment.changed"


def rule_for(fund: Fund, form: str, period: Period) -> ProvisionalRule:
    """The rule by which the fund assesses a period. Raises `FormUnknown`, `PeriodOfOtherKind`,
    `ProvisionalNotOffered`."""
    definition = declarations.form_of(fund, form)
    declarations.must_be_of_its_kind(definition, period=str(period))
    section = fund.sections.arrears
    found = find_in_force(section.provisional, on=period.last_on) if section else None
    if found is None or definition.reconciles is not None:
        raise ProvisionalNotOffered
    return found


def may_be_assessed(
    employer: Employer | None,
    *,
    declared: Iterable[Declaration],
    form: DeclarationForm,
    period: Period,
    rule: ProvisionalRule,
    fund: Fund,
    today: date,
) -> None:
    """Whether an employer may be assessed for a period today; `declared` are its declarations of the form for it.
    Raises `NotExpected`, `TooEarly`, `SomethingDeclared`, `DeclarationUnderWay`."""
    if employer is None or not employer.is_open or employer.affiliated_on > period.last_on:
        raise NotExpected
    must_be_late(form, period=period, rule=rule, fund=fund, today=today)
    for each in declared:
        if each.status is Status.ACCEPTED:
            raise SomethingDeclared
        if each.status in UNDER_WAY:
            raise DeclarationUnderWay


def must_be_late(form: DeclarationForm, *, period: Period, rule: ProvisionalRule, fund: Fund, today: date) -> None:
    """Raises `TooEarly` while a period may still be declared, and so many days longer as the rule says."""
    from_on = form.due_on(period, calendar=fund.calendar) + timedelta(days=rule.after_days)
    if today < from_on:
        raise TooEarly(from_on=from_on)


def by_establishment(declared: Iterable[Declaration]) -> list[list[Declaration]]:
    """Declarations of wages in force of one period, those of one place of work together: the one that stands, and what
    was added to it."""
    groups: list[list[Declaration]] = []
    for each in declared:
        if each.status is not Status.ACCEPTED or each.intake is Intake.NOTHING:
            continue
        known = (group for group in groups if is_one_establishment(group[0].establishment, each.establishment))
        if (group := next(known, None)) is None:
            groups.append([each])
        else:
            group.append(each)
    return groups


def assess(
    before: Sequence[Declaration],
    *,
    period: Period,
    rule: ProvisionalRule,
    fund: Fund,
    assessment_id: str,
    note: str,
    by: str,
    at: datetime,
) -> ProvisionalAssessment | None:
    """What one establishment owes for a period, from its declarations of an earlier one; None where those made nothing
    due."""
    first = before[0]
    form = declarations.form_of(fund, first.form)
    slips = [slip for each in before if each.booked for slip in each.booked.assessment.slips]
    basis_minor = sum(slip.total_minor for slip in slips)
    if not basis_minor:
        return None
    parts = {part.number: part for part in form.parts(period)}
    shift = period.parts(form.wage_kind)[0].number - Period.read(first.period).parts(form.wage_kind)[0].number
    rounding = fund.rounding.of_contributions(on=period.last_on)
    raised = tuple(_raised(slip, at=parts[slip.period.number + shift], rule=rule, rounding=rounding) for slip in slips)
    return ProvisionalAssessment(
        assessment_id=assessment_id,
        slot=in_force.slot_of(
            first.employer_id, form=first.form, period=str(period), establishment=first.establishment
        ),
        employer_id=first.employer_id,
        form=first.form,
        period=str(period),
        establishment=first.establishment,
        basis=Basis(
            period=first.period,
            declaration_ids=tuple(each.declaration_id for each in before),
            due_minor=basis_minor,
            percent=rule.percent,
            law=rule.law,
        ),
        assessment=Assessment(slips=raised, due_on=form.due_on(period, calendar=fund.calendar)),
        status=ProvisionalStatus.STANDING,
        note=note,
        assessed_at=at,
        assessed_by=by,
    )


def _raised(slip: Slip, *, at: Period, rule: ProvisionalRule, rounding: RoundingRule) -> Slip:
    """What an earlier slip made due, branch by branch, and so much more, for another period."""
    return Slip(
        period=at,
        base_minor=slip.base_minor,
        contributions=tuple(_more(each, rule=rule, rounding=rounding) for each in slip.contributions),
    )


def _more(contribution: Contribution, *, rule: ProvisionalRule, rounding: RoundingRule) -> Contribution:
    more_minor = rounding.share(contribution.amount_minor, rule.percent)
    return replace(contribution, amount_minor=contribution.amount_minor + more_minor)


def announce(assessed: ProvisionalAssessment, *, currency: str) -> Outcome[ProvisionalAssessment]:
    """It is owed from now on, and the employer is informed."""
    published = ProvisionallyAssessed(
        assessment_id=assessed.assessment_id,
        employer_id=assessed.employer_id,
        form=assessed.form,
        period=assessed.period,
        establishment=assessed.establishment or None,
        due_minor=assessed.due_minor,
        currency=currency,
        due_on=assessed.due_on,
        basis_period=assessed.basis.period,
        is_to_be_confirmed=assessed.is_to_be_confirmed,
        assessed_at=assessed.assessed_at,
    )
    return Outcome(assessed, (published,))


def give_way(assessed: ProvisionalAssessment, *, to: str, at: datetime) -> ProvisionalAssessment:
    """A declaration of the establishment and period was accepted: it counts instead."""
    status = moved(MOVES, assessed.status, to=ProvisionalStatus.REPLACED)
    return replace(assessed, status=status, replaced_by=to, ended_at=at)


def withdraw(assessed: ProvisionalAssessment, *, reason: str, by: str, at: datetime) -> Outcome[ProvisionalAssessment]:
    """The fund takes it back, for a reason that the employer reads. Raises `AssessmentEnded`."""
    if assessed.status is not ProvisionalStatus.STANDING:
        raise AssessmentEnded
    withdrawn = replace(
        assessed,
        status=moved(MOVES, assessed.status, to=ProvisionalStatus.WITHDRAWN),
        ended_at=at,
        ended_by=by,
        reason=reason,
    )
    published = ProvisionalAssessmentWithdrawn(
        assessment_id=assessed.assessment_id,
        employer_id=assessed.employer_id,
        form=assessed.form,
        period=assessed.period,
        withdrawn_at=at,
    )
    return Outcome(withdrawn, (published,))
