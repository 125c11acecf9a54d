"""I1: every acknowledged command has exactly one business document.

A request's row is its acknowledgement. It stands beside an audit entry of its caller with the same key, and the things
that the entry says were kept are there. What answers 201 has made something; what answers otherwise may have changed
nothing (the same files again, a stranger's application), so there only "at most once" can be asked.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from deploy.local.verify.answer import Look
from deploy.local.verify.seen import Documents, Seen

CREATED = 201
IDS_A_QUERY = 50
REQUEST = "request:"

Asked = tuple[str, str, str]
"""Fund, caller and key: what a row and an audit entry have in common."""
Things = Mapping[tuple[str, str], set[str]]
"""Ids by fund and kind of thing."""


def ask(seen: Seen, look: Look) -> None:
    for name in seen.databases:
        acknowledged, created = _acknowledged(seen, look, name)
        done, kept = _done(seen, name, acknowledged)
        for asked, count in acknowledged.items():
            if done[asked] > count:
                look.offends(f"{name} {':'.join(asked)} acted {done[asked]} times for {count} acknowledged")
            if done[asked] < created[asked]:
                look.offends(f"{name} {':'.join(asked)} acknowledged {created[asked]} and made {done[asked]}")
        for (fund, thing), ids in kept.items():
            look.at("things that they kept", len(ids))
            for lost in sorted(ids - _there(seen.databases[name], fund, thing, ids)):
                look.offends(f"{name} {fund} {thing} {lost} was acknowledged and is not there")


def _acknowledged(seen: Seen, look: Look, name: str) -> tuple[Counter[Asked], Counter[Asked]]:
    """How many answers each key got, and how many of them said that something was made."""
    answers, created, shape = Counter[Asked](), Counter[Asked](), _shape(seen, name)
    for row in seen.rows(name, "requests", "fund", "status"):
        look.at("commands")
        read = shape.fullmatch(row["_id"])
        if read is None or "status" not in row:
            look.offends(f"{name} {row['_id']}: {'no answer' if read else 'no such route'}")
            continue
        asked = (row["fund"], read["caller"], read["key"])
        answers[asked] += 1
        created[asked] += row["status"] == CREATED
    return answers, created


def _shape(seen: Seen, name: str) -> re.Pattern[str]:
    """A row's id: fund, caller, route and key. Callers and keys may hold colons; the names of routes are known."""
    routes = sorted({route.name for routes in seen.services[name].routes for route in routes.all})
    return re.compile(rf"[a-z0-9-]+:(?P<caller>.*?):(?:{'|'.join(map(re.escape, routes))}):(?P<key>.*)")


def _done(seen: Seen, name: str, acknowledged: Mapping[Asked, int]) -> tuple[Counter[Asked], Things]:
    """How often each was carried out, and what it saved that was not purged since."""
    done: Counter[Asked] = Counter()
    kept: dict[tuple[str, str], set[str]] = defaultdict(set)
    forgotten: dict[tuple[str, str], set[str]] = defaultdict(set)
    for fund, entry in seen.entries(name, "cause", "actor", "deeds"):
        asked = (fund, entry["actor"], entry["cause"].removeprefix(REQUEST))
        is_of_one = entry["cause"].startswith(REQUEST) and asked in acknowledged
        if is_of_one:
            done[asked] += 1
        for record in entry["deeds"]:
            if record["verb"] == "forgot":
                forgotten[fund, record["thing"]].add(record["id"])
            elif record["verb"] == "kept" and is_of_one:
                kept[fund, record["thing"]].add(record["id"])
    return done, {of: ids - forgotten[of] for of, ids in kept.items()}


def _there(database: Documents, fund: str, thing: str, ids: Iterable[str]) -> set[str]:
    keys, found = sorted(f"{fund}:{each}" for each in ids), set()
    for start in range(0, len(keys), IDS_A_QUERY):
        part = {"_id": {"$in": keys[start : start + IDS_A_QUERY]}}
        found |= {row["_id"].removeprefix(f"{fund}:") for row in database[thing].find(part, {"_id": 1})}
    return found
