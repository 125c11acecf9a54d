"""The cases of the tests, and what is said of them."""

from io import StringIO
from pathlib import Path

import yaml

from services.claims.benefits.fact import FactValue
from services.claims.trials import reading
from services.claims.trials.case import TrialCase
from services.claims.trials.commands import try_case
from services.claims.trials.rules import tried
from services.claims.trials.trial import Trial
from services.claims.wiring import service
from shared.funds.fund import Fund
from shared.funds.loading import load

CASES = Path(__file__).parent / "cases"
ROOT = Path(__file__).parents[3]
FURTHER = ROOT / "tests" / "funds" / "definitions"
"""Funds that do not ship."""


def case_of(path: Path, *, fund: Fund, claim_type: str) -> tuple[TrialCase, dict[str, FactValue]]:
    case, said = reading.read(path, definition=fund.claim_types[claim_type], fund=fund)
    return case, dict(said)


def trial_of(name: str, folder: Path, **changes: object) -> Trial:
    """The trial of a kept case, `fund/type`, with some of what it says changed; a `-` in a name is written `_`."""
    fund_id, claim_type = name.split("/")
    fund = load([fund_id], further=[FURTHER])[fund_id]
    said = yaml.safe_load((CASES / f"{name}.yaml").read_text()) | changes
    path = folder / "case.yaml"
    path.write_text(yaml.safe_dump(said))
    case, facts = case_of(path, fund=fund, claim_type=claim_type)
    return tried(case, facts, claim_type=claim_type, fund=fund)


def written(path: Path, *, fund: str, claim_type: str, more: tuple[str, ...] = ()) -> tuple[int, str]:
    """The exit status of the command and what it writes."""
    out = StringIO()
    arguments = ["--fund", fund, "--type", claim_type, "--case", str(path), *more]
    return try_case([FURTHER], arguments, texts=service.texts(), out=out), out.getvalue()
