"""Every status and code that people meet has a sentence in each language, and its place in the timeline (U7)."""

from enum import StrEnum

import pytest

from services.claims.access_journal.accessed import AccessedKind
from services.claims.awards.award import AwardKind, EndReason, SuspensionReason
from services.claims.awards.award import Status as AwardStatus
from services.claims.awards.checking import AwardCodeAnswer, AwardStanding
from services.claims.benefits.fact import FactSource
from services.claims.benefits.judgement import JudgedOutcome
from services.claims.claims.claim import (
    DEAD,
    MOVES,
    AppealOutcome,
    Doubt,
    MedicalAnswer,
    MedicalReason,
    PaperReason,
    PaymentCheckStatus,
    PaymentHold,
    Reduction,
    RefusalReason,
    Status,
    StepKind,
)
from services.claims.claims.duplicates import Likeness
from services.claims.claims.timeline import FurtherStep, ResponsibleParty, next_step
from services.claims.crosschecks.crosscheck import Status as CrossCheckStatus
from services.claims.crosschecks.registers.fixed_columns import ColumnKind
from services.claims.entitlements.entitlement import EntitlementReason, RightStatus
from services.claims.notes.note import Audience
from services.claims.overpayments.overpayment import DisputeOutcome, RepaymentWay
from services.claims.overpayments.overpayment import Status as OverpaymentStatus
from services.claims.reassessments.reassessment import Cause, Conclusion
from services.claims.runs.run import Change, PaymentStatus, RunLineKind
from services.claims.runs.run import Status as RunStatus
from services.claims.wiring import service
from shared.languages.texts import LANGUAGES
from tests.claims.builders import claim
from tests.claims.claims.test_rules import at_status
from tests.kit.contexts import DZ, funds

SAID: dict[type[StrEnum], tuple[str, ...]] = {
    Status: ("claim.step.", "claim.next."),
    PaperReason: ("claim.paper-reason.",),
    RefusalReason: ("claim.refused-for.",),
    Reduction: ("claim.reduced-for.",),
    StepKind: ("claim.happening.",),
    FurtherStep: ("claim.next.",),
    MedicalAnswer: ("claim.medical-answer.",),
    MedicalReason: ("claim.medical-reason.",),
    Doubt: ("claim.doubt.",),
    AppealOutcome: ("claim.appeal.",),
    ResponsibleParty: ("claim.who.",),
    Likeness: ("claim.duplicate.",),
    EntitlementReason: ("right.",),
    AccessedKind: ("access.looked-at.",),
    RunStatus: ("run.step.",),
    Change: ("run.change.",),
    RunLineKind: ("run.line.",),
    PaymentStatus: ("run.payment.",),
    AwardStatus: ("award.step.",),
    CrossCheckStatus: ("crosscheck.step.",),
    OverpaymentStatus: ("overpayment.step.",),
    RepaymentWay: ("overpayment.way.",),
    DisputeOutcome: ("overpayment.dispute.",),
    PaymentHold: ("claim.payment-hold.",),
    PaymentCheckStatus: ("claim.payment-check.",),
    AwardKind: ("award.kind.",),
    SuspensionReason: ("award.suspended-for.",),
    EndReason: ("award.ended-for.",),
    AwardStanding: ("cover.standing.",),
    AwardCodeAnswer: ("cover.code.",),
    JudgedOutcome: ("benefit.outcome.",),
    FactSource: ("benefit.source.",),
    Cause: ("reassessment.cause.",),
    Conclusion: ("reassessment.conclusion.",),
}
"""Under which codes each member of an enumeration has its sentences."""
UNSAID = {Audience, ColumnKind, RightStatus}
"""What people read instead is the reason; a column's kind is for a layout alone."""


def enumerations() -> set[type[StrEnum]]:
    """Those that the things of claims are made of."""
    return {cls for cls in StrEnum.__subclasses__() if cls.__module__.startswith("services.claims.")}


def test_no_enumeration_is_forgotten_here() -> None:
    assert enumerations() == SAID.keys() | UNSAID


@pytest.mark.parametrize("code", [f"{prefix}{each}" for cls, heads in SAID.items() for prefix in heads for each in cls])
def test_each_is_said_in_every_language(code: str) -> None:
    assert set(service.texts().by_code.get(code, {})) == set(LANGUAGES), f"{code} has no sentence"


@pytest.mark.parametrize("status", Status)
def test_a_status_has_its_moves_and_its_place_in_the_timeline(status: Status) -> None:
    assert status in MOVES
    assert next_step(at_status(status), funds()[DZ]).who in ResponsibleParty
    assert (status in DEAD) <= (not MOVES[status])


def test_a_claim_begins_with_what_can_be_said() -> None:
    assert claim().status in Status
