"""G9: what a platform sends while it lives names the fund, so that a question goes to one shard and not to all."""

from collections.abc import Mapping

from shared.storage.indexes import DeclaredIndex
from tests.verify.test_query_plans import Shape, shapes
from tests.verify.town import Town

ALL_FUNDS: Mapping[tuple[str, frozenset[str]], str] = {
    ("outbox", frozenset({"is_sent"})): "the relay carries what all funds told, in order",
}
"""What a service asks of all its funds at once, and why."""
WHOLE: Mapping[str, str] = {
    "deadletters": "bounded by DEAD_LETTERS_MAX: stays on one shard; a broken event may name no fund",
    "leases": "one row a relay",
    "database_sessions": "one row a session of a process",
}
"""Collections that stay whole, and why. `docs/data-model.md` gives them no shard key."""


def without_fund(service: str, town: Town) -> list[Shape]:
    return [
        shape
        for shape in shapes(service, town.commands)
        if shape.collection not in WHOLE
        and "fund" not in shape.equal | shape.ranged
        and (shape.collection, shape.equal | shape.ranged) not in ALL_FUNDS
    ]


def test_g09_every_filter_names_the_fund(lived_in: Town) -> None:
    found = [f"{name}: {shape}" for name in lived_in.services for shape in without_fund(name, lived_in)]
    assert "\n".join(sorted(found)) == ""


def test_g09_every_unique_index_begins_with_the_fund(lived_in: Town) -> None:
    declared: list[DeclaredIndex] = [
        index for service in lived_in.services.values() for index in service.declared_indexes()
    ]
    unique = [index for index in declared if index.unique]
    assert unique and [index for index in unique if index.fields[0] != "fund"] == []
