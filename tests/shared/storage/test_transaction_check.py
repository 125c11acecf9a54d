"""A server without transactions is found out before anything leans on them."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import OperationFailure

from shared.storage import transaction_check
from shared.storage.connection import connect
from shared.storage.transaction_check import NAME, TransactionsMissing, check_transactions


@pytest.mark.parametrize("is_there", [True, False], ids=["migrated", "without a collection"])
def test_g02_a_server_with_transactions_is_taken_and_nothing_stays(
    database: Database[dict[str, Any]], mongodb: str, is_there: bool
) -> None:
    if is_there:
        database.create_collection(NAME)
    check_transactions(connect(mongodb, database.name))
    assert database[NAME].count_documents({}) == 0


def test_g02_a_server_that_ignores_start_transaction_is_refused_and_nothing_stays(
    database: Database[dict[str, Any]], mongodb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To such a server a transaction's write is one like any other: so is what is sent here."""

    def ignored(session: ClientSession) -> AbstractContextManager[object]:
        return nullcontext()

    monkeypatch.setattr(transaction_check, "begin", ignored)
    with pytest.raises(TransactionsMissing, match="shows what an open transaction has written"):
        check_transactions(connect(mongodb, database.name))
    assert database[NAME].count_documents({}) == 0


def test_g02_a_server_that_refuses_transactions_is_refused_with_its_code(
    database: Database[dict[str, Any]], mongodb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mongod that stands alone, without a replica set, answers code 20."""

    def refused(session: ClientSession) -> AbstractContextManager[object]:
        raise OperationFailure("Transaction numbers are only allowed on a replica set member or mongos", code=20)

    monkeypatch.setattr(transaction_check, "begin", refused)
    with pytest.raises(TransactionsMissing, match="code 20"):
        check_transactions(connect(mongodb, database.name))
