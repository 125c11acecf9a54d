"""Steps that the edges pass, by name, so that a test can stop a process exactly there.

A process that no test started has no watcher, and passing a step costs one empty loop.
"""

from collections.abc import Callable

_watchers: list[Callable[[str], None]] = []


def watch(watcher: Callable[[str], None]) -> None:
    """Call the watcher at each step that this process passes from now on."""
    _watchers.append(watcher)


def passing(step: str) -> None:
    """Say that the process stands at this step."""
    for watcher in _watchers:
        watcher(step)
