"""`python -m shared.funds FOLDER…`: check funds' folders and name every fault of each. Nothing is started."""

import argparse
import sys
from pathlib import Path

from shared.funds.loading import read


def main(arguments: list[str]) -> int:
    """Write each fault on a line of its own, or that the folder is a fund; 1 where there is a fault."""
    parser = argparse.ArgumentParser("python -m shared.funds")
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER", help="such as shared/funds/definitions/xx")
    found = {folder.name: read(folder.resolve())[1] for folder in parser.parse_args(arguments).folders}
    for fund_id, faults in found.items():
        sys.stdout.write("\n".join(faults or [f"{fund_id}: no fault"]) + "\n")
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
