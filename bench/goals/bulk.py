"""P5: many wage files at once against a whole platform of its own, beside inserting the documents that this leaves."""

import statistics
import time
from collections import defaultdict
from itertools import islice
from pathlib import Path

from bson import json_util

from bench.goals.last_day import platform_of_its_own, said_by
from bench.ground import Ground
from bench.results import Row, at_least, at_most
from services.payments.wiring import service

FILES = 340
"""A hundredth of a fund's January: 34,000 files with 1,000,000 lines."""
INSERTED_AT_ONCE = 500
BARE_RUNS = 3


def measure(ground: Ground) -> list[Row]:
    documents = ground.home / "bulk.jsonl"
    with platform_of_its_own(ground) as settings:
        said = said_by(ground, "bench.bulk", str(FILES), str(documents), settings=settings)
    bare_s = statistics.median(_inserted_s(ground, documents) for _ in range(BARE_RUNS))
    took_s, lines = said["took_s"], said["lines"]
    sound = "nothing lost, doubled or unbalanced" if said["is_sound"] else "**not sound**"
    return [
        Row(
            "P5",
            f"{said['files']:,} wage files of {lines:,} lines, from the first byte to the last acceptance; {sound}",
            f"{took_s:,.1f} s (taken in {said['sent_s']:,.1f} s)",
            f"json.loads and insert_many of the {said['documents']:,} documents: {bare_s:,.1f} s",
            f"**{took_s / bare_s:.1f}** times",
            "4 / 2.5 times",
            at_most(took_s / bare_s, floor=4.0, target=2.5),
        ),
        Row(
            "P5b",
            "lines a second",
            f"{lines / took_s:,.0f} /s",
            aim="1,667 / 3,333 /s",
            reached=at_least(lines / took_s, floor=1_667, target=3_333),
        ),
        Row(
            "P6b",
            "memory of the largest process of the run meanwhile",
            f"{said['peak_mb']:,.0f} MB ({said['peak_of']})",
            aim="400 / 250 MB",
            reached=at_most(said["peak_mb"], floor=400, target=250),
        ),
    ]


def _inserted_s(ground: Ground, documents: Path) -> float:
    """Seconds for reading the documents from JSON and inserting them, collection by collection."""
    context = ground.context(service)
    try:
        rows = iter(documents.read_text("utf-8").splitlines())
        began_s = time.perf_counter()
        while some := list(islice(rows, INSERTED_AT_ONCE)):
            by_collection = defaultdict(list)
            for name, row in map(json_util.loads, some):
                by_collection[name].append(row)
            for name, found in by_collection.items():
                context.database[f"bare_{name}"].insert_many(found)
        return time.perf_counter() - began_s
    finally:
        ground.drop(context.database.name)
        context.database.client.close()
