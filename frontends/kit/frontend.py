"""What a frontend is: a name, pages, whom they are for and what they may ask for in their name."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint


@dataclass(frozen=True, kw_only=True)
class Link:
    """An entry of the navigation. `endpoint` is Flask's name of the page, `text` an English phrase that is translated;
    `actors` are who sees it, `scopes` what their token must have at least one of, where it matters."""

    endpoint: str
    text: str
    actors: Sequence[str] = ()
    scopes: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Frontend:
    """One of the three. `scopes` are asked for at sign-in; a person's role decides which of them are given."""

    name: str
    title: str
    folder: Path
    pages: Sequence[Blueprint]
    navigation: Sequence[Link]
    scopes: Sequence[str]
    home: str
