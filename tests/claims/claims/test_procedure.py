"""What a fund's data says of the life of a claim: change the datum and the claim goes another way."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from services.claims.claims import decisions, rule_decisions, rules, submission
from services.claims.claims.claim import Claim, RefusalReason, Status
from services.claims.claims.timeline import appeal_term, next_step
from services.claims.drafts import rules as drafts
from services.claims.drafts.draft import Content
from shared.funds.fund import Fund
from shared.funds.loading import DEFINITIONS, FundsInvalid, load
from tests.claims.builders import filing
from tests.claims.claims.test_rules import AGENT, LATER, approved, asked
from tests.kit.clock import AT
from tests.kit.contexts import DZ, shipped
from tests.kit.people import AMIRA

CARE = "care-reimbursement"
PROCEDURE, PAGE = "procedure.yaml", f"benefits/{CARE}.yaml"


def fund_with(tmp_path: Path, file: str, old: str, new: str) -> Fund:
    """The fund that ships, with one datum changed."""
    copytree(DEFINITIONS / DZ, tmp_path / DZ, dirs_exist_ok=True)
    text = (tmp_path / DZ / file).read_text(encoding="utf-8")
    assert old in text, f"{file} does not say {old}"
    (tmp_path / DZ / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return load([DZ], folder=tmp_path)[DZ]


def filed(fund: Fund) -> Claim:
    return submission.submit(filing(), fund=fund, person_ref=AMIRA, claim_id="c1", reference="CL1", at=AT).thing


def refused(fund: Fund) -> Claim:
    return rules.refuse(filed(fund), reason="not-covered", fund=fund, by=AGENT, at=LATER).thing


def contested_until(fund: Fund) -> date:
    found = appeal_term(refused(fund), fund)
    assert found is not None
    return found.until_on


def papers_until(fund: Fund) -> date | None:
    return next_step(asked(filed(fund), kind="invoice", fund=fund).thing, fund).legally_by_on


DATA: list[tuple[str, str, str, Callable[[Fund], Any], Any, Any]] = [
    (PROCEDURE, "days: 60", "days: 45", lambda it: (filed(it).legal_due_on - AT.date()).days, 60, 45),
    (PROCEDURE, "days: 30", "days: 10", lambda it: papers_until(it), date(2026, 3, 12), date(2026, 2, 20)),
    (PROCEDURE, "50000.00", "100.00", lambda it: approved(filed(it), fund=it).thing.status, "approved", "to-confirm"),
    (PROCEDURE, "percent: 0", "percent: 100", lambda it: in_sample(it), False, True),
    (PROCEDURE, "draft_days: 30", "draft_days: 5", lambda it: (draft_until(it) - AT).days, 30, 5),
    (PROCEDURE, "not-covered:", "elsewhere:", lambda it: "not-covered" in reasons(it), True, False),
    (PAGE, "decision: 10", "decision: 4", lambda it: (filed(it).due_on - AT.date()).days, 10, 4),
    (PAGE, "    days: 15", "    days: 20", lambda it: (contested_until(it) - LATER.date()).days, 15, 20),
    (PAGE, "the local commission of prior appeal", "the mayor", lambda it: body(it), "the local", "the mayor"),
]


def in_sample(fund: Fund) -> bool:
    return rule_decisions.is_in_sample(fund.claim_types[CARE], "ffffffff", on=AT.date())


def draft_until(fund: Fund) -> Any:
    draft = drafts.begin(Content(claim_type=CARE), draft_id="d1", person_ref=AMIRA, taken=(), fund=fund, at=AT).thing
    return draft.expires_at


def reasons(fund: Fund) -> list[str]:
    return list(decisions.reasons_of(fund.claim_types[CARE]))


def body(fund: Fund) -> str:
    found = appeal_term(refused(fund), fund)
    assert found is not None
    return " ".join(found.body["en"].split()[:2])


@pytest.mark.parametrize(("file", "old", "new", "seen", "before", "after"), DATA, ids=[each[1] for each in DATA])
def test_another_datum_is_another_behaviour(
    file: str, old: str, new: str, seen: Callable[[Fund], Any], before: Any, after: Any, tmp_path: Path
) -> None:
    assert seen(shipped()[DZ]) == before
    assert seen(fund_with(tmp_path, file, old, new)) == after


def test_no_claim_is_refused_for_a_paper_before_its_term_is_over() -> None:
    fund = shipped()[DZ]
    waiting = asked(filed(fund), kind="invoice", fund=fund).thing
    facts: dict[str, Any] = {"reason": RefusalReason.PAPERS_NOT_GIVEN, "fund": fund, "by": AGENT}
    for days in (0, 30):
        with pytest.raises(rules.PapersAwaited):
            rules.refuse(waiting, **facts, at=LATER + timedelta(days=days))
    assert rules.refuse(waiting, **facts, at=LATER + timedelta(days=31)).thing.status is Status.REFUSED
    assert rules.refuse(filed(fund), **facts, at=LATER).thing.status is Status.REFUSED, "nothing is awaited"
    other = {**facts, "reason": RefusalReason.NOT_COVERED}
    assert rules.refuse(waiting, **other, at=LATER).thing.status is Status.REFUSED


def test_a_page_s_own_word_stands_before_the_fund_s(tmp_path: Path) -> None:
    own = 'procedure: {legal_delays: [{days: 7, law: {valid_from: 2020-01-01, reference: r, confidence: "?"}}]}\nacts:'
    fund = fund_with(tmp_path, PAGE, "acts:", own)
    procedure = fund.claim_types[CARE].procedure
    assert procedure.legal_delays[0].days == 7
    assert procedure.paper_terms[0].days == 30, "what it does not say is the fund's"


@pytest.mark.parametrize("days", [0, 367])
def test_a_term_that_cannot_be_is_refused(days: int, tmp_path: Path) -> None:
    with pytest.raises(FundsInvalid, match=r"paper_terms\[1\]: days is from 1 to 366"):
        fund_with(tmp_path, PROCEDURE, "days: 30", f"days: {days}")


@pytest.mark.parametrize("fund_id", sorted(each.name for each in DEFINITIONS.iterdir()))
def test_every_fund_that_ships_says_how_claims_are_handled(fund_id: str) -> None:
    """With its law, and to be confirmed where no source gives it; nothing is left to the platform's defaults."""
    for code, definition in shipped()[fund_id].claim_types.items():
        procedure = definition.procedure
        dated = (procedure.legal_delays, procedure.paper_terms, procedure.one_person_up_to, procedure.samples)
        assert all(dated), code
        assert definition.usual_days and definition.appeals, code
        assert procedure.refusal_reasons and procedure.draft_days, code
