"""`python -m bench.declarations [workers …]`: an annual declaration from its upload to its acceptance, on the embedded
document engine with every commit on disk. Prints times and the peak memory of the process that checks and books.
"""

import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import structlog
from pymongo import MongoClient

from deploy.local.engines import secantusdb
from deploy.local.programs import free_port, running
from services.payments.declarations import jobs, store
from shared.storage.service_context import ServiceContext
from tests.kit.contexts import DZ, context_on, funds, reading
from tests.payments.declarations.builders import das_b, workers
from tests.payments.declarations.desk import Desk

SIZES = (1_000, 10_000)
DATABASE = "bench_declarations"


def main(sizes: list[int]) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    print(f"{'workers':>8} {'upload s':>9} {'check s':>8} {'book s':>7} {'all s':>6} {'peak MiB':>9}")
    with tempfile.TemporaryDirectory() as home:
        port = free_port()
        engine = secantusdb.program(port=port, storage=Path(home) / "data", options=secantusdb.DURABLE)
        with running(engine, log=Path(home) / "log"):
            for size in sizes:
                _declare(secantusdb.uri(port=port), size)


def _declare(uri: str, size: int) -> None:
    with MongoClient[dict[str, Any]](uri) as client:
        client.drop_database(DATABASE)
        desk = Desk(context_on(client[DATABASE], uri))
        files = das_b(workers(size))
        begun = time.perf_counter()
        sent = desk.send(files)
        upload_s = time.perf_counter() - begun
    # The keys of the bench are made anew in each process, so the worker is forked: it opens what was encrypted here.
    with multiprocessing.get_context("fork").Pool(1) as pool:
        check_s, book_s, peak_mib = pool.apply(_work, (uri, sent.json["declaration_id"]))
    print(f"{size:8} {upload_s:9.2f} {check_s:8.2f} {book_s:7.2f} {upload_s + check_s + book_s:6.2f} {peak_mib:9.0f}")


def _work(uri: str, declaration_id: str) -> tuple[float, float, float]:
    with MongoClient[dict[str, Any]](uri) as client:
        context: ServiceContext = context_on(client[DATABASE], uri)
        declaration = store.declarations.load(reading(context), declaration_id)
        begun = time.perf_counter()
        judged = jobs.check(context, DZ, declaration)
        checked = time.perf_counter()
        jobs.keep_workers(context, DZ, declaration, judged)
        concluded = jobs.conclude(context, DZ, declaration, judged)
        booked = time.perf_counter()
        if concluded.status != "accepted":
            raise SystemExit(f"not accepted but {concluded.status}")
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return checked - begun, booked - checked, peak_mib


if __name__ == "__main__":
    funds()
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
