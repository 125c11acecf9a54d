"""`python -m shared.encryption add|use|drop RING KEY_ID`: change the whole ring of an installation, in its file.

`part RING CLASS…` writes what a service may hold to standard output. docs/keys.md says in which order.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from shared.encryption import keyring
from shared.encryption.keys import restricted
from shared.kernel.personal import DataClass

CLASSES = [each.value for each in DataClass]
CHANGES = {"add": keyring.with_key, "use": keyring.with_current, "drop": keyring.without_key}


def main(arguments: list[str]) -> int:
    """Change the file whole or not at all; 1 where the change is refused."""
    asked = _parser().parse_args(arguments)
    held = json.loads(asked.ring.read_text())
    if asked.verb == "part":
        sys.stdout.write(json.dumps(restricted(held, map(DataClass, asked.classes))))
        return 0
    try:
        changed = CHANGES[asked.verb](held, asked.key_id, classes=asked.classes or CLASSES)
    except keyring.KeyringRefused as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    beside = asked.ring.with_name(f".{asked.ring.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(json.dumps(changed))
    beside.replace(asked.ring)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m shared.encryption")
    verbs = parser.add_subparsers(required=True, dest="verb", metavar="verb")
    for verb, sentence in {
        "add": "one more key, which opens and does not seal yet",
        "use": "the key seals from now on",
        "drop": "take a key out: what it sealed never opens again",
    }.items():
        one = verbs.add_parser(verb, help=sentence)
        one.add_argument("ring", type=Path)
        one.add_argument("key_id")
        one.add_argument("--classes", nargs="+", choices=CLASSES, help="all where none is named")
    part = verbs.add_parser("part", help="what a service may hold, to standard output")
    part.add_argument("ring", type=Path)
    part.add_argument("classes", nargs="+", choices=CLASSES)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
