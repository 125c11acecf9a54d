"""I8: each thing went through its versions 1 to n, each once, and stands at the last.

Of things that are kept by the page, the audit counts how many it kept, not which: there the sum of all versions that
stand must be the number of times that something was kept.
"""

from collections import Counter, defaultdict

from deploy.local.verify.answer import Look
from deploy.local.verify.seen import Seen

UNCOUNTED = {("notifications", "messages")}
"""All messages of a batch are marked as sent by one update, which the audit tells of as a version of the batch."""


def ask(seen: Seen, look: Look) -> None:
    for name in seen.databases:
        _ask_one(seen, look, name)


def _ask_one(seen: Seen, look: Look, name: str) -> None:
    met: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)  # thing: (fund, id): its versions, a bit each
    pages: Counter[tuple[str, str]] = Counter()
    forgotten: set[tuple[str, str, str]] = set()
    for fund, entry in seen.entries(name, "deeds"):
        for deed in entry["deeds"]:
            thing, key = deed["thing"], (fund, deed["id"])
            match deed["verb"]:
                case "kept":
                    bit, before = 1 << deed["version"], met[thing].get(key, 0)
                    if before & bit:
                        look.offends(f"{name} {fund} {thing} {deed['id']} has version {deed['version']} twice")
                    met[thing][key] = before | bit
                case "kept-many":
                    pages[fund, thing] += deed["version"]
                case "forgot":
                    forgotten.add((fund, thing, deed["id"]))
    in_pages = {thing for _, thing in pages}
    for shelf in seen.services[name].shelves:
        _ask_shelf(seen, look, name, shelf.name, met[shelf.name], pages, forgotten, is_paged=shelf.name in in_pages)


def _ask_shelf(
    seen: Seen,
    look: Look,
    name: str,
    thing: str,
    met: dict[tuple[str, str], int],
    pages: Counter[tuple[str, str]],
    forgotten: set[tuple[str, str, str]],
    *,
    is_paged: bool,
) -> None:
    stands = {row["_id"]: row["version"] for row in seen.rows(name, thing, "version")}
    look.at("things", len(stands))
    look.at("versions", sum(bits.bit_count() for bits in met.values()))
    kept: Counter[str] = Counter()
    for (fund, thing_id), bits in met.items():
        last, is_gone = bits.bit_length() - 1, (fund, thing, thing_id) in forgotten
        kept[fund] += bits.bit_count() - (last if is_gone else 0)
        stood = stands.get(f"{fund}:{thing_id}")
        if is_paged or (name, thing) in UNCOUNTED:
            continue
        if bits != (1 << last + 1) - 2:
            missing = [version for version in range(1, last) if not bits >> version & 1]
            look.offends(f"{name} {fund} {thing} {thing_id} lacks versions {missing}")
        if stood != last and not is_gone:
            look.offends(f"{name} {fund} {thing} {thing_id} stands at {stood}, the audit at {last}")
    if (name, thing) in UNCOUNTED:
        return
    if not is_paged:
        known = {f"{fund}:{thing_id}" for fund, thing_id in met}
        for key in sorted(stands.keys() - known):
            look.offends(f"{name} {thing} {key} stands there, and the audit does not know of it")
    sums: Counter[str] = Counter()
    for key, version in stands.items():
        sums[key.partition(":")[0]] += version
    for fund in sorted({*sums, *kept, *(fund for fund, paged in pages if paged == thing)}):
        if sums[fund] != kept[fund] + pages[fund, thing]:
            noted = kept[fund] + pages[fund, thing]
            look.offends(f"{name} {fund} {thing}: versions come to {sums[fund]}, {noted} were kept")
