"""Apps that are made quickly: werkzeug reads the address of each rule of each app, and compiles the function that
writes it. A test that makes an app anew takes those of the last one."""

from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.routing import Rule
from werkzeug.routing.rules import RulePart

Builder = Callable[..., Any]
_COMPILED: dict[tuple[str, bool], Builder] = {}
_READ: dict[str, tuple[list[RulePart], list[tuple[bool, str]], dict[str, Any]]] = {}


def compile_once() -> None:
    """From now on in this process a rule is read once, and one without defaults is compiled once. A function that it
    makes holds nothing of its rule: it is handed the rule when it is called. No app of ours has its own converters."""
    compile_anew: Callable[[Rule, bool], Builder] = Rule._compile_builder
    read_anew: Callable[[Rule, str], Iterable[RulePart]] = Rule._parse_rule

    def compiled(rule: Rule, append_unknown: bool = True) -> Builder:
        if rule.defaults:
            return compile_anew(rule, append_unknown)
        key = (rule.rule, append_unknown)
        if key not in _COMPILED:
            _COMPILED[key] = compile_anew(rule, append_unknown)
        return _COMPILED[key]

    def read(rule: Rule, address: str) -> list[RulePart]:
        if address not in _READ:
            so_far, rule._trace, rule._converters = rule._trace, [], {}
            _READ[address] = list(read_anew(rule, address)), rule._trace, rule._converters
            rule._trace, rule._converters = so_far, {}
        parts, trace, converters = _READ[address]
        rule._trace += trace
        rule._converters.update(converters)
        rule.arguments.update(converters)
        return parts

    Rule._compile_builder = compiled  # type: ignore[assignment]
    Rule._parse_rule = read  # type: ignore[method-assign]
