"""What makes a file of direct debits, block by block, and when it may not leave."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.payments.collections.collection import Collection, Status
from services.payments.debits import rules
from services.payments.debits.debit_file import DebitBlock
from services.payments.mandates.mandate import Status as MandateStatus
from services.payments.order_files import rules as order_files
from services.payments.order_files.order_file import FileStatus
from shared.funds.bindings import DEBITS_PER_BLOCK_MAX, BankBinding
from tests.kit.clock import AT
from tests.payments.builders import FIRM
from tests.payments.collections.test_rules import DEBIT_ON, collection
from tests.payments.mandates.builders import mandate
from tests.payments.obligations.builders import DUE


def in_file(status: Status = Status.IN_FILE, **facts: Any) -> Collection:
    return replace(collection(Status.IN_FILE), status=status, **{"batch_id": "p1", **facts})


def block(debits: list[Collection], block_id: str = "p1") -> DebitBlock:
    return rules.block(debits, block_id=block_id, batch_id="b1", debit_on=DEBIT_ON, sequence="FRST")


TWO = [in_file(), in_file(collection_id="c2", amount_minor=100)]
ONE = [in_file(collection_id="c3", amount_minor=7)]


def test_a_file_adds_up_block_by_block() -> None:
    file = rules.begin(block(TWO), at=AT)
    assert (file.status, file.total_minor, file.order_count, file.block_ids) == ("gathering", DUE + 100, 2, ("p1",))
    more = rules.add(file, block(ONE, "p2"))
    assert (more.total_minor, more.order_count, more.block_ids) == (DUE + 107, 3, ("p1", "p2"))
    whole = order_files.gathered(more, at=AT)
    assert (whole.status, whole.is_written, whole.next_look_at) == (FileStatus.READY, False, AT)


def test_it_is_written_with_what_its_blocks_have_when_it_leaves() -> None:
    whole = order_files.gathered(rules.add(rules.begin(block(TWO), at=AT), block(ONE, "p2")), at=AT)
    left = [rules.keep_of(block(TWO), TWO[:1]), block(ONE, "p2")]
    sending = rules.begin_sending(whole, left, sha256="0" * 64, size=3, at=AT)
    assert (sending.status, sending.is_written) == (FileStatus.SENDING, True)
    assert (sending.order_count, sending.total_minor) == (2, DUE + 7)


@pytest.mark.parametrize(
    ("count", "per_file_max", "is_full"), [(1, 2, True), (1, 3, False), (2, 3, True), (2, 4, False), (3, 4, True)]
)
def test_a_file_is_full_where_a_block_more_may_be_too_much(count: int, per_file_max: int, is_full: bool) -> None:
    bank = BankBinding(debits_per_file_max=per_file_max, debits_per_block_max=min(2, per_file_max))
    file = rules.begin(block([in_file(collection_id=f"c{number}") for number in range(count)]), at=AT)
    assert file.is_full(bank) is is_full


def test_a_bank_of_which_nothing_is_said_takes_one_block_a_file() -> None:
    assert rules.begin(block(ONE), at=AT).is_full(BankBinding())


def test_a_block_has_a_limit_and_its_total() -> None:
    with pytest.raises(ValueError):
        block([in_file(collection_id=f"c{number}") for number in range(DEBITS_PER_BLOCK_MAX + 1)])
    with pytest.raises(ValueError):
        replace(block(TWO), collection_ids=())
    assert rules.keep_of(block(TWO), []).total_minor == 0


@pytest.mark.parametrize(
    ("debit", "signed", "may_leave"),
    [
        (in_file(), mandate(), True),
        (in_file(Status.SENT), mandate(), True),  # an attempt let it go, and did not come to its end
        (in_file(Status.SENT), None, False),
        (in_file(Status.WITHDRAWN), mandate(), False),
        (in_file(Status.REFUSED), mandate(), False),
        (in_file(Status.PLANNED), mandate(), False),
        (in_file(batch_id="p2"), mandate(), False),
        (in_file(), None, False),
        (in_file(), mandate(MandateStatus.SUSPENDED), False),
        (in_file(), mandate(mandate_id="m2"), False),
        (in_file(), mandate(ends_on=date(2026, 2, 15)), False),
        (in_file(), mandate(amount_max_minor=DUE - 1), False),
    ],
)
def test_i11_a_debit_leaves_only_as_it_was_written(debit: Collection, signed: Any, may_leave: bool) -> None:
    assert rules.stands(debit, signed, block=block([in_file()])) is may_leave
    assert rules.is_as_written(block([in_file()]), [debit], {FIRM: signed} if signed else {}) is may_leave


def test_one_that_is_no_longer_so_keeps_back_a_block_that_is_written() -> None:
    two = [in_file(), in_file(Status.WITHDRAWN, collection_id="c2")]
    assert not rules.is_as_written(block(two), two, {FIRM: mandate()})


def test_what_the_bank_refused_is_not_in_its_one_credit() -> None:
    two = [in_file(Status.SENT), in_file(Status.REFUSED, collection_id="c2")]
    assert [each.collection_id for each in rules.expected(two)] == ["c1"]
