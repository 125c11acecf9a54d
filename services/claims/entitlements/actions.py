"""What claims does with entitlements: a page of declared wages at a time."""

from dataclasses import replace
from datetime import date, datetime

from services.claims.access_journal.accessed import AccessedKind
from services.claims.deaths import actions as deaths
from services.claims.entitlements import rules
from services.claims.entitlements.entitlement import Entitlement, EntitlementRight
from services.claims.entitlements.store import entitlements
from shared.events.claims.entitlements import Right, RightDecided, RightsDecided
from shared.events.payments.wages import WagesDeclaredV2
from shared.funds.period import Period
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.unit_of_work import UnitOfWork


def decide_page(uow: UnitOfWork, page: WagesDeclaredV2) -> None:
    """Save the work of a page of wages, decide each person's right again, and publish the rights. A fund that opens no
    right by work keeps nothing of it."""
    if uow.fund.sections.entitlements is None:
        return
    today = uow.today
    known = entitlements.find_many(uow, {wage.person_ref for wage in page.wages})
    changed: dict[str, Entitlement] = {}
    for wage in page.wages:
        ref = wage.person_ref
        before = changed.get(ref) or known.get(ref) or Entitlement(person_ref=ref)
        changed[ref] = rules.declared(
            before, wage, employer_id=page.employer_id, establishment=page.establishment or ""
        )
    died = deaths.days_of(uow, changed)
    decided = [
        replace(each, right=rules.decide(each, fund=uow.fund, on=today, died_on=died.get(ref)))
        for ref, each in changed.items()
    ]
    entitlements.save_many(uow, decided, part_of=f"{page.declaration_id}/{page.page}")
    uow.publish(_published(page, decided, uow))


def count_self_paid(uow: UnitOfWork, *, person_ref: str, month: str, is_paid: bool, as_of: datetime) -> None:
    """A month that a person pays alone was paid, or its money taken back: where such months count, the right is decided
    again, and published. What is known already changes nothing."""
    paid = Period.read(month)
    if uow.fund.sections.entitlements is None or not rules.counts_self_paid(uow.fund, paid):
        return
    before = entitlements.find(uow, person_ref) or Entitlement(person_ref=person_ref)
    changed = rules.self_paid(before, paid, is_paid=is_paid, as_of=as_of)
    if changed is before:
        return
    right = rules.decide(changed, fund=uow.fund, on=uow.today, died_on=deaths.died_on(uow, person_ref))
    decided = entitlements.save(uow, Outcome(replace(changed, right=right)))
    published = _right(decided, right, version=decided.version)
    uow.publish(RightDecided(person_ref=person_ref, month=month, right=published, decided_at=uow.at))


def read(uow: UnitOfWork, *, person_ref: str) -> Entitlement:
    """A person's record, for that person and for the fund's agents."""
    uow.by.must_act_for_person(person_ref)
    return entitlements.load(uow, person_ref)


def look_at(uow: UnitOfWork, *, person_ref: str, purpose: Purpose) -> Entitlement:
    """As `read`; what an agent reads enters the access journal."""
    found = read(uow, person_ref=person_ref)
    journal.note_person(uow, person_ref, looked_at=AccessedKind.RIGHT, purpose=purpose)
    return found


def is_known(uow: UnitOfWork, *, person_ref: str) -> bool:
    """Whether anything is known of the person's work, or of months that the person paid alone."""
    return entitlements.find(uow, person_ref) is not None


def is_open(uow: UnitOfWork, *, person_ref: str, on: date) -> bool:
    """Whether the person's care on a day is covered."""
    found = entitlements.find(uow, person_ref)
    if found is None:
        return False
    return rules.is_open(found, fund=uow.fund, on=on, died_on=deaths.died_on(uow, person_ref))


def follow_death(uow: UnitOfWork, *, person_ref: str, died_on: date | None) -> None:
    """The right of a person whose death was recorded, or taken back (no day), decided again."""
    found = entitlements.find(uow, person_ref)
    if found is None or uow.fund.sections.entitlements is None:
        return
    right = rules.decide(found, fund=uow.fund, on=uow.today, died_on=died_on)
    if right != found.right:
        entitlements.save(uow, Outcome(replace(found, right=right)))


def _published(page: WagesDeclaredV2, decided: list[Entitlement], uow: UnitOfWork) -> RightsDecided:
    withdrawn = {wage.person_ref for wage in page.wages if wage.is_withdrawn}
    rights = tuple(
        replace(_right(each, each.right, version=each.version + 1), is_withdrawn=each.person_ref in withdrawn)
        for each in decided
        if each.right is not None
    )
    return RightsDecided(
        declaration_id=page.declaration_id,
        employer_id=page.employer_id,
        page=page.page,
        pages=page.pages,
        rights=rights,
        decided_at=uow.at,
    )


def _right(decided: Entitlement, right: EntitlementRight, *, version: int) -> Right:
    return Right(
        person_ref=decided.person_ref,
        status=right.status.value,
        reason=right.reason.value,
        valid_until=right.valid_until,
        version=version,
    )
