"""Follows collections: opens checkouts, asks what became of payments, lets references expire."""

from collections.abc import Callable
from dataclasses import dataclass

from services.payments.banking import actions
from services.payments.banking.bank import Bank, BankOf, BankOutcomeUnknown, BankPayment, BankRefused
from services.payments.banking.bank_calls import ATTEMPTS_MAX, BANK, LEASE_S, in_unit_of_work
from services.payments.collections import actions as collections
from services.payments.collections import rules, store
from services.payments.collections.collection import BY_REFERENCE, Collection, Status
from shared.jobs.job import JobKind
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.propagation import continue_trace


@dataclass(frozen=True)
class CollectionFollower:
    """`return_url` is where the payer's browser comes back; it may name `{fund}` and `{collection_id}`."""

    bank_of: BankOf
    return_url: str

    @property
    def job(self) -> JobKind:
        return JobKind(name=store.FOLLOW, run=self.run, lease_s=LEASE_S, attempts_max=ATTEMPTS_MAX)

    def run(self, context: ServiceContext, fund_id: str, collection_id: str) -> None:
        """Do what one collection asks for now; when it asks again is kept with it."""
        collection = store.collections.load(context.reading(fund_id, by=BANK), collection_id)
        if collection.is_followed:
            with continue_trace("collection looked at", collection.traceparent):
                self.look_at(context, fund_id, collection)

    def look_at(self, context: ServiceContext, fund_id: str, collection: Collection) -> None:
        """Do what the state of one collection asks for."""
        if collection.rail in BY_REFERENCE:
            self._keep(context, fund_id, collection, lambda it, uow: rules.expire(it, at=uow.at))
        elif collection.status is Status.REQUESTED:
            self._announce(context, fund_id, collection)
        elif collection.status is Status.WITHDRAWING:
            self._close(context, fund_id, collection)
        else:
            self._ask(context, fund_id, collection)

    def call(self, context: ServiceContext, fund_id: str, collection: Collection) -> str:
        """The outside half of an announcement: the page, from the bank. Asked twice, it is the same page."""
        return self._bank(context, fund_id).open_checkout(
            payment_id=collection.collection_id,
            fund_id=fund_id,
            amount_minor=collection.amount_minor,
            currency=context.funds[fund_id].currency,
            return_url=self.return_url.format(fund=fund_id, collection_id=collection.collection_id),
        )

    def _bank(self, context: ServiceContext, fund_id: str) -> Bank:
        return self.bank_of(context.funds[fund_id])

    def _announce(self, context: ServiceContext, fund_id: str, collection: Collection) -> None:
        try:
            url = self.call(context, fund_id, collection)
        except BankOutcomeUnknown:
            self._keep(context, fund_id, collection, lambda it, uow: rules.doubt(it, at=uow.at))
            raise
        except BankRefused as refused:
            reason = str(refused.parameters["reason"])
            self._keep(context, fund_id, collection, lambda it, uow: rules.refuse(it, reason=reason, at=uow.at))
            return
        self._keep(context, fund_id, collection, lambda it, uow: rules.announce(it, checkout_url=url, at=uow.at))

    def _close(self, context: ServiceContext, fund_id: str, collection: Collection) -> None:
        """Nobody is to pay on the page any more. A bank that does not close pages is asked what came of it."""
        try:
            currency = context.funds[fund_id].currency
            payment = self._bank(context, fund_id).close_checkout(collection.collection_id, currency=currency)
        except BankOutcomeUnknown:
            self._keep(context, fund_id, collection, lambda it, uow: rules.check_later(it, at=uow.at))
            raise
        except BankRefused:
            self._ask(context, fund_id, collection)
            return
        self._apply_payment(context, fund_id, collection, payment)

    def _ask(self, context: ServiceContext, fund_id: str, collection: Collection) -> None:
        try:
            payment = self._bank(context, fund_id).payment(
                collection.collection_id, currency=context.funds[fund_id].currency
            )
        except BankOutcomeUnknown:
            self._keep(context, fund_id, collection, lambda it, uow: rules.check_later(it, at=uow.at))
            raise
        self._apply_payment(context, fund_id, collection, payment)

    @staticmethod
    def _apply_payment(
        context: ServiceContext, fund_id: str, collection: Collection, payment: BankPayment | None
    ) -> None:
        in_unit_of_work(
            context,
            fund_id,
            f"collections:{collection.collection_id}",
            lambda uow: actions.apply_payment(uow, collection_id=collection.collection_id, payment=payment),
        )

    @staticmethod
    def _keep(
        context: ServiceContext, fund_id: str, seen: Collection, rule: Callable[[Collection, UnitOfWork], Collection]
    ) -> None:
        """Keep what a rule makes of the collection, unless a message of the bank was there first."""

        def save(uow: UnitOfWork) -> None:
            found = collections.find(uow, seen.collection_id)
            if found is not None and found.version == seen.version:
                collections.change(uow, collection_id=seen.collection_id, rule=lambda it: rule(it, uow))

        in_unit_of_work(context, fund_id, f"collections:{seen.collection_id}", save)
