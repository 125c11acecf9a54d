"""A dispute of 1,000.00 of a debt of 3,150.25, filed today."""

from dataclasses import replace
from typing import Any

from services.payments.disputes import rules
from services.payments.disputes.dispute import DebtDispute
from shared.funds.arrears import DisputePenalties
from shared.funds.fund import Fund
from shared.kernel.money import Money
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds
from tests.payments.obligations.builders import obligation


def fund(*, second_person_from: int | None = None, penalties: DisputePenalties = DisputePenalties.RUN) -> Fund:
    """The fund with its rule, a second person from an amount on, in minor units."""
    own = funds()[DZ]
    rule = own.arrears.disputes
    assert rule is not None
    threshold = None if second_person_from is None else Money(second_person_from, own.currency)
    rule = replace(rule, second_person_from=threshold, penalties=penalties)
    return replace(own, sections=replace(own.sections, arrears=replace(own.arrears, disputes=rule)))


def dispute(**facts: Any) -> DebtDispute:
    """One that is open, with these facts instead."""
    filed = rules.file(
        obligation(),
        dispute_id="di1",
        reference="DI260000000145",
        ground="amount",
        explanation="Trois salariés étaient déjà partis.",
        amount_minor=100_000,
        fund=fund(),
        by="firm",
        today=AT.date(),
        at=AT,
    )
    return replace(filed, **facts)
