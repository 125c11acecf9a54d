"""P2, P2b, P7: a claim filed under an Idempotency-Key; the same again under the same key."""

from pathlib import Path
from typing import Any

import bson
from pymongo import MongoClient

from bench.ground import Ground
from bench.pairs import alternate
from bench.results import Row, compared
from bench.webs import bare_web, claims_web, file_claims
from services.claims.wiring import service as claims

KEYS = 64
"""Replayed in turn: the same key twice at one moment is a twin, and refused until the first is done."""
CLAIMS_MAX = 20_000
"""More than are filed here in the time that is measured."""
WRITTEN = ("requests", "claims", "outbox", "audit")


def measure(ground: Ground) -> list[Row]:
    mine, theirs = ground.database(claims), ground.database(claims)
    ours = claims_web(ground, mine, claims_max=CLAIMS_MAX)
    file_claims(ours, 1)
    documents = written(ground, mine)
    bare = bare_web(ground, "bench.baselines.bare_write", theirs, WRITTEN=str(documents))
    filing, four, one = ours.filing(), bare.filing(), bare.filing(path="/one")
    again = ours.filing(keys=KEYS)
    ours.asked(again, connections=1, seconds=1.5)
    sides = ((ours, filing, 201), (bare, four, 201), (bare, one, 201))
    for web, make, _ in sides:
        web.asked(make, connections=1, seconds=0.3)  # makes the collections: eight at once would be in each other's way
        web.measured(make, seconds=1.0, expected=201)
    before = _count(ground, mine)
    replayed = ours.measured(again, seconds=1.0, expected=201)
    writes = _count(ground, mine) - before
    a, b, c, d = alternate(
        *(lambda web=web, make=make: web.measured(make, expected=201) for web, make, _ in sides),
        lambda: ours.measured(again, expected=201),
    )
    what = "a claim filed, 8 connections"
    return [
        compared("P2", what, a, b, baseline="Flask, the same 4 documents in a transaction", floor=0.75, target=0.85),
        compared("P2b", what, a, c, baseline="Flask, insert_one", floor=0.35, target=0.5),
        compared(
            "P7",
            f"the same filed again ({writes} writes in {replayed.done} replays)",
            d,
            a,
            baseline="for the first time",
            floor=1.5,
            target=3.0,
        ),
    ]


def written(ground: Ground, database: str) -> Path:
    """The documents that one claim left behind, one of each collection, for the baseline to copy."""
    path = ground.home / "written.bson"
    with MongoClient[dict[str, Any]](ground.documents()) as client:
        path.write_bytes(bson.encode({name: client[database][name].find_one({}) for name in WRITTEN}))
    return path


def _count(ground: Ground, database: str) -> int:
    with MongoClient[dict[str, Any]](ground.documents()) as client:
        return sum(client[database][name].count_documents({}) for name in WRITTEN)
