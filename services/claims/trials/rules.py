"""What an invented claim comes to, by the rules that decide real ones. Pure: nothing is filed and nothing kept."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time

from services.claims.benefits import answers
from services.claims.benefits import rules as benefits
from services.claims.benefits.answer import BenefitAnswer, GivenAnswer, with_answers
from services.claims.benefits.conditions import evaluate
from services.claims.benefits.fact import Facts, FactValue
from services.claims.benefits.judgement import Judgement
from services.claims.claims import decisions, pricing, rule_decisions, submission
from services.claims.claims import rules as claims
from services.claims.claims.claim import (
    Claim,
    ClaimPaper,
    DecidedLine,
    Decision,
    Doubt,
    MedicalReason,
    RefusalReason,
    Status,
)
from services.claims.claims.claim_types import type_of
from services.claims.claims.pricing import CoverInForce, PricingFacts
from services.claims.claims.submission import ClaimFiling
from services.claims.crosschecks.rules import CrossChecksOpen
from services.claims.reviews import rules as reviews
from services.claims.reviews.rules import ReviewAnswer
from services.claims.trials.case import CaseReview, TrialCase
from services.claims.trials.known import LATER, RIGHT, dependants_of, facts_of
from services.claims.trials.trial import AskedPaper, AskedQuestion, AskedRegister, Trial
from shared.funds.benefits import QuestionKind
from shared.funds.conditions import Condition
from shared.funds.fund import Fund, IdentifierKind
from shared.funds.law import find_in_force
from shared.kernel.actors import system
from shared.kernel.errors import Failure

NOBODY = "trial"
MEDICAL = "trial-medical-control"
NOT_DRAWN = f"{rule_decisions.SAMPLE_STEPS - 1:08x}"
"""The digest of a claim that no sample draws, but one of all of them."""


def tried(case: TrialCase, said: Mapping[str, FactValue], *, claim_type: str, fund: Fund) -> Trial:
    """What the fund's rules come to for a case and the facts that it says. Raises what filing it would be refused
    with."""
    return _Trying(case, said, claim_type, fund).trial()


class _Trying:
    """One case on its way through the rules."""

    def __init__(self, case: TrialCase, said: Mapping[str, FactValue], claim_type: str, fund: Fund) -> None:
        self.case, self.said, self.claim_type, self.fund = case, said, claim_type, fund
        self.definition = type_of(fund, claim_type)
        self.decided_on = case.decided_on or case.filed_on
        self.dependant_ids = [each.dependant_id for each in dependants_of(case)]
        self.filed_at, self.decided_at = self._noon(case.filed_on), self._noon(self.decided_on)

    def trial(self) -> Trial:
        claim, known = self._filed()
        facts = self._facts(claim.answers, on=self.decided_on)
        judgement, explained, is_right_open = None, None, None
        if self.definition.is_for_care:
            right = self.said.get(RIGHT)
            is_right_open = right if isinstance(right, bool) else None
            lines = self._priced(claim)
            explained = pricing.explained(claim, lines, self.definition, fund=self.fund, on=self.decided_on)
            due = explained.amount_minor
        else:
            judgement = benefits.judge(self.definition, facts, on=self.decided_on, rounding=self.fund.rounding)
            explained, due = judgement.sum, rule_decisions.due_minor(judgement)
        registers = self._registers(claim)
        granted, refused = self._granted(claim, judgement, registers=registers, is_right_open=is_right_open)
        return Trial(
            definition=self.definition,
            fund=self.fund,
            claim=claim,
            review=self.case.medical,
            decided_on=self.decided_on,
            questions=tuple(self._questions(known)),
            papers=tuple(self._papers(known)),
            registers=registers,
            unknown=tuple(sorted(self.definition.fact_names() - facts.known.keys())),
            judgement=judgement,
            sum=explained,
            is_right_open=is_right_open,
            doubts=self._doubts(claim, judgement, due, is_right_open=is_right_open),
            limit=find_in_force(self.definition.procedure.one_person_up_to, on=self.decided_on),
            granted=granted,
            refused=refused,
        )

    # --- Filing -------------------------------------------------------------------------------------------------------

    def _filed(self) -> tuple[Claim, Facts]:
        """The claim as the person files it, with every paper that is asked for, and what is known while they do: not
        yet what other registers answer, nor anything of who died."""
        on = self.case.filed_on
        early = {name: value for name, value in self.said.items() if not any(each.read(name) for each in LATER)}
        beside = facts_of(self.case, early, (), definition=self.definition, fund=self.fund, on=on)
        given = tuple(GivenAnswer(code=code, value=self._answer(code, raw)) for code, raw in self.case.answers.items())
        checked = answers.checked(given, definition=self.definition, facts=beside, dependants=self.dependant_ids, on=on)
        known = with_answers(beside, checked, on=on)
        filing = ClaimFiling(
            claim_type=self.claim_type,
            care_on=self.case.care_on,
            lines=tuple(each.as_line() for each in self.case.lines),
            papers=tuple(
                ClaimPaper(kind=each.kind, upload_id=each.kind, added_at=self.filed_at)
                for each in self._papers(known)
                if each.requirement.is_required and each.is_asked
            ),
            answers=given,
        )
        outcome = submission.submit(
            filing,
            fund=self.fund,
            person_ref=NOBODY,
            claim_id=NOBODY,
            reference=NOBODY,
            at=self.filed_at,
            facts=beside,
            dependants=self.dependant_ids,
        )
        return outcome.thing, known

    def _answer(self, code: str, raw: object) -> bool | int | str:
        """An answer as a form sends it: an amount and a day are text, and so is who died, if the number is one."""
        asked = next((each for each in self.definition.questions if each.code == code), None)
        if asked is not None and asked.kind is QuestionKind.DECEASED:
            return self.fund.read_identifier(IdentifierKind.INSURANCE_NUMBER, str(raw)) or ""
        if asked is not None and asked.kind is QuestionKind.AMOUNT and not isinstance(raw, bool):
            return str(raw).removesuffix(f" {self.fund.currency.value}")
        return raw if isinstance(raw, bool | int | str) else str(raw)

    def _questions(self, known: Facts) -> list[AskedQuestion]:
        return [
            AskedQuestion(question=each, is_asked=_holds(each.when, known), answer=known.value(f"answer.{each.code}"))
            for each in self.definition.questions
        ]

    def _papers(self, known: Facts) -> list[AskedPaper]:
        return [
            AskedPaper(kind=kind, requirement=each, is_asked=_holds(each.when, known))
            for kind, each in self.definition.requirements_on(self.case.filed_on).items()
        ]

    def _registers(self, claim: Claim) -> tuple[AskedRegister, ...]:
        known = self._facts(claim.answers, on=self.case.filed_on)
        return tuple(
            AskedRegister(question=each, is_asked=_holds(each.when, known))
            for each in self.definition.registers
            if each.law.holds_on(self.case.filed_on)
        )

    def _facts(self, given: Iterable[BenefitAnswer], *, on: date) -> Facts:
        return facts_of(self.case, self.said, given, definition=self.definition, fund=self.fund, on=on)

    # --- Deciding -----------------------------------------------------------------------------------------------------

    def _doubts(
        self, claim: Claim, judgement: Judgement | None, due: int, *, is_right_open: bool | None
    ) -> tuple[Doubt, ...]:
        if not rule_decisions.is_decided_by_rules(self.definition):
            return ()
        return rule_decisions.doubts(
            claim,
            self.definition,
            findings=(),
            is_right_open=bool(is_right_open),
            judgement=judgement,
            due=due,
            sample_digest=NOT_DRAWN,
            fund=self.fund,
            at=self.decided_at,
        )

    def _granted(
        self,
        claim: Claim,
        judgement: Judgement | None,
        *,
        registers: Iterable[AskedRegister],
        is_right_open: bool | None,
    ) -> tuple[Claim | None, Failure | None]:
        """The claim as an agent, or the rules, would grant it after medical control answered; or why nobody could."""
        reviewed = self._reviewed(claim)
        by, at = system(NOBODY), self.decided_at
        if any(each.is_asked is not False and each.question.fact_name not in self.said for each in registers):
            return None, CrossChecksOpen()
        try:
            if judgement is None:
                outcome = claims.approve(
                    reviewed,
                    refused_lines=self._refused_lines(),
                    others=(),
                    fund=self.fund,
                    is_right_open=bool(is_right_open),
                    by=by,
                    at=at,
                    facts=self._pricing_facts(),
                )
            else:
                decisions.must_be_justified(reviewed, self.definition, refused_lines=())
                outcome = rule_decisions.grant(
                    reviewed, judgement, others=(), definition=self.definition, fund=self.fund, by=by, at=at
                )
        except Failure as refused:
            return None, refused
        return outcome.thing, None

    def _reviewed(self, claim: Claim) -> Claim:
        """The claim with what medical control answered, where it is asked."""
        said = self.case.medical
        if said is None and not decisions.needs_medical_control(self.definition):
            return claim
        review, at = said or CaseReview(), self.decided_at
        asked = claims.ask_medical_control(claim, fund=self.fund, by=NOBODY, at=at).thing
        answer = ReviewAnswer(
            answer=review.answer,
            reason=MedicalReason.JUSTIFIED if review.agrees else MedicalReason.NOT_JUSTIFIED,
            refused_lines=review.refused_lines,
            months=review.months,
        )
        return reviews.answer(asked, answer, by=system(MEDICAL), at=at).thing

    def _refused_lines(self) -> dict[int, RefusalReason]:
        """The lines that medical control does not find justified: the agent refuses them for that."""
        named = self.case.medical.refused_lines if self.case.medical else ()
        return dict.fromkeys(named, RefusalReason.MEDICALLY_NOT_JUSTIFIED)

    def _priced(self, claim: Claim) -> tuple[DecidedLine, ...]:
        return pricing.priced(
            claim,
            self.definition,
            rounding=self.fund.rounding.of_prices(on=claim.care_on),
            refused_lines=self._refused_lines(),
            facts=self._pricing_facts(),
        )

    def _pricing_facts(self) -> PricingFacts:
        """The covers of the case, and the care that was granted before, priced in its order."""
        beside = PricingFacts(
            covers=tuple(
                CoverInForce(reference=f"cover {number}", acts=frozenset(each.acts), percent=each.percent)
                for number, each in enumerate(self.case.covers, 1)
            ),
            dependants=None if self.case.dependants is None else len(self.case.dependants),
        )
        for number, each in enumerate(sorted(self.case.earlier, key=lambda care: care.care_on), 1):
            claim = Claim(
                claim_id=f"earlier {number}",
                reference=NOBODY,
                person_ref=NOBODY,
                claim_type=self.claim_type,
                care_on=each.care_on,
                lines=tuple(line.as_line() for line in each.lines),
                papers=(),
                status=Status.APPROVED,
                steps=(),
            )
            rounding = self.fund.rounding.of_prices(on=each.care_on)
            lines = pricing.priced(claim, self.definition, rounding=rounding, refused_lines={}, facts=beside)
            decision = Decision(lines=lines, decided_by=NOBODY, decided_at=self.filed_at)
            beside = replace(beside, granted=(*beside.granted, replace(claim, decision=decision)))
        return beside

    def _noon(self, day: date) -> datetime:
        return datetime.combine(day, time(12), self.fund.zone).astimezone(UTC)


def _holds(when: Condition | None, known: Facts) -> bool | None:
    return True if when is None else evaluate(when, known).holds
