"""The pages that people see when they sign in: one file each, no script, nothing fetched from anywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.identity.signin.client import Client
from shared.funds.fund import Fund
from shared.http.design import page_style
from shared.http.design.page_style import PageStyle
from shared.kernel import yaml_text
from shared.kernel.actors import ActorKind
from shared.languages.locales import locale_of, own_name

_HERE = Path(__file__).parent
MINUTE_S = 60


@dataclass(frozen=True, kw_only=True)
class SignInForm:
    """What the form shows this time. `fault` is one of the words below, `typed` the name that was typed before."""

    client: Client
    form_token: str
    language_links: Mapping[str, str]
    typed: str = ""
    fault: str = ""
    locked_s: int = 0


def form(shown: SignInForm, *, fund: Fund, language: str) -> str:
    """The form that people sign in by."""
    words = _words()[language]
    return _page(
        "form.html",
        fund=fund,
        language=language,
        title=words["title"],
        form_token=shown.form_token,
        typed=shown.typed,
        fault=_fault(shown, words),
        label=words["login"][_who(shown.client.actors)],
        asks_code=ActorKind.STAFF in shown.client.actors,
        language_links=shown.language_links,
    )


def refused(code: str, *, fund: Fund, language: str) -> str:
    """Why there is no form: the client's request is wrong, and redirecting to it would not be safe."""
    return _page("notice.html", fund=fund, language=language, notice=_words()[language]["refused"], code=code)


def left(*, fund: Fund, language: str) -> str:
    """That somebody is signed out."""
    return _page("notice.html", fund=fund, language=language, notice=_words()[language]["left"], code="")


def not_left(*, fund: Fund, language: str) -> str:
    """That nothing was ended, since it is not known of which session the request speaks."""
    return _page("notice.html", fund=fund, language=language, notice=_words()[language]["not_left"], code="")


def content_security_policy(fund: Fund, *, sends_to: str | None = None) -> str:
    """The header that allows a page its own style and nothing else; `sends_to` is where the form leads in the end.

    Browsers hold a form to `form-action` also where its answer redirects, so the client's address must be in it.
    """
    action = "'none'" if sends_to is None else f"'self' {_origin(sends_to)}"
    own = f"style-src {_style(fund).source}; form-action {action}"
    return f"default-src 'none'; {own}; base-uri 'none'; frame-ancestors 'none'"


def language_names(languages: Sequence[str]) -> dict[str, str]:
    """What each language calls itself."""
    return {language: own_name(language) for language in languages}


def _who(actors: Sequence[ActorKind]) -> str:
    if ActorKind.PERSON not in actors:
        return "user"
    return "person" if len(actors) == 1 else "both"


def _fault(shown: SignInForm, words: Mapping[str, Any]) -> str:
    if shown.fault != "shut":
        return str(words[shown.fault]) if shown.fault else ""
    minutes = -(-shown.locked_s // MINUTE_S)
    return str(words["shut"]["one" if minutes <= 1 else "more"]).format(minutes=minutes)


def _origin(address: str) -> str:
    """The part of an address that a policy takes: scheme and host, or the scheme of an app of one's own."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} else f"{parts.scheme}:"


def _page(name: str, *, fund: Fund, language: str, **shown: Any) -> str:
    return (
        _templates()
        .get_template(name)
        .render(
            fund=fund,
            language=language,
            direction=locale_of(language).text_direction,
            words=_words()[language],
            names=language_names(fund.languages),
            style=_style(fund).text,
            **shown,
        )
    )


def _style(fund: Fund) -> PageStyle:
    return page_style.of_fund(_HERE / "templates" / "signin.css", colour=fund.branding.colour)


@cache
def _words() -> Mapping[str, Any]:
    words: dict[str, Any] = yaml_text.parse((_HERE / "words.yaml").read_text(encoding="utf-8"))
    return words


@cache
def _templates() -> Environment:
    folder = FileSystemLoader(_HERE / "templates")
    return Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
