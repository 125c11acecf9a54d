"""What may happen to a mandate, allowed and refused, and what may be debited by it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.payments.mandates import amending, bank_messages, deadlines, mandate_terms, moving, rules
from services.payments.mandates.mandate import (
    ACCEPTED,
    MOVES,
    AnswerChannel,
    BankRequest,
    Mandate,
    MandateFinding,
    MandateParty,
    MandateProposal,
    RequestKind,
    Status,
)
from shared.funds.bindings import BankBinding, Bindings
from shared.funds.fund import Fund
from shared.funds.identifiers import AccountRule
from shared.kernel.errors import Conflict, Failure
from shared.kernel.moves import MoveNotAllowed
from shared.kernel.outcome import Outcome
from shared.kernel.personal import Encrypted
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds
from tests.payments.builders import FIRM
from tests.payments.mandates.builders import (
    FORM,
    HOLDER,
    LIMIT_MINOR,
    REFERENCE,
    RIB,
    TODAY,
    act,
    agreement,
    mandate,
    terms,
)

FUND = funds()[DZ]
WITHOUT_FORM = replace(
    FUND,
    sections=replace(
        FUND.sections,
        payments=replace(FUND.payments, mandates=replace(mandate_terms.offered(FUND), is_form_required=False)),
    ),
)
EMPLOYER, BANK, STAFF = (act(party) for party in (MandateParty.EMPLOYER, MandateParty.BANK, MandateParty.FUND))
PROPOSAL = MandateProposal(by="agent-1", at=AT, note="seen at the counter")


def issue(fund: Fund = FUND, **typed: Any) -> Outcome[Mandate]:
    return rules.issue(
        terms(**typed),
        mandate_id="m1",
        reference=REFERENCE,
        employer_id=FIRM,
        fund=fund,
        act=EMPLOYER,
        language="fr",
        encrypted=lambda account: Encrypted(f"encrypted:{account.number}"),
        traceparent="",
    )


def names(outcome: Outcome[Mandate]) -> list[str]:
    return [type(event).__name__ for event in outcome.events]


# --- Debits -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", Status)
def test_nothing_is_debited_before_the_end_and_nothing_after(status: Status) -> None:
    assert rules.may_debit(mandate(status), amount_minor=1, on=TODAY) == (status is Status.ACTIVE)


@pytest.mark.parametrize(
    ("amount_minor", "on", "may"),
    [
        (LIMIT_MINOR, date(2026, 2, 10), True),
        (LIMIT_MINOR, date(2026, 12, 31), True),
        (LIMIT_MINOR + 1, date(2026, 2, 10), False),
        (0, date(2026, 2, 10), False),
        (-1, date(2026, 2, 10), False),
        (1, date(2026, 2, 9), False),
        (1, date(2027, 1, 1), False),
    ],
)
def test_a_debit_is_within_the_mandates_limit_and_its_days(amount_minor: int, on: date, may: bool) -> None:
    given = mandate(ends_on=date(2026, 12, 31))
    assert rules.may_debit(given, amount_minor=amount_minor, on=on) is may


def test_a_mandate_without_limit_and_end_has_neither() -> None:
    given = mandate(amount_max_minor=None, ends_on=None)
    assert rules.may_debit(given, amount_minor=10**14, on=date(2099, 1, 1))


def test_as_many_failures_in_a_row_as_the_fund_allows_suspend_it() -> None:
    given = mandate()
    for count in (1, 2):
        outcome = rules.debit_failed(given, reason="AM04", act=act(), fund=FUND)
        given = outcome.thing
        assert (given.status, given.failures, outcome.events) == (Status.ACTIVE, count, ())
    assert rules.debited(given, on=TODAY, fund=FUND).failures == 0
    third = rules.debit_failed(given, reason="AM04", act=act(), fund=FUND)
    assert (third.thing.status, third.thing.failures) == (Status.SUSPENDED, 3)
    assert third.events[0].is_by_failures and third.events[0].failures == 3  # type: ignore[attr-defined]


@pytest.mark.parametrize("reason", sorted(rules.GONE_REASONS))
def test_a_closed_account_suspends_at_once(reason: str) -> None:
    assert rules.debit_failed(mandate(), reason=reason, act=act(), fund=FUND).thing.status is Status.SUSPENDED


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.ACTIVE}))
def test_a_late_failure_moves_nothing_that_is_not_active(status: Status) -> None:
    assert rules.debit_failed(mandate(status), reason="MD01", act=act(), fund=FUND).thing.status is status


# --- The table of moves -----------------------------------------------------------------------------------------------


def ready(status: Status) -> Mandate:
    """A mandate of which anything may come that its state allows."""
    facts: dict[str, Any] = {}
    if status in (Status.BANK_AGREED, Status.DOUBTFUL):
        facts["bank_agreement"] = agreement()
    if status is Status.DOUBTFUL:
        facts |= {"proposal": PROPOSAL, "signed_form": FORM}
    if status is Status.UPLOADED:
        facts["signed_form"] = FORM
    return mandate(status, **facts)


def agreed(it: Mandate, **said: Any) -> Outcome[Mandate]:
    return rules.agree(it, agreement(evidence="new", **said), holder="", act=BANK, fund=FUND)


def uploaded(it: Mandate) -> Outcome[Mandate]:
    return rules.upload(it, FORM, holder="", act=EMPLOYER, fund=FUND)


def differing(it: Mandate) -> Mandate:
    return replace(it, bank_agreement=agreement(holder="Somebody else"))


WAYS: dict[tuple[Status, Status], Callable[[Mandate], Outcome[Mandate]]] = {
    (Status.ISSUED, Status.BANK_AGREED): agreed,
    (Status.ISSUED, Status.UPLOADED): uploaded,
    (Status.ISSUED, Status.ACTIVE): lambda it: rules.agree(it, agreement(), holder="", act=BANK, fund=WITHOUT_FORM),
    (Status.ISSUED, Status.DOUBTFUL): lambda it: rules.agree(
        it, agreement(holder="Somebody else"), holder="", act=BANK, fund=WITHOUT_FORM
    ),
    (Status.BANK_AGREED, Status.ACTIVE): uploaded,
    (Status.BANK_AGREED, Status.DOUBTFUL): lambda it: uploaded(differing(it)),
    (Status.UPLOADED, Status.ACTIVE): agreed,
    (Status.UPLOADED, Status.DOUBTFUL): lambda it: rules.is_silent(it, act=act()),
    (Status.DOUBTFUL, Status.ACTIVE): lambda it: rules.confirm(it, act=act(by="agent-2"), fund=FUND),
    (Status.DOUBTFUL, Status.REFUSED): lambda it: rules.refuse(it, reason="another firm's", act=STAFF),
    (Status.ACTIVE, Status.SUSPENDED): lambda it: rules.suspend(it, act=EMPLOYER, reason="", fund=FUND),
    (Status.SUSPENDED, Status.ACTIVE): lambda it: rules.resume(it, act=EMPLOYER, fund=FUND),
    **{
        (here, Status.BANK_REFUSED): lambda it: rules.bank_refuses(it, reason="AC04", act=BANK, fund=FUND)
        for here in (Status.ISSUED, Status.BANK_AGREED, Status.UPLOADED, Status.DOUBTFUL)
    },
    **{
        (here, Status.CANCELLED): lambda it: rules.cancel(it, reason="", act=EMPLOYER, fund=FUND)
        for here in Status
        if MOVES[here]
    },
    **{(here, Status.EXPIRED): lambda it: rules.expire(it, act=act()) for here in Status if MOVES[here]},
}


@pytest.mark.parametrize("here", Status)
@pytest.mark.parametrize("to", Status)
def test_every_move_is_allowed_and_made_or_refused(here: Status, to: Status) -> None:
    assert (to in MOVES[here]) == ((here, to) in WAYS)
    if (here, to) in WAYS:
        after = WAYS[here, to](ready(here)).thing
        assert after.status is to
        assert after.steps[-1].status is to and len(after.steps) > 1
        assert rules.may_debit(after, amount_minor=1, on=TODAY) == (to is Status.ACTIVE)


@pytest.mark.parametrize("here", [each for each in Status if not MOVES[each]])
def test_what_is_over_moves_no_more(here: Status) -> None:
    over = mandate(here)
    for way in (
        lambda it: rules.suspend(it, act=EMPLOYER, reason="", fund=FUND),
        lambda it: rules.resume(it, act=STAFF, fund=FUND),
        lambda it: rules.cancel(it, reason="", act=STAFF, fund=FUND),
        lambda it: rules.expire(it, act=act()),
        lambda it: rules.refuse(it, reason="no", act=STAFF),
        lambda it: rules.propose(it, note="", act=STAFF),
        lambda it: amending.amend(it, terms(), amendment_id="a1", act=EMPLOYER, fund=FUND),
        uploaded,
    ):
        with pytest.raises(Conflict):
            way(over)
    for late in (agreed(over), rules.bank_refuses(over, reason="", act=BANK, fund=FUND)):
        assert (late.thing.status, late.events) == (here, ())
        assert late.thing.steps[-1].about == "answer-late"


# --- Given ------------------------------------------------------------------------------------------------------------


def test_a_form_is_issued_with_its_reference_and_the_bank_is_asked() -> None:
    outcome = issue()
    given = outcome.thing
    assert (given.status, given.account.number, given.account.holder) == (Status.ISSUED, RIB, HOLDER)
    assert given.request == BankRequest(message_id="m1", kind=RequestKind.INITIATION, asked_at=AT)
    assert (given.next_look_at, given.deadline_at) == (AT, AT + timedelta(days=60))
    assert names(outcome) == ["MandateIssued"]
    (published,) = outcome.events
    assert (published.language, published.account) == ("fr", f"encrypted:{RIB}")  # type: ignore[attr-defined]
    assert published.valid_until == TODAY + timedelta(days=60)  # type: ignore[attr-defined]
    assert not rules.may_debit(given, amount_minor=1, on=TODAY)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"account": "00200300000056789074"}, "mandate.account-malformed"),
        ({"account": ""}, "mandate.account-malformed"),
        ({"account": "0" * 60}, "mandate.account-malformed"),
        ({"rule": AccountRule.RIB_TN}, "mandate.account-not-offered"),
        ({"amount_max_minor": 10_000_000_001}, "mandate.limit-too-high"),
        ({"ends_on": TODAY}, "mandate.end-too-early"),
        ({"ends_on": date(1, 1, 1)}, "mandate.end-too-early"),
    ],
)
def test_wrong_terms_are_refused_by_name(typed: dict[str, Any], code: str) -> None:
    with pytest.raises(Failure) as refused:
        issue(**typed)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("written", "rule", "number"),
    [
        ("\u200f٠٠٢ ٠٠٣٠٠ ٠٠٠٠٥٦٧٨٩٠ ٧٣", AccountRule.RIB_DZ, RIB),
        ("23456789 88", AccountRule.CCP, "002345678988"),
    ],
)
def test_an_account_is_read_as_people_write_it(written: str, rule: AccountRule, number: str) -> None:
    assert issue(account=written, rule=rule).thing.account.number == number


def test_a_limit_is_asked_for_where_the_fund_wants_one() -> None:
    strict = replace(mandate_terms.offered(FUND), is_limit_required=True)
    fund = replace(FUND, sections=replace(FUND.sections, payments=replace(FUND.payments, mandates=strict)))
    with pytest.raises(mandate_terms.LimitMissing):
        issue(fund, amount_max_minor=None)
    assert issue(fund).thing.amount_max_minor == LIMIT_MINOR


def test_a_fund_that_debits_no_accounts_takes_no_mandates() -> None:
    none = replace(FUND, sections=replace(FUND.sections, payments=replace(FUND.payments, mandates=None)))
    with pytest.raises(mandate_terms.MandatesNotOffered):
        issue(none)


def test_a_bank_without_such_messages_is_not_asked() -> None:
    silent = replace(FUND, sections=replace(FUND.sections, bindings=Bindings(bank=BankBinding())))
    given = issue(silent).thing
    assert given.request is None and given.next_look_at == given.deadline_at == AT + timedelta(days=60)


# --- Agreement and acceptance -----------------------------------------------------------------------------------------


def test_the_banks_agreement_alone_accepts_nothing() -> None:
    outcome = agreed(ready(Status.ISSUED))
    assert (outcome.thing.bank_agreement is not None, outcome.thing.accepted_at, names(outcome)) == (True, None, [])


def test_the_form_alone_accepts_nothing_and_the_bank_is_awaited() -> None:
    given = uploaded(ready(Status.ISSUED)).thing
    assert (given.accepted_at, given.deadline_at) == (None, AT + timedelta(days=15))


def test_form_and_agreement_are_verified_by_the_platform_and_accepted() -> None:
    outcome = agreed(ready(Status.UPLOADED))
    accepted = outcome.thing
    assert (accepted.status, accepted.accepted_at, names(outcome)) == (Status.ACTIVE, AT, ["MandateAccepted"])
    assert accepted.steps[-1].party is MandateParty.PLATFORM and accepted.steps[-2].party is MandateParty.BANK


def test_doubts_are_published_with_their_codes() -> None:
    outcome = agreed(ready(Status.UPLOADED), account_number="00200300000056789074", amount_max_minor=1)
    codes = ("mandate.account-key-wrong", "mandate.limit-lower")
    assert tuple(each.code for each in outcome.thing.findings) == codes
    assert outcome.events[0].findings == codes  # type: ignore[attr-defined]


def test_a_better_answer_of_the_bank_ends_a_doubt() -> None:
    doubtful = ready(Status.DOUBTFUL)
    assert agreed(doubtful).thing.status is Status.ACTIVE
    still = agreed(doubtful, holder="Somebody else")
    assert (still.thing.status, names(still), still.thing.proposal) == (Status.DOUBTFUL, [], None)


def test_the_same_answer_twice_changes_nothing() -> None:
    given = mandate()
    assert rules.agree(given, agreement(), holder="", act=BANK, fund=FUND) == Outcome(given)


def test_a_second_form_replaces_the_first() -> None:
    better = replace(FORM, sha256="b" * 64)
    for here in (Status.UPLOADED, Status.DOUBTFUL):
        after = rules.upload(ready(here), better, holder="", act=EMPLOYER, fund=FUND).thing
        assert (after.status, after.signed_form) == (here, better)


# --- Two persons ------------------------------------------------------------------------------------------------------


def test_whoever_refuses_says_why() -> None:
    with pytest.raises(rules.NoteMissing):
        rules.refuse(ready(Status.DOUBTFUL), reason=" \u200f", act=STAFF)


def test_a_doubtful_mandate_is_accepted_by_two_persons() -> None:
    proposed = rules.propose(replace(ready(Status.DOUBTFUL), proposal=None), note="seen", act=act(by="agent-1")).thing
    assert proposed.status is Status.DOUBTFUL
    with pytest.raises(rules.MandateSamePerson):
        rules.confirm(proposed, act=act(by="agent-1"), fund=FUND)
    assert rules.confirm(proposed, act=act(by="agent-2"), fund=FUND).thing.status is Status.ACTIVE
    with pytest.raises(rules.NothingProposed):
        rules.confirm(replace(proposed, proposal=None), act=act(by="agent-2"), fund=FUND)


def test_where_the_bank_never_answered_its_agreement_is_the_form() -> None:
    silent = replace(ready(Status.DOUBTFUL), bank_agreement=None)
    accepted = rules.confirm(silent, act=act(by="agent-2"), fund=FUND).thing
    assert accepted.bank_agreement is not None
    assert (accepted.bank_agreement.channel, accepted.bank_agreement.evidence) == (
        AnswerChannel.FORM,
        f"form:{FORM.sha256}",
    )
    for step in (
        lambda it: rules.propose(it, note="", act=STAFF),
        lambda it: rules.confirm(it, act=act(by="agent-2"), fund=FUND),
    ):
        with pytest.raises(rules.FormMissing):
            step(replace(silent, signed_form=None))


# --- Amended ----------------------------------------------------------------------------------------------------------


def awaiting_amendment(**typed: Any) -> Mandate:
    wanted = terms(**{"amount_max_minor": 2 * LIMIT_MINOR, **typed})
    return amending.amend(mandate(), wanted, amendment_id="a-1", act=EMPLOYER, fund=FUND).thing


def test_an_amendment_changes_nothing_before_the_bank_has_agreed() -> None:
    asked = awaiting_amendment()
    assert (asked.amount_max_minor, asked.status) == (LIMIT_MINOR, Status.ACTIVE)
    assert asked.request is not None and (asked.request.kind, asked.request.message_id) == (
        RequestKind.AMENDMENT,
        "a1",
    )
    outcome = agreed(asked, amount_max_minor=2 * LIMIT_MINOR)
    assert (outcome.thing.amount_max_minor, outcome.thing.amendment) == (2 * LIMIT_MINOR, None)
    assert outcome.thing.reference == REFERENCE and names(outcome) == ["MandateAmended"]


@pytest.mark.parametrize(
    "answer",
    [
        lambda it: rules.bank_refuses(it, reason="MD07", act=BANK, fund=FUND),
        lambda it: agreed(it, amount_max_minor=LIMIT_MINOR),
    ],
)
def test_a_refused_or_differing_amendment_leaves_the_terms_in_force(
    answer: Callable[[Mandate], Outcome[Mandate]],
) -> None:
    outcome = answer(awaiting_amendment())
    after = outcome.thing
    assert (after.amount_max_minor, after.amendment, after.status) == (LIMIT_MINOR, None, Status.ACTIVE)
    assert not outcome.events[0].is_agreed  # type: ignore[attr-defined]


SILENT_FROM = AT + timedelta(days=30)


def platform(at: datetime) -> moving.MandateAct:
    return moving.MandateAct(party=MandateParty.PLATFORM, by="system:mandates", at=at)


def test_an_amendment_that_the_bank_never_answers_ends_with_a_message() -> None:
    asked = awaiting_amendment()
    assert (asked.deadline_at, asked.next_look_at) == (SILENT_FROM, AT)
    assert not deadlines.is_due(asked, fund=FUND, at=SILENT_FROM - timedelta(seconds=1))
    assert deadlines.is_due(asked, fund=FUND, at=SILENT_FROM)
    outcome = rules.end_due(asked, act=platform(SILENT_FROM), fund=FUND)
    after = outcome.thing
    assert (after.status, after.amount_max_minor, after.amendment, after.request) == (
        Status.ACTIVE,
        LIMIT_MINOR,
        None,
        None,
    )
    assert after.deadline_at is not None and after.deadline_at > SILENT_FROM and after.next_look_at == after.deadline_at
    (event,) = outcome.events
    assert (event.is_agreed, event.reason) == (False, rules.SILENT)  # type: ignore[attr-defined]


def test_its_answer_changes_nothing_when_it_comes_later() -> None:
    ended = rules.end_due(awaiting_amendment(), act=platform(SILENT_FROM), fund=FUND).thing
    said = agreement(evidence="pain.012:late", amount_max_minor=2 * LIMIT_MINOR)
    late = rules.agree(ended, said, holder="", act=BANK, fund=FUND)
    assert (late.thing.amount_max_minor, late.events) == (LIMIT_MINOR, ())
    assert late.thing.steps[-1].about == "answer-late"


def test_one_that_an_earlier_release_left_without_a_deadline_ends_too() -> None:
    left = replace(awaiting_amendment(), deadline_at=None)
    assert deadlines.is_due(left, fund=FUND, at=SILENT_FROM)


def test_a_mandate_whose_last_day_has_passed_expires_with_its_amendment() -> None:
    ending = amending.amend(
        mandate(ends_on=TODAY + timedelta(days=3)),
        terms(amount_max_minor=2 * LIMIT_MINOR),
        amendment_id="a-1",
        act=EMPLOYER,
        fund=FUND,
    ).thing
    assert ending.deadline_at is not None and ending.deadline_at < SILENT_FROM
    outcome = rules.end_due(ending, act=platform(ending.deadline_at), fund=FUND)
    assert (outcome.thing.status, names(outcome)) == (Status.EXPIRED, ["MandateExpired"])


def test_an_employer_may_ask_again_after_that() -> None:
    ended = rules.end_due(awaiting_amendment(), act=platform(SILENT_FROM), fund=FUND).thing
    again = amending.amend(ended, terms(amount_max_minor=3 * LIMIT_MINOR), amendment_id="a-2", act=EMPLOYER, fund=FUND)
    assert again.thing.amendment is not None


def test_where_the_bank_takes_no_messages_it_is_still_awaited() -> None:
    untaken = bank_messages.not_taken(awaiting_amendment(), fund=FUND)
    assert (untaken.request, untaken.next_look_at) == (None, SILENT_FROM)


def test_one_amendment_at_a_time_and_of_something() -> None:
    with pytest.raises(amending.AmendmentPending):
        amending.amend(awaiting_amendment(), terms(), amendment_id="a2", act=EMPLOYER, fund=FUND)
    with pytest.raises(amending.NothingAmended):
        amending.amend(mandate(), terms(), amendment_id="a2", act=EMPLOYER, fund=FUND)


# --- Ended ------------------------------------------------------------------------------------------------------------


def test_mandates_of_one_minute_are_cancelled_by_messages_of_their_own() -> None:
    ids = [f"019c4c1e-{number:04d}-7000-8000-000000000001" for number in range(2)]
    cancelled = [
        rules.cancel(mandate(Status.ACTIVE, mandate_id=each), reason="", act=EMPLOYER, fund=FUND).thing for each in ids
    ]
    message_ids = {each.request.message_id for each in cancelled if each.request is not None}
    assert len(message_ids) == 2 and {len(each) for each in message_ids} == {35}


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.SUSPENDED])
def test_only_what_is_suspended_is_resumed(status: Status) -> None:
    with pytest.raises(MoveNotAllowed):
        rules.resume(mandate(status), act=STAFF, fund=FUND)


@pytest.mark.parametrize(
    ("by", "resumed_by", "may"),
    [
        (MandateParty.EMPLOYER, EMPLOYER, True),
        (MandateParty.EMPLOYER, STAFF, True),
        (MandateParty.FUND, EMPLOYER, False),
        (MandateParty.PLATFORM, EMPLOYER, False),
        (MandateParty.PLATFORM, STAFF, True),
    ],
)
def test_whoever_suspended_it_resumes_it_or_the_fund(
    by: MandateParty, resumed_by: moving.MandateAct, may: bool
) -> None:
    suspended = mandate(Status.SUSPENDED, suspended_by=by, failures=3)
    if may:
        assert rules.resume(suspended, act=resumed_by, fund=FUND).thing.failures == 0
    else:
        with pytest.raises(rules.NotYoursToResume):
            rules.resume(suspended, act=resumed_by, fund=FUND)


@pytest.mark.parametrize("party", [MandateParty.EMPLOYER, MandateParty.FUND, MandateParty.BANK])
def test_each_party_may_end_it_and_the_bank_is_told_by_the_others(party: MandateParty) -> None:
    outcome = rules.cancel(mandate(), reason="MD16", act=act(party), fund=FUND)
    asked = outcome.thing.request
    assert (asked is not None) == (party is not MandateParty.BANK)
    assert asked is None or asked.kind is RequestKind.CANCELLATION
    assert outcome.events[0].cancelled_by == party.value  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("facts", "over_on"),
    [
        ({"ends_on": date(2026, 6, 30)}, date(2026, 7, 1)),
        ({}, date(2029, 2, 10)),
        ({"last_debit_on": date(2026, 5, 20)}, date(2029, 5, 20)),
    ],
)
def test_a_mandate_expires_after_its_last_day_or_unused(facts: dict[str, Any], over_on: date) -> None:
    given = rules.debited(mandate(**facts), on=facts.get("last_debit_on", TODAY), fund=FUND)
    if "last_debit_on" not in facts:
        given = rules.resume(mandate(Status.SUSPENDED, **facts), act=STAFF, fund=FUND).thing
    assert given.deadline_at is not None and FUND.day_of(given.deadline_at) == over_on
    assert not deadlines.is_due(given, fund=FUND, at=given.deadline_at - timedelta(seconds=1))
    assert deadlines.is_due(given, fund=FUND, at=given.deadline_at)


# --- Messages ---------------------------------------------------------------------------------------------------------


def test_a_message_is_sent_once_and_its_answer_asked_for_with_growing_waits() -> None:
    sent = bank_messages.sent(issue().thing, at=AT)
    assert sent.request is not None and sent.request.is_sent
    looks = []
    at = AT
    for _ in range(9):
        assert sent.next_look_at is not None
        looks.append((sent.next_look_at - at).total_seconds())
        at = sent.next_look_at
        sent = bank_messages.check_later(sent, at=at)
    assert looks == [5, 20, 60, 300, 1_800, 7_200, 21_600, 21_600, 21_600]


def test_nobody_looks_again_after_the_deadline() -> None:
    given = bank_messages.check_later(bank_messages.sent(issue().thing, at=AT), at=AT + timedelta(days=60, seconds=-10))
    assert given.next_look_at == given.deadline_at


def test_of_a_cancellation_no_answer_is_awaited() -> None:
    cancelled = rules.cancel(mandate(), reason="", act=EMPLOYER, fund=FUND).thing
    after = bank_messages.sent(cancelled, at=AT)
    assert (after.request, after.next_look_at) == (None, None)


def test_a_history_has_an_end() -> None:
    given = ready(Status.DOUBTFUL)
    for _ in range(100):
        given = uploaded(given).thing
    assert len(given.steps) == 60


def test_findings_of_a_silent_bank_name_it() -> None:
    silent = rules.is_silent(ready(Status.UPLOADED), act=act())
    assert silent.thing.findings == (MandateFinding(code="mandate.bank-silent"),)
    assert names(silent) == ["MandateDoubted"]
    assert {Status.ACTIVE, Status.SUSPENDED} == ACCEPTED
