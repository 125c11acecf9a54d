"""Failpoints: named points at which a test can make a process crash or wait.

Outside of tests there is no watcher, and a failpoint costs one empty loop.
"""

from collections.abc import Callable

_watchers: list[Callable[[str], None]] = []


def watch(watcher: Callable[[str], None]) -> None:
    """Call the watcher at each failpoint that this process reaches from now on."""
    _watchers.append(watcher)


def failpoint(name: str) -> None:
    """The process reaches this failpoint."""
    for watcher in _watchers:
        watcher(name)
