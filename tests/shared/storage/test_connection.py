"""What of a database's errors means that it is gone, and what that something is wrong with the question."""

import pytest
from pymongo.errors import AutoReconnect, DuplicateKeyError, OperationFailure, ServerSelectionTimeoutError

from shared.storage.connection import is_gone


@pytest.mark.parametrize(
    "error",
    [
        AutoReconnect("connection closed"),
        ServerSelectionTimeoutError("nobody there"),
        OperationFailure("internal server error", code=1),
        OperationFailure("no space left", code=14031),
    ],
)
def test_it_is_gone_where_it_does_not_answer_or_has_a_fault_of_its_own(error: Exception) -> None:
    assert is_gone(error)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "error", [OperationFailure("write conflict", code=112), DuplicateKeyError("twice", code=11000)]
)
def test_it_is_there_where_it_says_what_is_wrong(error: Exception) -> None:
    assert not is_gone(error)  # type: ignore[arg-type]
