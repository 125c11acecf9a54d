"""I15: no personal value stands in clear in logs, spans, topics, dead letters or any field of any database.

One compiled search over all values runs through raw bytes: log files in pieces, documents as the server sends them
(encrypted fields and dead letters with the rest), records while they are read, spans page by page.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import requests
from bson.raw_bson import RawBSONDocument

from deploy.local.verify.answer import Look
from deploy.local.verify.personal import in_pieces
from deploy.local.verify.seen import Seen

CHUNK_BYTES = 1 << 20
TRACES_A_PAGE = 500
PAGES_MAX = 2_000
ZIPKIN_WAIT_S = 60
LOOK_BACK = timedelta(days=7)
SPAN_BEGAN, SPAN_ID = re.compile(rb'"timestamp":(\d+)'), re.compile(rb'"id":"([0-9a-f]+)"')


def ask(seen: Seen, look: Look) -> None:
    _databases(seen, look)
    for log in seen.logs:
        look.at("logs")
        for what in sorted(in_pieces(_pieces(log), seen.canaries)):
            look.offends(f"{log.name}: {what}")
    if seen.broker:
        look.at("records", seen.records.count)
        for where in seen.records.in_clear:
            look.offends(where)
    if seen.zipkin:
        _spans(seen, look)


def _databases(seen: Seen, look: Look) -> None:
    for name, database in seen.databases.items():
        raw = database.with_options(codec_options=database.codec_options.with_options(document_class=RawBSONDocument))
        for collection in sorted(database.list_collection_names()):
            for document in raw[collection].find():
                look.at("documents")
                for what in sorted(seen.canaries.found_in(document.raw)):
                    look.offends(f"{name} {collection} {document['_id']}: {what}")


def _pieces(log: Path) -> Iterator[bytes]:
    with log.open("rb") as file:
        while piece := file.read(CHUNK_BYTES):
            yield piece


def _spans(seen: Seen, look: Look) -> None:
    spans: set[bytes] = set()  # a trace is shown for each service that has a part in it
    found: set[str] = set()
    for service in requests.get(f"{seen.zipkin}/api/v2/services", timeout=ZIPKIN_WAIT_S).json():
        for page in _pages(seen.zipkin, service, until_ms=int(seen.at.timestamp() * 1000)):
            spans.update(SPAN_ID.findall(page))
            found |= {f"a trace of {service}: {what}" for what in seen.canaries.found_in(page)}
    look.at("spans", len(spans))
    for offence in sorted(found):
        look.offends(offence)


def _pages(zipkin: str, service: str, *, until_ms: int) -> Iterator[bytes]:
    """A service's traces, newest first, some hundreds at a time."""
    for _ in range(PAGES_MAX):
        asked = {
            "serviceName": service,
            "endTs": until_ms,
            "lookback": int(LOOK_BACK.total_seconds() * 1000),
            "limit": TRACES_A_PAGE,
        }
        page = requests.get(f"{zipkin}/api/v2/traces", params=asked, timeout=ZIPKIN_WAIT_S)
        page.raise_for_status()
        begun_us = [int(each) for each in SPAN_BEGAN.findall(page.content)]
        if not begun_us:
            return
        yield page.content
        until_ms = min(until_ms - 1, min(begun_us) // 1000)
