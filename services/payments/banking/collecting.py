"""Rounds over collections: open checkouts, ask what became of payments, let transfers expire."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from services.payments.banking import actions
from services.payments.banking.client import BankClient, BankPayment, BankRefused, BankSilent
from services.payments.banking.rounds import BANK, in_work
from services.payments.collections import actions as collections
from services.payments.collections import rules, store
from services.payments.collections.collection import Collection, Rail, Status
from shared.process.chores import OneByOne
from shared.storage.platform import Platform
from shared.storage.work import Work
from shared.telemetry.carrying import continued


@dataclass(frozen=True)
class Collecting:
    """`return_url` is where the payer's browser comes back; it may name `{fund}` and `{collection_id}`."""

    bank: BankClient
    return_url: str
    one_by_one: OneByOne = field(default_factory=lambda: OneByOne("collections"))

    def run(self, platform: Platform, fund_id: str) -> int:
        work = platform.reading(fund_id, by=BANK)
        due = store.to_look_at(work, at=work.at)
        return self.one_by_one.do(
            {
                f"{fund_id}:{collection.collection_id}": partial(self._look_at_traced, platform, fund_id, collection)
                for collection in due
            }
        )

    def _look_at_traced(self, platform: Platform, fund_id: str, collection: Collection) -> None:
        with continued("collection looked at", collection.traceparent):
            self.look_at(platform, fund_id, collection)

    def look_at(self, platform: Platform, fund_id: str, collection: Collection) -> None:
        """Do what the state of one collection asks for."""
        if collection.rail is Rail.TRANSFER:
            self._keep(platform, fund_id, collection, lambda it, work: rules.expire(it, at=work.at))
        elif collection.status is Status.REQUESTED:
            self._announce(platform, fund_id, collection)
        elif collection.status is Status.WITHDRAWING:
            self._close(platform, fund_id, collection)
        else:
            self._ask(platform, fund_id, collection)

    def call(self, platform: Platform, fund_id: str, collection: Collection) -> str:
        """The outside half of an announcement: the page, from the bank. Asked twice, it is the same page."""
        return self.bank.open_checkout(
            payment_id=collection.collection_id,
            fund_id=fund_id,
            amount_minor=collection.amount_minor,
            currency=platform.funds[fund_id].currency,
            return_url=self.return_url.format(fund=fund_id, collection_id=collection.collection_id),
        )

    def _announce(self, platform: Platform, fund_id: str, collection: Collection) -> None:
        try:
            url = self.call(platform, fund_id, collection)
        except BankSilent:
            self._keep(platform, fund_id, collection, lambda it, work: rules.doubt(it, at=work.at))
            raise
        except BankRefused as refused:
            reason = str(refused.parameters["reason"])
            self._keep(platform, fund_id, collection, lambda it, work: rules.refuse(it, reason=reason, at=work.at))
            return
        self._keep(platform, fund_id, collection, lambda it, work: rules.announce(it, checkout_url=url, at=work.at))

    def _close(self, platform: Platform, fund_id: str, collection: Collection) -> None:
        """Nobody is to pay on the page any more. A bank that does not close pages is asked what came of it."""
        try:
            payment = self.bank.close_checkout(collection.collection_id, currency=platform.funds[fund_id].currency)
        except BankSilent:
            self._keep(platform, fund_id, collection, lambda it, work: rules.look_later(it, at=work.at))
            raise
        except BankRefused:
            self._ask(platform, fund_id, collection)
            return
        self._know(platform, fund_id, collection, payment)

    def _ask(self, platform: Platform, fund_id: str, collection: Collection) -> None:
        try:
            payment = self.bank.payment(collection.collection_id, currency=platform.funds[fund_id].currency)
        except BankSilent:
            self._keep(platform, fund_id, collection, lambda it, work: rules.look_later(it, at=work.at))
            raise
        self._know(platform, fund_id, collection, payment)

    @staticmethod
    def _know(platform: Platform, fund_id: str, collection: Collection, payment: BankPayment | None) -> None:
        in_work(
            platform,
            fund_id,
            f"collections:{collection.collection_id}",
            lambda work: actions.know(work, collection_id=collection.collection_id, payment=payment),
        )

    @staticmethod
    def _keep(
        platform: Platform, fund_id: str, seen: Collection, rule: Callable[[Collection, Work], Collection]
    ) -> None:
        """Keep what a rule makes of the collection, unless a message of the bank was there first."""

        def keep(work: Work) -> None:
            found = collections.find(work, seen.collection_id)
            if found is not None and found.version == seen.version:
                collections.change(work, collection_id=seen.collection_id, rule=lambda it: rule(it, work))

        in_work(platform, fund_id, f"collections:{seen.collection_id}", keep)
