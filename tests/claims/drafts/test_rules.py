"""Drafts: how many, for how long, and what is filed of them."""

from datetime import timedelta

import pytest

from services.claims.claims.claim import ClaimLine
from services.claims.drafts import rules
from services.claims.drafts.draft import DRAFTS_MAX, Content, Draft, DraftPaper
from tests.claims.builders import AT, CARE_ON, with_procedure
from tests.claims.claims.test_rules import FUND
from tests.kit.people import AMIRA

CARE = Content(
    claim_type="care-reimbursement",
    care_on=CARE_ON,
    lines=(ClaimLine(act="specialist", quantity=1, paid_minor=100),),
    papers=(DraftPaper(kind="care-sheet", upload_id="u1"),),
)


def begun(content: Content = CARE, *, taken: tuple[int, ...] = ()) -> Draft:
    return rules.begin(content, draft_id="d1", person_ref=AMIRA, taken=taken, fund=FUND, at=AT).thing


@pytest.mark.parametrize(("taken", "slot"), [((), 1), ((1, 3), 2), ((1, 2, 3, 4), 5)])
def test_a_draft_takes_the_first_free_place(taken: tuple[int, ...], slot: int) -> None:
    outcome = rules.begin(CARE, draft_id="d1", person_ref=AMIRA, taken=taken, fund=FUND, at=AT)
    assert (outcome.thing.slot, outcome.events) == (slot, ())


def test_there_is_an_end_to_drafts() -> None:
    with pytest.raises(rules.TooManyDrafts):
        begun(taken=tuple(range(1, DRAFTS_MAX + 1)))
    with pytest.raises(ValueError, match="drafts"):
        Draft(draft_id="d", person_ref=AMIRA, slot=6, content=CARE, saved_at=AT, expires_at=AT)


def test_its_time_begins_anew_when_it_is_saved() -> None:
    draft = begun()
    assert draft.expires_at == AT + timedelta(days=30)
    later = AT + timedelta(days=29)
    saved = rules.edit(draft, Content(), fund=FUND, at=later).thing
    assert (saved.content, saved.expires_at) == (Content(), later + timedelta(days=30))
    with pytest.raises(rules.DraftUnknown):
        rules.edit(draft, CARE, fund=FUND, at=draft.expires_at)


def test_how_long_is_the_benefit_s_to_say() -> None:
    fund = with_procedure(draft_days=3)
    kept = rules.edit(begun(), CARE, fund=fund, at=AT).thing
    assert kept.expires_at == AT + timedelta(days=3)
    with pytest.raises(ValueError, match="draft_days"):
        with_procedure(draft_days=0)


def test_what_is_filed_is_what_was_saved() -> None:
    filing = rules.filing_of(begun())
    assert (filing.claim_type, filing.care_on, filing.lines) == ("care-reimbursement", CARE_ON, CARE.lines)
    assert [(each.kind, each.upload_id, each.digest) for each in filing.papers] == [("care-sheet", "u1", "")]
    with pytest.raises(rules.TypeMissing):
        rules.filing_of(begun(Content()))
