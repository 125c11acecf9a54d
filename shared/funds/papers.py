"""The papers that a fund issues, as data."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.funds.law import Law
from shared.funds.texts import Texts


@dataclass(frozen=True, kw_only=True)
class PaperType:
    """A paper that the fund issues."""

    names: Texts
    languages: tuple[str, ...]
    validity_days: int
    law: Law


@dataclass(frozen=True, kw_only=True)
class Papers:
    """The section `papers` of a fund."""

    types: Mapping[str, PaperType]
