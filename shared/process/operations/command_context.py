"""What an operator's command runs with: the service, its connections, and who runs it."""

import getpass
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from shared.bus.inbox import Inbox
from shared.kernel.actors import Actor, ActorKind
from shared.process.service import Service
from shared.process.settings import Common
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class CommandContext:
    """The context of one command. Its changes are one unit of work, audited under the name of the machine's user."""

    service: Service[Any]
    common: Common
    context: ServiceContext

    @property
    def who(self) -> Actor:
        return Actor(kind=ActorKind.SYSTEM, subject=f"operator:{getpass.getuser()}")

    @property
    def inbox(self) -> Inbox:
        """Retries dead letters; that needs no broker."""
        return Inbox(self.context, service=self.service.name, reactions=self.service.all_reactions())

    def run(self, fund_id: str, action: Callable[[UnitOfWork], Answer]) -> Answer:
        cause = f"command:{self.context.new_id()}"
        return self.context.run(fund_id, by=self.who, cause=cause, action=action)
