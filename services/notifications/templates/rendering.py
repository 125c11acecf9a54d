"""From a template and its parameters to what a person reads. Pure: the same things in give the same text out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from services.notifications.channels.sms_parts import shortened
from services.notifications.templates.template import ParameterKind, Template, Value
from services.notifications.templates.writing import numbers, words, written
from shared.funds.fund import Fund
from shared.funds.messages import Channel
from shared.languages.locales import locale_of
from shared.languages.plurals import chosen

_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
COUNTED = frozenset({ParameterKind.COUNT, ParameterKind.NUMBERS})
"""What a word beside it takes its form from."""
_NUMBER = "\ufffc"
"""Stands for a number among the forms of its word until the form is chosen."""
_BETWEEN_WORDS = re.compile("(?<![0-9])\u00a0|\u00a0(?![0-9])")
"""No-break spaces that do not hold a number together: in an SMS that needs UCS-2, only those in numbers stay."""


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """A message as its reader sees it. An SMS has neither subject nor HTML, the inbox no HTML."""

    text: str
    subject: str = ""
    html: str = ""


def render(
    template: Template, *, channel: Channel, language: str, fund: Fund, parameters: Mapping[str, Value]
) -> Rendering:
    """The message in a language of the fund. KeyError where a declared parameter is not given."""
    wording = template.wordings[language]
    values = {
        name: _value(kind, parameters[name], language=language, fund=fund) for name, kind in template.parameters.items()
    }
    values |= {"fund": fund.branding.short_names[language], "fund_name": fund.names[language]}
    if channel is Channel.SMS:
        return Rendering(text=shortened(_BETWEEN_WORDS.sub(" ", wording.sms.format_map(values))))
    shown = {name: _isolated(value, template.parameters.get(name)) for name, value in values.items()}
    shown = shown if locale_of(language).text_direction == "rtl" else values
    subject, text = wording.subject.format_map(values), wording.text.strip().format_map(shown)
    if channel is Channel.INBOX:
        return Rendering(subject=subject, text=text)
    frame = {name: said[language].format_map(values) for name, said in words()["mail"].items()}
    return Rendering(
        subject=subject,
        text=f"{frame['greeting']}\n\n{text}\n\n-- \n{frame['closing']}\n",
        html=_html(template, values, frame=frame, subject=subject, language=language, fund=fund),
    )


def preview(template: Template, *, channel: Channel, language: str, fund: Fund) -> Rendering:
    """The message with the template's example, for its author."""
    return render(template, channel=channel, language=language, fund=fund, parameters=template.example)


class _Counted(str):
    """A number as it is written, or some, beside which a word takes the form that its language has for so many:
    `{workers:# salarié|# salariés}`."""

    number: int
    language: str

    def __format__(self, forms: str) -> str:
        if not forms:
            return str(self)
        return chosen(forms.replace("#", _NUMBER), number=self.number, language=self.language).replace(_NUMBER, self)


def _value(kind: ParameterKind, value: Value, *, language: str, fund: Fund) -> str:
    text = written(kind, value, language=language, fund=fund)
    if kind not in COUNTED:
        return text
    counted = _Counted(text)
    counted.number = int(value) if kind is ParameterKind.COUNT else len(numbers(value))
    counted.language = language
    return counted


def _isolated(value: str, kind: ParameterKind | None) -> str:
    """A value that keeps its own direction in an Arabic sentence (Unicode TR9). Not in SMS: old phones draw a box. Not
    around a link: mail programs take the sign behind it into the address. A number beside its word keeps its own."""
    return value if kind in COUNTED | {ParameterKind.LINK} else f"{_ISOLATE}{value}{_END_ISOLATE}"


def _html(
    template: Template, values: Mapping[str, str], *, frame: Mapping[str, str], subject: str, language: str, fund: Fund
) -> str:
    shown = {name: _marked_up(value, template.parameters.get(name)) for name, value in values.items()}
    text = str(escape(template.wordings[language].text.strip())).format_map(shown)
    rendered: str = _mail().render(
        fund=fund,
        language=language,
        direction=locale_of(language).text_direction,
        subject=subject,
        greeting=frame["greeting"],
        paragraphs=[Markup(paragraph.replace("\n", " ")) for paragraph in text.split("\n\n")],  # noqa: S704 (escaped above)
        closing=frame["closing"],
    )
    return rendered


def _marked_up(value: str, kind: ParameterKind | None) -> str:
    """Counts are made of our own digits, and choose the form of their word."""
    if kind is ParameterKind.LINK:
        return _linked(value)
    return value if kind in COUNTED else Markup("<bdi>{}</bdi>").format(value)


def _linked(address: str) -> Markup:
    return Markup('<a dir="ltr" href="{0}">{0}</a>').format(address)


@cache
def _mail() -> Any:
    folder = FileSystemLoader(Path(__file__).parent)
    rooms = Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return rooms.get_template("mail.html")
