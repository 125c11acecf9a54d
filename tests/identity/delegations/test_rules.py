"""What may happen to a delegation, as a table."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.identity.delegations import rules
from services.identity.delegations.delegation import Bounds, Delegation, Power, Status
from shared.kernel.actors import Actor, ActorKind, Delegated, claim_of_delegations, delegations_of_claim
from shared.kernel.errors import Failure

AT = datetime(2026, 2, 10, 9, tzinfo=UTC)
TODAY = AT.date()
ENDS = date(2026, 12, 31)
PAIE = Actor(
    kind=ActorKind.EMPLOYER,
    subject="paie",
    scopes=frozenset({"delegations:give", "declarations:file", "declarations:read"}),
    employer_ids=frozenset({"1600000001"}),
)
AMRANI = Actor(kind=ActorKind.EMPLOYER, subject="amrani", employer_ids=frozenset({"1600000009"}))


def bounds(**changes: Any) -> Bounds:
    return replace(Bounds(periods_from=None, periods_until=None, payment_max_minor=None, ends_on=ENDS), **changes)


def given(by: Actor = PAIE, powers: Any = (Power.DECLARATIONS_FILE,), before: int = 0, **changes: Any) -> Delegation:
    return rules.give(
        delegation_id="d",
        reference="DG260000000112",
        employer_id="1600000001",
        name="Cabinet Amrani",
        powers=powers,
        bounds=bounds(**changes),
        code_hash="h",
        by=by,
        open_before=before,
        today=TODAY,
        at=AT,
    )


def taken(offered: Delegation | None, by: Actor = AMRANI, others: Any = (), at: datetime = AT) -> Delegation:
    return rules.take(offered, by=by, others=others, today=at.date(), at=at)


def test_who_may_act_may_read() -> None:
    assert given(powers=()).powers == (Power.DECLARATIONS_READ,)
    assert set(given().powers) == {Power.DECLARATIONS_READ, Power.DECLARATIONS_FILE}


@pytest.mark.parametrize(
    ("refused", "changes"),
    [
        (rules.NotGivers, {"powers": [Power.COLLECTIONS_PAY]}),
        (rules.NotGivers, {"by": replace(PAIE, kind=ActorKind.STAFF)}),
        (rules.PeriodsReversed, {"periods_from": date(2026, 7, 1), "periods_until": date(2026, 6, 30)}),
        (rules.DelegationTooLong, {"ends_on": TODAY - timedelta(days=1)}),
        (rules.DelegationTooLong, {"ends_on": TODAY + rules.LIFE_MAX + timedelta(days=1)}),
        (rules.TooManyOpen, {"before": rules.OPEN_PER_EMPLOYER_MAX}),
    ],
)
def test_what_is_not_given(refused: type[Failure], changes: dict[str, Any]) -> None:
    with pytest.raises(refused):
        given(**changes)


@pytest.mark.parametrize(
    ("refused", "offered", "how"),
    [
        (rules.CodeUnknown, None, {}),
        (rules.CodeUnknown, given(), {"at": AT + rules.CODE_LIFE}),
        (rules.CodeUnknown, taken(given()), {}),
        (rules.CodeUnknown, rules.end(given(), as_employer=True, today=TODAY, at=AT), {}),
        (rules.NotGivers, given(), {"by": replace(AMRANI, kind=ActorKind.PERSON)}),
        (rules.OwnEmployer, given(), {"by": PAIE}),
        (rules.OwnEmployer, given(), {"by": replace(AMRANI, employer_ids=frozenset({"1600000001"}))}),
    ],
)
def test_what_is_not_taken_up(refused: type[Failure], offered: Delegation | None, how: dict[str, Any]) -> None:
    with pytest.raises(refused):
        taken(offered, **how)


def test_one_account_acts_for_hundreds_with_the_same_bounds_and_not_for_more_than_a_token_holds() -> None:
    alike = [replace(taken(given()), employer_id=f"{number:010d}") for number in range(200)]
    assert taken(given(), others=alike).account_id == "amrani"
    apart = [replace(it, bounds=bounds(payment_max_minor=number + 1)) for number, it in enumerate(alike[:60])]
    with pytest.raises(rules.TooManyTaken):
        taken(given(), others=apart)


@pytest.mark.parametrize(
    ("delegation", "at", "status"),
    [
        (given(), AT, Status.OFFERED),
        (given(), AT + rules.CODE_LIFE, Status.LAPSED),
        (taken(given()), AT + rules.CODE_LIFE, Status.IN_FORCE),
        (taken(given()), datetime(2026, 12, 31, 9, tzinfo=UTC), Status.IN_FORCE),
        (taken(given()), datetime(2027, 1, 1, 9, tzinfo=UTC), Status.EXPIRED),
        (rules.end(taken(given()), as_employer=True, today=TODAY, at=AT), AT, Status.WITHDRAWN),
        (rules.end(taken(given()), as_employer=False, today=TODAY, at=AT), AT, Status.RENOUNCED),
    ],
)
def test_where_it_stands(delegation: Delegation, at: datetime, status: Status) -> None:
    assert rules.status(delegation, today=at.date(), at=at) is status


def test_what_is_over_stays_as_it_ended() -> None:
    over = rules.end(given(), as_employer=True, today=TODAY, at=AT)
    assert rules.end(over, as_employer=False, today=TODAY, at=AT) == over


@pytest.mark.parametrize("typed", ["7KQM-2XHD-9RTB", " 7kqm 2xhd 9rtb ", "‏٧KQM-٢XHD-٩RTB"])
def test_a_code_however_it_is_typed(typed: str) -> None:
    assert rules.read_code(typed) == "7KQM2XHD9RTB"


@pytest.mark.parametrize("typed", ["", "7KQM-2XHD", "7KQM-2XHD-9RT0", "7KQM-2XHD-9RTB-7KQM", "…", "☃" * 12])
def test_what_is_no_code(typed: str) -> None:
    with pytest.raises(rules.CodeUnknown):
        rules.read_code(typed)


def test_codes_are_of_all_signs_and_read_as_they_are_written() -> None:
    codes = {rules.code_of(number.to_bytes(16, "big") * 1) for number in range(10**30, 10**30 + 500)}
    assert len(codes) == 500
    assert all(rules.read_code(rules.written(code)) == code for code in codes)
    assert set("".join(rules.code_of(bytes([n]) * 16) for n in range(256))) == set(rules.CODE_ALPHABET)


@pytest.mark.parametrize("typed", ["", " ", "‎", "a" * 71, "a\nb\x00"])
def test_what_is_no_name(typed: str) -> None:
    with pytest.raises(rules.NameEmpty):
        rules.read_name(typed)


def test_a_token_says_what_was_delegated_and_groups_what_is_alike() -> None:
    narrow = Delegated(scopes=frozenset({"declarations:read"}), periods_from=date(2026, 1, 1), payment_max_minor=500)
    wide = Delegated(scopes=frozenset({"declarations:read", "declarations:file"}), periods_until=date(2026, 6, 30))
    delegated = {"1": narrow, "2": wide, "3": narrow}
    claim = claim_of_delegations(delegated)
    assert [each["employers"] for each in claim] == [["1", "3"], ["2"]]
    assert delegations_of_claim(claim) == delegated


@pytest.mark.parametrize(
    "claim",
    [
        {},
        "x",
        [{}],
        [{"scope": "a", "employers": "1"}],
        [{"scope": "a", "employers": [1]}],
        [{"scope": "a", "employers": ["1"], "from": "tomorrow"}],
        [{"scope": "a", "employers": ["1"], "from": 5}],
        [{"scope": "a", "employers": ["1"], "payment_max": "5"}],
        [{"scope": 5, "employers": ["1"]}],
        ["a"],
    ],
)
def test_a_claim_of_another_shape_is_none(claim: object) -> None:
    with pytest.raises((TypeError, ValueError, KeyError, AttributeError)):
        delegations_of_claim(claim)
