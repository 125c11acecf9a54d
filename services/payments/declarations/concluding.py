"""What follows from a check, in one unit of work: the declaration is accepted or refused, or its employer has to
confirm it."""

from collections.abc import Iterable
from dataclasses import replace

from services.payments.campaigns import actions as campaigns
from services.payments.collections import debt_changes, requesting
from services.payments.contributions.contribution import Assessment
from services.payments.declarations import complementing, confirming, in_force, judging, publishing, rules, store
from services.payments.declarations.actions import CHECK
from services.payments.declarations.declaration import Declaration, Status
from services.payments.declarations.examination import Examined
from services.payments.declarations.judging import JudgedDeclaration
from services.payments.declarations.pages import FINDINGS_A_PAGE, pages_of
from services.payments.declarations.publishing import WagesToPublish
from services.payments.declarations.wages import WageLine
from services.payments.obligations import actions as obligations
from services.payments.provisional_assessments import actions as provisional_assessments
from shared.events.payments.wages import in_version_1
from shared.jobs import queue
from shared.storage.unit_of_work import UnitOfWork


def conclude(uow: UnitOfWork, *, checked: Declaration, judged: JudgedDeclaration) -> Declaration:
    """Book what a check found, all of it in this unit of work. If another worker was first, its result stands.

    The workers themselves were kept before, page by page: they are long, and not visible before the declaration is
    accepted.
    """
    declaration = store.declarations.load(uow, checked.declaration_id)
    if declaration.status is not Status.RECEIVED or declaration.received_at != checked.received_at:
        return declaration
    declaration = rules.as_filed(declaration, judged.examined.report)
    declaration = rules.reconciled(declaration, judged.reconciliation)
    findings = judged.examined.report.findings
    store.save_findings(uow, declaration.declaration_id, findings)
    pages = pages_of(len(findings), size=FINDINGS_A_PAGE)
    if judged.assessment is not None and confirming.needs_confirmation(declaration, judged.examined.report):
        asked = confirming.ask_to_confirm(declaration, judged.examined, findings_pages=pages, fund=uow.fund, at=uow.at)
        queue.schedule(
            uow, CHECK, declaration.declaration_id, due_at=asked.thing.remind_at or asked.thing.confirm_by_at
        )
        return store.declarations.save(uow, asked)
    if judged.assessment is not None:
        return _accept(uow, declaration, judged.examined, judged.assessment)
    return store.declarations.save(uow, rules.refuse(declaration, judged.examined, findings_pages=pages, at=uow.at))


def _accept(uow: UnitOfWork, declaration: Declaration, examined: Examined, assessment: Assessment) -> Declaration:
    declaration, establishment = rules.as_filed(declaration, examined.report), examined.report.establishment
    before = store.standing.find(uow, in_force.slot(declaration, establishment=establishment))
    replaced_id = in_force.replaced_by(declaration, before=before)
    replaced = store.declarations.load(uow, replaced_id) if replaced_id else None
    provisional = provisional_assessments.give_way(uow, replace(declaration, establishment=establishment))
    takes_over = replaced_id or (provisional.assessment_id if provisional else None)
    beside = judging.so_far_of(uow, declaration, establishment=establishment).wages
    now: Iterable[WageLine] = examined.workers
    earlier: Iterable[WageLine] = store.workers(uow, replaced) if replaced else ()
    if beside:
        now = complementing.together(beside.values(), now).values()
        earlier = complementing.together(beside.values(), earlier).values()
    # What the slips of a year published is not published a second time by the declaration of the year.
    is_published = rules.form_of(uow.fund, declaration.form).reconciles is None
    people = publishing.to_publish(now, before=earlier) if is_published else []
    outcome = rules.accept(
        declaration,
        examined,
        assessment=assessment,
        told_persons=len(people),
        before=before,
        findings_pages=pages_of(len(examined.report.findings), size=FINDINGS_A_PAGE),
        fund=uow.fund,
        at=uow.at,
        paid_minor=obligations.paid_for(uow, declaration_id=takes_over) if takes_over else 0,
        period_workers=sum(each.is_named for each in people) if beside else 0,
    )
    accepted = store.declarations.save(uow, outcome)
    _publish_wages(uow, accepted, people)
    store.standing.save(uow, in_force.stand(accepted, before=before))
    if replaced is not None:
        store.declarations.save(uow, rules.give_way(replaced, to=accepted))
    campaigns.note_filing(uow, accepted, replaced=replaced)
    debt_changes.open_obligation(
        uow,
        declaration_id=accepted.declaration_id,
        revision=accepted.revision,
        employer_id=accepted.employer_id,
        form=accepted.form,
        period=accepted.period,
        due_on=assessment.due_on,
        declared_on=uow.fund.day_of(accepted.received_at),
        branches=assessment.due_by_branch,
        sides=assessment.due_by_side,
        replaces=takes_over,
    )
    if accepted.pay_by_debit:
        requesting.request_debit(uow, declaration_id=accepted.declaration_id)
    return accepted


def _publish_wages(uow: UnitOfWork, accepted: Declaration, people: list[WagesToPublish]) -> None:
    events = publishing.wage_events(
        accepted,
        people,
        form=rules.form_of(uow.fund, accepted.form),
        currency=uow.fund.currency.value,
        person_ref=uow.keys.person_ref,
    )
    for event in events:
        uow.publish(event, version=accepted.version)
        if (by_quarters := in_version_1(event)) is not None:
            uow.publish(by_quarters, version=accepted.version)
