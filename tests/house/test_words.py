"""The field's words: one name for one thing, and none of the private words of before, in names."""

import ast
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.house.test_layout import ROOT, name

CODE = ("services", "shared", "deploy", "simulators", "bench", "tests")

OF_EACH_SUBJECT = {
    "Status": "each subject has its own; always named with its module",
    "Settings": "each service has its own; read in its wiring alone",
    "AccessedKind": "each service says what of its things is accessed",
    "Person": "the register's person, as each service keeps it",
    "PersonUnknown": "the register's person",
    "Employer": "the register's employer, as each service keeps it",
    "EmployerUnknown": "the register's employer",
    "Civil": "the register's civil data, as each service reads it",
    "Dependant": "the register's dependant, as each service reads it",
    "SamePerson": "the second person is to be another; each subject has its own code",
    "Contact": "the register's contact, as each service reads it",
}
"""Classes of one name in several modules, and why that is one thing."""
IN_A_DOCUMENT = ("View", "Body", "Query")
"""A schema's name belongs to the API document of its service."""

OLD_WORDS = {
    "bell": "signal",
    "brought": "incoming",
    "chore": "periodic task",
    "chores": "periodic tasks",
    "deed": "audit record",
    "deeds": "audit records",
    "desk": "command context, provider config",
    "door": "throttle",
    "drawer": "tenant collection",
    "errand": "command",
    "errands": "commands",
    "forsaken": "lease expired",
    "gate": "limiter, inspection",
    "hear": "receive, handle",
    "heard": "received",
    "hears": "reactions",
    "hopeless": "undeliverable",
    "leftovers": "backfill",
    "meant": "expected, matched",
    "mint": "token issuer",
    "narration": "reporter",
    "pace": "rate limit",
    "passing": "failpoint, transient",
    "patiently": "with back-off",
    "reseal": "reencrypt",
    "resealing": "reencryption",
    "rung": "signalled",
    "seal": "encrypt",
    "sealed": "encrypted",
    "sealing": "encryption",
    "shelf": "repository",
    "shut": "locked, closed",
    "tell": "publish",
    "teller": "reporter, publisher",
    "telling": "publishing",
    "told": "published",
    "voice": "output",
    "whose": "associated data, owner",
}
KEPT = {
    "door_id": "stored",
    "errand_id": "stored, and shown to operators",
    "errands": "stored, and shown to operators",
    "sealed": "stored by notifications",
    "told_at": "stored",
    "told_pages": "stored",
    "told_persons": "stored",
    "SHUT_RDWR": "a socket's own constant",
    "SHUT_WR": "a socket's own constant",
    "hear": "an operation's id in the API document of payments",
    "tell": "a file's own method",
    "seal": "environs' own method; and the electronic seal of a document",
    "Seal": "the electronic seal of a document (eIDAS)",
    "_seal": "the electronic seal of a document",
    "seals": "the electronic seals of documents",
}
"""Names that stay: stored, on the wire, or of somebody else."""


def _public_classes() -> Iterator[tuple[str, str]]:
    for folder in ("services", "shared"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    yield node.name, name(path)


def test_one_name_is_one_thing() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for cls, path in _public_classes():
        places[cls].append(path)
    twice = {cls: paths for cls, paths in places.items() if len(paths) > 1 and cls not in OF_EACH_SUBJECT}
    assert {cls: paths for cls, paths in twice.items() if not cls.endswith(IN_A_DOCUMENT)} == {}


def test_every_exception_is_still_one() -> None:
    found = [cls for cls, _ in _public_classes()]
    assert [cls for cls in OF_EACH_SUBJECT if found.count(cls) < 2] == []


def _words(identifier: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier)}


def _names(path: Path) -> Iterator[tuple[str, int]]:
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        if token.type == tokenize.NAME:
            yield token.string, token.start[0]


def test_no_private_word_is_a_name() -> None:
    """But for tests' own names, which are sentences."""
    found = [
        f"{name(path)}:{line} {identifier}: say {', '.join(OLD_WORDS[word] for word in sorted(old))}"
        for folder in CODE
        for path in sorted((ROOT / folder).rglob("*.py"))
        for identifier, line in _names(path)
        if identifier not in KEPT and not identifier.startswith("test_")
        for old in [_words(identifier) & OLD_WORDS.keys()]
        if old
    ]
    assert found == []


def test_no_private_word_names_a_file() -> None:
    found = [
        name(path)
        for folder in CODE
        for path in sorted((ROOT / folder).rglob("*.py"))
        if any(_words(part) & OLD_WORDS.keys() for part in path.relative_to(ROOT).parts)
    ]
    assert found == []
