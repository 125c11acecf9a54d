"""Registers asked: a job of the due queue for each cross-check, a kind for each register, so that a silent one delays
neither another register nor another question.

The register is called outside of any transaction, always under the id of the question; what it answers is kept in one.
Whoever is killed between the two asks again and is answered the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from services.claims.claims import deciding
from services.claims.crosschecks import actions, rules, store
from services.claims.crosschecks.crosscheck import CrossCheck, Status
from services.claims.crosschecks.register import RegisterOf, RegisterReply, RegisterTimeout
from services.claims.crosschecks.registers.choice import RegisterSettings
from shared.jobs.job import JobKind
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.failpoints import failpoint

ATTEMPTS_MAX = 10
"""Over some hours, by the growing waits of jobs."""
AT_ONCE = 4
"""Of one fund and register."""


@dataclass(frozen=True)
class RegisterInquiry:
    """Asks the register that is behind one name of settings, for every fund that names it."""

    registers: RegisterOf
    settings: str
    timeout_s: float

    @property
    def job(self) -> JobKind:
        return JobKind(
            name=store.kind_of(self.settings),
            run=self.run,
            lease_s=60.0 + 2 * self.timeout_s,
            attempts_max=ATTEMPTS_MAX,
            at_once=AT_ONCE,
            hold=_hold,
            give_up=_give_up,
        )

    def run(self, context: ServiceContext, fund_id: str, check_id: str) -> datetime | None:
        """Ask, or ask again where the days of an answer are over. When the next look is due. Raises `RegisterTimeout`
        and what else a register may do wrong: each is an attempt of this question alone."""
        reading = context.reading(fund_id, by=actions.CROSS_CHECKS)
        check = store.crosschecks.load(reading, check_id)
        if check.status is Status.ANSWERED:
            check = _do(context, fund_id, check_id, partial(actions.look, check_id=check_id))
        if not rules.is_asked(check):
            return check.next_look_at
        at = context.clock()
        reply = self.registers(context.funds[fund_id], check.register).ask(actions.request_of(reading, check), at=at)
        failpoint("crosscheck.answered")
        if reply is None and rules.is_silent(check, at=at):
            raise RegisterTimeout
        kept = _do(context, fund_id, check_id, partial(_take, asked=check, reply=reply))
        return kept.next_look_at


def inquiries(registers: RegisterOf, settings: Mapping[str, RegisterSettings]) -> list[JobKind]:
    """The kinds of all registers that the installation has settings for."""
    return [RegisterInquiry(registers, name, own.timeout_s).job for name, own in settings.items()]


def _do(context: ServiceContext, fund_id: str, check_id: str, action: "partial[CrossCheck]") -> CrossCheck:
    return context.run(fund_id, by=actions.CROSS_CHECKS, cause=f"job:{store.ASK}:{check_id}", action=action)


def _take(uow: UnitOfWork, *, asked: CrossCheck, reply: RegisterReply | None) -> CrossCheck:
    kept = actions.take_reply(uow, check_id=asked.check_id, question_id=asked.question_id, reply=reply)
    deciding.go_on_after_answers(uow, claim_id=kept.claim_id)
    return kept


def _hold(uow: UnitOfWork, check_id: str) -> None:
    actions.note_failed(uow, check_id)


def _give_up(uow: UnitOfWork, check_id: str, reason: str) -> None:
    kept = actions.give_up(uow, check_id)
    deciding.go_on_after_answers(uow, claim_id=kept.claim_id)
