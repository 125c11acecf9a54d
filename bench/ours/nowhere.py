"""A database that keeps nothing: it answers at once with nothing, so that only our own code costs."""

from collections.abc import Iterator
from typing import Any, ClassVar


class Nowhere:
    """Stands for a database, its collections, its client and its sessions alike. For measuring only."""

    in_transaction = False
    session_id: ClassVar = {"id": bytes(16)}

    def __getattr__(self, name: str) -> Any:
        return self if name in {"client", "database"} else self._nothing

    def __getitem__(self, name: str) -> "Nowhere":
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __enter__(self) -> "Nowhere":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def find_one(self, *_: object, **__: object) -> None:
        return None

    def count_documents(self, *_: object, **__: object) -> int:
        return 0

    def _nothing(self, *_: object, **__: object) -> "Nowhere":
        return self
