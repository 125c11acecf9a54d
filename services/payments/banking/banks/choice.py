"""Which bank a fund has: the adapter that its definition names, with the settings of that name."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.payments.banking.bank import Bank
from services.payments.banking.bank_file import BankNotice
from services.payments.banking.banks import fixed_files, fixed_width
from services.payments.banking.banks.fixed_files import FixedFilesBank
from services.payments.banking.banks.iso_http import IsoHttpBank
from services.payments.banking.iso20022 import camt
from shared.funds.bindings import BankBinding
from shared.funds.fund import Fund
from shared.webhooks import Secret


@dataclass(frozen=True, kw_only=True)
class BankSettings:
    """One bank's address and secrets; empty where its adapter needs none. `webhook_secrets` are several while one is
    replaced."""

    url: str = ""
    api_key: str = field(repr=False, default="")
    webhook_secrets: tuple[str, ...] = field(repr=False, default=())
    timeout_s: float = 5.0
    folder: Path | None = None


@dataclass(frozen=True)
class Adapter:
    """A kind of bank: the settings that it cannot do without, how it is made, and, of one that has several, how its
    layout is read."""

    needs: tuple[str, ...]
    make: Callable[[BankBinding, BankSettings], Bank]
    layout: Callable[[str], object] | None = None
    takes_debits: bool = False


def _iso_http(_: BankBinding, own: BankSettings) -> Bank:
    return IsoHttpBank(url=own.url, api_key=own.api_key, timeout_s=own.timeout_s)


def _fixed_files(binding: BankBinding, own: BankSettings) -> Bank:
    if own.folder is None:
        raise ValueError("no folder")
    return FixedFilesBank(layout=fixed_width.layout(binding.layout or ""), folder=own.folder)


ADAPTERS: Mapping[str, Adapter] = {
    "iso-http": Adapter(("url", "api_key", "webhook_secrets"), _iso_http, takes_debits=True),
    "fixed-files": Adapter(("folder",), _fixed_files, layout=fixed_width.layout),
}


def read_statement(fund: Fund, body: bytes) -> BankNotice:
    """What a file of the fund's bank says was booked: a camt.052, .053 or .054, or the bank's own layout. Raises what
    reading it raises."""
    layout = fund.bindings.bank.layout
    return camt.read(body) if layout is None else fixed_files.read_statement(fixed_width.layout(layout), body)


def faults_of_fund(fund: Fund) -> Iterator[str]:
    """Why the bank that a fund names could not be spoken to, whatever the settings."""
    binding, place = fund.bindings.bank, f"{fund.fund_id}/bindings.yaml: bank"
    adapter = ADAPTERS.get(binding.adapter)
    if adapter is None:
        yield f"{place}.adapter: no adapter {binding.adapter}; there are {', '.join(sorted(ADAPTERS))}"
        return
    if binding.takes_debits and not adapter.takes_debits:
        yield f"{place}.takes_debits: the adapter {binding.adapter} has no files of debits"
    if binding.takes_debits and fund.payments.direct_debit is None:
        yield f"{place}.takes_debits: payments.yaml says nothing of direct_debit"
    try:
        if adapter.layout is not None:
            adapter.layout(binding.layout or "")
    except ValueError as wrong:
        yield f"{place}.layout: {wrong}"


def faults(fund: Fund, banks: Mapping[str, BankSettings]) -> list[str]:
    """What the bank that a fund names lacks in the settings."""
    binding, own = fund.bindings.bank, banks.get(fund.bindings.bank.settings)
    place, adapter = f"{fund.fund_id}/bindings.yaml: bank", ADAPTERS.get(binding.adapter)
    if own is None:
        return [f"{place}.settings: the setting BANKS does not name {binding.settings}"]
    needs = adapter.needs if adapter else ()
    return [f"{place}: {binding.settings}_{_SETTINGS[need]} is missing" for need in needs if not getattr(own, need)]


_SETTINGS = {"url": "URL", "api_key": "API_KEY", "webhook_secrets": "WEBHOOK_SECRET", "folder": "FOLDER"}


@dataclass(frozen=True)
class ChosenBanks:
    """The bank of each fund (`BankOf`); made once for each, and kept."""

    settings: Mapping[str, BankSettings]
    _made: dict[str, Bank] = field(default_factory=dict)

    def __call__(self, fund: Fund) -> Bank:
        """Raises ValueError or KeyError where `faults` has the reason."""
        found = self._made.get(fund.fund_id)
        if found is None:
            found = ADAPTERS[fund.bindings.bank.adapter].make(
                fund.bindings.bank, self.settings[fund.bindings.bank.settings]
            )
            self._made[fund.fund_id] = found
        return found

    def secrets(self, fund: Fund) -> list[Secret]:
        """With what a fund's bank signs its webhooks; none where it sends none."""
        return [Secret.read(text) for text in self.settings[fund.bindings.bank.settings].webhook_secrets]
