"""Two claims side by side: in what they differ, so that the rest needs no look."""

from typing import Any


def differing(claim: Any, other: Any) -> set[str]:
    """In which of its fields another claim differs from this one; the rest is the same and needs no look."""
    return {name for name in ("care_on", "status", "approved") if claim[name] != other[name]} | {
        name for name in ("lines", "papers") if _plain(claim[name]) != _plain(other[name])
    }


def _plain(rows: Any) -> list[tuple[Any, ...]]:
    return sorted(
        tuple(sorted((name, str(value)) for name, value in row.items() if name != "added_at")) for row in rows
    )
