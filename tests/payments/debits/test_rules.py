"""What makes a file of direct debits, and when it may not leave."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.payments.collections.collection import Collection, Status
from services.payments.debits import rules
from services.payments.debits.debit_file import DEBITS_IN_FILE_MAX, DebitFile
from services.payments.mandates.mandate import Status as MandateStatus
from services.payments.order_files.order_file import FileStatus
from tests.kit.clock import AT
from tests.payments.builders import FIRM
from tests.payments.collections.test_rules import DEBIT_ON, collection
from tests.payments.mandates.builders import mandate
from tests.payments.obligations.builders import DUE


def in_file(status: Status = Status.IN_FILE, **facts: Any) -> Collection:
    return replace(collection(Status.IN_FILE), status=status, **{"batch_id": "b1", **facts})


def gather(debits: list[Collection]) -> DebitFile:
    return rules.gather(debits, batch_id="b1", debit_on=DEBIT_ON, sequence="FRST", sha256="0" * 64, size=1, at=AT)


def test_a_file_adds_up() -> None:
    file = gather([in_file(), in_file(collection_id="c2", amount_minor=100)])
    assert (file.total_minor, file.order_ids, file.status) == (DUE + 100, ("c1", "c2"), FileStatus.READY)
    assert file.next_look_at == AT


@pytest.mark.parametrize("count", [0, DEBITS_IN_FILE_MAX + 1])
def test_a_file_has_a_limit(count: int) -> None:
    with pytest.raises(ValueError):
        gather([in_file()] * count)


@pytest.mark.parametrize(
    ("debit", "signed", "may_leave"),
    [
        (in_file(), mandate(), True),
        (in_file(Status.WITHDRAWN), mandate(), False),
        (in_file(Status.REFUSED), mandate(), False),
        (in_file(Status.PLANNED), mandate(), False),
        (in_file(batch_id="b2"), mandate(), False),
        (in_file(), None, False),
        (in_file(), mandate(MandateStatus.SUSPENDED), False),
        (in_file(), mandate(mandate_id="m2"), False),
        (in_file(), mandate(ends_on=date(2026, 2, 15)), False),
        (in_file(), mandate(amount_max_minor=DUE - 1), False),
    ],
)
def test_i11_a_file_leaves_only_as_it_was_written(debit: Collection, signed: Any, may_leave: bool) -> None:
    file = gather([in_file()])
    assert rules.is_as_written(file, [debit], {FIRM: signed} if signed else {}) is may_leave


def test_one_that_is_no_longer_so_keeps_all_of_them_back() -> None:
    two = [in_file(), in_file(Status.WITHDRAWN, collection_id="c2")]
    assert not rules.is_as_written(gather(two), two, {FIRM: mandate()})


def test_what_the_bank_refused_is_not_in_its_one_credit() -> None:
    two = [in_file(Status.SENT), in_file(Status.REFUSED, collection_id="c2")]
    assert [each.collection_id for each in rules.expected(gather(two), two)] == ["c1"]
