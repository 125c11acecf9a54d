"""A trial as text, for whoever writes the page of a benefit. The fund's own words are in one of its languages."""

from collections.abc import Iterable, Iterator
from datetime import date

from services.claims.benefits.explained import ExplainedLine, ExplainedSum, UsedFact
from services.claims.benefits.fact import written
from services.claims.benefits.fact_names import fact_text
from services.claims.benefits.judgement import ConditionResult, JudgedOutcome
from services.claims.claims import decisions
from services.claims.claims.claim import RefusalReason
from services.claims.trials.case import CaseReview
from services.claims.trials.trial import Trial
from shared.funds.effects import EffectKind
from shared.funds.law import Law, find_in_force
from shared.kernel.errors import Failure
from shared.kernel.money import Money
from shared.languages.texts import Texts

ASKED = {True: "asked", False: "not asked", None: "cannot be said"}
HOLDS = {True: "holds", False: "fails", None: "not known"}


class TrialReport:
    """Writes trials in one language."""

    def __init__(self, texts: Texts, language: str) -> None:
        self.texts, self.language = texts, language

    def lines(self, trial: Trial) -> Iterator[str]:
        """The whole of a trial: what is asked for, what holds, who decides, what it comes to and what follows."""
        definition, claim = trial.definition, trial.claim
        yield f"{definition.names[self.language]} ({claim.claim_type}), {trial.fund.fund_id}: {definition.family}"
        filed_on = trial.fund.day_of(claim.submitted_at)
        yield f"filed on {filed_on}, decided on {trial.decided_on}"
        yield from _section("Questions", self._questions(trial))
        yield from _section("Papers", self._papers(trial))
        yield from _section("Registers of others", self._registers(trial))
        yield from _section("Conditions", self._conditions(trial))
        unknown = (f"{name} ({self._name(trial, name)})" for name in trial.unknown)
        yield from _section("Not known, since the case does not say it", unknown)
        yield from _section("What it comes to", self._sum(trial, trial.sum))
        yield from _section("Decision", self._decision(trial))
        yield from _section("What follows", self._effect(trial))
        yield from _section("Delays", self._delays(trial))

    def refusal(self, failure: Failure) -> str:
        """Why something is refused, as people would read it."""
        return self.texts.translate(failure.code, self.language, failure.parameters).rstrip(".")

    # --- What is asked for --------------------------------------------------------------------------------------------

    def _questions(self, trial: Trial) -> Iterator[str]:
        for each in trial.questions:
            answer = f" = {written(each.answer)}" if each.answer is not None else ""
            optional = "" if each.question.is_required else ", may be left out"
            asks = each.question.asks[self.language]
            yield f"{ASKED[each.is_asked]}{optional}: {each.question.code}{answer} ({asks})"

    def _papers(self, trial: Trial) -> Iterator[str]:
        for each in trial.papers:
            names = trial.definition.papers[each.kind].names[self.language]
            needed = {True: "needed", False: "not asked", None: "may be sent, cannot be said"}[each.is_asked]
            said = needed if each.requirement.is_required or not each.is_asked else "may be sent"
            yield f"{said}: {each.kind} ({names}); {_law(each.requirement.law)}"

    def _registers(self, trial: Trial) -> Iterator[str]:
        for each in trial.registers:
            asks = each.question.asks[self.language]
            yield f"{ASKED[each.is_asked]}: {each.question.fact_name} ({asks}); {_law(each.question.law)}"

    # --- What the rules say -------------------------------------------------------------------------------------------

    def _conditions(self, trial: Trial) -> Iterator[str]:
        if trial.judgement is None:
            is_open = {True: "open", False: "closed", None: "not known: say right.is-open under facts"}
            yield f"the right to care on {trial.claim.care_on} is {is_open[trial.is_right_open]}"
            return
        of = {each.code: each for each in trial.definition.conditions if each.law.holds_on(trial.decided_on)}
        for result in trial.judgement.conditions:
            yield f"{HOLDS[result.holds]}: {result.code}; {_law(of[result.code].law)}"
            yield from self._looked_at(trial, result)
            if result.holds is False:
                yield f"    the person reads: {of[result.code].sentence[self.language]}"

    def _looked_at(self, trial: Trial, result: ConditionResult) -> Iterator[str]:
        yield from self._facts(trial, result.facts)
        for name in result.missing:
            yield f"    {name} is not known ({self._name(trial, name)})"

    def _facts(self, trial: Trial, facts: Iterable[UsedFact]) -> Iterator[str]:
        for fact in facts:
            name = self._name(trial, fact.name)
            beside = "" if name == fact.name else f" ({name})"
            yield f"    {fact.name} = {fact.value}{beside}"

    def _name(self, trial: Trial, name: str) -> str:
        def translate(code: str, **parameters: object) -> str:
            return self.texts.translate(code, self.language, parameters, country=trial.fund.country)

        return fact_text(
            name, fund=trial.fund, language=self.language, translate=translate, definition=trial.definition
        )

    # --- What it comes to ---------------------------------------------------------------------------------------------

    def _sum(self, trial: Trial, explained: ExplainedSum | None) -> Iterator[str]:
        if explained is None:
            if trial.definition.formula and trial.judgement is not None:
                is_refused = trial.judgement.outcome is JudgedOutcome.REFUSED
                yield "no sum: it is refused" if is_refused else "no sum: a step that counts lacks a fact"
            return
        for number, line in enumerate(explained.lines, 1):
            yield f"{number}. {line.names[self.language]} ({line.rule}): {self._came_to(trial, line)}"
            yield from self._facts(trial, line.facts)
            yield f"    by {line.article}, since {line.valid_from}, confidence {line.confidence}" + (
                f"; rounded {line.rounding}" if line.rounding else ""
            )
        yield f"in all {_money(trial, explained.amount_minor)}"

    def _came_to(self, trial: Trial, line: ExplainedLine) -> str:
        own = next((fact.value for fact in line.facts if fact.name == f"formula.{line.rule}"), None)
        amount = own if own is not None and not line.amount_minor else _money(trial, line.amount_minor)
        return amount if line.is_counted else f"{amount}, which only leads to the sum"

    # --- Who decides --------------------------------------------------------------------------------------------------

    def _decision(self, trial: Trial) -> Iterator[str]:
        if trial.review is not None or decisions.needs_medical_control(trial.definition):
            yield f"medical control answers first; here it {_review(trial.review or CaseReview())}"
        yield from self._decider(trial)
        if trial.limit is not None:
            needed = "as here" if trial.needs_second_person else "not here"
            yield f"above {trial.limit.amount} a second person confirms: {needed}; {_law(trial.limit.law)}"
        if trial.granted is not None:
            is_vouched = trial.judgement is not None and trial.judgement.outcome is JudgedOutcome.UNDECIDED
            yield "it is granted" + (" by an agent who says that what is not known holds" if is_vouched else "")
        elif trial.is_by_medical_control and trial.is_medically_refused:
            yield f"it is refused for {RefusalReason.MEDICALLY_NOT_JUSTIFIED}"
        elif trial.judgement is not None and trial.judgement.failed is not None:
            yield f"it is refused for {trial.judgement.failed}"
        elif trial.refused is not None:
            yield f"it cannot be granted: {self.refusal(trial.refused)}"

    def _decider(self, trial: Trial) -> Iterator[str]:
        definition = trial.definition
        if trial.is_by_rules:
            yield "the rules decide it, without anybody of the fund"
            sample = find_in_force(definition.procedure.samples, on=trial.decided_on)
            if sample is not None and sample.percent:
                yield f"of such claims {sample.percent} % go to an agent all the same; {_law(sample.law)}"
            return
        if trial.is_by_medical_control:
            yield "its answer decides, without an agent"
            return
        yield "an agent decides" + (", since the rules leave it to one:" if trial.doubts else "")
        for doubt in trial.doubts:
            yield f"    {self.texts.translate(f'claim.doubt.{doubt.value}', self.language)} ({doubt.value})"

    # --- What follows -------------------------------------------------------------------------------------------------

    def _effect(self, trial: Trial) -> Iterator[str]:
        effect = trial.definition.effect
        if trial.granted is None:
            yield "nothing: it is not granted"
            return
        from_on, until_on = trial.award_days
        due = _money(trial, trial.sum.amount_minor) if trial.sum is not None else "nothing"
        if effect.kind is EffectKind.PAY_ONCE:
            yield f"{due} is paid once" + (
                ", after a last check at the payment" if effect.is_checked_at_payment else ""
            )
        elif (payment := effect.payment_on(from_on)) is not None:
            yield f"{due} is paid every {payment.every} from {from_on}; {_law(payment.law)}"
            yield f"each is computed by what is known on its {payment.judged_on.replace('-', ' ')}"
            if payment.proration is not None:
                yield f"of a period that is owed in part its days are paid ({payment.proration.by})"
            if payment.life_certificate_months is not None:
                yield f"the person proves every {payment.life_certificate_months} months that they live"
        elif (cover := effect.cover_on(from_on)) is not None:
            yield f"a cover from {from_on} to {until_on} bears {cover.percent} %; {_law(cover.law)}"
            yield f"it is for {', '.join(cover.covers)}"
        else:
            yield f"a task of the fund: {effect.task}"

    def _delays(self, trial: Trial) -> Iterator[str]:
        definition, claim, fund = trial.definition, trial.claim, trial.fund
        yield f"usually decided by {claim.due_on}"
        if claim.has_legal_delay:
            yield f"by law decided by {claim.legal_due_on}"
        usual = find_in_force(definition.usual_days, on=trial.decided_on)
        is_paid = definition.effect.kind in (EffectKind.PAY_ONCE, EffectKind.PAY_PERIODICALLY)
        if usual is not None and is_paid and trial.granted is not None:
            paid_by_on = fund.calendar.after(trial.decided_on, days=usual.payment, by=usual)
            yield f"usually paid by {paid_by_on}; {_law(usual.law)}"
        term = find_in_force(definition.procedure.paper_terms, on=trial.decided_on)
        if term is not None:
            yield f"a paper that is asked for later may be given within {term.days} days; {_law(term.law)}"
        appeal = find_in_force(definition.appeals, on=trial.decided_on)
        if appeal is not None:
            until_on: date = fund.calendar.after(trial.decided_on, days=appeal.days, by=appeal)
            yield f"contested until {until_on} before {appeal.body[self.language]}; {_law(appeal.law)}"


def _review(said: CaseReview) -> str:
    """What medical control says of the claim."""
    if not said.agrees:
        return "does not agree"
    lines = f" but for line {', '.join(map(str, said.refused_lines))}" if said.refused_lines else ""
    return f"agrees{lines}" + (f", for {said.months} months at most" if said.months is not None else "")


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    said = list(lines)
    if said:
        yield from ("", title, *(f"  {line}" for line in said))


def _law(law: Law) -> str:
    return f"{law.reference}, confidence {law.confidence}"


def _money(trial: Trial, minor: int) -> str:
    return str(Money(minor, trial.fund.currency))
