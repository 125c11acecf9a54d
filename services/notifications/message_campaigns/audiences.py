"""Whom campaigns may be for, read from `audiences.yaml`: the audiences that the services answer for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

from services.notifications.templates.template import ParameterKind, Value
from shared.funds.fund import Fund
from shared.funds.period import Period, PeriodMalformed
from shared.funds.texts import Texts
from shared.kernel import yaml_text
from shared.kernel.errors import Invalid

TEXT_CHARACTERS_MAX = 60


class AudienceOf(StrEnum):
    PERSONS = "persons"
    EMPLOYERS = "employers"


@dataclass(frozen=True, kw_only=True)
class AudienceParameter:
    """What an audience is asked with."""

    kind: ParameterKind
    names: Texts
    is_required: bool = True


@dataclass(frozen=True, kw_only=True)
class AudienceValue:
    """What is told of each member, by the name that a text has in braces."""

    kind: ParameterKind
    example: Value
    names: Texts


@dataclass(frozen=True, kw_only=True)
class OfferedAudience:
    """An audience. `needs` is the section of a fund without which it has none."""

    of: AudienceOf
    names: Texts
    needs: str | None = None
    parameters: Mapping[str, AudienceParameter] = field(default_factory=dict)
    values: Mapping[str, AudienceValue] = field(default_factory=dict)

    def is_offered(self, fund: Fund) -> bool:
        return self.needs is None or getattr(fund.sections, self.needs) is not None


class AudienceUnknown(Invalid):
    """The fund offers no such audience."""

    code = "campaign.audience-unknown"


class AudiencesDiffer(Invalid):
    """Conditions of one campaign are all of persons, or all of employers."""

    code = "campaign.audiences-differ"


class ParameterMissing(Invalid):
    """The audience is not asked without this (`name`)."""

    code = "campaign.parameter-missing"


class ParameterMalformed(Invalid):
    """This (`name`) is not what it should be, or the audience does not know it."""

    code = "campaign.parameter-malformed"


@cache
def every() -> Mapping[str, OfferedAudience]:
    """All audiences, by code."""
    path = Path(__file__).with_name("audiences.yaml")
    return msgspec.convert(yaml_text.parse(path.read_text(encoding="utf-8")), dict[str, OfferedAudience])


def offered(fund: Fund) -> Mapping[str, OfferedAudience]:
    """Those that a fund has."""
    return {code: audience for code, audience in every().items() if audience.is_offered(fund)}


def asked(code: str, given: Mapping[str, str], *, fund: Fund) -> dict[str, str]:
    """What the service is asked with: what was given, read by its kind; an amount becomes minor units. Raises
    `AudienceUnknown`, `ParameterMissing`, `ParameterMalformed`."""
    audience = offered(fund).get(code)
    if audience is None:
        raise AudienceUnknown
    if unknown := sorted(set(given) - set(audience.parameters)):
        raise ParameterMalformed(name=unknown[0])
    read: dict[str, str] = {}
    for name, parameter in audience.parameters.items():
        text = given.get(name, "").strip()
        if not text and parameter.is_required:
            raise ParameterMissing(name=parameter.names)
        if text:
            value = _read(text, parameter.kind, fund)
            if value is None:
                raise ParameterMalformed(name=parameter.names)
            read[name] = value
    return read


def must_be_of_one_kind(codes: Iterable[str]) -> None:
    """Raises `AudiencesDiffer`."""
    if len({every()[code].of for code in codes}) > 1:
        raise AudiencesDiffer


def values(codes: Sequence[str]) -> dict[str, AudienceValue]:
    """What is told of each member of all of these audiences; what two of them tell, the first says."""
    return {name: value for code in reversed(codes) for name, value in every()[code].values.items()}


def _read(text: str, kind: ParameterKind, fund: Fund) -> str | None:
    """A parameter as services read it, or None for what is none of its kind."""
    try:
        match kind:
            case ParameterKind.DAY:
                return date.fromisoformat(text).isoformat()
            case ParameterKind.PERIOD:
                return str(Period.read(text))
            case ParameterKind.AMOUNT:
                return _minor(text, fund)
            case ParameterKind.FORM:
                return text if text in fund.declarations.forms else None
    except (ValueError, InvalidOperation, PeriodMalformed):
        return None
    return text if len(text) <= TEXT_CHARACTERS_MAX else None


def _minor(text: str, fund: Fund) -> str | None:
    amount = Decimal(text)
    if not amount.is_finite() or not 0 < amount < 10**13:
        return None
    minor = amount.scaleb(fund.currency.decimals)
    return str(int(minor)) if minor == int(minor) else None
