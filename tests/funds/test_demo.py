"""What the demo's story makes of a fund's definition: numbers, wage files and sums, for every fund there is."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from deploy.local.demo import arrears, campaigns, counter, expected, mobile, numbers, payroll, users
from deploy.local.demo.people import activity, cast
from services.notifications.message_campaigns import wording
from services.notifications.message_campaigns.schemas import CampaignBody
from services.payments.collections.collection import Rail
from services.payments.collections.rules import offered
from services.payments.declarations.findings import FileRole
from services.payments.declarations.layouts.registry import layouts_of
from services.payments.mobile_money import day_file, reconciling
from shared.funds.fund import Fund, IdentifierKind
from shared.funds.identifiers import AccountRule, is_account
from shared.funds.payments import FundAccount
from shared.funds.period import Period
from tests.funds.declaring import Grounds, declare
from tests.funds.invented import every_fund

FUNDS = {fund_id: fund for fund_id, fund in every_fund().items() if fund.sections.declarations is not None}
"""A story begins with a wage file."""
WORKERS, RUN = 12, 41
TODAY = date(2026, 11, 29)


@pytest.fixture(params=list(FUNDS))
def fund(request: pytest.FixtureRequest) -> Fund:
    return FUNDS[request.param]


def test_every_number_is_one_that_the_fund_takes_and_nobody_else_has_it(fund: Fund) -> None:
    casts = [cast(fund, run=run, count=WORKERS) for run in range(RUN, RUN + 5)]
    for characters in casts:
        assert fund.identifiers[IdentifierKind.EMPLOYER_NUMBER].fits(characters.employer.number)
        for worker in characters.workers:
            assert fund.identifiers[IdentifierKind.INSURANCE_NUMBER].fits(worker.insurance_number)
            assert fund.identifiers[IdentifierKind.NATIONAL_ID].fits(worker.national_id)
            assert fund.phone.e164(worker.mobile) == worker.mobile
            assert fund.payments.read_account(worker.account, rule=fund.payments.payouts.rule) == worker.account
    assert len({each.employer.number for each in casts}) == len(casts)
    by_kind = [
        (field, getattr(worker, field))
        for each in casts
        for worker in each.workers
        for field in ("insurance_number", "national_id", "mobile", "account")
    ]
    assert [each for each, count in Counter(by_kind).items() if count > 1] == []


def test_an_account_of_the_post_has_its_key() -> None:
    key = next(key for key in range(100) if is_account(f"0000123456{key:02d}", rule=AccountRule.CCP))
    own = FundAccount(number=f"0000123456{key:02d}", holder="x", bank="x", rule=AccountRule.CCP)
    payments = every_fund()["xx-mono"].payments
    made = [numbers.account(own, of=payments, run=run, index=2) for run in range(9)]
    assert len(set(made)) == 9 and all(is_account(each, rule=AccountRule.CCP) for each in made)


def test_a_wage_file_is_read_as_the_fund_s_layout_reads_it(fund: Fund) -> None:
    characters, form = cast(fund, run=RUN, count=WORKERS), next(iter(fund.declarations.forms.values()))
    (layout, *_) = layouts_of(fund, form)
    period = expected.ended(form, today=TODAY)
    for is_spoilt in (False, True):
        files = payroll.wage_files(characters, form, period, is_spoilt=is_spoilt, was_declared=True)
        assert all(layout.file_name.fullmatch(name) for name in files)
        wrong = []
        for body in files.values():
            lines = [line for line in body.split(layout.newline) if line]
            is_detail = len(lines) == WORKERS or bool(layout.sequence)
            role = FileRole.DETAIL if is_detail else FileRole.HEADER
            for number, line in enumerate(lines, start=1):
                kind = layout.kind(role, line)
                _, faults = kind.read(line)
                wrong += [(number, kind.column(each.field)) for each in faults]
        place = payroll.spoilt(fund, form)
        assert wrong == ([(place.line, place.column)] if is_spoilt else [])


def test_what_is_due_is_what_was_computed_by_hand(ground: Grounds, fund: Fund) -> None:
    characters = cast(fund, run=RUN, count=WORKERS)
    code, form = next(iter(fund.declarations.forms.items()))
    for number, period in enumerate(expected.periods(fund, form, today=TODAY)):
        files = payroll.wage_files(characters, form, period, was_declared=number > 0)
        seen = declare(
            ground("payments", datetime(2026, 11, 29, 9, tzinfo=UTC)),
            fund_id=fund.fund_id,
            form={"employer_id": characters.employer.number, "form": code, "period": str(period)},
            files=files,
            sector=activity(fund),
        )
        assert (seen["status"], seen["workers"]) == ("accepted", WORKERS)
        assert seen["due"] == expected.due(characters, form, period)
        decimals = len(seen["due"].partition(".")[2])
        assert decimals == fund.currency.decimals and Decimal(seen["due"]) > 0


def test_periods_are_those_that_open_the_right_after_one_of_older_rates() -> None:
    expected_periods = {
        fund_id: [
            str(each) for each in expected.periods(fund, next(iter(fund.declarations.forms.values())), today=TODAY)
        ]
        for fund_id, fund in FUNDS.items()
    }
    assert expected_periods == {
        "dz-cnas": ["2025"],
        "ma-cnops": ["2026-M08", "2026-M09", "2026-M10"],
        "ma-cnss": ["2026-M08", "2026-M09", "2026-M10"],
        "tn-cnss": ["2024-Q4", "2026-Q3"],
        "xx-mono": ["2026-M10"],
        "xx-three": ["2026-H1"],
    }


def test_a_forgotten_period_is_the_last_that_ended_and_was_not_declared() -> None:
    forgotten = {}
    for fund_id, fund in FUNDS.items():
        form = next(iter(fund.declarations.forms.values()))
        declared = expected.periods(fund, form, today=TODAY)
        forgotten[fund_id] = str(expected.forgotten(form, declared=declared, today=TODAY))
    assert forgotten == {
        "dz-cnas": "2024",
        "ma-cnops": "2026-M07",
        "ma-cnss": "2026-M07",
        "tn-cnss": "2026-Q2",
        "xx-mono": "2026-M09",
        "xx-three": "2025-H2",
    }


def test_a_measure_is_asked_for_of_the_last_period_that_it_is_for_and_that_was_not_declared() -> None:
    measure = replace(FUNDS["xx-three"].arrears.measures["hardship"], periods=("2025-H1", "2025-H2", "2026-H2"))
    declared: list[Period] = []
    found = []
    while (period := arrears.deferred_period(measure, declared=declared, today=TODAY)) is not None:
        found.append(str(period))
        declared.append(period)
    assert found == ["2025-H2", "2025-H1"], "2026-H2 has not ended"


def test_an_operator_s_file_of_a_day_has_its_payments_and_the_fee_that_was_agreed(fund: Fund) -> None:
    operator = mobile.operator_of(fund)
    if operator is None:
        assert not fund.bindings.mobile_operators
        return
    amounts = [f"{whole}.{'9' * fund.currency.decimals}" for whole in (1, 12730)]
    taken = [
        {"payment_id": f"op-{amount}", "reference": "CT1", "amount": amount, "taken_at": "2026-11-30T00:30:00+01:00"}
        for amount in amounts
    ]
    content = mobile.day_file(operator, [mobile.day_line(operator, each) for each in taken])
    lines = day_file.read(content, layout=operator.day_file, fund=fund)
    scale = 10**fund.currency.decimals
    assert [(each.payment_id, each.amount_minor) for each in lines] == [
        (f"op-{amount}", int(Decimal(amount) * scale)) for amount in amounts
    ]
    assert reconciling.fee(lines, operator=operator) == reconciling.agreed_fee(lines, operator=operator) > 0


def test_where_a_fund_takes_cards_at_counters_one_of_its_staff_may(fund: Fund) -> None:
    terminal = counter.terminal_of(fund)
    assert (terminal is not None) == (Rail.CARD_TERMINAL in offered(fund))
    assert terminal is None or users.of_staff(fund, *users.CASHIER) is not None


def test_of_the_open_schemes_the_one_that_waives_the_most_is_asked_for() -> None:
    chosen = {}
    for fund_id, fund in FUNDS.items():
        known = fund.sections.arrears.settlements if fund.sections.arrears else {}
        offered = {code: each for code, each in known.items() if each.ask_from_on <= TODAY <= each.ask_until_on}
        chosen[fund_id] = arrears.best_scheme(offered)
    assert {fund_id: code for fund_id, code in chosen.items() if code} == {
        "tn-cnss": "by-decision",
        "xx-three": "instalments",
    }
    every = FUNDS["tn-cnss"].arrears.settlements
    assert arrears.best_scheme(every) == "self-employed-2025", "all is waived, of any debt"


def test_a_plan_is_broken_under_an_open_scheme_that_wants_later_debts_paid() -> None:
    chosen = {}
    for fund_id, fund in FUNDS.items():
        known = fund.sections.arrears.settlements if fund.sections.arrears else {}
        chosen[fund_id] = arrears.strict_scheme(known, today=TODAY)
    assert {fund_id: code for fund_id, code in chosen.items() if code} == {"xx-three": "old-debts"}
    amnesty = FUNDS["tn-cnss"].arrears.settlements
    assert arrears.strict_scheme(amnesty, today=date(2022, 5, 1)) == "amnesty-2022", "it is closed since"


def test_what_a_plan_of_old_debts_is_for_is_the_last_period_due_by_its_day() -> None:
    fund = FUNDS["xx-three"]
    scheme, form = fund.arrears.settlements["old-debts"], next(iter(fund.declarations.forms.values()))
    declared = [Period.read("2026-H1")]
    assert str(expected.forgotten(form, declared=declared, today=TODAY)) == "2025-H2", "due after the scheme's day"
    assert str(arrears.old_period(scheme, form, fund, declared=declared, today=TODAY)) == "2025-H1"
    declared.append(Period.read("2025-H1"))
    assert str(arrears.old_period(scheme, form, fund, declared=declared, today=TODAY)) == "2024-H2"


def test_a_campaign_of_the_demo_is_one_that_the_fund_may_send(fund: Fund) -> None:
    code, form = next(iter(fund.declarations.forms.items()))
    body = campaigns.draft(fund, form=code, period=expected.ended(form, today=TODAY))
    draft = CampaignBody().load(body)["draft"]
    assert wording.checked(draft, fund=fund) == draft
    assert set(draft.wordings) == set(fund.languages)
    read = wording.previews(draft, fund=fund)
    assert read and all("{" not in each.said.text for each in read), "each value has its place"


def test_whose_staff_writes_campaigns_is_the_fund_s_own_choice() -> None:
    writing = {fund_id for fund_id, fund in FUNDS.items() if users.of_staff(fund, *users.WRITER)}
    assert FUNDS.keys() - writing == {"xx-mono"}, "its roles of its own have nobody for it"
