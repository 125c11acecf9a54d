"""Many wage files at once, against a platform that runs: as fast as answers come, until every one is accepted and
nothing is on its way. Prints one JSON line, and writes what this left in the database of payments into a file where one
is named, a line of JSON a document: what `goals/bulk.py` inserts without the platform.

`python -m bench.bulk <files> [<file of documents>]`
"""

import contextlib
import io
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bson import json_util
from pymongo.database import Database

from bench.last_day import FUND, WORKERS_A_FILE, accepted, register, send
from bench.platform import Memory
from deploy.local import addresses, place, plan
from deploy.local.demo.__main__ import next_run
from deploy.local.demo.people import cast
from deploy.local.demo.reporter import Reporter
from deploy.local.demo.visitors import Visitor, World
from deploy.local.verify.command import verify
from shared.storage.connection import connect

SENDERS = 4
ACCEPTED_WITHIN_S = 1_800.0
OWN_BOOKS = frozenset({"audit", "jobs", "leases", "figures"})
"""Collections whose rows are no part of what a declaration leaves: what processes write about themselves."""


def main(files: int, documents: Path | None = None) -> None:
    world = World(addresses.ports(os.environ), Reporter())
    world.reporter.trace_id = "0" * 32  # not a trace: a tenth is sampled, as from any frontend
    firms = [cast(FUND, run=next_run(), count=WORKERS_A_FILE) for _ in range(files)]
    employer = Visitor(world, FUND.fund_id)
    register(firms, employer)
    var = place.var(os.environ)
    payments = plan.settings_of_services(os.environ, var=var)["payments"]
    database = connect(payments["MONGODB_URI"], payments["MONGODB_DATABASE"])
    before = {name: database[name].estimated_document_count() for name in database.list_collection_names()}
    with Memory(int((var / "run.lock").read_text())) as memory, ThreadPoolExecutor(SENDERS) as pool:
        began_s = time.perf_counter()
        sent = list(pool.map(lambda firm: send(employer, firm), firms))
        sent_s = time.perf_counter() - began_s
        accepted(employer, [each.declaration_id for each in sent], within_s=ACCEPTED_WITHIN_S)
        took_s = time.perf_counter() - began_s
    answers = io.StringIO()
    with contextlib.redirect_stdout(answers):
        is_sound = verify(os.environ, var=var) == 0
    rows = list(_left(database, before))
    report = {
        "files": files,
        "lines": files * WORKERS_A_FILE,
        "sent_s": sent_s,
        "took_s": took_s,
        "peak_mb": max(memory.peak.values()),
        "peak_of": max(memory.peak, key=lambda name: memory.peak[name]),
        "documents": len(rows),
        "is_sound": is_sound,
    }
    if not is_sound:
        print(answers.getvalue(), file=sys.stderr)
    if documents is not None:
        documents.write_text("\n".join(rows), "utf-8")
    print(json.dumps(report), flush=True)


def _left(database: Database[Any], before: Mapping[str, int]) -> Iterator[str]:
    """The documents that came meanwhile, each with its collection, as JSON."""
    for name in sorted(set(database.list_collection_names()) - OWN_BOOKS):
        new = database[name].estimated_document_count() - before.get(name, 0)
        for row in database[name].find(sort=[("$natural", -1)], limit=new) if new > 0 else ():
            yield json_util.dumps([name, row])


if __name__ == "__main__":
    main(int(sys.argv[1]), *map(Path, sys.argv[2:3]))
