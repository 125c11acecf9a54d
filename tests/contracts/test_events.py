"""What was told yesterday is understood today: every event against the schema and example that are kept of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.docs.pages import SNAPSHOTS, snapshots
from shared.events import catalogue

WHAT_TO_DO = (
    "Within a version only a field with a default may be added. Declare a new version of the event beside the old one "
    "(CONTRIBUTING.md, 'An event'), and send both until the last reaction has moved."
)


@pytest.mark.parametrize(("path", "now"), list(snapshots()), ids=lambda it: it.stem if isinstance(it, Path) else "")
def test_an_event_only_grows(path: Path, now: str) -> None:
    assert path.exists(), f"{path.name} is not kept yet: run `make docs` and commit it"
    kept, made = json.loads(path.read_text(encoding="utf-8")), json.loads(now)
    before, after = _shapes(kept["schema"]), _shapes(made["schema"])
    for name, fields in before.items():
        for field, shape in fields.items():
            assert after.get(name, {}).get(field) == shape, f"{name}.{field} changed. {WHAT_TO_DO}"
        required = set(_required(made["schema"], name)) - set(_required(kept["schema"], name))
        assert not required, f"{name} requires {sorted(required)} now. {WHAT_TO_DO}"


@pytest.mark.parametrize("path", sorted(SNAPSHOTS.glob("*.json")), ids=lambda path: path.stem)
def test_the_kept_example_is_still_read(path: Path) -> None:
    type_name, _, version = path.stem.rpartition(".v")
    example = json.loads(path.read_text(encoding="utf-8"))["example"]
    read = catalogue.decode(type_name, int(version), json.dumps(example).encode())
    again = json.loads(catalogue.encode(read))
    assert {key: again[key] for key in example} == example


def test_an_event_of_a_later_release_is_read_without_its_new_fields() -> None:
    path = SNAPSHOTS / "claims.claim-submitted.v1.json"
    example = json.loads(path.read_text(encoding="utf-8"))["example"]
    read = catalogue.decode("claims.claim-submitted", 1, json.dumps({**example, "new_one": 1}).encode())
    assert read.claim_id == example["claim_id"]


def _shapes(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: part.get("properties", {}) for name, part in schema["$defs"].items()}


def _required(schema: dict[str, Any], name: str) -> list[str]:
    found: list[str] = schema["$defs"].get(name, {}).get("required", [])
    return found
