"""Reads the funds' definitions and refuses them with every fault at once, each with its file and its place in it.

A fund is a folder: `fund.yaml`, one file for each section that it has (`Sections`), and a page for each benefit."""

import dataclasses
import types
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints
from zoneinfo import available_timezones

import msgspec
import yaml

from shared.funds.agreement import disagreements
from shared.funds.benefits import ClaimType
from shared.funds.fund import Fund, Sections
from shared.funds.layouts import FieldCode, FileLayout
from shared.funds.payments import Payments
from shared.funds.register_layouts import RegisterLayout
from shared.funds.texts import Texts
from shared.kernel.languages import LANGUAGES
from shared.kernel.money import Currency, Money
from shared.kernel.yaml_text import UniqueKeys

DEFINITIONS = Path(__file__).parent / "definitions"


class FundsInvalid(Exception):
    """The definitions cannot be used. `faults` says `fund/file: place: what is wrong`, one line each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


hints_of = cache(get_type_hints)
"""The fields of a kind of thing with their types: asked once for each, however many funds and pages there are."""

ABOUT = "fund"
"""The file of what a fund is; every other file is a section of what it does."""
PAGES: Mapping[str, tuple[str, type]] = {
    "benefits": ("claim_types", ClaimType),
    "layouts": ("layouts", FileLayout),
    "register-layouts": ("register_layouts", RegisterLayout),
}
"""Folders of pages, each named by its code: the field of the fund that holds them, and what a page says."""
SECTIONS: Mapping[str, type] = {name: get_args(hint)[0] for name, hint in hints_of(Sections).items()}
ELSEWHERE = ("sections", *(name for name, _ in PAGES.values()))
"""Fields of a fund that are not written in its first file."""


def defined_funds(*, further: Sequence[Path] = ()) -> list[str]:
    """The ids of all funds that are defined: those that ship, and those of the further folders."""
    return list(_defined((DEFINITIONS, *further))[0])


def _defined(folders: Iterable[Path]) -> tuple[dict[str, Path], list[str]]:
    """The folder of each fund by its id, and what is wrong with where they lie."""
    found: dict[str, Path] = {}
    faults = []
    for folder in folders:
        if not folder.is_dir():
            faults.append(f"{folder}: is no folder of funds' definitions")
            continue
        for path in sorted(folder.iterdir()):
            if path.name.startswith((".", "_")):
                continue
            if path.name in found:
                faults.append(f"{path.name}: is defined twice, in {found[path.name].parent} and in {folder}")
            found.setdefault(path.name, path)
    return found, faults


def load(
    fund_ids: Iterable[str] | None = None, *, folder: Path = DEFINITIONS, further: Sequence[Path] = ()
) -> dict[str, Fund]:
    """The funds of these ids, or all that are defined in the folder and the further ones (the setting `FUNDS_PATH`), by
    id. `FundsInvalid` lists every fault of every file."""
    defined, faults = _defined((folder, *further))
    wanted = list(defined) if fund_ids is None else list(fund_ids)
    faults += [
        f"{fund_id}: no such fund; defined are {', '.join(defined)}" for fund_id in wanted if fund_id not in defined
    ]
    found = {fund_id: Reading(defined[fund_id]) for fund_id in wanted if fund_id in defined}
    funds = {fund_id: reading.fund() for fund_id, reading in found.items()}
    faults += [fault for reading in found.values() for fault in reading.faults]
    faults += _shared_accounts({fund_id: reading.sections.payments for fund_id, reading in found.items()})
    if faults:
        raise FundsInvalid(faults)
    return {fund_id: fund for fund_id, fund in funds.items() if fund is not None}


def _shared_accounts(sections: Mapping[str, Payments | None]) -> list[str]:
    """Bank accounts that more than one fund names: what the bank says of one fund would be booked by the other."""
    of: dict[str, str] = {}
    faults = []
    for fund_id, payments in sections.items():
        for account in (payments.collections.number, payments.payouts.number) if payments else ():
            if (other := of.setdefault(account, fund_id)) != fund_id:
                faults.append(f"{fund_id}/payments.yaml: {account} is an account of {other}")
    return faults


def read(folder: Path) -> tuple[Fund | None, list[str]]:
    """The fund that a folder defines and no fault, or None and all that is wrong with it."""
    reading = Reading(folder)
    return reading.fund(), reading.faults


class _Loader(UniqueKeys):
    """YAML whose decimals are exact. What is no number (`.inf`) or no day (2025-02-30) stays a text, which is refused
    in its place with whatever else is wrong in the file."""

    def construct_decimal(self, node: yaml.ScalarNode) -> Decimal | str:
        try:
            return Decimal(node.value)
        except InvalidOperation:
            return str(node.value)

    def construct_yaml_timestamp(self, node: yaml.ScalarNode) -> Any:
        try:
            return super().construct_yaml_timestamp(node)
        except yaml.MarkedYAMLError:
            return node.value


_Loader.add_constructor("tag:yaml.org,2002:float", _Loader.construct_decimal)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_yaml_timestamp)


class _Unread:
    """What could not be read, and what of it could (`rest`): of a list or a block its items, of a file what it says
    besides; None of anything else."""

    def __init__(self, rest: Any = None) -> None:
        self.rest = rest


TEXT_CHARACTERS_MAX = 1_000
MAY_BE_NEGATIVE = ("at_least", "at_most")
"""What facts and answers are compared with. Every other number and amount of a fund counts or measures something."""
MAY_BE_EMPTY = ((FieldCode, "code"),)
"""Fields that need not hold a character although they have to be said."""

VALUES_NAMED_MAX = 40
"""Of an enum with more values, such as currencies, a fault names those that begin alike."""


def _values_of(kind: Any, raw: object) -> str:
    """What may stand where an enum is wanted."""
    if not (isinstance(kind, type) and issubclass(kind, Enum)):
        return ""
    values = [str(each.value) for each in kind]
    if len(values) <= VALUES_NAMED_MAX:
        return f"; it may be {', '.join(values)}"
    alike = sorted(value for value in values if value[:1] == str(raw)[:1])
    return f"; it may be {', '.join((*alike, f'or another of {len(values)}'))}"


def _is_blank(raw: object) -> bool:
    return isinstance(raw, str) and not raw.strip()


def _read_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Those that could be read."""
    return {name: value for name, value in values.items() if not isinstance(value, _Unread)}


