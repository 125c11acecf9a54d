"""What claims does with a claim: load, decide, keep."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.claims.access_journal.looked import Looked
from services.claims.claims import duplicates, rules, search, store
from services.claims.claims.claim import Claim, Paper, PaperReason, RefusalReason, Status
from services.claims.claims.duplicates import Finding
from services.claims.claims.rules import Filing
from services.claims.entitlements import actions as entitlements
from shared.kernel import typed
from shared.kernel.actors import NotYours
from shared.kernel.errors import Conflict
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.paging import Page, Wanted
from shared.storage.work import Work


class UploadUnknown(Conflict):
    """Documents has not told of this paper, or it is somebody else's; a moment later it may be known."""

    code = "claim.upload-unknown"


class PaperInAnotherClaim(Conflict):
    """The file, be it uploaded anew, stands in another claim of the person, which is not refused or withdrawn."""

    code = "claim.paper-in-another-claim"


@dataclass(frozen=True)
class ForAgent:
    """A claim as an agent needs it to decide: beside what may be the same bill."""

    claim: Claim
    beside: tuple[Claim, ...]
    findings: tuple[Finding, ...]

    @property
    def version(self) -> int:
        return self.claim.version


# --- The person -------------------------------------------------------------------------------------------------------


def submit(work: Work, filing: Filing) -> Claim:
    """The caller files a claim for themselves."""
    if work.by.person_ref is None:
        raise NotYours
    papers = _known(work, filing.papers, person_ref=work.by.person_ref)
    outcome = rules.submit(
        replace(filing, papers=papers),
        fund=work.fund,
        person_ref=work.by.person_ref,
        claim_id=work.new_id(),
        reference=work.new_reference("CL"),
        at=work.at,
    )
    _use_papers(work, outcome.thing, papers)
    return store.claims.keep(work, outcome)


def read(work: Work, *, claim_id: str) -> Claim:
    """A claim, for the person whose it is and for the fund's agents."""
    claim = store.claims.load(work, claim_id)
    work.by.must_act_for_person(claim.person_ref)
    return claim


def look_at(work: Work, *, claim_id: str, purpose: Purpose) -> Claim:
    """As `read`; what an agent reads enters the access journal."""
    claim = read(work, claim_id=claim_id)
    journal.note_person(work, claim.person_ref, looked_at=Looked.CLAIM, reference=claim.reference, purpose=purpose)
    return claim


def of_caller(work: Work, *, wanted: Wanted, status: Status | None) -> Page[Claim]:
    """The caller's own claims, of one status or of any."""
    if work.by.person_ref is None:
        return Page([])
    return store.of_person(work, work.by.person_ref, wanted=wanted, status=status)


def add_paper(work: Work, *, claim_id: str, paper: Paper) -> Claim:
    claim = read(work, claim_id=claim_id)
    (known,) = _known(work, [paper], person_ref=claim.person_ref)
    outcome = rules.add_paper(claim, known, fund=work.fund, at=work.at)
    _use_papers(work, claim, [known])
    return store.claims.keep(work, outcome)


def withdraw(work: Work, *, claim_id: str) -> Claim:
    """The person, and nobody for them, takes the claim back."""
    claim = store.claims.load(work, claim_id)
    if work.by.person_ref != claim.person_ref:
        raise NotYours
    outcome = rules.withdraw(claim, at=work.at)
    store.free_papers(work, claim)
    return store.claims.keep(work, outcome)


# --- The fund's agents ------------------------------------------------------------------------------------------------


def queue(
    work: Work,
    *,
    wanted: Wanted,
    status: Status | None,
    assigned_to: str | None,
    due_before: date | None,
    person_ref: str | None,
    purpose: Purpose,
) -> Page[Claim]:
    """Claims by what an agent asks for, the first due first. One person's enter the access journal."""
    if person_ref is not None:
        journal.note_person(work, person_ref, looked_at=Looked.CLAIMS, purpose=purpose)
    held_by = work.by.subject if assigned_to == "me" else assigned_to
    return store.queue(
        work, wanted=wanted, status=status, assigned_to=held_by, due_before=due_before, person_ref=person_ref
    )


def find_reference(work: Work, *, reference: str, purpose: Purpose) -> Page[Claim]:
    """The claim of a reference, however it is written; an empty page where there is none."""
    found = store.of_reference(work, typed.reference(reference))
    if found is None:
        return Page([])
    journal.note_person(work, found.person_ref, looked_at=Looked.CLAIM, reference=found.reference, purpose=purpose)
    return Page([found])


def find_number(work: Work, *, number: str, purpose: Purpose) -> search.Found:
    """The claim or the person of a number that an agent typed. Raises `NothingFound`."""
    found = store.of_reference(work, typed.reference(number))
    if found is not None:
        journal.note_person(work, found.person_ref, looked_at=Looked.CLAIM, reference=found.reference, purpose=purpose)
        return search.Found(person_ref=found.person_ref, claim_id=found.claim_id)
    insurance_number = search.insurance_number(number, fund=work.fund)
    person_ref = work.keys.person_ref(insurance_number)
    is_known = entitlements.is_known(work, person_ref=person_ref)
    if not is_known and not store.of_person(work, person_ref, wanted=Wanted(limit=1), status=None).items:
        raise search.NothingFound
    journal.note_person(work, person_ref, looked_at=Looked.PERSON, purpose=purpose)
    return search.Found(person_ref=person_ref)


