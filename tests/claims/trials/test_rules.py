"""What an invented claim comes to, of each family: by the rules that decide real ones."""

from datetime import date
from pathlib import Path

import pytest

from services.claims.benefits.answers import AnswersInvalid
from services.claims.benefits.judgement import JudgedOutcome
from services.claims.claims.claim import Doubt
from services.claims.claims.rule_decisions import ConditionNotMet
from services.claims.claims.rules import RightNotOpen
from services.claims.claims.submission import FiledTooLate
from services.claims.crosschecks.rules import CrossChecksOpen
from shared.kernel.errors import Failure
from tests.claims.trials.builders import trial_of

COME_TO = [
    # case, what it comes to in minor units, whether rules decide it, whether a second person confirms
    ("tn-cnss/care-reimbursement", 53_500, False, False),
    ("dz-cnas/care-reimbursement", 32_000, False, False),
    ("tn-cnss/chronic-drugs", None, False, False),
    ("tn-cnss/family-allowance", 60_230, True, False),
    ("tn-cnss/old-age-pension", 1_200_000, False, True),
    ("tn-cnss/survivor-pension", 576_000, False, False),
    ("tn-cnss/death-capital", 3_000_000, False, True),
    ("tn-solidarite/permanent-aid", 290_000, False, False),
    ("tn-cnss/card-request", None, True, False),
    ("xx-mono/child-allowance", 2_500, True, False),
]


@pytest.mark.parametrize(("name", "minor", "is_by_rules", "needs_second"), COME_TO)
def test_a_case_of_each_family_is_decided(
    tmp_path: Path, name: str, minor: int | None, is_by_rules: bool, needs_second: bool
) -> None:
    trial = trial_of(name, tmp_path)
    assert (None if trial.sum is None else trial.sum.amount_minor) == minor
    assert (trial.is_by_rules, trial.needs_second_person, trial.refused) == (is_by_rules, needs_second, None)


def test_care_counts_covers_and_what_was_granted_before(tmp_path: Path) -> None:
    name = "tn-cnss/care-reimbursement"
    assert [line.amount_minor for line in trial_of(name, tmp_path, covers=[]).sum.lines] == [28_000, 20_400]  # type: ignore[union-attr]
    often = {"act": "specialist", "quantity": 9, "paid": "900.000 TND"}
    spent = [{"care_on": date(2026, 1, 10), "lines": [often]}]
    assert [line.amount_minor for line in trial_of(name, tmp_path, earlier=spent).sum.lines] == [0, 25_500]  # type: ignore[union-attr]


REFUSED: list[tuple[str, dict[str, object], type[Failure]]] = [
    ("tn-cnss/care-reimbursement", {"facts": {"right.is-open": False}}, RightNotOpen),
    ("tn-cnss/care-reimbursement", {"facts": {}}, RightNotOpen),
    ("tn-cnss/old-age-pension", {"birth_on": "1990-05-01"}, ConditionNotMet),
    ("tn-solidarite/permanent-aid", {"facts": {}}, CrossChecksOpen),
]


@pytest.mark.parametrize(("name", "changes", "refused"), REFUSED)
def test_what_could_not_be_granted_says_why(
    tmp_path: Path, name: str, changes: dict[str, object], refused: type[Failure]
) -> None:
    trial = trial_of(name, tmp_path, **changes)
    assert trial.granted is None and isinstance(trial.refused, refused)


def test_what_is_not_said_is_not_known(tmp_path: Path) -> None:
    trial = trial_of("tn-cnss/family-allowance", tmp_path, facts={})
    assert trial.judgement is not None
    assert trial.judgement.outcome is JudgedOutcome.UNDECIDED
    assert trial.judgement.missing == ("right.is-open", "formula.base")
    assert trial.unknown == ("right.is-open", "wages.last-quarter")
    assert Doubt.FACTS_MISSING in trial.doubts and not trial.is_by_rules


def test_questions_and_papers_are_asked_by_their_conditions(tmp_path: Path) -> None:
    alone = {"for-whom": "self", "renewal": False}
    trial = trial_of("tn-cnss/chronic-drugs", tmp_path, answers=alone)
    assert {each.question.code: each.is_asked for each in trial.questions} == {
        "for-whom": True,
        "dependant": False,
        "renewal": True,
    }
    papers = {each.kind: each.is_asked for each in trial_of("tn-cnss/card-request", tmp_path).papers}
    assert papers == {"loss-declaration": True}
    assert trial_of("tn-cnss/card-request", tmp_path, answers={"reason": "first"}).papers[0].is_asked is False


@pytest.mark.parametrize(
    ("name", "changes", "refused"),
    [
        ("tn-cnss/care-reimbursement", {"care_on": date(2025, 1, 1)}, FiledTooLate),
        ("tn-cnss/card-request", {"answers": {"reason": "stolen"}}, AnswersInvalid),
        ("tn-cnss/survivor-pension", {"answers": {"deceased": "12", "relation": "spouse"}}, AnswersInvalid),
        ("tn-cnss/chronic-drugs", {"dependants": []}, AnswersInvalid),
    ],
)
def test_what_could_not_be_filed_is_refused_as_filing_is(
    tmp_path: Path, name: str, changes: dict[str, object], refused: type[Failure]
) -> None:
    with pytest.raises(refused):
        trial_of(name, tmp_path, **changes)


def test_a_cover_and_an_award_begin_with_their_days(tmp_path: Path) -> None:
    assert trial_of("tn-cnss/chronic-drugs", tmp_path).award_days == (date(2026, 3, 20), date(2028, 3, 19))
    assert trial_of("tn-cnss/old-age-pension", tmp_path).award_days == (date(2026, 4, 1), None)
    late = trial_of("tn-cnss/old-age-pension", tmp_path, decided_on=date(2026, 6, 1))
    assert late.award_days[0] == date(2026, 4, 1) and late.decided_on == date(2026, 6, 1)
