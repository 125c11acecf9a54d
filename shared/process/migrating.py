"""`migrate`: what has to be in a service's database before its webs and workers start, and whether it is there.

python -m services.claims migrate

It may be run again at any time, and beside what runs. Only it makes collections and indexes; a web or worker that finds
them missing is not ready, and says why. What an earlier release left waiting gets its jobs.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from pymongo.database import Database
from pymongo.errors import OperationFailure, PyMongoError

from shared.kernel.errors import Unavailable
from shared.process.backfills import backfill_all
from shared.process.service import Service
from shared.process.settings import Common
from shared.storage import indexes, transaction_check
from shared.storage.connection import DatabaseUnavailable, Document, is_gone
from shared.storage.engine import profile_of
from shared.storage.service_context import ServiceContext
from shared.storage.transaction_check import TransactionsMissing

NAME = "migrate"
NAMED_MAX = 5
RETIRED: Mapping[str, Sequence[str]] = {
    "outbox": ["is_sent_1"],
    "errands": ["fund_1_is_done_1"],
    "audit": ["fund_1_at_1", "fund_1_link_1"],
    "payouts": ["fund_1_status_1"],
    "collections": ["fund_1_next_look_at_1", "fund_1_employer_id_1_period_1_collection_id_1"],
    "batches": ["fund_1_next_look_at_1"],
    "messages": ["fund_1_template_1_channel_1_status_1"],
    "bank_statements": ["fund_1_next_look_at_1"],
    "declarations": ["fund_1_employer_id_1_period_1"],
}
"""Indexes that earlier releases made, by collection."""


def run(service: Service[Any], common: Common, arguments: Sequence[str]) -> int:
    """Carry out the command; 1 where something stands in the way, with a sentence for each on stderr."""
    parser = argparse.ArgumentParser(prog=f"python -m services.{service.name} {NAME}", description=__doc__)
    parser.parse_args(arguments)
    context = service.context(common)
    try:
        refused = migrate(service, context.database)
        adopted = 0 if refused else fill(service, context)
    except (PyMongoError, Unavailable) as gone:
        refused, adopted = [f"the database does not answer ({type(gone).__name__}); migrate again"], 0
    finally:
        context.database.client.close()
    for sentence in refused:
        print(f"{service.name} cannot be migrated: {sentence}", file=sys.stderr)  # noqa: T201
    if not refused:
        sys.stdout.write(f"{service.name} is migrated: {len(service.declared_indexes())} indexes are there\n")
    if adopted:
        sys.stdout.write(f"{adopted} things that an earlier release left are adopted\n")
    return 1 if refused else 0


def migrate(service: Service[Any], database: Database[Document]) -> list[str]:
    """Make what the service needs; what stands in the way, a sentence each."""
    declared = service.declared_indexes()
    try:
        indexes.create_collections(database, [*service.collections(), transaction_check.NAME])
        transaction_check.check_transactions(database)
        indexes.retire(database, RETIRED)
        refused = indexes.make(database, declared)
    except TransactionsMissing as found:
        return [str(found)]
    except OperationFailure as failure:
        if not is_gone(failure):
            return [f"the server refused it with code {failure.code}; the user needs readWrite on {database.name}"]
        return ["the database has a fault of its own; migrate again when it is well"]
    except PyMongoError as gone:
        return [f"the database does not answer ({type(gone).__name__}); what it builds goes on: migrate again"]
    return refused + _advice(database)


def fill(service: Service[Any], context: ServiceContext) -> int:
    """See to what an earlier release left in each fund; how many things. Done again, it finds nothing."""
    return sum(backfill_all(context, fund_id, backfills=service.backfills) for fund_id in context.funds)


def lacking(service: Service[Any], context: ServiceContext) -> list[str]:
    """What this process would need of its database and does not find: nothing is made here."""
    try:
        missing = indexes.missing(context.database, service.declared_indexes())
        if missing:
            more = f" and {len(missing) - NAMED_MAX} more" if len(missing) > NAMED_MAX else ""
            return [f"migrate: no index {', '.join(missing[:NAMED_MAX])}{more}"]
        transaction_check.check_transactions(context.database)
    except TransactionsMissing as found:
        return [f"transactions: {found}"]
    except PyMongoError as gone:
        if is_gone(gone) or getattr(gone, "timeout", False):
            raise DatabaseUnavailable from gone
        raise
    return []


def _advice(database: Database[Document]) -> list[str]:
    if database.client.options.retry_writes and not profile_of(database).retries_writes:
        return [f"{profile_of(database).name} needs retryWrites=false in MONGODB_URI"]
    return []
