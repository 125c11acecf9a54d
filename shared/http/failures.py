"""Which failures a function may end in, read from its source and from what it calls: the API documents list by this the
errors of each operation, and no list is kept by hand.

Followed are functions and methods of this code whose object is known: by import, by the annotation of a parameter or a
field, or by what another such function returns. What an `except` around a call catches does not count. It is an
approximation: the tests compare every error that they meet with it.
"""

import ast
import builtins
import functools
import inspect
import textwrap
import threading
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.kernel.errors import Failure

PACKAGES = ("shared.", "services.")
Found = frozenset[type[Failure]]
NONE: Found = frozenset()


@dataclass(frozen=True)
class Of:
    """Some object of a class: which one is not known from the source."""

    cls: type


@dataclass(frozen=True)
class Bound:
    """A function with the object that it is a method of."""

    function: types.FunctionType
    owner: object


UNKNOWN = object()
Names = Mapping[str, object]


def reachable(function: Callable[..., object]) -> Found:
    """The failures that a call of it may end in."""
    return _of_value(_value_of(function))


def of_method(cls: type, name: str) -> Found:
    """The failures that a method of some object of the class may end in."""
    return _of_value(_attribute(Of(cls), name))


# --- What a function does ---------------------------------------------------------------------------------------------


def _of_value(value: object) -> Found:
    """The failures of a call of the value, where it is a function or a class of ours."""
    if isinstance(value, type):
        made = (_attribute(Of(value), name) for name in ("__init__", "__post_init__"))
        return NONE.union(*(_of_value(each) for each in made)) if _is_ours(value) else NONE
    if not isinstance(value, Bound) or not _is_ours(value.function):
        return NONE
    return _of_function(value)


_READ: dict[Bound, Found] = {}
"""What was read, for good."""


@dataclass
class _Course:
    """The functions that are being read, each called by the one before, and how far out a circle among them leads."""

    stack: list[Bound]
    outermost: int


_COURSE = _Course([], 0)
_LOCK = threading.RLock()


def _of_function(bound: Bound) -> Found:
    """A function that calls itself in the end stands for nothing in what it calls; what is read of those between is
    then not all of it, and not kept: so the order in which functions are read does not matter."""
    with _LOCK:
        if bound in _READ:
            return _READ[bound]
        if bound in _COURSE.stack:
            _COURSE.outermost = min(_COURSE.outermost, _COURSE.stack.index(bound))
            return NONE
        node = _node(bound.function)
        if node is None:
            return NONE
        before, depth = _COURSE.outermost, len(_COURSE.stack)
        _COURSE.stack.append(bound)
        _COURSE.outermost = depth
        try:
            found = _Reading(_outside(bound.function)).function(node, dict(_parameters(bound)))
        finally:
            _COURSE.stack.pop()
        if _COURSE.outermost >= depth:
            _READ[bound] = found
        _COURSE.outermost = min(before, _COURSE.outermost)
        return found


class _Reading:
    """Reads one function, and the functions inside it."""

    def __init__(self, outside: Names) -> None:
        self.outside = outside

    def function(self, node: ast.AST, names: Mapping[str, object]) -> Found:
        known = {**names}
        for each in ast.walk(node):
            if isinstance(each, ast.Assign) and len(each.targets) == 1 and isinstance(each.targets[0], ast.Name):
                value = self.value(each.value, known)
                if value is not UNKNOWN:
                    known[each.targets[0].id] = value
        body = node.body if isinstance(node, ast.FunctionDef) else [node]
        return self.all(body, known)

    def all(self, nodes: Iterable[ast.AST], names: Names) -> Found:
        return NONE.union(*(self.node(each, names) for each in nodes))

    def node(self, node: ast.AST, names: Names) -> Found:
        match node:
            case ast.Try():
                return self.tried(node, names)
            case ast.FunctionDef() | ast.Lambda():
                return self.all([node.body] if isinstance(node, ast.Lambda) else node.body, names)
            case ast.Raise(exc=ast.expr() as raised):
                either = [raised.body, raised.orelse] if isinstance(raised, ast.IfExp) else [raised]
                found = NONE.union(*(self.raised(each, names) for each in either))
                return self.all(ast.iter_child_nodes(node), names) | found
            case ast.Call():
                return self.call(node, names)
            case ast.Name(ctx=ast.Load()) | ast.Attribute(ctx=ast.Load()):
                here = self.value(node, names)
                followed = NONE if isinstance(here, type) else _of_value(here)
                return followed | self.read_property(node, names) | self.all(ast.iter_child_nodes(node), names)
            case _:
                return self.all(ast.iter_child_nodes(node), names)

    def raised(self, node: ast.expr, names: Names) -> Found:
        """What stands behind `raise`: a failure, or any one of a table of them."""
        made = node.func if isinstance(node, ast.Call) else node
        if not isinstance(made, ast.Subscript):
            return _failure(self.value(node, names))
        table = self.value(made.value, names)
        return NONE.union(*map(_failure, table.values())) if isinstance(table, Mapping) else NONE

    def call(self, node: ast.Call, names: Names) -> Found:
        called = self.value(node.func, names)
        found = self.all(ast.iter_child_nodes(node), names)
        if called in (isinstance, issubclass):
            return found
        given = (self.value(each, names) for each in (*node.args, *(word.value for word in node.keywords)))
        found = found.union(*(_failure(each) for each in given if isinstance(each, type)))
        return found | _failure(called) | (_of_value(called) if isinstance(called, type) else NONE)

    def tried(self, node: ast.Try, names: Names) -> Found:
        found = self.all(node.body, names)
        for handler in node.handlers:
            is_raised_again = any(isinstance(each, ast.Raise) and each.exc is None for each in ast.walk(handler))
            if handler.type is not None and not is_raised_again:
                kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
                caught = tuple(each for kind in kinds if isinstance(each := self.value(kind, names), type))
                found = frozenset(each for each in found if not issubclass(each, caught))
            found |= self.all(handler.body, names)
        return found | self.all([*node.orelse, *node.finalbody], names)

    def read_property(self, node: ast.expr, names: Names) -> Found:
        if not isinstance(node, ast.Attribute):
            return NONE
        owner = self.value(node.value, names)
        read = _property(owner, node.attr)
        return NONE if read is None else _of_value(Bound(read, owner))

    def value(self, node: ast.expr, names: Names) -> object:
        """What an expression stands for, as far as that can be known."""
        match node:
            case ast.Name(id=name):
                return _value_of(names.get(name, self.outside.get(name, UNKNOWN)))
            case ast.Attribute(value=inner, attr=name):
                return _attribute(self.value(inner, names), name)
            case ast.Call(func=inner):
                called = self.value(inner, names)
                if isinstance(called, type):
                    return called if issubclass(called, Failure) else Of(called)
                return _returned(called)
            case ast.IfExp(body=inner):
                return self.value(inner, names)
            case _:
                return UNKNOWN


