"""Whom a fund expects in a period: the pre-filled file that an employer's answers. Pure.

It follows from the employer's last accepted declaration before the period, so that it is the same whenever it is asked
for, until that declaration is replaced.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from services.payments.declarations.layouts.layout import Layout
from services.payments.declarations.wages import WageLine
from shared.funds.period import Period

TRANSFER_DIGITS = 14


@dataclass(frozen=True, slots=True)
class PrefilledPerson:
    """A worker of the last declaration who had not left. The amounts are of the family allowances that the employer
    pays out for the fund, in minor units."""

    insurance_number: str
    full_name: str
    children: int = 0
    family_to_pay: int = 0
    family_to_deduct: int = 0
    family_net: int = 0


FIXED = ("children", "family_to_pay", "family_to_deduct", "family_net")
"""What an answer repeats as it was pre-filled."""


@dataclass(frozen=True)
class Prefilled:
    """The persons in the order of their numbers, and the number by which an answer says which file it answers."""

    transfer: str
    persons: tuple[PrefilledPerson, ...]


def prefill(workers: Iterable[WageLine], *, period: Period, source: str, leaving: frozenset[str]) -> Prefilled:
    """Whom the fund expects in a period, from the workers of the declaration `source`. `leaving` are the codes of those
    situations after which nobody is expected."""
    persons = [
        PrefilledPerson(worker.insurance_number, f"{worker.family_name} {worker.first_name}".strip())
        for worker in workers
        if worker.insurance_number and is_expected(worker, period=period, leaving=leaving)
    ]
    digest = hashlib.sha256(f"{source}/{period}".encode()).hexdigest()
    transfer = str(int(digest, 16) % 10**TRANSFER_DIGITS).zfill(TRANSFER_DIGITS)
    return Prefilled(transfer, tuple(sorted(persons, key=lambda person: person.insurance_number)))


def is_expected(worker: WageLine, *, period: Period, leaving: frozenset[str]) -> bool:
    """Whether a worker of an earlier period had not left before this one."""
    has_left = worker.left_on is not None and worker.left_on < period.first_on
    return worker.situation not in leaving and not has_left


def leaving_codes(layout: Layout) -> frozenset[str]:
    """The codes of a layout's lines after which a worker is not expected any more."""
    return frozenset(
        each.code
        for kinds in layout.kinds.values()
        for kind in kinds
        if kind.table is not None
        for field in kind.table.fields
        for each in field.codes
        if each.is_leaving
    )
