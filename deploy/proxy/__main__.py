"""`python -m deploy.proxy <settings file>`: write nginx's configuration for an installation to the standard output."""

import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.proxy import bodies
from deploy.proxy.config import render
from deploy.proxy.settings import SettingsInvalid, of_file, read

USAGE = "usage: python -m deploy.proxy <file of NAME=value lines>"


def main(arguments: Sequence[str]) -> int:
    """The exit status; 2 where there is nothing to be made of what was said."""
    if len(arguments) != 1 or arguments[0] in ("-h", "--help"):
        print(USAGE, file=sys.stderr)
        return 0 if arguments else 2
    try:
        print(render(read(of_file(Path(arguments[0]))), larger=bodies.all_larger()), end="")
    except (OSError, SettingsInvalid) as wrong:
        print(f"himaya: {wrong}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
