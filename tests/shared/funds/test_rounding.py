"""How a fund rounds, as data: the way, the step, and from when on."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.contributions import rules as contributions
from shared.funds.contributions import ContributionSide
from shared.funds.loading import FundsInvalid, load
from shared.funds.period import Period
from shared.funds.rounding import USUAL_ROUNDING, USUAL_RULE, Rounding, RoundingRule
from shared.kernel.money import Currency, Money
from tests.funds.invented import MONO, THREE, more_funds
from tests.kit.contexts import shipped

LAW = USUAL_RULE.law


def rule(mode: Rounding, step: str | None = None) -> RoundingRule:
    amount = None if step is None else Money(int(Decimal(step).scaleb(3)), Currency.KWD)
    return RoundingRule(law=LAW, mode=mode, step=amount)


@pytest.mark.parametrize(
    ("amount_minor", "percent", "part_minor"),
    [(100, "0.5", 1), (100, "0.4", 0), (4_734_960, "17.07", 808_258), (4_734_960, "9.68", 458_344), (-100, "0.5", -1)],
)
def test_a_share_rounds_half_away_from_zero(amount_minor: int, percent: str, part_minor: int) -> None:
    assert USUAL_RULE.share(amount_minor, Decimal(percent)) == part_minor


@pytest.mark.parametrize(
    ("mode", "step", "roundings"),
    [
        (Rounding.HALF_UP, "0.005", {"2.4": 0, "2.5": 5, "7.5": 10, "12.5": 15}),
        (Rounding.HALF_EVEN, "0.005", {"2.5": 0, "7.5": 10, "12.5": 10, "7.51": 10}),
        (Rounding.DOWN, "0.010", {"9.999": 0, "10": 10, "19": 10}),
        (Rounding.UP, "0.010", {"0": 0, "0.001": 10, "10": 10, "10.5": 20}),
        (Rounding.DOWN, "1.000", {"1999": 1000}),
        (Rounding.UP, None, {"0.2": 1, "1": 1}),
    ],
)
def test_each_way_goes_to_its_step(mode: Rounding, step: str | None, roundings: Mapping[str, int]) -> None:
    assert {exact: rule(mode, step).rounded(Decimal(exact)) for exact in roundings} == roundings


@given(
    exact=st.fractions(min_value=0, max_value=10**12),
    mode=st.sampled_from([each for each in Rounding if each is not Rounding.LATER]),
    step=st.sampled_from([None, "0.005", "0.010", "1.000"]),
)
def test_what_is_rounded_is_a_multiple_less_than_a_step_away(exact: Fraction, mode: Rounding, step: str | None) -> None:
    one = rule(mode, step)
    found = one.rounded(exact)
    assert found % one.step_minor == 0 and abs(found - exact) < one.step_minor


def test_a_rule_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="later is for"):
        rule(Rounding.LATER)
    for step in ("0", "-0.005"):
        with pytest.raises(ValueError, match="above zero"):
            rule(Rounding.UP, step)


def sides(fund_id: str, *, wages_minor: int, period: str) -> dict[ContributionSide, int]:
    fund = more_funds()[fund_id]
    slip = contributions.slip(fund, period=Period.read(period), base_minor=wages_minor, activity="")
    rounding = fund.rounding.of_contributions(on=slip.period.last_on)
    for side, total_minor in slip.by_side.items():
        parts = [each.amount_minor for each in slip.contributions if each.side is side]
        assert sum(parts) == total_minor and all(each % rounding.step_minor == 0 for each in parts)
    return dict(slip.by_side)


def test_two_funds_round_their_slips_each_by_its_own_rule() -> None:
    # 3 % of 100 399 francs are 3 011.97: 3 010 where coins of five are counted downwards
    assert set(sides(MONO, wages_minor=100_399, period="2026-M01").values()) == {3_010}
    # 11.5 % of 100.100 dinars are 11.5115: 11.512 by half to even in 2025, 11.515 to five thousandths upwards after
    assert set(sides(THREE, wages_minor=100_100, period="2025-H2").values()) == {11_512}
    assert set(sides(THREE, wages_minor=100_100, period="2026-H1").values()) == {11_515}
    # and 11.5 % of 100.300 are 11.5345: half to even is 11.534
    assert set(sides(THREE, wages_minor=100_300, period="2025-H2").values()) == {11_534}


@given(wages_minor=st.integers(0, 10**12), fund_id=st.sampled_from([MONO, THREE]))
def test_branches_add_up_to_a_rounded_side(wages_minor: int, fund_id: str) -> None:
    sides(fund_id, wages_minor=wages_minor, period="2026-M06" if fund_id == MONO else "2026-H1")


def test_a_person_s_share_is_rounded_before_its_floor_and_ceiling() -> None:
    fund = more_funds()[MONO]
    rates = fund.contributions.rates_on(date(2026, 1, 31))
    rounding = fund.rounding.of_contributions(on=date(2026, 1, 31))
    found = contributions.bounded_shares(rates, 100_399, months=1, rounding=rounding)
    assert found == {ContributionSide.EMPLOYER: 3_010}
    assert contributions.bounded_shares(rates, 10**9, months=1, rounding=rounding) == {
        ContributionSide.EMPLOYER: 15_000
    }


def test_a_side_that_a_ceiling_brought_off_the_step_still_adds_up() -> None:
    fund = more_funds()[THREE]
    bounded = {ContributionSide.EMPLOYER: 100_001}
    slip = contributions.slip(fund, period=Period.read("2026-H1"), base_minor=1, activity="", bounded=bounded)
    assert slip.by_side[ContributionSide.EMPLOYER] == 100_001


def test_funds_that_say_nothing_round_as_before() -> None:
    for fund in shipped().values():
        assert fund.rounding == USUAL_ROUNDING
        assert str(fund.rounding.of_prices(on=date(2026, 1, 1))) == "half-up"
    assert str(more_funds()[MONO].rounding.of_prices(on=date(2026, 1, 1))) == "up 5 XOF"


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("{mode: sideways, step: 5 XOF, LAW}", "rounding.prices[1].mode"),
        ("{mode: up, step: 0.5 XOF, LAW}", "rounding.prices[1].step: has more than the 0 decimals"),
        ("{mode: up, step: 5.00 DZD, LAW}", "rounding.prices[1].step: is not in XOF"),
        ("{mode: up, step: 0 XOF, LAW}", "step is an amount above zero"),
        ("{mode: up, step: 5 XOF, LAW}\n    - {mode: down, LAW}", "two values hold on"),
    ],
)
def test_a_rule_in_a_fund_s_file_is_checked(tmp_path: Path, said: str, fault: str) -> None:
    folder = tmp_path / MONO
    copytree(Path(__file__).parents[2] / "funds" / "definitions" / MONO, folder)
    law = "law: {valid_from: 2000-01-01, reference: Invented, confidence: L}"
    text = (folder / "fund.yaml").read_text()
    before, after = text.split("  prices:\n", 1)
    _, rest = after.split("\n", 1)
    (folder / "fund.yaml").write_text(f"{before}  prices:\n    - {said.replace('LAW', law)}\n{rest}")
    with pytest.raises(FundsInvalid) as refused:
        load([MONO], folder=tmp_path)
    assert fault in str(refused.value)
