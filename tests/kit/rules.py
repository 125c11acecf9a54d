"""Apps that are made quickly: for each rule of each app werkzeug compiles the function that writes its address. A test
that makes an app anew takes those of the last one."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., Any]
_COMPILED: dict[tuple[str, bool], Builder] = {}


def compile_once() -> None:
    """From now on in this process a rule without defaults is compiled once. A function that it makes holds nothing of
    its rule: it is handed the rule when it is called."""
    compile_anew: Callable[[Rule, bool], Builder] = Rule._compile_builder

    def compiled(rule: Rule, append_unknown: bool = True) -> Builder:
        if rule.defaults:
            return compile_anew(rule, append_unknown)
        key = (rule.rule, append_unknown)
        if key not in _COMPILED:
            _COMPILED[key] = compile_anew(rule, append_unknown)
        return _COMPILED[key]

    Rule._compile_builder = compiled  # type: ignore[assignment]
