"""Which declarations a fund asks employers for, and for which periods: from its definition. Pure."""

from dataclasses import dataclass
from datetime import date

from services.payments.declarations.layouts.registry import layouts_of
from services.payments.declarations.typed_lines import LINES_MAX, may_be_typed
from shared.funds.declarations import DeclarationForm
from shared.funds.fund import Fund
from shared.funds.period import Period

YEARS_MAX = 60
"""Of periods that are shown, counted from today: no declarations are filed for earlier ones."""


@dataclass(frozen=True)
class OfferedForm:
    """A form of declaration, by the fund's code."""

    form: str
    definition: DeclarationForm
    typed_lines_max: int
    """How many workers may be typed instead of sent as a file; 0 where that is not offered."""


@dataclass(frozen=True)
class FormPeriod:
    """A period of a form, and the last day on which its declaration is in time."""

    period: Period
    due_on: date
    is_over: bool

    @property
    def key(self) -> str:
        """The place of the period in the list."""
        return str(self.period)

    @property
    def starts_on(self) -> date:
        return self.period.first_on

    @property
    def ends_on(self) -> date:
        return self.period.last_on


def forms(fund: Fund) -> list[OfferedForm]:
    """The fund's forms, in the order of its definition."""
    return [
        OfferedForm(form, definition, LINES_MAX if any(map(may_be_typed, layouts_of(fund, definition))) else 0)
        for form, definition in fund.declarations.forms.items()
    ]


def periods(form: DeclarationForm, *, fund: Fund, today: date) -> list[FormPeriod]:
    """The periods of a form from the first that the law asks for until the one that today is in."""
    first_year = max(form.law.valid_from.year, today.year - YEARS_MAX)
    years = (Period(year) for year in range(first_year, today.year + 1))
    found = (period for year in years for period in year.parts(form.period))
    return [
        FormPeriod(period, due_on=form.due_on(period, calendar=fund.calendar), is_over=period.last_on < today)
        for period in found
        if period.first_on <= today and form.law.holds_on(period.last_on)
    ]
