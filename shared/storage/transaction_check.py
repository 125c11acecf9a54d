"""Checks that a server has transactions before anything depends on them. A server that accepts `startTransaction` and
ignores it would save partial units of work unnoticed.
"""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pymongo
from pymongo.database import Database
from pymongo.errors import OperationFailure

from shared.storage.connection import Document, begin, is_gone

NAME = "transaction_proofs"
PROOF_MAX_S = 20.0
LEFT_OVER = timedelta(hours=1)


class TransactionsMissing(Exception):
    """The server has no transactions: the text is one sentence about what was observed."""


def check_transactions(database: Database[Document]) -> None:
    """Write inside a transaction, read from outside, abort, read again. Leaves nothing behind."""
    with pymongo.timeout(PROOF_MAX_S):
        try:
            _prove(database)
        except OperationFailure as refused:
            if is_gone(refused) or refused.timeout:
                raise
            raise TransactionsMissing(f"the server refused a transaction with code {refused.code}") from refused


def _prove(database: Database[Document]) -> None:
    rows, row_id = database[NAME], str(uuid4())
    rows.delete_many({"at": {"$lt": datetime.now(UTC) - LEFT_OVER}})
    try:
        with database.client.start_session() as session:
            begin(session)
            rows.insert_one({"_id": row_id, "at": datetime.now(UTC)}, session=session)
            if rows.find_one({"_id": row_id}) is not None:
                raise TransactionsMissing("the server shows what an open transaction has written")
            session.abort_transaction()
        if rows.find_one({"_id": row_id}) is not None:
            raise TransactionsMissing("the server keeps what an aborted transaction has written")
    except TransactionsMissing:
        rows.delete_one({"_id": row_id})
        raise
