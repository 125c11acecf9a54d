"""Which registers a fund may ask: the adapters that its definition names, with the settings of that name."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.claims.crosschecks.register import Register
from services.claims.crosschecks.registers import fixed_columns
from services.claims.crosschecks.registers.nightly_files import NightlyFilesRegister
from services.claims.crosschecks.registers.signed_http import SignedHttpRegister
from shared.funds.bindings import RegisterBinding
from shared.funds.fund import Fund
from shared.webhooks import Secret


@dataclass(frozen=True, kw_only=True)
class RegisterSettings:
    """One register's address and secrets; empty where its adapter needs none. `secrets` are several while one is
    replaced."""

    url: str = ""
    client_id: str = ""
    secrets: tuple[str, ...] = field(repr=False, default=())
    timeout_s: float = 5.0
    folder: Path | None = None


@dataclass(frozen=True)
class RegisterAdapter:
    """A kind of register: the settings that it cannot do without, how it is made for a fund, and, of one that has
    several, how its layout is read."""

    needs: tuple[str, ...]
    make: Callable[[Fund, RegisterBinding, RegisterSettings], Register]
    layout: Callable[[str], object] | None = None


def _signed_http(fund: Fund, _: RegisterBinding, own: RegisterSettings) -> Register:
    secrets = tuple(Secret.read(text) for text in own.secrets)
    return SignedHttpRegister(url=own.url, client_id=own.client_id, secrets=secrets, timeout_s=own.timeout_s)


def _nightly_files(fund: Fund, binding: RegisterBinding, own: RegisterSettings) -> Register:
    if own.folder is None:
        raise ValueError("no folder")
    layout = fixed_columns.layout(binding.layout or "")
    return NightlyFilesRegister(layout=layout, folder=own.folder / fund.fund_id, fund=fund)


ADAPTERS: Mapping[str, RegisterAdapter] = {
    "signed-http": RegisterAdapter(("url", "client_id", "secrets"), _signed_http),
    "nightly-files": RegisterAdapter(("folder",), _nightly_files, layout=fixed_columns.layout),
}
_SETTINGS = {"url": "URL", "client_id": "CLIENT_ID", "secrets": "SECRET", "folder": "FOLDER"}


def faults_of_fund(fund: Fund) -> Iterator[str]:
    """Why a register that a fund names could not be asked, whatever the settings."""
    for name, binding in fund.bindings.registers.items():
        if wrong := _wrong_with(binding):
            yield f"{fund.fund_id}/bindings.yaml: registers.{name}.{wrong}"


def _wrong_with(binding: RegisterBinding) -> str:
    adapter = ADAPTERS.get(binding.adapter)
    if adapter is None:
        return f"adapter: no adapter {binding.adapter}; there are {', '.join(sorted(ADAPTERS))}"
    try:
        if adapter.layout is not None:
            adapter.layout(binding.layout or "")
    except ValueError as wrong:
        return f"layout: {wrong}"
    return ""


def faults(fund: Fund, registers: Mapping[str, RegisterSettings]) -> Iterator[str]:
    """What the registers that a fund names lack in the settings."""
    for name, binding in fund.bindings.registers.items():
        place, own = f"{fund.fund_id}/bindings.yaml: registers.{name}", registers.get(binding.settings)
        if _wrong_with(binding):
            continue
        adapter = ADAPTERS[binding.adapter]
        if own is None:
            yield f"{place}.settings: the setting REGISTERS does not name {binding.settings}"
        elif missing := [need for need in adapter.needs if not getattr(own, need)]:
            yield from (f"{place}: {binding.settings}_{_SETTINGS[need]} is missing" for need in missing)
        else:
            try:
                adapter.make(fund, binding, own)
            except ValueError as wrong:
                yield f"{place}: {wrong}"


@dataclass(frozen=True)
class ChosenRegisters:
    """The registers of each fund (`RegisterOf`); made once for each, and kept."""

    settings: Mapping[str, RegisterSettings]
    _made: dict[tuple[str, str], Register] = field(default_factory=dict)

    def __call__(self, fund: Fund, name: str) -> Register:
        """Raises ValueError or KeyError where `faults` says why."""
        found = self._made.get((fund.fund_id, name))
        if found is None:
            binding = fund.bindings.registers[name]
            found = ADAPTERS[binding.adapter].make(fund, binding, self.settings[binding.settings])
            self._made[fund.fund_id, name] = found
        return found
