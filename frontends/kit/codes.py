"""The codes of a service with their sentences, as it lists them at `/codes`."""

from typing import Any

from frontends.kit.api import items_of

Choices = list[tuple[str, str]]


class Codes:
    """The codes of a service with their sentences. `answer` is its list of sets, or why there is none."""

    def __init__(self, answer: Any) -> None:
        sets = items_of(answer)
        self._sets = {each["name"]: [(code["code"], code["text"]) for code in each["codes"]] for each in sets}

    def choices(self, name: str) -> Choices:
        """A set, for a field or a filter."""
        return self._sets.get(name, [])

    def text(self, name: str, code: str | None) -> str:
        """The sentence of a code."""
        return dict(self.choices(name)).get(code or "", code or "")
