"""All templates, read from their files and checked once."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from services.notifications.templates.template import Template
from shared.funds.fund import Fund
from shared.funds.messages import Channel
from shared.kernel import yaml_text

TEXTS = Path(__file__).parent / "texts"
HEAD = ("answers", "purpose", "channels", "parameters", "example", "is_urgent", "is_sent_by_one")
"""What stands above the languages in a file; everything else there is a language."""


@cache
def every() -> Mapping[tuple[str, int], Template]:
    """Templates by name and version. ValueError naming the file that is not one."""
    return {(found.name, found.version): found for found in map(_read, sorted(TEXTS.glob("*.yaml")))}


@cache
def newest(name: str) -> Template:
    """The wording to use from now on."""
    return max((template for template in every().values() if template.name == name), key=lambda each: each.version)


@cache
def answering(event: str) -> tuple[Template, ...]:
    """The templates that answer an event, by the name of its class; of each the newest."""
    names = sorted({template.name for template in every().values()})
    found = (newest(name) for name in names)
    return tuple(each for each in found if each.answers is not None and each.answers.event == event)


def missing_words(fund: Fund) -> list[str]:
    """The texts that are not written in a language of a fund, each by its name."""
    return [
        f"{fund.fund_id}/fund.yaml: languages: notifications has no text in {language} for {name}"
        for language in fund.languages
        for name in sorted({template.name for template in every().values()})
        if language not in newest(name).wordings
    ]


@cache
def in_no_inbox() -> frozenset[str]:
    """The texts that are not shown in an inbox: the link that activates an account."""
    return frozenset(template.name for template in every().values() if Channel.INBOX not in template.channels)


def _read(path: Path) -> Template:
    name, _, version = path.stem.rpartition(".v")
    facts: dict[str, Any] = yaml_text.parse(path.read_text(encoding="utf-8"))
    head: dict[str, Any] = {name: facts.pop(name) for name in HEAD if name in facts}
    try:
        return msgspec.convert({"name": name, "version": int(version), **head, "wordings": facts}, Template)
    except ValueError as wrong:
        raise ValueError(f"{path.name}: {wrong}") from wrong
