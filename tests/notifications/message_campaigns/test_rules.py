"""A campaign's audience and steps, who starts it, and how fast it is written."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.notifications.contacts.contact import Contact
from services.notifications.message_campaigns import audiences, rules, wording
from services.notifications.message_campaigns.message_campaign import (
    MOVES,
    AudienceAnswer,
    AudiencePage,
    CampaignAudience,
    CampaignCondition,
    CampaignStatus,
    MessageCampaign,
    Progress,
    Reach,
)
from services.notifications.messages.message import Message, Status
from shared.audiences.joining import Joined, JoinPlace, beginning
from shared.events.audiences import AudienceCondition, AudienceRequested
from shared.funds.messages import CampaignTerms, Channel, MessagePurpose, Messages
from shared.kernel.errors import Failure
from shared.kernel.moves import MoveNotAllowed
from tests.kit.clock import AT
from tests.kit.contexts import TN, funds
from tests.notifications.message_campaigns.builders import FUND, campaign, draft, french, member, selected

ONE = Reach(recipients=1)
MANY = Reach(recipients=101)
DRAFT, SELECTING, READY = CampaignStatus.DRAFT, CampaignStatus.SELECTING, CampaignStatus.READY
SENDING, STOPPED = CampaignStatus.SENDING, CampaignStatus.STOPPED


# --- whom it asks for -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "given", "asked"),
    [
        ("rights-ending", {"until": "2026-09-30"}, {"until": "2026-09-30"}),
        ("employers-in-debt", {"at_least": "1500.50"}, {"at_least": "150050"}),
        ("employers-in-debt", {"at_least": " "}, {}),
        ("silent-employers", {"form": "das", "period": "2026"}, {"form": "das", "period": "2026"}),
        ("rights-ending", {}, "campaign.parameter-missing"),
        ("rights-ending", {"until": "30/09/2026"}, "campaign.parameter-malformed"),
        ("employers-in-debt", {"at_least": "-1"}, "campaign.parameter-malformed"),
        ("employers-in-debt", {"at_least": "NaN"}, "campaign.parameter-malformed"),
        ("employers-in-debt", {"at_least": "1.005"}, "campaign.parameter-malformed"),
        ("silent-employers", {"form": "no-such"}, "campaign.parameter-malformed"),
        ("silent-employers", {"period": "2026-Q7"}, "campaign.parameter-malformed"),
        ("persons", {"town": "Oran"}, "campaign.parameter-malformed"),
    ],
)
def test_an_audience_is_asked_with_what_its_service_understands(
    code: str, given: dict[str, str], asked: dict[str, str] | str
) -> None:
    try:
        found: object = audiences.asked(code, given, fund=FUND)
    except Failure as refused:
        found = refused.code
    assert found == asked


def test_a_fund_is_offered_the_audiences_that_it_has() -> None:
    without = replace(FUND, sections=replace(FUND.sections, declarations=None))
    assert "silent-employers" in audiences.offered(FUND)
    assert "silent-employers" not in audiences.offered(without)


# --- its steps --------------------------------------------------------------------------------------------------------

STEPS: dict[str, tuple[Callable[[MessageCampaign], object], set[CampaignStatus]]] = {
    "rewrite": (
        lambda it: rules.rewrite(it, draft(), fund=FUND, by="agent-2", at=AT),
        {DRAFT, SELECTING, READY},
    ),
    "select": (lambda it: rules.select(it, selection_id="s2", fund=FUND, at=AT), {DRAFT, READY}),
    "start": (lambda it: rules.start(it, fund=FUND, by="agent-2", at=AT), {READY}),
    "stop": (lambda it: rules.stop(it, reason="wrong day"), {SENDING}),
    "resume": (rules.resume, {STOPPED}),
    "cancel": (lambda it: rules.cancel(it, reason="wrong day", at=AT), {DRAFT, SELECTING, READY, STOPPED}),
}


@pytest.mark.parametrize("status", CampaignStatus)
@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_taken_from_its_states_alone(step: str, status: CampaignStatus) -> None:
    take, allowed = STEPS[step]
    before = campaign(status, reach=ONE)
    if status in allowed:
        assert take(before) is not None
    else:
        with pytest.raises((MoveNotAllowed, rules.NotEditable)):
            take(before)


def test_every_state_that_is_not_an_end_leads_to_one() -> None:
    ends = {status for status, moves in MOVES.items() if not moves}
    assert ends == {CampaignStatus.FINISHED, CampaignStatus.CANCELLED}


def test_who_rewrites_has_the_audience_selected_anew() -> None:
    before = campaign(READY, reach=MANY, pages=3)
    changed = rules.rewrite(before, draft(name="Autre"), fund=FUND, by="agent-2", at=AT)
    assert (changed.selection_id, changed.pages, changed.reach, changed.written_by) == ("", 0, Reach(), "agent-2")


@pytest.mark.parametrize(
    ("facts", "by", "is_allowed"),
    [
        ({"reach": Reach(recipients=100)}, "agent-1", True),
        ({"reach": MANY}, "agent-1", False),
        ({"reach": MANY}, "agent-2", True),
        ({"reach": ONE, "draft": {"purpose": MessagePurpose.LEGAL, "legal_reference": "Décret"}}, "agent-1", False),
        ({"reach": ONE, "draft": {"purpose": MessagePurpose.LEGAL, "legal_reference": "Décret"}}, "agent-2", True),
    ],
)
def test_another_person_starts_what_goes_to_many_or_to_everybody_by_law(
    facts: dict[str, Any], by: str, is_allowed: bool
) -> None:
    ready = campaign(READY, **facts)
    if is_allowed:
        assert rules.start(ready, fund=FUND, by=by, at=AT).status is SENDING
    else:
        with pytest.raises(rules.CampaignNeedsSecondPerson):
            rules.start(ready, fund=FUND, by=by, at=AT)


def test_a_campaign_to_nobody_is_not_started() -> None:
    with pytest.raises(rules.NobodyToWriteTo):
        rules.start(campaign(READY), fund=FUND, by="agent-2", at=AT)


# --- its audience -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "is_next"),
    [
        (selected("1"), True),
        (selected("1", page=2), False),
        (selected("1", selection_id="s0"), False),
    ],
)
def test_only_the_next_page_of_the_selection_that_counts_is_taken(event: Any, is_next: bool) -> None:
    assert rules.is_awaited(campaign(SELECTING), event) == is_next
    assert not rules.is_awaited(campaign(READY), event)
    assert not rules.is_awaited(None, event)


def test_pages_add_up_and_the_last_one_makes_it_ready() -> None:
    reach = Reach(recipients=2, by_channel={Channel.EMAIL: 1, Channel.SMS: 2}, by_language={"fr": 2}, dead=1)
    first = rules.with_page(campaign(SELECTING), reach=reach, is_last=False)
    assert first.status is SELECTING
    whole = rules.with_page(first, reach=replace(reach, by_language={"ar": 2}, inbox_only=1), is_last=True)
    assert whole.status is READY and whole.pages == 2
    assert whole.reach == Reach(
        recipients=4,
        by_channel={Channel.EMAIL: 2, Channel.SMS: 4},
        by_language={"ar": 2, "fr": 2},
        inbox_only=1,
        dead=2,
    )


def test_an_audience_that_is_refused_makes_it_a_draft_again_and_says_why() -> None:
    refused = rules.with_answer(campaign(SELECTING), selected(refused="campaign.none"))
    assert (refused.status, refused.refused) == (DRAFT, "campaign.none")


# --- an audience of several conditions --------------------------------------------------------------------------------

DEBT, NO_MANDATE = CampaignCondition(code="employers-in-debt"), CampaignCondition(code="employers-without-mandate")


def of_conditions(*also: CampaignCondition, languages: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"audience": CampaignAudience(code="silent-employers", also=also, languages=languages)}


def joined_of(*also: CampaignCondition) -> MessageCampaign:
    return campaign(SELECTING, draft=of_conditions(*also))


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (of_conditions(DEBT, NO_MANDATE), ""),
        (of_conditions(CampaignCondition(code="employers", is_not=True), languages=("fr",)), ""),
        (of_conditions(CampaignCondition(code="persons")), "campaign.audiences-differ"),
        (of_conditions(CampaignCondition(code="persons", is_not=True)), "campaign.audiences-differ"),
        (of_conditions(CampaignCondition(code="everybody")), "campaign.audience-unknown"),
        (of_conditions(replace(DEBT, parameters={"at_least": "many"})), "campaign.parameter-malformed"),
        (of_conditions(languages=("de",)), "campaign.language-not-spoken"),
        ({**of_conditions(DEBT), **french(text="{owed} le {due_on}")}, ""),
        (
            {**of_conditions(replace(DEBT, is_not=True)), **french(text="{owed} le {due_on}")},
            "campaign.wording-malformed",
        ),
    ],
)
def test_conditions_that_cannot_be_joined_are_refused_when_they_are_written(facts: dict[str, Any], code: str) -> None:
    try:
        wording.checked(draft(**facts), fund=FUND)
        found = ""
    except Failure as refused:
        found = refused.code
    assert found == code


def test_all_conditions_are_asked_for_by_one_event_as_services_read_them() -> None:
    before = campaign(READY, draft=of_conditions(replace(DEBT, parameters={"at_least": "1000"}, is_not=True)))
    (event,) = rules.select(before, selection_id="s2", fund=FUND, at=AT).events
    assert isinstance(event, AudienceRequested)
    asked = {"at_least": "100000"}
    assert event.audience == "silent-employers"
    assert event.also == (AudienceCondition(audience="employers-in-debt", parameters=asked, is_not=True),)


def test_answers_are_joined_when_each_service_has_ended_and_not_before() -> None:
    before = joined_of(DEBT, CampaignCondition(code="employers"))
    payments = rules.with_answer(before, selected("1", "2", answers=(0, 1), counted=(5, 3)))
    assert payments.joining is None and payments.counted == (5, 3, 0)
    assert rules.is_awaited(payments, selected("1", answers=(2,)))
    assert not rules.is_awaited(payments, selected("1", answers=(0, 1))), "that page came"
    first = rules.with_answer(payments, selected("1", answers=(2,), counted=(7,), is_last=False))
    assert first.joining is None
    both = rules.with_answer(first, selected("2", page=2, answers=(2,), counted=(2,)))
    assert both.joining == beginning(2) and both.counted == (5, 3, 9) and both.status is SELECTING
    assert [(each.conditions, each.pages) for each in both.answers] == [((0, 1), 1), ((2,), 2)]


def test_one_service_that_knows_all_conditions_leaves_nothing_to_join() -> None:
    event = selected("1", answers=(0, 1), counted=(5, 3))
    assert rules.is_whole(joined_of(DEBT), event) and not rules.is_whole(joined_of(DEBT, NO_MANDATE), event)
    assert rules.with_answer(joined_of(DEBT), event).joining is None


def test_an_older_service_that_answers_for_the_first_condition_alone_makes_nothing_ready() -> None:
    """The others were never asked for, and nobody is written to who does not meet them."""
    older = rules.with_answer(joined_of(DEBT), selected("1", "2"))
    assert (older.status, older.joining, older.counted) == (SELECTING, None, (2, 0))


def test_a_refused_condition_makes_it_a_draft_again() -> None:
    refused = rules.with_answer(joined_of(DEBT), selected(refused="campaign.none", answers=(1,)))
    assert (refused.status, refused.refused, refused.joining) == (DRAFT, "campaign.none", None)


def test_pages_of_answers_go_when_they_were_joined_to_their_end() -> None:
    answers = (AudienceAnswer(conditions=(0,), pages=3), AudienceAnswer(conditions=(1,), pages=2, is_excluding=True))
    half = campaign(SELECTING, answers=answers, joining=JoinPlace(cursors=("2", "")))
    assert rules.excluded(half) == {1}
    assert rules.joined_pages(half, JoinPlace(cursors=("3", ""))) == ["s1/0.000002"]
    assert rules.joined_pages(half, JoinPlace(cursors=(None, "2"))) == ["s1/0.000002", "s1/0.000003", "s1/1.000001"]
    done = replace(half, joining=JoinPlace(cursors=(None, "2")))
    assert rules.joined_pages(done, JoinPlace(cursors=(None, None))) == ["s1/1.000002"]


def test_a_step_that_finds_nobody_adds_no_page_and_the_last_makes_it_ready() -> None:
    joining = replace(joined_of(DEBT), joining=beginning(2))
    place = JoinPlace(cursors=("2", None), behind="9")
    nobody = rules.with_joined(joining, Joined(members=(), counted=(0, 0), place=place), reach=Reach())
    assert (nobody.pages, nobody.joining, nobody.status) == (0, place, SELECTING)
    ended = JoinPlace(cursors=(None, None), behind="9")
    last = rules.with_joined(nobody, Joined(members=(member("1"),), counted=(1, 1), place=ended), reach=ONE)
    assert (last.pages, last.joining, last.status, last.reach) == (1, None, READY, ONE)
    empty = rules.with_joined(nobody, Joined(members=(), counted=(0, 0), place=ended), reach=Reach())
    assert (empty.pages, empty.status) == (0, READY)


@pytest.mark.parametrize(
    ("languages", "found"), [((), "1234"), (("fr",), "14"), (("ar",), "234"), (("ar", "fr"), "1234")]
)
def test_who_reads_another_language_is_left_out(languages: tuple[str, ...], found: str) -> None:
    """The third reads a language that the fund does not write, and is written to in its first one; the fourth is not in
    the register."""
    spoken = {"1": "fr", "2": "ar", "3": "de"}
    known = {
        owner_id: Contact(owner_id=owner_id, sealed=None, language=language, registered_at=AT)
        for owner_id, language in spoken.items()
    }
    members = [member(owner_id) for owner_id in "1234"]
    left = rules.reading(members, languages=languages, known=known, fund=FUND)
    assert "".join(each.owner_id for each in left) == found


# --- how fast it is written -------------------------------------------------------------------------------------------


def page(*owner_ids: str, number: int = 1) -> AudiencePage:
    return AudiencePage(
        page_id=f"s1.{number:06d}",
        selection_id="s1",
        number=number,
        members=tuple(map(member, owner_ids)),
        selected_at=AT,
    )


def message(channel: Channel) -> Message:
    return Message(
        message_id="m1",
        notice_id="n1",
        about="c1",
        template="c1",
        template_version=1,
        channel=channel,
        owner_id="1",
        language="fr",
        status=Status.QUEUED,
        told_at=AT,
    )


def with_limits(**per_minute: int) -> Any:
    limits = {Channel(name): count for name, count in per_minute.items()}
    messages = Messages(campaigns=CampaignTerms(per_minute=limits))
    return replace(FUND, sections=replace(FUND.sections, messages=messages))


def test_a_slice_is_what_ten_seconds_of_the_slowest_channel_allow() -> None:
    many = page(*map(str, range(900)))
    assert len(rules.slice_of(campaign(SENDING), many, fund=with_limits())) == rules.SLICE_MAX
    assert len(rules.slice_of(campaign(SENDING), many, fund=with_limits(email=6000, sms=60))) == 10
    assert len(rules.slice_of(campaign(SENDING), many, fund=with_limits(sms=1))) == 1
    begun = campaign(SENDING, progress=Progress(next_member=895))
    assert [each.owner_id for each in rules.slice_of(begun, many, fund=with_limits())] == [
        "895",
        "896",
        "897",
        "898",
        "899",
    ]
    assert rules.slice_of(campaign(SENDING), None, fund=FUND) == ()


def test_the_next_slice_waits_as_long_as_the_messages_need() -> None:
    written = [message(Channel.SMS)] * 10 + [message(Channel.EMAIL)] * 20 + [message(Channel.INBOX)] * 500
    assert rules.next_at(written, fund=with_limits(sms=60, email=60), at=AT) == AT + timedelta(seconds=20)
    assert rules.next_at(written, fund=with_limits(), at=AT) == AT
    assert rules.next_at([], fund=with_limits(sms=60), at=AT) == AT


def test_progress_goes_through_the_pages_and_ends_behind_the_last() -> None:
    sending = campaign(SENDING, pages=2)
    first, last = page("1", "2", "3"), page(number=2)
    one = rules.advance(sending, first, members=first.members[:2], messages=[message(Channel.SMS)], at=AT)
    assert one.progress == Progress(next_page=1, next_member=2, members=2, messages=1, last_owner="2")
    two = rules.advance(one, first, members=first.members[2:], messages=[], at=AT)
    assert (
        two.progress == Progress(next_page=2, next_member=0, members=3, messages=1, last_owner="3")
        and two.status is SENDING
    )
    done = rules.advance(two, last, members=(), messages=[], at=AT)
    assert (done.status, done.ended_at) == (CampaignStatus.FINISHED, AT)


@pytest.mark.parametrize(
    ("progress", "owners", "is_so"),
    [
        (Progress(), "123", True),
        (Progress(members=2, last_owner="2"), "345", True),
        (Progress(members=2, last_owner="2"), "234", False),
        (Progress(members=2, last_owner="2"), "1", False),
        (Progress(), "132", False),
        (Progress(), "11", False),
        (Progress(members=2), "345", False),
    ],
)
def test_who_comes_behind_all_that_were_written_to_is_new(progress: Progress, owners: str, is_so: bool) -> None:
    """The last is of a campaign that an earlier release began."""
    assert rules.are_new(campaign(SENDING, progress=progress), list(map(member, owners))) == is_so


def test_when_it_ends_is_said_by_its_pace_and_not_before_there_is_one() -> None:
    half = campaign(SENDING, reach=Reach(recipients=200), progress=Progress(members=100, messages=150))
    assert rules.ends_at(half, per_minute=15.0, at=AT) == AT + timedelta(minutes=10)
    assert rules.ends_at(half, per_minute=0.0, at=AT) is None
    assert rules.ends_at(campaign(SENDING), per_minute=15.0, at=AT) is None


def test_quiet_hours_of_one_channel_hold_the_whole_of_it_but_not_what_is_legal() -> None:
    night = AT.replace(hour=22)
    assert rules.waits_until(campaign(SENDING), fund=FUND, at=AT) is None
    morning = rules.waits_until(campaign(SENDING), fund=FUND, at=night)
    assert morning is not None and FUND.day_of(morning) == FUND.day_of(night) + timedelta(days=1)
    legal = campaign(SENDING, draft={"purpose": MessagePurpose.LEGAL, "legal_reference": "Décret"})
    assert rules.waits_until(legal, fund=FUND, at=night) is None


def test_every_fund_has_the_names_of_its_audiences_in_its_languages() -> None:
    for fund in (FUND, funds()[TN]):
        for audience in audiences.offered(fund).values():
            parts = (*audience.parameters.values(), *audience.values.values())
            texts = [audience.names, *(each.names for each in parts)]
            assert all(set(fund.languages) <= set(text) for text in texts)