def for_agent(work: Work, *, claim_id: str, purpose: Purpose) -> ForAgent:
    """A claim with the person's others of the same act and day, and what of it may be filed twice."""
    claim = look_at(work, claim_id=claim_id, purpose=purpose)
    return _for_agent(work, claim)


def assign(work: Work, *, claim_id: str) -> Claim:
    """The caller, an agent, takes the claim."""
    return _assigned(work, "took", rules.assign(store.claims.load(work, claim_id), to=work.by))


def release(work: Work, *, claim_id: str) -> Claim:
    """The caller, who holds the claim, gives it back."""
    return _assigned(work, "released", rules.release(store.claims.load(work, claim_id), by=work.by))


def reassign(work: Work, *, claim_id: str, to: str | None, reason: str) -> Claim:
    """A supervisor gives the claim to an agent, or back to the queue, and says why."""
    return _assigned(work, "reassigned", rules.reassign(store.claims.load(work, claim_id), to=to), why=reason)


def separate(work: Work, *, claim_id: str, other_id: str) -> ForAgent:
    """The caller confirms that two claims that are alike are two."""
    claim, other = store.claims.load(work, claim_id), store.claims.load(work, other_id)
    others = store.comparable(work, claim)
    outcome = rules.separate(claim, other, others=others, by=work.by, at=work.at)
    return _for_agent(work, store.claims.keep(work, outcome))


def ask_paper(work: Work, *, claim_id: str, kind: str, reason: PaperReason) -> Claim:
    claim = store.claims.load(work, claim_id)
    outcome = rules.ask_paper(claim, kind=kind, reason=reason, fund=work.fund, by=work.by, at=work.at)
    return store.claims.keep(work, outcome)


def approve(work: Work, *, claim_id: str, refused_lines: Mapping[int, RefusalReason]) -> Claim:
    claim = store.claims.load(work, claim_id)
    is_open = entitlements.is_open(work, person_ref=claim.person_ref, on=claim.care_on)
    outcome = rules.approve(
        claim,
        refused_lines=refused_lines,
        others=store.comparable(work, claim),
        fund=work.fund,
        is_right_open=is_open,
        by=work.by,
        at=work.at,
    )
    return store.claims.keep(work, outcome)


def refuse(work: Work, *, claim_id: str, reason: RefusalReason) -> Claim:
    claim = store.claims.load(work, claim_id)
    outcome = rules.refuse(claim, reason=reason, by=work.by, at=work.at)
    store.free_papers(work, claim)
    return store.claims.keep(work, outcome)


def set_due_day(work: Work, claim_id: str) -> None:
    """For a claim that an earlier release filed."""
    claim = store.claims.load(work, claim_id)
    if claim.due_on == date.max:
        store.claims.keep(work, rules.with_due_day(claim, fund=work.fund))


# --- Payments ---------------------------------------------------------------------------------------------------------


def note_ordered(work: Work, *, claim_id: str) -> None:
    store.claims.keep(work, rules.note_ordered(store.claims.load(work, claim_id), at=work.at))


def note_paid(work: Work, *, claim_id: str, currency: str) -> None:
    store.claims.keep(work, rules.note_paid(store.claims.load(work, claim_id), currency=currency, at=work.at))


def note_returned(work: Work, *, claim_id: str, reason: str) -> None:
    store.claims.keep(work, rules.note_returned(store.claims.load(work, claim_id), reason=reason, at=work.at))


def _for_agent(work: Work, claim: Claim) -> ForAgent:
    others = store.comparable(work, claim)
    beside = (each for each in others if each.person_ref == claim.person_ref and duplicates.has_same_act(claim, each))
    return ForAgent(claim, tuple(beside), duplicates.findings(claim, others))


def _assigned(work: Work, verb: str, outcome: Outcome[Claim], *, why: str = "") -> Claim:
    kept = store.claims.keep(work, outcome)
    work.note(verb, "assignments", kept.claim_id, version=kept.version, why=why)
    return kept


def _known(work: Work, papers: Iterable[Paper], *, person_ref: str) -> tuple[Paper, ...]:
    """The papers with the digest of what is in them. Raises `UploadUnknown` where one is not known as the person's."""
    given = tuple(papers)
    uploads = store.uploads(work, {paper.upload_id for paper in given})
    if any(uploads.get(paper.upload_id, ("",))[0] != person_ref for paper in given):
        raise UploadUnknown
    return tuple(replace(paper, digest=uploads[paper.upload_id][1]) for paper in given)


def _use_papers(work: Work, claim: Claim, papers: Sequence[Paper]) -> None:
    """Note that the papers stand in the claim. Raises `PaperInAnotherClaim` where one stands in another already."""
    digests = {store.use_key(paper, person_ref=claim.person_ref): paper.digest for paper in papers}
    uses = store.uses(work, papers, person_ref=claim.person_ref)
    for claim_id in sorted(set(uses.values()) - {claim.claim_id}):
        raise PaperInAnotherClaim(reference=store.claims.load(work, claim_id).reference)
    store.use_papers(work, claim, {key: digest for key, digest in digests.items() if key not in uses})
