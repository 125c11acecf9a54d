"""The services, found by looking: a sixth one is held to the same contracts without an edit here."""

import functools
import importlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.process.service import Service

ROOT = Path(__file__).parents[2]
SERVICES = ROOT / "services"
DOCUMENTS = ROOT / "docs" / "openapi"


def names() -> list[str]:
    return sorted(folder.name for folder in SERVICES.iterdir() if (folder / "wiring.py").exists())


def load(name: str) -> Service[Any]:
    found: Service[Any] = importlib.import_module(f"services.{name}.wiring").service
    return found


@functools.cache
def openapi(name: str) -> Mapping[str, Any]:
    """A service's API document as it is published: `tests/house` sees that it is what the code says."""
    found: Mapping[str, Any] = json.loads((DOCUMENTS / f"{name}.json").read_text(encoding="utf-8"))
    return found
