"""I8: each thing went through its versions 1 to n, each once, and stands at the last.

Of things that are kept by the page, the audit counts how many it kept, not which: there the sum of all versions that
stand must be the number of times that something was kept.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from deploy.local.verify.answer import Look
from deploy.local.verify.seen import Seen

UNCOUNTED = {("notifications", "messages")}
"""All messages of a batch are marked as sent by one update, which the audit records as a version of the batch."""


@dataclass
class Noted:
    """What the audit says was kept of one kind of thing; keys are fund and id, as the documents' own."""

    versions: dict[str, int] = field(default_factory=dict)
    """A bit for each version."""
    in_pages: Counter[str] = field(default_factory=Counter)
    """By fund, how many were kept with others."""
    forgotten: set[str] = field(default_factory=set)

    def last(self, key: str) -> int:
        return self.versions[key].bit_length() - 1


def ask(seen: Seen, look: Look) -> None:
    for name in seen.databases:
        noted = _noted(seen, look, name)
        for repository in seen.services[name].repositories:
            stands = {row["_id"]: row["version"] for row in seen.rows(name, repository.name, "version")}
            look.at("things", len(stands))
            look.at("versions", sum(bits.bit_count() for bits in noted[repository.name].versions.values()))
            if (name, repository.name) in UNCOUNTED:
                continue
            if not noted[repository.name].in_pages:
                _per_item_retry(look, f"{name} {repository.name}", noted[repository.name], stands)
            _in_sum(look, f"{name} {repository.name}", noted[repository.name], stands)


def _noted(seen: Seen, look: Look, name: str) -> Mapping[str, Noted]:
    found: dict[str, Noted] = defaultdict(Noted)
    for fund, entry in seen.entries(name, "deeds"):
        for record in entry["deeds"]:
            thing, key = found[record["thing"]], f"{fund}:{record['id']}"
            match record["verb"]:
                case "kept":
                    bit, before = 1 << record["version"], thing.versions.get(key, 0)
                    if before & bit:
                        look.offends(f"{name} {record['thing']} {key} has version {record['version']} twice")
                    thing.versions[key] = before | bit
                case "kept-many":
                    thing.in_pages[fund] += record["version"]
                case "forgot":
                    thing.forgotten.add(key)
    return found


def _per_item_retry(look: Look, what: str, noted: Noted, stands: Mapping[str, int]) -> None:
    for key, bits in noted.versions.items():
        last = noted.last(key)
        missing = [version for version in range(1, last) if not bits >> version & 1]
        if missing:
            look.offends(f"{what} {key} lacks versions {missing}")
        if stands.get(key) != last and key not in noted.forgotten:
            look.offends(f"{what} {key} stands at {stands.get(key)}, the audit at {last}")
    for key in sorted(stands.keys() - noted.versions.keys()):
        look.offends(f"{what} {key} stands there, and the audit does not know of it")


def _in_sum(look: Look, what: str, noted: Noted, stands: Mapping[str, int]) -> None:
    """By fund, all versions that stand, or stood until they were forgotten, are all that were kept."""
    stand, kept = Counter[str](), Counter(noted.in_pages)
    for key, version in stands.items():
        stand[_fund(key)] += version
    for key, bits in noted.versions.items():
        kept[_fund(key)] += bits.bit_count()
        stand[_fund(key)] += noted.last(key) if key in noted.forgotten else 0
    for fund in sorted({*stand, *kept}):
        if stand[fund] != kept[fund]:
            look.offends(f"{what} of {fund}: versions come to {stand[fund]}, {kept[fund]} were kept")


def _fund(key: str) -> str:
    return key.partition(":")[0]
