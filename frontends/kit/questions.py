"""The questions of a benefit as a page asks them: which ones the answers so far lead to, and what was typed."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from flask import request

from frontends.api.claims import QuestionView, SimulatedQuestionView
from frontends.kit import formats
from frontends.kit.typed import read_day

Asked = TypeVar("Asked", QuestionView, SimulatedQuestionView)


def open_questions(questions: Sequence[Asked], given: Mapping[str, Any]) -> list[Asked]:
    """The questions that the answers so far lead to."""
    return [question for question in questions if holds(question["when"], given) is not False]


def typed_answers(questions: Sequence[Asked]) -> dict[str, bool | int | str]:
    """What was typed, by question, each as its question wants it; what is none is left for the service to refuse."""
    typed = {question["code"]: _typed(question["code"], question["kind"]) for question in questions}
    return {code: value for code, value in typed.items() if value is not None and value != ""}


def holds(when: Mapping[str, Any] | None, given: Mapping[str, Any]) -> bool | None:
    """Whether a condition holds by the answers; None where it is about a fact that only the fund knows: what hangs on
    it is shown."""
    if when is None:
        return True
    for name, is_whole in (("all", all), ("any", any)):
        if name in when:
            results = [holds(each, given) for each in when[name]]
            decisive = name == "any"
            if any(result is decisive for result in results):
                return decisive
            return None if None in results else is_whole(results)
    if "none" in when:
        results = [holds(each, given) for each in when["none"]]
        return False if True in results else None if None in results else True
    fact = str(when.get("fact", ""))
    if not fact.startswith("answer."):
        return None
    value = given.get(fact.removeprefix("answer."))
    return value is not None and all(_test(name, str(wanted), value) for name, wanted in when.get("tests", {}).items())


def _test(name: str, wanted: str, value: Any) -> bool:
    """One test of a condition; the API writes what is wanted as text."""
    match name:
        case "is_true":
            return value is (wanted == "true")
        case "equals":
            return str(value) == wanted
        case "one_of":
            return str(value) in wanted.split(",")
        case "at_least" | "at_most":
            given, limit = formats.read_amount(str(value)), formats.read_amount(wanted)
            if given is None or limit is None:
                return True  # what cannot be compared here is judged by the fund
            return given >= limit if name == "at_least" else given <= limit
    return True  # a test that a later release knows: shown, and judged by the fund


def _typed(code: str, kind: str) -> bool | int | str | None:
    name = f"answer-{code}"
    text = request.form.get(name, "").strip()
    match kind:
        case "yes-no":
            return {"yes": True, "no": False}.get(text)
        case "date":
            return read_day(name) or None
        case "number":
            read = formats.read_amount(text)
            return int(read) if read is not None and read == int(read) and abs(read) < 10**12 else text or None
        case "amount":
            amount = formats.read_amount(text)
            return format(amount, "f") if amount is not None else text or None
    return text or None
