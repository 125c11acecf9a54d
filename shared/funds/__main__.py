"""`python -m shared.funds FOLDER…`: check funds' folders and name every fault of each. Nothing is started."""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from shared.funds.fund import Fund
from shared.funds.loading import read

Check = Callable[[Fund], Iterable[str]]
"""What else is wrong with a fund whose folder has no fault of its own, as somebody knows who serves it."""


def main(arguments: list[str], *, program: str, checks: Sequence[Check]) -> int:
    """Write each fault on a line of its own, or that the folder is a fund; 1 where there is a fault."""
    parser = argparse.ArgumentParser(program)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER", help="such as shared/funds/definitions/xx")
    found = {folder.name: _faults(folder.resolve(), checks) for folder in parser.parse_args(arguments).folders}
    for fund_id, faults in found.items():
        sys.stdout.write("\n".join(faults or [f"{fund_id}: no fault"]) + "\n")
    return 1 if any(found.values()) else 0


def _faults(folder: Path, checks: Iterable[Check]) -> list[str]:
    fund, faults = read(folder)
    return faults if fund is None else [fault for check in checks for fault in check(fund)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], program="python -m shared.funds", checks=()))
