"""What a plan under a fund's scheme would come to. Pure: the debts, the fund's definition and the day are handed in."""

from collections.abc import Sequence
from datetime import date

from services.payments.arrears.penalty import PenaltyForecast
from services.payments.settlements.plan import OfferedScheme, PlannedInstalment, PlanSimulation
from shared.funds.arrears import SettlementScheme
from shared.funds.fund import Fund
from shared.funds.period import later
from shared.kernel.errors import Conflict, Missing


class SchemeUnknown(Missing):
    code = "settlement.scheme-unknown"


class SchemeNotOpen(Conflict):
    """It may not be asked for today. `from_on` and `until_on` say when."""

    code = "settlement.not-open"


class PlanTooLong(Conflict):
    """No plan under the scheme has so many months."""

    code = "settlement.too-long"


class CurrentUnpaid(Conflict):
    """The scheme asks that what became due since be paid."""

    code = "settlement.current-unpaid"


def offered(fund: Fund, *, today: date) -> list[OfferedScheme]:
    """The schemes that may be asked for on a day, in the order of the fund's definition."""
    known = fund.sections.arrears.settlements if fund.sections.arrears else {}
    return [OfferedScheme(code, scheme) for code, scheme in known.items() if _is_open(scheme, today)]


def scheme_of(fund: Fund, code: str) -> SettlementScheme:
    """The scheme of a code. Raises `SchemeUnknown`."""
    found = fund.sections.arrears.settlements.get(code) if fund.sections.arrears else None
    if found is None:
        raise SchemeUnknown
    return found


def simulate(
    fund: Fund,
    debts: Sequence[PenaltyForecast],
    *,
    code: str,
    employer_id: str,
    months: int,
    today: date,
) -> PlanSimulation:
    """What a plan of so many months would come to if it began today: the first instalment is due in a month.

    The instalments are alike but for the last, which has what rounding left; there are none where no debt that is late
    is one that the scheme is for. Raises `SchemeUnknown`, `SchemeNotOpen`,
    `PlanTooLong`, `CurrentUnpaid`.
    """
    scheme = scheme_of(fund, code)
    if not _is_open(scheme, today):
        raise SchemeNotOpen(from_on=scheme.ask_from_on, until_on=scheme.ask_until_on)
    percent = scheme.waived_percent(months)
    if percent is None:
        raise PlanTooLong(months_max=scheme.waived[-1].months_max)
    late = [each for each in debts if each.due_on < today and each.to_pay_minor]
    limit_on = scheme.debts_until_on or date.max
    settled = [each for each in late if each.due_on <= limit_on]
    if scheme.needs_current_paid and len(settled) < len(late):
        raise CurrentUnpaid(until_on=limit_on)
    left_minor, penalty_minor = (
        sum(getattr(each, field) for each in settled) for field in ("left_minor", "penalty_left_minor")
    )
    waived_minor = fund.rounding.of_contributions(on=today).share(penalty_minor, percent)
    return PlanSimulation(
        employer_id=employer_id,
        offered=OfferedScheme(code, scheme),
        as_of=today,
        debts=len(settled),
        left_minor=left_minor,
        penalty_minor=penalty_minor,
        waived_percent=percent,
        waived_minor=min(waived_minor, penalty_minor),
        instalments=_instalments(
            left_minor + penalty_minor - min(waived_minor, penalty_minor), months=months, today=today
        ),
    )


def _is_open(scheme: SettlementScheme, today: date) -> bool:
    return scheme.ask_from_on <= today <= scheme.ask_until_on


def _instalments(amount_minor: int, *, months: int, today: date) -> tuple[PlannedInstalment, ...]:
    each_minor = amount_minor // months
    if not amount_minor:
        return ()
    return tuple(
        PlannedInstalment(
            number=number,
            due_on=later(today, months=number),
            amount_minor=each_minor if number < months else amount_minor - each_minor * (months - 1),
        )
        for number in range(1, months + 1)
    )
