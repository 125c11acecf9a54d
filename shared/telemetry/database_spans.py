"""Spans of database commands, in a trace that is recorded.

Made at the call, not by a listener of the driver: a listener costs a request a tenth of its time, and nine traces in
ten are not recorded.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeVar, cast

from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode

tracer = trace.get_tracer("himaya.database")

UNRECORDED: AbstractContextManager[None] = nullcontext()

Method = TypeVar("Method", bound=Callable[..., Any])


def command_span(command: str, of: str) -> AbstractContextManager[None]:
    """A span around a command, named by it and its collection alone; without a recorded trace, none."""
    return _span(command, of) if trace.get_current_span().is_recording() else UNRECORDED


def spanned(command: str) -> Callable[[Method], Method]:
    """The same around a whole method of what has a `collection`."""

    def decorate(method: Method) -> Method:
        @functools.wraps(method)
        def ask(asker: Any, *given: Any, **named: Any) -> Any:
            with command_span(command, asker.collection.name):
                return method(asker, *given, **named)

        return cast(Method, ask)

    return decorate


@contextmanager
def _span(command: str, of: str) -> Iterator[None]:
    """The span names the class of a failure only: the database's own text may hold a value."""
    with tracer.start_as_current_span(
        f"{command} {of}",
        kind=SpanKind.CLIENT,
        attributes={"db.system.name": "mongodb", "db.operation.name": command},
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield
        except BaseException as failure:
            span.set_status(StatusCode.ERROR, type(failure).__name__)
            raise
