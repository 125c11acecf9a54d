"""P1: one claim read by its id, with sign-in, fund check, log line, metrics and trace."""

from bench.ground import Ground
from bench.pairs import alternate
from bench.results import Row, compared
from bench.webs import bare_web, claims_web, file_claims
from services.claims.wiring import service as claims

CLAIMS = 200


def measure(ground: Ground) -> list[Row]:
    database = ground.database(claims)
    ours, bare = claims_web(ground, database), bare_web(ground, "bench.baselines.bare_read", database)
    read = file_claims(ours, CLAIMS)
    mine, theirs = ours.reading(read), bare.reading(read)
    for web, make in ((ours, mine), (bare, theirs)):
        web.measured(make, seconds=1.0)  # connections, caches and the first key fetched
    a, b = alternate(lambda: ours.measured(mine), lambda: bare.measured(theirs))
    what = "one claim read by its id, 8 connections"
    return [compared("P1", what, a, b, baseline="Flask, find_one, jsonify", floor=0.55, target=0.75)]
