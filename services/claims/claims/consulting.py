"""What a reader is shown of claims: the queues, one with what stands beside it, a search."""

from dataclasses import dataclass, replace
from datetime import date

from services.claims.access_journal.accessed import AccessedKind
from services.claims.benefits import actions as benefits
from services.claims.benefits.judgement import Judgement
from services.claims.claims import claim_types, deciding, duplicates, search, store
from services.claims.claims.claim import Claim, DecidedLine, Status
from services.claims.claims.duplicates import DuplicateFinding
from services.claims.claims.pricing import ActUnknown, priced
from services.claims.entitlements import actions as entitlements
from services.claims.insured import actions as insured
from services.claims.insured.insured import Dependant
from shared.funds.benefits import QuestionKind
from shared.kernel import normalize
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class ClaimForAgent:
    """A claim as an agent needs it to decide: beside what may be the same bill."""

    claim: Claim
    beside: tuple[Claim, ...]
    findings: tuple[DuplicateFinding, ...]
    first: Claim | None = None
    """The claim whose decision is contested, where this one is an appeal."""
    judgement: Judgement | None = None
    """What the rules come to now, of a benefit that is decided from facts and not decided yet."""
    would_pay: tuple[DecidedLine, ...] = ()
    """What each line comes to now were all granted, of a claim for care that is not decided yet."""
    dependants: tuple[Dependant, ...] = ()
    """Whom its answers name, as the register has them."""

    @property
    def version(self) -> int:
        return self.claim.version


def read(uow: UnitOfWork, *, claim_id: str) -> Claim:
    """A claim, for the person whose it is and for the fund's agents."""
    claim = store.claims.load(uow, claim_id)
    uow.by.must_act_for_person(claim.person_ref)
    return claim


def look_at(uow: UnitOfWork, *, claim_id: str, purpose: Purpose) -> Claim:
    """As `read`; what an agent reads enters the access journal."""
    claim = read(uow, claim_id=claim_id)
    journal.note_person(uow, claim.person_ref, looked_at=AccessedKind.CLAIM, reference=claim.reference, purpose=purpose)
    return claim


def of_caller(uow: UnitOfWork, *, wanted: PageRequest, status: Status | None) -> Page[Claim]:
    """The caller's own claims, of one status or of any."""
    if uow.by.person_ref is None:
        return Page([])
    return store.of_person(uow, uow.by.person_ref, wanted=wanted, status=status)


def queue(
    uow: UnitOfWork,
    *,
    wanted: PageRequest,
    status: Status | None,
    assigned_to: str | None,
    due_before: date | None,
    person_ref: str | None,
    purpose: Purpose,
) -> Page[Claim]:
    """Claims by what an agent asks for, the first due first. One person's enter the access journal."""
    if person_ref is not None:
        journal.note_person(uow, person_ref, looked_at=AccessedKind.CLAIMS, purpose=purpose)
    held_by = uow.by.subject if assigned_to == "me" else assigned_to
    return store.queue(
        uow, wanted=wanted, status=status, assigned_to=held_by, due_before=due_before, person_ref=person_ref
    )


def overdue(uow: UnitOfWork, *, status: Status, wanted: PageRequest) -> Page[Claim]:
    """Claims whose legal delay is over, those first that are late for longest."""
    return store.overdue(uow, status=status, on=uow.today, wanted=wanted)


def to_recover(uow: UnitOfWork, *, wanted: PageRequest) -> Page[Claim]:
    """Appeals by which the fund has something to recover."""
    return store.to_recover(uow, wanted=wanted)


def payments_held(uow: UnitOfWork, *, wanted: PageRequest) -> Page[Claim]:
    """Claims that were granted and are not paid before an agent has looked at what differs by now."""
    return store.payments_held(uow, wanted=wanted)


def find_reference(uow: UnitOfWork, *, reference: str, purpose: Purpose) -> Page[Claim]:
    """The claim of a reference, however it is written; an empty page where there is none."""
    found = store.of_reference(uow, normalize.reference(reference))
    if found is None:
        return Page([])
    journal.note_person(uow, found.person_ref, looked_at=AccessedKind.CLAIM, reference=found.reference, purpose=purpose)
    return Page([found])


def find_number(uow: UnitOfWork, *, number: str, purpose: Purpose) -> search.Found:
    """The claim or the person of a number that an agent typed. Raises `NothingFound`."""
    found = store.of_reference(uow, normalize.reference(number))
    if found is not None:
        journal.note_person(
            uow, found.person_ref, looked_at=AccessedKind.CLAIM, reference=found.reference, purpose=purpose
        )
        return search.Found(person_ref=found.person_ref, claim_id=found.claim_id)
    insurance_number = search.insurance_number(number, fund=uow.fund)
    person_ref = uow.keys.person_ref(insurance_number)
    is_known = entitlements.is_known(uow, person_ref=person_ref)
    if not is_known and not store.of_person(uow, person_ref, wanted=PageRequest(limit=1), status=None).items:
        raise search.NothingFound
    journal.note_person(uow, person_ref, looked_at=AccessedKind.PERSON, purpose=purpose)
    return search.Found(person_ref=person_ref)


def for_agent(uow: UnitOfWork, *, claim_id: str, purpose: Purpose) -> ClaimForAgent:
    """A claim with the person's others of the same act and day, and what of it may be filed twice."""
    claim = look_at(uow, claim_id=claim_id, purpose=purpose)
    return beside(uow, claim)


def beside(uow: UnitOfWork, claim: Claim) -> ClaimForAgent:
    """The claim with what stands beside it, for who has looked at it or changed it."""
    others = store.comparable(uow, claim)
    alike = (each for each in others if each.person_ref == claim.person_ref and duplicates.has_same_act(claim, each))
    first = store.claims.load(uow, claim.appealed.claim_id) if claim.appealed else None
    findings = duplicates.findings(claim, others)
    shown = ClaimForAgent(claim, tuple(alike), findings, first, dependants=_named_by(uow, claim))
    if not claim.is_undecided:
        return shown
    if claim_types.type_of(uow.fund, claim.claim_type).is_for_care:
        return replace(shown, would_pay=_would_pay(uow, claim))
    return replace(shown, judgement=benefits.judge_claim(uow, claim, on=uow.today))


def _named_by(uow: UnitOfWork, claim: Claim) -> tuple[Dependant, ...]:
    named = {each.value for each in claim.answers if each.kind is QuestionKind.DEPENDANT}
    known = insured.dependants_of(uow, claim.person_ref) if named else ()
    return tuple(each for each in known if each.dependant_id in named)


def _would_pay(uow: UnitOfWork, claim: Claim) -> tuple[DecidedLine, ...]:
    definition = claim_types.type_of(uow.fund, claim.claim_type)
    try:
        rounding = uow.fund.rounding.of_prices(on=claim.care_on)
        return priced(claim, definition, rounding=rounding, refused_lines={}, facts=deciding.pricing_facts(uow, claim))
    except ActUnknown:
        return ()  # the fund no longer knows a price for the day: the claim is still to be read