def _whole(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same, None where one could not be read whole."""
    return {name: None if isinstance(value, _Unread) else value for name, value in values.items()}


def _rest_of(value: Any) -> Any:
    """A value, or what of it could be read."""
    return value.rest if isinstance(value, _Unread) else value


def _partly(kind: Any, hints: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    """What a file says of which some fields could not be read whole: these have what could be."""
    rest = object.__new__(kind)
    for field in dataclasses.fields(kind):
        value = values.get(field.name, _Unread())
        is_nothing = isinstance(value, _Unread) and value.rest is None
        said = _nothing(field, hints.get(field.name)) if is_nothing else _rest_of(value)
        object.__setattr__(rest, field.name, said)
    return rest


def _nothing(field: dataclasses.Field[Any], hint: Any) -> Any:
    """What a field has of which nothing could be read."""
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    if field.default is not dataclasses.MISSING:
        return field.default
    return () if get_origin(hint) is tuple else {} if get_origin(hint) is Mapping else None


class Reading:
    """Builds dataclasses from plain YAML and goes on after a fault, so that one start shows them all.

    msgspec checks the single values; it would stop at the first fault, so the containers are walked here.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.languages: list[str] = []
        self.currency: Currency | None = None
        self.faults: list[str] = []
        self.sections = Sections()
        """Those that could be read, once the fund was."""
        self._file = ""
        self._said: Mapping[str, Any] = {}

    @classmethod
    def beside(cls, fund: Fund, path: Path) -> "Reading":
        """Of a file that is no part of a fund but speaks of it: in the fund's languages and currency."""
        reading = cls(path.parent)
        reading.languages, reading.currency, reading._file = list(fund.languages), fund.currency, path.name
        return reading

    def fund(self) -> Fund | None:
        """The fund, or None where anything is a fault. What fits together between the files is looked at of those that
        could be read."""
        if not self.folder.is_dir():
            self.faults.append(f"{self.folder.name}: is a file; a fund is a folder with one file for each section")
            return None
        files, pages = self.find()
        raw = {name: self.parse(file) for name, file in files.items()}
        self.know(raw[ABOUT], said={file: raw[name] for name, file in files.items()})
        self._file = files[ABOUT]
        self._check_about(raw[ABOUT])
        about = self.read_file(files[ABOUT], raw[ABOUT], Fund)
        sections = {
            name: self.read_file(files[name], raw[name], kind) for name, kind in SECTIONS.items() if name in raw
        }
        self.sections = Sections(**{name: _rest_of(section) for name, section in sections.items()})
        read_pages: dict[str, Any] = {
            name: {code: self.read_file(file, self.parse(file), kind) for code, file in pages[pages_folder].items()}
            for pages_folder, (name, kind) in PAGES.items()
        }
        types = {code: _rest_of(each) for code, each in read_pages["claim_types"].items()}
        is_allowing_read = not isinstance(sections.get("bindings"), _Unread)
        between = disagreements(
            self.sections,
            claim_types={code: each for code, each in types.items() if each is not None and is_allowing_read},
            benefits=_whole(read_pages["claim_types"]),
            layouts=_whole(read_pages["layouts"]),
            languages=self.languages,
        )
        self.faults += [f"{self.folder.name}/{fault}" for fault in between]
        if self.faults or not isinstance(about, Fund):
            return None
        return dataclasses.replace(about, sections=self.sections, **read_pages).with_usual_procedure()

    def _check_about(self, raw: object) -> None:
        """What the loader alone knows of the first file."""
        said = raw if isinstance(raw, dict) else {}
        fund_id, timezone = said.get("fund_id"), said.get("timezone")
        if isinstance(fund_id, str) and fund_id != self.folder.name:
            self.fault("fund_id", f"is {fund_id}, but the folder is named {self.folder.name}")
        if isinstance(timezone, str) and timezone not in available_timezones():
            self.fault("timezone", f"{timezone} is not a time zone")
        for unknown in [each for each in self.languages if each not in LANGUAGES]:
            self.fault("languages", f"nothing is written in {unknown}; it may be {', '.join(LANGUAGES)}")
            self.languages.remove(unknown)  # no text lacks it

    def fault(self, place: str, message: str) -> _Unread:
        self.faults.append(f"{self.folder.name}/{self._file}: {place.lstrip('.') or 'the file'}: {message}")
        return _Unread()

    def find(self) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
        """The files of the fund's sections, by name, and the pages of each folder, by code. What is neither is a
        fault."""
        known = {f"{name}.yaml": name for name in (ABOUT, *SECTIONS)}
        files, pages = {ABOUT: f"{ABOUT}.yaml"}, {folder: dict[str, str]() for folder in PAGES}
        for path in sorted(self.folder.rglob("*")):
            self._file = path.relative_to(self.folder).as_posix()
            if self._file in known:
                files[known[self._file]] = self._file
            elif path.parent.parent == self.folder and path.parent.name in PAGES and path.suffix == ".yaml":
                pages[path.parent.name][path.stem] = self._file
            elif self._file not in PAGES:
                also = " and ".join(f"{folder}/<code>.yaml" for folder in PAGES)
                self.fault("", f"is not known here; known are {', '.join(known)}, {also}")
        return files, pages

    def parse(self, file: str) -> object:
        self._file = file
        try:
            return yaml.load((self.folder / file).read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 a SafeLoader
        except FileNotFoundError:
            return self.fault("", "is missing")
        except OSError as fault:
            return self.fault("", f"cannot be read: {fault.strerror}")
        except (yaml.YAMLError, UnicodeDecodeError) as fault:
            return self.fault("", f"not YAML: {' '.join(str(fault).split())}")

    def know(self, about: object, *, said: Mapping[str, object]) -> None:
        """What every file is read by: the fund's languages and currency, and what the other files say."""
        facts = about if isinstance(about, dict) else {}
        languages = facts.get("languages")
        self.languages = list(languages) if isinstance(languages, list) else []
        self.currency = next((each for each in Currency if each == facts.get("currency")), None)
        self._said = {file: raw for file, raw in said.items() if isinstance(raw, dict)}

    def read_file(self, file: str, raw: object, kind: type) -> Any:
        self._file = file
        return raw if isinstance(raw, _Unread) else self.read(raw, kind, "")

    def _unknown(self, key: object, kind: type, place: str) -> object:
        """A key that is not known in its place; at the top of a file, it may be at home in another one."""
        if not place and kind in (Fund, *SECTIONS.values()):
            homes = [f"{name}.yaml" for name, each in ((ABOUT, Fund), *SECTIONS.items()) if key in hints_of(each)]
            if twice := [home for home in homes if key in self._said.get(home, ())]:
                return self.fault(f"{key}", f"is said in {twice[0]} too, where it belongs")
            if homes:
                return self.fault(f"{key}", f"belongs in {homes[0]}")
        return self.fault(f"{place}.{key}", "is not known here")

    def read(self, raw: object, kind: Any, place: str) -> Any:
        if get_origin(kind) in (Union, types.UnionType):  # only `X | None` is used
            return None if raw is None else self.read(raw, get_args(kind)[0], place)
        if kind is Money:
            return self._money(raw, place)
        if dataclasses.is_dataclass(kind):
            return self._thing(raw, kind, place)
        if get_origin(kind) is tuple:
            return self._list(raw, get_args(kind)[0], place)
        if get_origin(kind) is Mapping:
            return self._mapping(raw, kind, place)
        try:
            value = msgspec.convert(raw, kind)
        except msgspec.ValidationError as wrong:
            said = f"{raw} is no day" if kind is date and isinstance(raw, str) else wrong
            return self.fault(place, f"{said}{_values_of(kind, raw)}")
        is_below = isinstance(value, int | Decimal) and value < 0
        if is_below and place.rpartition(".")[2] not in MAY_BE_NEGATIVE:
            return self.fault(place, f"{value} is negative")
        return value

    def _thing(self, raw: object, kind: Any, place: str) -> object:
        if not isinstance(raw, dict):
            return self.fault(place, "must be a block of `name: value`")
        hints = hints_of(kind)
        if kind is Fund:
            hints = {name: hint for name, hint in hints.items() if name not in ELSEWHERE}
        for unknown in [key for key in raw if key not in hints]:
            self._unknown(unknown, kind, place)
        values = {}
        for field in dataclasses.fields(kind):
            if field.name in raw and field.name in hints:
                values[field.name] = self.read(raw[field.name], hints[field.name], f"{place}.{field.name}")
            is_needed = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
            if is_needed and field.name not in raw:
                values[field.name] = self.fault(f"{place}.{field.name}", "is missing")
            elif is_needed and _is_blank(values[field.name]) and (kind, field.name) not in MAY_BE_EMPTY:
                values[field.name] = self.fault(f"{place}.{field.name}", "is empty")
        if unread := [name for name, value in values.items() if isinstance(value, _Unread)]:
            if not hasattr(kind, "faults"):
                return _Unread()
            rest = _partly(kind, hints, values)
            for wrong in rest.faults(unread):
                self.fault(place, wrong)
            return _Unread(rest)
        try:
            return kind(**values)
        except ValueError as refused:
            for wrong in refused.args:
                self.fault(place, str(wrong))
            return _Unread()

    def _list(self, raw: object, kind: Any, place: str) -> object:
        if not isinstance(raw, list):
            return self.fault(place, "must be a list")
        items = tuple(self.read(item, kind, f"{place}[{number}]") for number, item in enumerate(raw, 1))
        rest = tuple(item for item in items if not isinstance(item, _Unread))
        return items if len(rest) == len(items) else _Unread(rest)

    def _mapping(self, raw: object, kind: Any, place: str) -> object:
        if not isinstance(raw, dict):
            return self.fault(place, "must be a block of `name: value`")
        if kind == Texts:
            for language in self.languages:
                if language not in raw:
                    self.fault(f"{place}.{language}", "is missing")
            for unknown in [each for each in raw if each not in LANGUAGES]:
                self.fault(f"{place}.{unknown}", f"is no language; it may be {', '.join(LANGUAGES)}")
            for language, text in raw.items():
                if _is_blank(text):
                    self.fault(f"{place}.{language}", "is empty")
                elif isinstance(text, str) and len(text) > TEXT_CHARACTERS_MAX:
                    self.fault(f"{place}.{language}", f"is longer than {TEXT_CHARACTERS_MAX} characters")
        key_kind, value_kind = get_args(kind)
        read = {
            self.read(key, key_kind, f"{place}.{key}"): self.read(value, value_kind, f"{place}.{key}")
            for key, value in raw.items()
        }
        rest = {key: value for key, value in _read_of(read).items() if not isinstance(key, _Unread)}
        return read if len(rest) == len(read) else _Unread(rest)

    def _money(self, raw: object, place: str) -> object:
        try:
            number, code = str(raw).split(" ")
            currency = Currency(code)
            minor = Decimal(number).scaleb(currency.decimals)
            is_whole = minor == int(minor)
            amount = Money(int(minor), currency)
        except (ValueError, ArithmeticError):
            return self.fault(place, "must be an amount and a currency, such as 528.320 TND")
        if not is_whole:
            return self.fault(place, f"has more than the {currency.decimals} decimals of {currency}")
        if self.currency not in (None, currency):
            return self.fault(place, f"is not in {self.currency}")
        if amount.amount_minor < 0 and place.rpartition(".")[2] not in MAY_BE_NEGATIVE:
            return self.fault(place, f"{amount} is negative")
        return amount
