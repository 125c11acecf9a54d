"""What people read where the proxy ends a request to a frontend itself: a page that loads nothing."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from shared.http.design.page_style import PageStyle, plain
from shared.kernel import yaml_text
from shared.languages.locales import locale_of

_HERE = Path(__file__).parent
KIND_OF = {404: "missing", 413: "too_large", 429: "busy", 500: "away", 502: "away", 503: "away", 504: "away"}
"""By status; every other one is said to be a request that is refused."""


def page(status: int, language: str) -> str:
    """The page, in which nginx puts its style (a word of its language has 4,000 bytes at most)."""
    words = {name: text[language] for name, text in _words()[KIND_OF.get(status, "refused")].items()}
    direction = locale_of(language).text_direction
    return " ".join(_template().render(words=words, language=language, direction=direction).split())


def style() -> PageStyle:
    """The values of the design, and the few rules that this page needs."""
    return plain(_HERE / "page.css")


def headers() -> Mapping[str, str]:
    """What its answer says in place of the services' headers."""
    policy = f"default-src 'none'; style-src {style().source}; base-uri 'none'; frame-ancestors 'none'"
    return {"Content-Security-Policy": policy}


@cache
def _words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    words: dict[str, dict[str, dict[str, str]]] = yaml_text.parse((_HERE / "words.yaml").read_text(encoding="utf-8"))
    return {kind: {**words["every"], **own} for kind, own in words.items() if kind != "every"}


@cache
def _template() -> Template:
    made = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined)
    return made.get_template("page.html.j2")
