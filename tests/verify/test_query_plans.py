"""Every query that a platform sends while it lives is served by an index that its service declares."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.storage.indexes import DeclaredIndex
from tests.verify.town import Town

SMALL = {"leases", "workers", "database_sessions", "transaction_proofs", "deadletters", "audit_heads"}
"""Some rows for each process or fund, or bounded by a setting (dead letters): read whole."""

WHOLE = {"partner_endpoints"}
"""Of a fund read whole: a fund has a handful of banks."""


@dataclass(frozen=True)
class Shape:
    """A query without its values: which fields are equal to something, which lie in a range, what it is sorted by."""

    collection: str
    equal: frozenset[str]
    ranged: frozenset[str]
    sort: tuple[str, ...] = ()

    def is_served_by(self, index: DeclaredIndex) -> bool:
        """The fund alone finds nothing: a field beside it has to. What is sorted stands right behind what is equal."""
        if index.where is not None and not set(index.where) <= self.equal | self.ranged:
            return False
        fields = list(index.fields)
        prefix = 0
        while prefix < len(fields) and fields[prefix] in self.equal:
            prefix += 1
        rest = tuple(fields[prefix:])
        is_found = bool({field for field in fields[:prefix] if field != "fund"} or (rest and rest[0] in self.ranged))
        sort = tuple(field for field in self.sort if field not in self.equal)
        is_sorted = not sort or rest[: len(sort)] == sort
        return is_sorted and (is_found or bool(sort) or fields == ["fund"])


def shapes(service: str, commands: Sequence[Mapping[str, Any]]) -> set[Shape]:
    found: set[Shape] = set()
    for sent in commands:
        if service == str(sent["database"]).rpartition("_")[2]:
            found |= {Shape(*shape) for shape in _asked(sent)}
    return found


def _asked(sent: Mapping[str, Any]) -> Iterator[tuple[str, frozenset[str], frozenset[str], tuple[str, ...]]]:
    name = str(sent["name"])
    if name == "find":
        yield from _filtered(sent["find"], sent.get("filter", {}), tuple(sent.get("sort", {})))
    elif name == "aggregate":
        matched = [step["$match"] for step in sent["pipeline"] if "$match" in step]
        yield from _filtered(sent["aggregate"], matched[0] if matched else {}, ())
    elif name in ("update", "delete"):
        for each in sent["updates" if name == "update" else "deletes"]:
            yield from _filtered(sent[name], each["q"], ())
    elif name == "bulkWrite":
        names = [space["ns"].partition(".")[2] for space in sent["nsInfo"]]
        for each in sent["ops"]:
            if "filter" in each:
                yield from _filtered(names[each["update"]], each["filter"], ())


def _filtered(
    collection: str, wanted: Mapping[str, Any], sort: tuple[str, ...]
) -> Iterator[tuple[str, frozenset[str], frozenset[str], tuple[str, ...]]]:
    """One shape for each branch of an `$or`."""
    plain = {field: value for field, value in wanted.items() if not field.startswith("$")}
    for each in wanted.get("$and", []):
        plain |= {field: value for field, value in each.items() if not field.startswith("$")}
    for branch in wanted.get("$or", [{}]):
        both = {**plain, **branch}
        ranged = {field for field, value in both.items() if _is_range(value)}
        yield collection, frozenset(both.keys() - ranged), frozenset(ranged), sort


def _is_range(value: Any) -> bool:
    return isinstance(value, Mapping) and any(name in value for name in ("$lt", "$lte", "$gt", "$gte", "$ne", "$not"))


def unserved(town: Town) -> list[str]:
    found = []
    for name, service in town.services.items():
        declared = [*service.declared_indexes()]
        for shape in shapes(name, town.commands):
            of_ids = DeclaredIndex(collection=shape.collection, fields=("_id",))
            indexes = [of_ids, *(index for index in declared if index.collection == shape.collection)]
            if shape.collection not in SMALL | WHOLE and not any(shape.is_served_by(index) for index in indexes):
                found.append(f"{name}: {shape}")
    return sorted(found)


def test_g16_every_query_that_a_platform_sends_has_an_index(lived_in: Town) -> None:
    for name in lived_in.services:
        assert len(shapes(name, lived_in.commands)) > 4, f"{name} was heard"
    assert "\n".join(unserved(lived_in)) == ""


def test_g16_a_query_without_one_is_found(lived_in: Town) -> None:
    index = DeclaredIndex(collection="x", fields=("fund", "status", "due_at"))
    equal = frozenset({"fund", "status"})
    assert Shape("x", equal, frozenset(), ("due_at",)).is_served_by(index)
    assert Shape("x", equal, frozenset({"due_at"})).is_served_by(index)
    assert not Shape("x", equal, frozenset(), ("at",)).is_served_by(index)
    assert not Shape("x", frozenset({"fund"}), frozenset()).is_served_by(index)
    assert not Shape("x", frozenset({"fund", "due_at"}), frozenset()).is_served_by(index)
