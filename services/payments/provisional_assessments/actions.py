"""What payments does about employers that declare nothing: assess them provisionally, until they declare."""

from collections.abc import Sequence

from services.payments.access_journal.accessed import AccessedKind
from services.payments.collections import debt_changes
from services.payments.declarations import in_force
from services.payments.declarations import rules as declarations
from services.payments.declarations import store as declaration_store
from services.payments.declarations.declaration import Declaration
from services.payments.employers import actions as employers
from services.payments.provisional_assessments import rules, store
from services.payments.provisional_assessments.provisional_assessment import ProvisionalAssessment, ProvisionalStatus
from shared.funds.period import Period
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage import operator_acts
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork


def simulate(
    uow: UnitOfWork, *, employer_id: str, form: str, period: str, purpose: Purpose
) -> list[ProvisionalAssessment]:
    """What an employer would be assessed to for a period today, by establishment; nothing is kept. Raises what `assess`
    raises."""
    journal.note_employer(uow, employer_id, looked_at=AccessedKind.DECLARATIONS, purpose=purpose)
    return compute(uow, employer_id=employer_id, form=form, period=period, note="")


def assess(uow: UnitOfWork, *, employer_id: str, form: str, period: str, note: str) -> list[ProvisionalAssessment]:
    """An agent assesses an employer that declared nothing for a period: each of its establishments owes what its last
    declaration made due and the fund's surcharge, from now on. Raises `ProvisionalNotOffered`, `NotExpected`,
    `TooEarly`, `SomethingDeclared`, `DeclarationUnderWay`, `AssessedAlready`, `NothingToAssessFrom`."""
    assessed = compute(uow, employer_id=employer_id, form=form, period=period, note=note)
    return [_keep(uow, each) for each in assessed]


def compute(uow: UnitOfWork, *, employer_id: str, form: str, period: str, note: str) -> list[ProvisionalAssessment]:
    """What an employer would be assessed to; nothing is kept. Raises what `assess` raises."""
    wanted = declarations.must_be_of_its_kind(declarations.form_of(uow.fund, form), period=period)
    rule = rules.rule_for(uow.fund, form, wanted)
    rules.may_be_assessed(
        employers.find(uow, employer_id),
        declared=_declared(uow, employer_id=employer_id, form=form, period=wanted),
        form=declarations.form_of(uow.fund, form),
        period=wanted,
        rule=rule,
        fund=uow.fund,
        today=uow.today,
    )
    found = (
        rules.assess(
            group,
            period=wanted,
            rule=rule,
            fund=uow.fund,
            assessment_id=uow.new_id(),
            note=note,
            by=uow.by.subject,
            at=uow.at,
        )
        for group in _last_declared(uow, employer_id=employer_id, form=form, period=wanted)
    )
    assessed = [each for each in found if each is not None]
    if not assessed:
        raise rules.NothingToAssessFrom
    if any(store.of_slot(uow, each.slot) is not None for each in assessed):
        raise rules.AssessedAlready
    return assessed


def _last_declared(uow: UnitOfWork, *, employer_id: str, form: str, period: Period) -> Sequence[list[Declaration]]:
    """The declarations of wages in force for the latest period before this one that has any, by establishment."""
    for each in period.before(declaration_store.PERIODS_BACK_MAX):
        if found := rules.by_establishment(_declared(uow, employer_id=employer_id, form=form, period=each)):
            return found
    return []


def _declared(uow: UnitOfWork, *, employer_id: str, form: str, period: Period) -> list[Declaration]:
    found = declaration_store.of_period(uow, employer_id, period=str(period))
    return [each for each in found if each.form == form]


def _keep(uow: UnitOfWork, assessed: ProvisionalAssessment) -> ProvisionalAssessment:
    kept = store.assessments.save(uow, rules.announce(assessed, currency=uow.fund.currency.value))
    operator_acts.record(
        uow, "provisionally-assessed", store.assessments.name, kept.assessment_id, version=kept.version
    )
    debt_changes.open_obligation(
        uow,
        declaration_id=kept.assessment_id,
        revision=1,
        employer_id=kept.employer_id,
        form=kept.form,
        period=kept.period,
        due_on=kept.due_on,
        declared_on=uow.today,
        branches=kept.assessment.due_by_branch,
        sides=kept.assessment.due_by_side,
        is_provisional=True,
    )
    return kept


def give_way(uow: UnitOfWork, declaration: Declaration) -> ProvisionalAssessment | None:
    """A declaration is accepted: what was assessed in its place, if anything, ends, and the declaration's debt takes
    the place of the assessment's. Called where the declaration is accepted, in the same unit of work."""
    standing = store.of_slot(uow, in_force.slot(declaration, establishment=declaration.establishment))
    if standing is None or standing.status is ProvisionalStatus.REPLACED:
        return None
    ended = rules.give_way(standing, to=declaration.declaration_id, at=uow.at)
    return store.assessments.save(uow, Outcome(ended))


def withdraw(uow: UnitOfWork, *, assessment_id: str, version: int, reason: str) -> ProvisionalAssessment:
    """An agent takes an assessment back: nothing is owed for it, and what was paid of it is the employer's credit.
    Raises `AssessmentEnded`, `AssessmentChanged`, `DebtInPlan`."""
    found = read(uow, assessment_id=assessment_id)
    if found.version != version:
        raise rules.AssessmentChanged(version=found.version)
    withdrawn = rules.withdraw(found, reason=reason, by=uow.by.subject, at=uow.at)
    operator_acts.record(
        uow, "provisional-assessment-withdrawn", store.assessments.name, assessment_id, version=version
    )
    kept = store.assessments.save(uow, withdrawn)
    debt_changes.lift(uow, declaration_id=assessment_id)
    return kept


def read(uow: UnitOfWork, *, assessment_id: str) -> ProvisionalAssessment:
    """An assessment, for the employer and the fund's agents."""
    found = store.assessments.load(uow, assessment_id)
    uow.by.must_act_for_employer(found.employer_id)
    return found


def look_at(uow: UnitOfWork, *, assessment_id: str, purpose: Purpose) -> ProvisionalAssessment:
    """As `read`; what an agent reads enters the access journal."""
    found = read(uow, assessment_id=assessment_id)
    journal.note_employer(
        uow, found.employer_id, looked_at=AccessedKind.DECLARATION, reference=assessment_id, purpose=purpose
    )
    return found


def page(uow: UnitOfWork, *, employer_id: str, wanted: PageRequest, purpose: Purpose) -> Page[ProvisionalAssessment]:
    """An employer's assessments, newest first; an agent's look enters the access journal."""
    uow.by.must_act_for_employer(employer_id)
    journal.note_employer(uow, employer_id, looked_at=AccessedKind.DECLARATIONS, purpose=purpose)
    return store.page(uow, employer_id=employer_id, wanted=wanted)
