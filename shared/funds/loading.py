"""Reads the funds' definitions and refuses them with every fault at once, each with its file and its place in it."""

import dataclasses
import types
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints
from zoneinfo import available_timezones

import msgspec
import yaml

from shared.funds.fund import Fund
from shared.funds.texts import Texts
from shared.kernel.money import Currency, Money

DEFINITIONS = Path(__file__).parent / "definitions"


class FundsInvalid(Exception):
    """The definitions cannot be used. `faults` says `file: place: what is wrong`, one line each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def load(fund_ids: Iterable[str] | None = None, *, folder: Path = DEFINITIONS) -> dict[str, Fund]:
    """The funds of these ids, or all that are defined, by id. `FundsInvalid` lists every fault of every file."""
    defined = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    wanted = list(defined) if fund_ids is None else list(fund_ids)
    faults = [
        f"{fund_id}: no such fund; defined are {', '.join(defined)}" for fund_id in wanted if fund_id not in defined
    ]
    funds: dict[str, Fund] = {}
    for fund_id in wanted:
        if fund_id in defined:
            fund, wrong = read(defined[fund_id])
            faults += [f"{defined[fund_id].name}: {fault}" for fault in wrong]
            if fund is not None:
                funds[fund_id] = fund
    if faults:
        raise FundsInvalid(faults)
    return funds


def read(path: Path) -> tuple[Fund | None, list[str]]:
    """The fund that a file defines and no fault, or None and what is wrong with it."""
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 a SafeLoader, below
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        return None, [f"not YAML: {' '.join(str(fault).split())}"]
    languages = raw.get("languages") if isinstance(raw, dict) else None
    reading = _Reading(languages if isinstance(languages, list) else [])
    fund = reading.read(raw, Fund, "")
    if isinstance(fund, Fund):
        if fund.fund_id != path.stem:
            reading.fault("fund_id", f"is {fund.fund_id}, but the file is named {path.name}")
        if fund.timezone not in available_timezones():
            reading.fault("timezone", f"{fund.timezone} is not a time zone")
    return (None, reading.faults) if reading.faults else (fund, [])


class _Loader(yaml.SafeLoader):
    """YAML whose decimals are exact and in which no key is said twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for twice in {key for key in keys if keys.count(key) > 1}:
            raise yaml.MarkedYAMLError(problem=f"{twice} is said twice", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep=deep)


_Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: Decimal(node.value))

_MISSING = object()


class _Reading:
    """Builds dataclasses from plain YAML and goes on after a fault, so that one start shows them all.

    msgspec checks the single values; it would stop at the first fault, so the containers are walked here.
    """

    def __init__(self, languages: list[str]) -> None:
        self.languages = languages
        self.faults: list[str] = []

    def fault(self, place: str, message: str) -> object:
        self.faults.append(f"{place.lstrip('.') or 'the file'}: {message}")
        return _MISSING

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
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError as wrong:
            return self.fault(place, str(wrong))

    def _thing(self, raw: object, kind: Any, place: str) -> object:
        if not isinstance(raw, dict):
            return self.fault(place, "must be a block of `name: value`")
        before = len(self.faults)
        hints = get_type_hints(kind)
        for unknown in raw.keys() - hints.keys():
            self.fault(f"{place}.{unknown}", "is not known here")
        values = {}
        for field in dataclasses.fields(kind):
            if field.name in raw:
                values[field.name] = self.read(raw[field.name], hints[field.name], f"{place}.{field.name}")
            elif field.default is dataclasses.MISSING:
                self.fault(f"{place}.{field.name}", "is missing")
        if len(self.faults) > before:
            return _MISSING
        try:
            return kind(**values)
        except ValueError as wrong:
            return self.fault(place, str(wrong))

    def _list(self, raw: object, kind: Any, place: str) -> object:
        if not isinstance(raw, list):
            return self.fault(place, "must be a list")
        return tuple(self.read(item, kind, f"{place}[{number}]") for number, item in enumerate(raw, 1))

    def _mapping(self, raw: object, kind: Any, place: str) -> object:
        if not isinstance(raw, dict):
            return self.fault(place, "must be a block of `name: value`")
        if kind == Texts:
            for language in self.languages:
                if language not in raw:
                    self.fault(f"{place}.{language}", "is missing")
        key_kind, value_kind = get_args(kind)
        return {
            self.read(key, key_kind, f"{place}.{key}"): self.read(value, value_kind, f"{place}.{key}")
            for key, value in raw.items()
        }

    def _money(self, raw: object, place: str) -> object:
        try:
            number, code = str(raw).split(" ")
            currency = Currency(code)
            minor = Decimal(number).scaleb(currency.decimals)
        except (ValueError, InvalidOperation):
            return self.fault(place, "must be an amount and a currency, such as 528.320 TND")
        if minor != int(minor):
            return self.fault(place, f"has more than the {currency.decimals} decimals of {currency}")
        return Money(int(minor), currency)
