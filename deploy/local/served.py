"""Which funds a run serves: said to `make run`, remembered for the commands that look at that run."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local.programs import Broken
from shared.funds.fund import Fund
from shared.funds.loading import FundsInvalid, defined_funds, load

KEPT = "served.json"


def remember(environ: Mapping[str, str], *, var: Path) -> None:
    """What this run serves, from here on; Broken where a fund that is asked for is not defined."""
    chosen = _chosen(environ)
    _load(chosen)
    var.mkdir(parents=True, exist_ok=True)
    (var / KEPT).write_text(json.dumps(chosen))


def settings(environ: Mapping[str, str], *, var: Path) -> dict[str, str]:
    """The settings FUNDS and FUNDS_PATH of the run in this place; where none was started yet, of one that would be."""
    kept = var / KEPT
    found: dict[str, str] = json.loads(kept.read_text()) if kept.exists() else _chosen(environ)
    return found


def funds(environ: Mapping[str, str], *, var: Path) -> dict[str, Fund]:
    """The funds that the run in this place serves, by id, in the order in which they were named."""
    return _load(settings(environ, var=var))


def folders(chosen: Mapping[str, str]) -> Sequence[Path]:
    """The folders that FUNDS_PATH names."""
    return tuple(map(Path, filter(None, chosen["FUNDS_PATH"].split(os.pathsep))))


def ids(text: str) -> list[str]:
    """The funds that FUNDS names, without what people put between them."""
    return [each.strip() for each in text.split(",") if each.strip()]


def _chosen(environ: Mapping[str, str]) -> dict[str, str]:
    path = os.pathsep.join(
        str(Path(each).absolute()) for each in environ.get("FUNDS_PATH", "").split(os.pathsep) if each.strip()
    )
    further = folders({"FUNDS_PATH": path})
    named = ids(environ.get("FUNDS", "")) or defined_funds(further=further)
    return {"FUNDS": ",".join(named), "FUNDS_PATH": path}


def _load(chosen: Mapping[str, str]) -> dict[str, Fund]:
    try:
        return load(ids(chosen["FUNDS"]), further=folders(chosen))
    except FundsInvalid as invalid:
        raise Broken(f"FUNDS cannot be served:\n{invalid}") from None
