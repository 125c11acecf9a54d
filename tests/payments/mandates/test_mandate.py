"""What a mandate cannot be."""

from datetime import date
from typing import Any

import pytest

from services.payments.mandates.mandate import ACCEPTED, FINDINGS_MAX, MandateFinding, Status
from shared.funds.identifiers import AccountRule
from shared.kernel.money import AMOUNT_MINOR_MAX
from tests.payments.mandates.builders import account, mandate


@pytest.mark.parametrize(
    "facts",
    [
        {"reference": "M" * 36},
        {"reference": ""},
        {"amount_max_minor": 0},
        {"amount_max_minor": AMOUNT_MINOR_MAX + 1},
        {"ends_on": date(2026, 2, 9)},
        {"bank_agreement": None},
        {"accepted_at": None},
        {"failures": -1},
        {"findings": (MandateFinding(code="mandate.not-signed"),) * (FINDINGS_MAX + 1)},
    ],
)
def test_a_wrong_mandate_cannot_be_built(facts: dict[str, Any]) -> None:
    mandate()
    with pytest.raises(ValueError, match=r"mandate|limit|failures"):
        mandate(**facts)


@pytest.mark.parametrize("status", sorted(ACCEPTED))
def test_a_mandate_in_force_has_the_banks_agreement_and_the_funds_acceptance(status: Status) -> None:
    for missing in ("bank_agreement", "accepted_at"):
        with pytest.raises(ValueError, match="and not before"):
            mandate(status, **{missing: None})


@pytest.mark.parametrize(
    "facts",
    [{"number": "00200300000056789074"}, {"rule": AccountRule.CCP}, {"holder": ""}, {"bank": ""}],
)
def test_an_account_has_its_key_its_holder_and_its_bank(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="account"):
        account(**facts)


def test_an_account_of_the_post_is_as_good_as_a_banks() -> None:
    assert account(number="002345678988", rule=AccountRule.CCP).number == "002345678988"
