"""What of a settlement plan is asked for, by which try to collect, and what is debited by itself. Pure.

A try asks for some instalments, which name it. Where the employer wants it, each instalment is debited once, on its
day: one whose debit the bank refused, or took back, is for the employer to pay in another way.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from services.payments.collections.collection import LIVE, Collection, Rail, Status
from services.payments.settlements.settlement_plan import HOLDING, PlanInstalment, SettlementPlan

Tries = Mapping[str, Collection]
"""The tries that the instalments of a plan name, by their ids."""


def to_pay_now(plan: SettlementPlan, *, today: date) -> tuple[PlanInstalment, ...]:
    """What is asked for when the employer pays now: all that has become due, at least the next instalment."""
    due = tuple(each for each in plan.instalments if each.left_minor and each.due_on <= today)
    following = plan.next_instalment
    return due or ((following,) if following else ())


def collected_by(plan: SettlementPlan, collection_id: str, *, asked: tuple[PlanInstalment, ...]) -> SettlementPlan:
    """These instalments of it are being collected by a try."""
    numbers = {each.number for each in asked}
    return replace(
        plan,
        collection_id=collection_id,
        instalments=tuple(
            replace(each, collection_id=collection_id) if each.number in numbers else each for each in plan.instalments
        ),
    )


def asked_by(plan: SettlementPlan, collection_id: str) -> tuple[PlanInstalment, ...]:
    """The instalments that a try asks for; none where another one asks for them by now."""
    return tuple(each for each in plan.instalments if each.collection_id == collection_id)


def left_minor(asked: tuple[PlanInstalment, ...]) -> int:
    """What is left of some instalments, in minor units."""
    return sum(each.left_minor for each in asked)


def is_too_much(plan: SettlementPlan, collection: Collection) -> bool:
    """Whether a try is not to be paid any more, because what it asks for came in another way: all of it or, of a debit,
    which nobody looks at before it is drawn, a part of it."""
    asked = asked_by(plan, collection.collection_id)
    left = left_minor(asked)
    is_lower = collection.rail is Rail.DIRECT_DEBIT and left < collection.amount_minor
    return bool(asked) and (not left or is_lower)


def debit_days(plan: SettlementPlan, tries: Tries) -> dict[int, date]:
    """On which day an instalment is debited, or was and the bank has not reported yet, by its number."""
    found = ((each.number, tries.get(each.collection_id)) for each in plan.instalments)
    return {number: by.debit_on for number, by in found if by is not None and by.is_live and by.debit_on is not None}


def to_debit(plan: SettlementPlan, tries: Tries) -> PlanInstalment | None:
    """The instalment that is debited next by itself: the first that is not paid, and of which no debit ended."""
    if plan.status not in HOLDING or not plan.is_debited:
        return None
    return next(
        (each for each in plan.instalments if each.left_minor and not _has_ended(tries.get(each.collection_id))), None
    )


def _has_ended(debit: Collection | None) -> bool:
    """Whether the bank has said what came of a debit; one that was withdrawn it never had."""
    return debit is not None and debit.rail is Rail.DIRECT_DEBIT and debit.status not in LIVE | {Status.WITHDRAWN}
