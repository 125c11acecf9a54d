"""What a client says to the document engine, read off the wire by the driver's own listener."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pymongo import monitoring
from pymongo.monitoring import CommandListener, CommandStartedEvent


class Commands(CommandListener):
    """Every command that was sent, oldest first."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.is_listening = True

    def started(self, event: CommandStartedEvent) -> None:
        if self.is_listening:
            self.sent.append({"name": event.command_name, "database": event.database_name, **event.command})

    def succeeded(self, event: Any) -> None: ...

    def failed(self, event: Any) -> None: ...

    @property
    def names(self) -> list[str]:
        return [str(each["name"]) for each in self.sent]

    def named(self, *names: str) -> list[dict[str, Any]]:
        return [each for each in self.sent if each["name"] in names]


@contextmanager
def received() -> Iterator[Commands]:
    """Listen to each client that is made within the block."""
    commands, listeners = Commands(), monitoring._LISTENERS.command_listeners
    listeners.append(commands)
    try:
        yield commands
    finally:
        listeners.remove(commands)
        commands.is_listening = False
