"""Each fund that ships and collects contributions is paid by mobile money and by card at its counters too, on terms
that it has yet to confirm; and each that moves money has a chart of accounts."""

import pytest

from services.payments.collections.collection import Rail
from services.payments.collections.rules import offered
from shared.funds.fund import Fund
from tests.kit.contexts import shipped

MOVING = [fund for fund in shipped().values() if fund.sections.payments]
COLLECTING = [fund for fund in MOVING if fund.sections.declarations and fund.sections.declarations.forms]


def test_three_of_the_funds_collect_contributions() -> None:
    assert [fund.fund_id for fund in COLLECTING] == ["dz-cnas", "ma-cnops", "tn-cnss"]


@pytest.mark.parametrize("fund", COLLECTING, ids=lambda it: it.fund_id)
def test_what_it_collects_may_be_paid_on_every_rail(fund: Fund) -> None:
    assert {Rail.MOBILE_MONEY, Rail.CARD_TERMINAL} <= set(offered(fund))
    bindings = fund.bindings
    terms = [each.law for each in (*bindings.mobile_operators.values(), *bindings.acquirers.values())]
    assert len(terms) == 2 and all(each.is_to_be_confirmed for each in terms)


@pytest.mark.parametrize("fund", MOVING, ids=lambda it: it.fund_id)
def test_what_it_moves_stands_under_an_account_of_its_own_books(fund: Fund) -> None:
    chart = fund.payments.accounting
    assert chart is not None and chart.law.is_to_be_confirmed
    assert chart.account("payable:p1").names.keys() >= set(fund.languages)
