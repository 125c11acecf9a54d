"""What a frontend is: a name, pages, whom they are for and what they may ask for in their name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint

BODY_MAX = 66 * 1024 * 1024
"""A zip of wage files is the largest thing that a person sends: the service takes 64 MiB, and a form is around them."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """An entry of the navigation. `endpoint` is Flask's name of the page, `text` an English phrase that is translated;
    `actors` are who sees it, `scopes` what their token must have at least one of, where it matters. Where a frontend
    has many, those of one `group` stand together: the menu names the groups, and below it the pages of the one that is
    open."""

    endpoint: str
    text: str
    actors: Sequence[str] = ()
    scopes: Sequence[str] = ()
    group: str = ""

    @property
    def blueprint(self) -> str:
        """Of which pages it is the first."""
        return self.endpoint.partition(".")[0]


@dataclass(frozen=True, kw_only=True)
class MenuEntry:
    """A word of the menu: one page, or the pages of a group. `is_here` where the page that is shown is one of them."""

    text: str
    links: tuple[Link, ...]
    is_here: bool


def menu(links: Iterable[Link], *, here: str | None) -> list[MenuEntry]:
    """The entries of the menu, in the order of their first links; `here` is the blueprint of the page that is shown."""
    grouped: dict[str, list[Link]] = {}
    for link in links:
        grouped.setdefault(link.group or link.text, []).append(link)
    return [
        MenuEntry(text=text, links=tuple(found), is_here=any(each.blueprint == here for each in found))
        for text, found in grouped.items()
    ]


@dataclass(frozen=True, kw_only=True)
class Frontend:
    """One of the three. `scopes` are asked for at sign-in; a person's role decides which of them are given.

    `person_pages` are pages of an insured person that a counter has as well; where `is_counter`, an agent sees them for
    the person who is present, under `person_path`. `person_home` is where such a page leads back to.
    `body_max` is the largest thing, in bytes, that its pages send.
    """

    name: str
    title: str
    folder: Path
    pages: Sequence[Blueprint]
    navigation: Sequence[Link]
    scopes: Sequence[str]
    home: str
    person_pages: Sequence[Blueprint] = ()
    person_home: str = ""
    person_path: str = ""
    is_counter: bool = False
    body_max: int = BODY_MAX

    @property
    def cookie(self) -> str:
        """The name of its session's cookie: several frontends may stand on one host, on paths or ports of it."""
        return f"{self.name}_session"
