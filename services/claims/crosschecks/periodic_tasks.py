"""What registers do once for all questions, by a timer: the files of a night."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.claims.crosschecks.register import RegisterOf
from services.claims.crosschecks.registers.choice import RegisterSettings
from shared.process.periodic_tasks import PeriodicTask
from shared.storage.service_context import ServiceContext

EXCHANGE_EVERY_S = 60.0


@dataclass(frozen=True)
class RegisterExchange:
    """Exchanges files with the register that is behind one name of settings: a task for each, so that a folder that
    cannot be used holds up no other."""

    registers: RegisterOf
    settings: str

    @property
    def task(self) -> PeriodicTask:
        name = f"register-files-{self.settings.lower()}"
        return PeriodicTask(name, EXCHANGE_EVERY_S, self.exchange, rest_s=EXCHANGE_EVERY_S)

    def exchange(self, context: ServiceContext, fund_id: str) -> int:
        """How many questions and answers were moved."""
        fund = context.funds[fund_id]
        named = [name for name, each in fund.bindings.registers.items() if each.settings == self.settings]
        return sum(self.registers(fund, name).exchange(at=context.clock()) for name in named)


def exchanges(registers: RegisterOf, settings: Mapping[str, RegisterSettings]) -> list[PeriodicTask]:
    """A task for each register whose settings name a folder."""
    return [RegisterExchange(registers, name).task for name, own in settings.items() if own.folder is not None]