def _failure(value: object) -> Found:
    is_one = isinstance(value, type) and issubclass(value, Failure) and bool(value.code)
    return frozenset([value]) if is_one else NONE  # type: ignore[list-item]


# --- What names stand for ---------------------------------------------------------------------------------------------


def _value_of(found: object) -> object:
    if isinstance(found, functools.partial):
        return _value_of(found.func)
    if isinstance(found, types.MethodType) and isinstance(found.__func__, types.FunctionType):
        return Bound(found.__func__, found.__self__)
    plain = inspect.unwrap(found) if callable(found) and hasattr(found, "__wrapped__") else found
    return Bound(plain, None) if isinstance(plain, types.FunctionType) else plain


def _attribute(owner: object, name: str) -> object:
    if owner is UNKNOWN or isinstance(owner, Bound):
        return UNKNOWN
    if isinstance(owner, types.ModuleType | type):
        return _value_of(getattr(owner, name, UNKNOWN))
    cls = owner.cls if isinstance(owner, Of) else type(owner)
    if not isinstance(owner, Of) and _is_ours(cls) and name in getattr(owner, "__dict__", {}):
        return _value_of(owner.__dict__[name])
    if (read := _property(owner, name)) is not None:
        return _returned(Bound(read, owner))
    found = inspect.getattr_static(cls, name, UNKNOWN)
    if isinstance(found, types.FunctionType):
        return Bound(found, owner if _is_hashable(owner) else Of(cls))
    if isinstance(found, staticmethod | classmethod):
        return _value_of(getattr(cls, name))
    return _annotated(_hints(cls).get(name))


def _property(owner: object, name: str) -> types.FunctionType | None:
    if owner is UNKNOWN or isinstance(owner, Bound | types.ModuleType | type):
        return None
    found = inspect.getattr_static(owner.cls if isinstance(owner, Of) else type(owner), name, None)
    read = found.fget if isinstance(found, property) else getattr(found, "func", None)
    return read if isinstance(read, types.FunctionType) else None


def _returned(called: object) -> object:
    return _annotated(_hints(called.function).get("return")) if isinstance(called, Bound) else UNKNOWN


def _annotated(hint: object) -> object:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        kinds = [each for each in typing.get_args(hint) if each is not types.NoneType]
        return _annotated(kinds[0]) if len(kinds) == 1 else UNKNOWN
    kind = typing.get_origin(hint) or hint
    return Of(kind) if isinstance(kind, type) and _is_ours(kind) else UNKNOWN


def _parameters(bound: Bound) -> Iterator[tuple[str, object]]:
    hints = _hints(bound.function)
    for place, name in enumerate(inspect.signature(bound.function).parameters):
        if place == 0 and bound.owner is not None:
            yield name, bound.owner
        else:
            yield name, _annotated(hints.get(name))


def _outside(function: types.FunctionType) -> Names:
    return {**vars(builtins), **function.__globals__, **inspect.getclosurevars(function).nonlocals}


@functools.cache
def _hints(of: Any) -> Mapping[str, object]:
    try:
        return typing.get_type_hints(of)
    except (NameError, TypeError):
        return {}


@functools.cache
def _node(function: types.FunctionType) -> ast.FunctionDef | None:
    try:
        parsed = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError):
        return None
    return next((each for each in parsed.body if isinstance(each, ast.FunctionDef)), None)


def _is_ours(value: Any) -> bool:
    return str(getattr(value, "__module__", "")).startswith(PACKAGES)


def _is_hashable(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True
