"""Follows mandates: hands our messages to the bank, asks for its answers, and ends what waited too long."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog

from services.payments.banking.bank import Bank, BankOf, BankOutcomeUnknown, BankRefused
from services.payments.banking.bank_calls import ATTEMPTS_MAX, BANK, LEASE_S, in_unit_of_work
from services.payments.banking.iso20022 import mandates as messages
from services.payments.banking.iso20022.mandates import MandateAnswer
from services.payments.mandates import actions, bank_messages, deadlines, store
from services.payments.mandates.mandate import AnswerChannel, BankAgreement, BankRequest, Mandate
from shared.jobs.job import JobKind
from shared.kernel import normalize
from shared.kernel.errors import Missing
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.propagation import continue_trace

log = structlog.get_logger()


class MandateReportMissing(Missing):
    """The bank announced a report that it does not have; it may have it a moment later."""

    code = "mandate.report-missing"


@dataclass(frozen=True)
class MandateFollower:
    """Speaks with each fund's bank about mandates."""

    bank_of: BankOf

    @property
    def jobs(self) -> list[JobKind]:
        return [
            JobKind(name=store.FOLLOW, run=self.run, lease_s=LEASE_S, attempts_max=ATTEMPTS_MAX),
            JobKind(name=store.FETCH, run=self.fetch, lease_s=LEASE_S, attempts_max=ATTEMPTS_MAX),
        ]

    def run(self, context: ServiceContext, fund_id: str, mandate_id: str) -> None:
        """Do what one mandate asks for now; when it asks again is kept with it."""
        mandate = store.mandates.load(context.reading(fund_id, by=BANK), mandate_id)
        with continue_trace("mandate looked at", mandate.traceparent):
            self.look_at(context, fund_id, mandate)

    def look_at(self, context: ServiceContext, fund_id: str, mandate: Mandate) -> None:
        """Send what is to be sent; else ask for the bank's answer; what waited too long ends."""
        if deadlines.is_due(mandate, fund=context.funds[fund_id], at=context.clock()):
            self._in_unit_of_work(context, fund_id, mandate, partial(actions.end_what_is_due, seen=mandate))
        elif mandate.request is not None and not mandate.request.is_sent:
            self._send(context, fund_id, mandate, mandate.request)
        elif mandate.request is not None:
            self._ask(context, fund_id, mandate, mandate.request)

    def fetch(self, context: ServiceContext, fund_id: str, report_id: str) -> None:
        """Take in a report that the bank announced, mandate by mandate."""
        body = self._bank(context, fund_id).mandate_report(report_id)
        if body is None:
            raise MandateReportMissing
        self._take_in(context, fund_id, body)

    def _bank(self, context: ServiceContext, fund_id: str) -> Bank:
        return self.bank_of(context.funds[fund_id])

    def _send(self, context: ServiceContext, fund_id: str, mandate: Mandate, request: BankRequest) -> None:
        fund, at = context.funds[fund_id], context.clock()
        version = fund.bindings.bank.mandate_messages
        try:
            if version is None:
                raise BankRefused(reason="not-offered")
            message, body = messages.write(mandate, request, fund=fund, version=version, at=at)
            self._bank(context, fund_id).send_mandate_message(body, message=message, message_id=request.message_id)
        except BankRefused:
            self._keep(context, fund_id, mandate, lambda it, _: bank_messages.not_taken(it, fund=fund))
            return
        self._keep(context, fund_id, mandate, lambda it, uow: bank_messages.sent(it, at=uow.at))

    def _ask(self, context: ServiceContext, fund_id: str, mandate: Mandate, request: BankRequest) -> None:
        try:
            body = self._bank(context, fund_id).mandate_report(request.message_id)
        except BankOutcomeUnknown:
            self._keep(context, fund_id, mandate, lambda it, uow: bank_messages.check_later(it, at=uow.at))
            raise
        if body is None:
            self._keep(context, fund_id, mandate, lambda it, uow: bank_messages.check_later(it, at=uow.at))
        else:
            self._take_in(context, fund_id, body)

    def _take_in(self, context: ServiceContext, fund_id: str, body: bytes) -> None:
        """Each answer is a unit of work of its own: one that fits no mandate stops no other."""
        said = messages.read(body)
        for answer in said.answers:
            action = partial(_take, answer=answer, report_id=said.message_id)
            if not in_unit_of_work(context, fund_id, f"mandate-report:{said.message_id}", action):
                log.error("mandate-answer-fits-nothing", fund=fund_id, report=said.message_id)
        for code in messages.faults_of(said):
            log.error("mandate-report-not-read-whole", fund=fund_id, report=said.message_id, why=code)

    def _keep(
        self,
        context: ServiceContext,
        fund_id: str,
        seen: Mandate,
        rule: Callable[[Mandate, UnitOfWork], Mandate],
    ) -> None:
        self._in_unit_of_work(
            context, fund_id, seen, lambda uow: actions.change(uow, seen=seen, rule=lambda it: rule(it, uow))
        )

    @staticmethod
    def _in_unit_of_work(
        context: ServiceContext, fund_id: str, mandate: Mandate, action: Callable[[UnitOfWork], None]
    ) -> None:
        in_unit_of_work(context, fund_id, f"mandates:{mandate.mandate_id}", action)


def _take(uow: UnitOfWork, *, answer: MandateAnswer, report_id: str) -> bool:
    reference = normalize.reference(answer.reference)
    if answer.is_accepted is None:
        return actions.take_cancellation(uow, reference=reference, reason=answer.reason)
    if not answer.is_accepted:
        return actions.take_refusal(uow, reference=reference, reason=answer.reason, message_id=answer.message_id)
    agreement = BankAgreement(
        at=uow.at,
        channel=AnswerChannel.MESSAGE,
        evidence=f"pain.012:{report_id}",
        reference=reference,
        account_number=answer.account_number,
        holder=answer.holder,
        amount_max_minor=answer.amount_max_minor,
        currency=answer.currency,
    )
    return actions.take_agreement(uow, agreement, message_id=answer.message_id)
