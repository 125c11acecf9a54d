"""What may become of a change of account: the whole table, what the fund's terms do to it, and the register's word."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.identity.bank_accounts import rules
from services.identity.bank_accounts.change import MOVES, BankAccountChange, ChangeRefusal, Status
from services.identity.bank_accounts.rules import (
    AccountUnchanged,
    ChangeOpen,
    GivenAccountKeyWrong,
    GivenAccountLengthWrong,
    NotChangedHere,
    ProofMissing,
)
from services.identity.register.person import Person
from services.identity.register.rules import read_person, registered, with_bank
from shared.events.identity import BankAccountChangeAsked, BankAccountChanged, BankAccountChangeEnded
from shared.funds.fund import Fund
from shared.funds.law import Confidence, Law
from shared.funds.payments import AccountChanges
from shared.kernel.moves import MoveNotAllowed
from tests.identity.builders import person_row
from tests.kit.contexts import DZ, funds, shipped

AT = datetime(2026, 2, 10, 9, 30, tzinfo=UTC)
TODAY = date(2026, 2, 10)
FIRST, OTHER, THIRD = "00200100000001234563", "00700100000000000141", "00200100000009999968"
LAW = Law(valid_from=date(2026, 1, 1), reference="x", confidence=Confidence.UNKNOWN)


def fund(terms: AccountChanges | None = AccountChanges(law=LAW)) -> Fund:  # noqa: B008
    known = funds()[DZ]
    section = replace(known.payments, account_changes=terms)
    return replace(known, sections=replace(known.sections, payments=section))


def person(**cells: str) -> Person:
    entry = read_person(person_row(**cells), fund=funds()[DZ], on=TODAY).entry
    found = registered(None, entry, person_ref="p1", national_id_index="i1")
    assert found is not None
    return found


def change(status: Status = Status.ASKED, **facts: Any) -> BankAccountChange:
    is_open = status in (Status.ASKED, Status.AGREED)
    known: dict[str, Any] = {
        "change_id": "c1",
        "reference": "BA260000000132",
        "person_ref": "p1",
        "account": OTHER,
        "former": FIRST,
        "status": status,
        "asked_at": AT,
        "effective_at": AT + timedelta(days=3),
        "refused_for": ChangeRefusal.OTHER if status is Status.REFUSED else None,
        "ended_at": None if is_open else AT,
    }
    return BankAccountChange(**{**known, **facts})


def ask(**facts: Any) -> Any:
    known: dict[str, Any] = {
        "fund": fund(),
        "known": None,
        "change_id": "c1",
        "reference": "BA260000000132",
        "former_contact": None,
        "at": AT,
    }
    return rules.ask(person(), facts.pop("account", OTHER), **{**known, **facts})


def test_the_bank_s_statement_is_asked_for_where_the_fund_wants_it() -> None:
    wanted = fund(AccountChanges(law=LAW, needs_proof=True))
    with pytest.raises(ProofMissing):
        ask(fund=wanted)
    assert ask(fund=wanted, proof_upload_id="u1").thing.proof_upload_id == "u1"
    assert ask().thing.proof_upload_id == ""
    asking = {each.fund_id: rules.terms(each).needs_proof for each in shipped().values() if each.sections.payments}
    assert asking["tn-cnss"] and not asking[DZ]
    with pytest.raises(ValueError, match="nobody would look at it"):
        AccountChanges(law=LAW, needs_proof=True, needs_agreement=False)


def test_it_waits_for_an_agent_and_for_its_days_where_the_fund_says_nothing_else() -> None:
    asked = ask()
    assert (asked.thing.status, asked.thing.effective_at) == (Status.ASKED, AT + timedelta(days=3))
    assert (asked.thing.former, asked.thing.next_look_at) == (FIRST, None)
    (event,) = asked.events
    assert isinstance(event, BankAccountChangeAsked) and event.needs_agreement
    assert event.effective_on == date(2026, 2, 13) and OTHER not in repr(event)


def test_where_no_agent_need_agree_it_waits_for_its_days_alone() -> None:
    asked = ask(fund=fund(AccountChanges(law=LAW, needs_agreement=False, waiting_days=7)))
    assert (asked.thing.status, asked.thing.next_look_at) == (Status.AGREED, AT + timedelta(days=7))


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"fund": fund(None)}, NotChangedHere),
        ({"known": change()}, ChangeOpen),
        ({"account": FIRST}, AccountUnchanged),
    ],
)
def test_what_may_not_be_asked_for(facts: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        ask(**facts)


def test_a_fund_cannot_leave_out_both_the_wait_and_the_agent() -> None:
    with pytest.raises(ValueError, match="nothing would stand before a thief"):
        AccountChanges(law=LAW, waiting_days=0, needs_agreement=False)
    assert AccountChanges(law=LAW, waiting_days=0).needs_agreement


@pytest.mark.parametrize("known", shipped().values(), ids=lambda it: it.fund_id)
def test_every_fund_ships_with_the_careful_terms(known: Fund) -> None:
    terms = rules.terms(known)
    assert (terms.waiting_days, terms.needs_agreement, terms.law.is_to_be_confirmed) == (3, True, True)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (OTHER, OTHER),
        ("007 00100 0000000001 41", OTHER),
        ("٠٠٧٠٠١٠٠٠٠٠٠٠٠٠٠٠١٤١", OTHER),
        (f"\u200f{OTHER}", OTHER),
        (OTHER[:-1], GivenAccountLengthWrong),
        (OTHER + "0", GivenAccountLengthWrong),
        ("compte de Karim", GivenAccountLengthWrong),
        (OTHER[:-1] + "8", GivenAccountKeyWrong),
    ],
)
def test_an_account_is_read_by_the_rule_of_the_country(typed: str, read: Any) -> None:
    if isinstance(read, str):
        assert rules.read(typed, fund=funds()[DZ]) == read
    else:
        with pytest.raises(read):
            rules.read(typed, fund=funds()[DZ])


def moved(known: BankAccountChange, to: Status) -> BankAccountChange:
    after = AT + timedelta(days=4)
    if to is Status.AGREED:
        return rules.agree(known, by="agent-1", at=AT)
    if to is Status.REFUSED:
        return rules.refuse(known, reason=ChangeRefusal.HOLDER_DIFFERS, by="agent-1", at=after).thing
    if to is Status.WITHDRAWN:
        return rules.withdraw(known, at=after).thing
    if to is Status.OVERTAKEN:
        return rules.overtake(known, at=after).thing
    return rules.take_effect(known, former_contact=None, at=after).thing


@pytest.mark.parametrize("here", Status)
@pytest.mark.parametrize("to", [each for each in Status if each is not Status.ASKED])
def test_every_move_is_allowed_or_refused(here: Status, to: Status) -> None:
    if to in MOVES[here]:
        after = moved(change(here), to)
        assert after.status is to and after.is_open is (to is Status.AGREED)
        assert (after.next_look_at is None) is not after.is_open
    else:
        with pytest.raises(MoveNotAllowed):
            moved(change(here), to)


def test_an_agreed_change_waits_until_its_time_however_early_the_agent_was() -> None:
    early = rules.agree(change(), by="agent-1", at=AT)
    assert early.next_look_at == early.effective_at and not rules.is_due(early, at=AT)
    assert rules.is_due(early, at=early.effective_at)
    late = AT + timedelta(days=9)
    assert rules.agree(change(), by="agent-1", at=late).next_look_at == late
    assert not rules.is_due(change(), at=late)  # nobody agreed


def test_each_end_is_told() -> None:
    assert [type(each) for each in rules.take_effect(change(Status.AGREED), former_contact=None, at=AT).events] == [
        BankAccountChanged
    ]
    (event,) = rules.withdraw(change(), at=AT).events
    assert isinstance(event, BankAccountChangeEnded) and event.status == "withdrawn"


@pytest.mark.parametrize(
    ("bank", "is_dead", "holds"),
    [(FIRST, False, True), (OTHER, False, True), (THIRD, False, False), (None, False, False), (FIRST, True, False)],
)
def test_what_the_register_came_to_say_since_wins(bank: str | None, is_dead: bool, holds: bool) -> None:
    assert rules.holds(change(), replace(person(), bank=bank), is_dead=is_dead) is holds


# --- the register's next imports


def imported(known: Person, **cells: str) -> Person:
    entry = read_person(person_row(**cells), fund=funds()[DZ], on=TODAY).entry
    return registered(known, entry, person_ref="p1", national_id_index="i1") or known


def test_an_account_that_the_person_gave_stands_until_the_register_says_another_than_then() -> None:
    given = with_bank(person(), OTHER)
    assert (given.bank, given.is_bank_changed, given.register_bank) == (OTHER, True, FIRST)
    same = imported(given, family_name="Haddad")
    assert (same.bank, same.is_bank_changed) == (OTHER, True)
    newest = imported(same, bank_account=THIRD)
    assert (newest.bank, newest.is_bank_changed, newest.register_bank) == (THIRD, False, None)
    learnt = imported(given, bank_account=OTHER)  # the register learnt of it: from then on it has the word
    assert (learnt.bank, learnt.is_bank_changed) == (OTHER, False)
    assert imported(learnt, bank_account=FIRST).bank == FIRST


def test_of_whom_the_register_knew_no_account_the_given_one_stands() -> None:
    given = with_bank(person(bank_account=""), OTHER)
    assert (given.bank, given.is_bank_changed, given.register_bank) == (OTHER, True, None)
    assert imported(given, bank_account="", dependants="3").bank == OTHER
    assert imported(given, bank_account=THIRD).bank == THIRD


def test_a_second_change_remembers_what_the_register_says_and_not_the_first() -> None:
    twice = with_bank(with_bank(person(), OTHER), THIRD)
    assert (twice.bank, twice.register_bank) == (THIRD, FIRST)
    back = with_bank(twice, FIRST)
    assert (back.bank, back.is_bank_changed, back.register_bank) == (FIRST, False, None)
