"""What a question sees of one service's database, where a whole town would be too much."""

from typing import Any

from deploy.local.verify.seen import Documents, Seen

__all__ = ["Documents", "seen_of"]


def seen_of(service: str, database: Documents, **more: Any) -> Seen:
    return Seen(databases={service: database}, **more)
