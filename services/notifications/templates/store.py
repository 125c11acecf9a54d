"""Where texts are kept that the fund's own staff wrote, one a campaign. Those of the platform stand in files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.notifications.templates import catalogue
from services.notifications.templates.template import Template
from shared.kernel.errors import Missing
from shared.storage.repository import Index, Repository
from shared.storage.retention import for_days
from shared.storage.unit_of_work import UnitOfWork

TextKey = tuple[str, int]
"""The name and the version of a text."""


class TextUnknown(Missing):
    code = "text.unknown"


@dataclass(frozen=True, kw_only=True)
class WrittenText:
    """A text of the fund's own, as it was when its campaign began: it never changes."""

    name: str
    template: Template
    written_at: datetime
    version: int = 0


written_texts = Repository(
    "written_texts",
    WrittenText,
    key="name",
    missing=TextUnknown,
    retention=for_days(800, since="written_at", why="as long as any message that says it, and that of a late reader"),
    indexes=[Index(("name",))],
)

NEWEST_FIRST = (("name", -1),)
"""A text is named by its campaign, whose id begins with the time at which it was made."""


def latest(uow: UnitOfWork, *, limit: int) -> dict[str, Template]:
    """The newest of them, by name."""
    return {text.name: text.template for text in written_texts.find_all(uow, limit=limit, sort=NEWEST_FIRST)}


def said(uow: UnitOfWork, keys: Iterable[TextKey]) -> Mapping[TextKey, Template]:
    """The texts that messages were written with. `TextUnknown`."""
    wanted, shipped = set(keys), catalogue.every()
    found = {key: shipped[key] for key in wanted & shipped.keys()}
    if not (own := wanted - found.keys()):
        return found
    texts = written_texts.find_many(uow, {name for name, _ in own})
    found |= {(name, text.template.version): text.template for name, text in texts.items()}
    if own - found.keys():
        raise TextUnknown
    return found
