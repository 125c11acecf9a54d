"""Makes notices of events as the templates' own files declare it (`answers`). Pure."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date

from services.notifications.messages.message import ADDRESSES
from services.notifications.messages.rules import Notice
from services.notifications.templates import catalogue
from services.notifications.templates.template import Answers, ParameterKind, Template, Value
from shared.events import catalogue as published


def events() -> Sequence[type]:
    """The events that templates answer, each once. ValueError naming the template that answers no event, or asks one
    for what it does not have."""
    by_name = {each.__name__: each for _, each in sorted(published.declared().items())}
    found: dict[str, type] = {}
    for template in catalogue.every().values():
        if template.answers is not None:
            event = by_name.get(template.answers.event)
            if event is None:
                raise ValueError(f"{template.name}: there is no event {template.answers.event}")
            unknown = _asked(template, template.answers) - {field.name for field in fields(event)}
            if unknown:
                raise ValueError(f"{template.name}: {event.__name__} has no {', '.join(sorted(unknown))}")
            found[event.__name__] = event
    return [found[name] for name in sorted(found)]


def notice(template: Template, event: object) -> Notice | None:
    """The notice that a template makes of an event; None where it is not for it. In the language of the event where it
    has one."""
    answers = template.answers
    if answers is None or not all(_holds(getattr(event, name), wanted) for name, wanted in answers.when.items()):
        return None
    given = {name: getattr(event, answers.fields.get(name, name)) for name in template.parameters}
    links = {name for name, kind in template.parameters.items() if kind is ParameterKind.LINK}
    return Notice(
        template=template.name,
        occasion="/".join(str(_written(getattr(event, name))) for name in answers.once_for or (answers.about,)),
        about=getattr(event, answers.about),
        owner_id=getattr(event, answers.to),
        parameters={name: _written(value) for name, value in given.items() if name not in links},
        sealed={name: given[name] for name in links}
        | ({ADDRESSES: getattr(event, answers.reached_by)} if answers.reached_by else {}),
        language=getattr(event, "language", None),
        use_until=getattr(event, answers.use_until) if answers.use_until else None,
    )


def _asked(template: Template, answers: Answers) -> set[str]:
    """The fields of the event that a notice is made of."""
    named = {answers.to, answers.about, *answers.once_for, *answers.when}
    named |= {answers.fields.get(name, name) for name in template.parameters}
    return named | {each for each in (answers.use_until, answers.reached_by) if each}


def _holds(value: object, wanted: bool | tuple[str, ...]) -> bool:
    return bool(value) is wanted if isinstance(wanted, bool) else value in wanted


def _written(value: object) -> Value:
    """As messages keep it: a day or an instant in ISO 8601, some numbers with commas between them."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return ",".join(str(each) for each in value)
    return value if isinstance(value, int) else str(value)
