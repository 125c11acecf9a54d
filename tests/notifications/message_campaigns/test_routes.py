"""A campaign over HTTP: written, its audience counted, started by another person, sent, stopped, resumed, reported."""

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from pymongo.database import Database

from services.notifications.delivery import actions as delivery
from services.notifications.delivery.outgoing import ProviderAnswer, Verdict
from services.notifications.message_campaigns import actions, jobs, reporting, rules
from services.notifications.messages import store as messages
from services.notifications.messages.batch import Batch
from services.notifications.wiring import service
from shared.events.audiences import AudienceRequested
from shared.events.identity import PersonDied
from shared.funds.messages import Channel
from shared.kernel.personal import Encrypted
from shared.process.backfills import backfill_all
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.callers import Caller, Office
from tests.kit.clock import AT, Clock
from tests.kit.contexts import DZ, context_on, funds, handle, published_events
from tests.notifications import builders as made
from tests.notifications.message_campaigns.builders import BODY, TEXTS, selected

FIRMS = [f"16000000{number:02d}" for number in range(1, 7)]
NIGHT, MORNING = AT.replace(hour=22), AT.replace(day=11, hour=7)
"""The fund is an hour ahead of UTC; its quiet hours end at eight."""


@pytest.fixture
def clock() -> Clock:
    return Clock(AT)


@pytest.fixture
def context(database: Database[dict[str, Any]], mongodb: str, clock: Clock) -> ServiceContext:
    return context_on(database, mongodb, clock=clock)


@pytest.fixture
def office(context: ServiceContext) -> Office:
    office = Office(service, context)
    handle(context, service, made.employers(*(made.employer(firm) for firm in FIRMS)))
    return office


def write(office: Office, by: str = "agent-1", **facts: Any) -> str:
    answer = office.staff(by).post("/message-campaigns", {**BODY, **facts})
    assert answer.status_code == 201, answer.json
    return str(answer.json["campaign_id"])


def request_of(context: ServiceContext, campaign_id: str) -> AudienceRequested:
    found = published_events(context, "audiences.audience-requested")
    (event,) = [each for each in found if each.campaign_id == campaign_id]
    assert isinstance(event, AudienceRequested)
    return event


def select(context: ServiceContext, office: Office, campaign_id: str, *owner_ids: str, pages: int = 1) -> None:
    """Ask for the audience, and answer as the service would that knows it."""
    asked = office.staff().post(f"/message-campaigns/{campaign_id}/selection")
    assert asked.json["status"] == "selecting"
    event = request_of(context, campaign_id)
    for number in range(1, pages + 1):
        part = owner_ids[number - 1 :: pages]
        handle(
            context,
            service,
            selected(
                *part,
                page=number,
                is_last=number == pages,
                selection_id=event.selection_id,
                campaign_id=campaign_id,
            ),
        )


def ready(context: ServiceContext, office: Office, *owner_ids: str, **facts: Any) -> str:
    campaign_id = write(office, **facts)
    select(context, office, campaign_id, *(owner_ids or FIRMS), pages=2)
    return campaign_id


def step(office: Office, campaign_id: str, name: str, *, by: str = "agent-2", reason: str = "") -> Any:
    caller = office.staff(by)
    return caller.post(f"/message-campaigns/{campaign_id}/{name}", {"reason": reason} if reason else None)


def run(context: ServiceContext, campaign_id: str) -> Any:
    return jobs.run(context, DZ, campaign_id)


def send(context: ServiceContext, clock: Clock, campaign_id: str) -> None:
    """Write all of it, with the waits that the rate limits of its channels ask for."""
    for _ in range(100):
        next_at = run(context, campaign_id)
        if next_at is None:
            return
        clock.at = max(clock.at, next_at)
    pytest.fail("it does not end")


def written(context: ServiceContext, campaign_id: str) -> list[tuple[str, str]]:
    rows = context.database["messages"].find({"template": campaign_id})
    return sorted((row["owner_id"], row["channel"]) for row in rows)


def test_from_a_draft_to_the_last_message(context: ServiceContext, office: Office, clock: Clock) -> None:
    campaign_id = ready(context, office)
    asked = request_of(context, campaign_id)
    assert (asked.audience, asked.parameters) == ("silent-employers", {"period": "2026-Q3"})
    found = office.staff().get(f"/message-campaigns/{campaign_id}").json
    assert (found["status"], found["text"]) == ("ready", "Prête à partir")
    assert found["reach"]["recipients"] == 6 and found["reach"]["by_channel"] == {"email": 6}
    assert found["audience"]["asked_with"] == [{"text": "Période", "kind": "period", "value": "2026-Q3"}]
    assert not found["needs_second_person"] and len(found["previews"]) == 9
    assert step(office, campaign_id, "start").json["status"] == "sending"
    send(context, clock, campaign_id)
    done = office.staff().get(f"/message-campaigns/{campaign_id}/report").json
    assert done["campaign"]["status"] == "finished" and done["campaign"]["started_by"] == "agent-2"
    assert [(each["channel"], each["queued"]) for each in done["channels"]] == [("email", 6)]
    assert written(context, campaign_id) == [(firm, "email") for firm in FIRMS]
    (inbox,) = [m for m in office.employer(FIRMS[0]).get("/messages").json["items"] if m["template"] == campaign_id]
    assert inbox["subject"] == "Déclarez à temps" and "31\u00a0octobre\u00a02026" in inbox["text"]
    (listed,) = office.staff().get("/message-campaigns").json["items"]
    assert listed["campaign_id"] == campaign_id
    (wave,) = office.staff().get("/operations/waves").json["items"]
    assert (wave["template"], wave["subject"], wave["messages"]) == (campaign_id, "Déclarez à temps", 6)
    report = office.staff().get(f"/operations/waves/report?template={campaign_id}").json
    assert report["subject"] == "Déclarez à temps"


def test_a_page_that_comes_twice_or_of_another_selection_counts_nobody_twice(
    context: ServiceContext, office: Office
) -> None:
    campaign_id = write(office)
    select(context, office, campaign_id, *FIRMS, pages=3)
    handle(context, service, selected(*FIRMS, campaign_id=campaign_id, selection_id="an-older-one"))
    assert office.staff().get(f"/message-campaigns/{campaign_id}").json["reach"]["recipients"] == 6


def test_who_wrote_a_campaign_to_many_does_not_start_it(context: ServiceContext, office: Office) -> None:
    campaign_id = ready(context, office, purpose="legal", legal_reference="Décret 26-14 (invented)")
    assert office.staff().get(f"/message-campaigns/{campaign_id}").json["needs_second_person"]
    refused = step(office, campaign_id, "start", by="agent-1")
    assert (refused.status_code, refused.json["code"]) == (403, "campaign.second-person-needed")
    assert written(context, campaign_id) == []
    assert step(office, campaign_id, "start", by="agent-2").status_code == 200


def test_a_stopped_campaign_goes_on_where_it_stood(context: ServiceContext, office: Office, clock: Clock) -> None:
    campaign_id = ready(context, office)
    step(office, campaign_id, "start")
    context.run(DZ, by=jobs.BY, cause="test", action=lambda uow: one_slice(uow, campaign_id))
    stopped = step(office, campaign_id, "stop", reason="Une date est fausse").json
    assert (stopped["status"], stopped["reason"], stopped["progress"]["members"]) == (
        "stopped",
        "Une date est fausse",
        3,
    )
    assert run(context, campaign_id) is None and len(written(context, campaign_id)) == 3
    assert step(office, campaign_id, "start").status_code == 409, "what was stopped is resumed"
    assert step(office, campaign_id, "resume").json["status"] == "sending"
    send(context, clock, campaign_id)
    assert written(context, campaign_id) == [(firm, "email") for firm in FIRMS]
    acts = office.staff().get("/operations/acts").json["items"]
    assert sorted(act["verb"] for act in acts) == ["campaign-resumed", "campaign-started", "campaign-stopped"]


def one_slice(uow: UnitOfWork, campaign_id: str) -> None:
    actions.write_next(uow, campaign_id=campaign_id)


def test_one_that_was_cancelled_writes_to_nobody_more(context: ServiceContext, office: Office) -> None:
    campaign_id = ready(context, office)
    assert step(office, campaign_id, "cancel", reason="Reportée").json["status"] == "cancelled"
    assert step(office, campaign_id, "start").status_code == 409
    changed = office.staff().put(f"/message-campaigns/{campaign_id}", BODY)
    assert (changed.status_code, changed.json["code"]) == (409, "campaign.not-editable")
    assert context.database["jobs"].count_documents({"kind": "message-campaigns.send"}) == 0


def test_two_agents_on_one_campaign_the_second_is_told(context: ServiceContext, office: Office) -> None:
    campaign_id = write(office)
    path = f"/message-campaigns/{campaign_id}"
    seen = office.staff().get(path).headers["ETag"]
    assert office.staff("agent-1").put(path, {**BODY, "name": "A"}, headers={"If-Match": seen}).status_code == 200
    second = office.staff("agent-2").put(path, {**BODY, "name": "B"}, headers={"If-Match": seen})
    assert second.status_code == 412
    assert office.staff().get(path).json["name"] == "A"


def test_one_bad_contact_stops_nobody_and_each_is_reported_with_the_reason(
    context: ServiceContext, office: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of five persons one has no address, one wants no campaigns, one died, and one is not in the register."""
    people = [made.person("p1"), made.person("p2", mobile="not a number"), made.person("p3"), made.person("p4")]
    died = PersonDied(person_ref="p4", revision=1, died_on=Encrypted("k1.unread"), recorded_at=AT)
    handle(context, service, made.persons(*people), died)
    no_campaigns = [{"purpose": "campaign", "channel": channel, "is_wanted": False} for channel in ("sms", "email")]
    office.person("p3").put("/preferences", {"choices": no_campaigns})
    texts = {language: {**each, "text": each["subject"], "sms": each["subject"]} for language, each in TEXTS.items()}
    campaign_id = ready(context, office, "p1", "p2", "p3", "p4", "p5", audience={"code": "persons"}, wordings=texts)
    reach = office.staff().get(f"/message-campaigns/{campaign_id}").json["reach"]
    assert reach == {
        "recipients": 3,
        "by_channel": {"email": 1, "sms": 1},
        "by_language": {"fr": 3},
        "inbox_only": 1,
        "not_wanted": 1,
        "dead": 1,
        "not_registered": 1,
        "other_language": 0,
        "selected": 5,
    }
    step(office, campaign_id, "start")
    send(context, clock, campaign_id)
    assert written(context, campaign_id) == [("p1", "email"), ("p1", "sms"), ("p2", "inbox"), ("p3", "inbox")]
    leave(context)
    (sms,) = context.database["messages"].find({"template": campaign_id, "channel": "sms"})
    for _ in range(2):
        receipt(context, sms["message_id"], reason="delivery.undelivered")
    answer = office.staff().get(f"/message-campaigns/{campaign_id}/recipients")
    rows = list(csv.DictReader(answer.data.decode("utf-8-sig").splitlines()))
    assert sorted((row["channel"], row["state"], row["reason"]) for row in rows) == [
        ("email", "sent", ""),
        ("inbox", "not-written", "contact.dead"),
        ("inbox", "not-written", "contact.unknown"),
        ("inbox", "sent", ""),
        ("inbox", "sent", "delivery.not-wanted"),
        ("sms", "undelivered", "delivery.undelivered"),
    ]
    assert "p1@" not in answer.text and "0550 12" not in answer.text
    parts = report_in_parts(office, campaign_id, monkeypatch)
    assert sorted(row["reason"] for part in parts for row in part) == sorted(row["reason"] for row in rows)
    report = office.staff().get(f"/message-campaigns/{campaign_id}/report").json
    assert [(each["reason"], each["messages"]) for each in report["reasons"]] == [("delivery.undelivered", 1)]
    assert [(each["channel"], each["sent"], each["undelivered"]) for each in report["channels"]] == [
        ("email", 1, 0),
        ("inbox", 2, 0),
        ("sms", 1, 1),
    ]
    assert kept_counts(context, campaign_id) == counted(context, campaign_id)


def leave(context: ServiceContext, *, refused: Sequence[str] = (), later: Sequence[str] = ()) -> None:
    """All that waits is sent by a provider that takes it, but for some owners: it refuses their messages, or has them
    tried later."""
    verdicts = {**dict.fromkeys(refused, "refused"), **dict.fromkeys(later, "later")}

    def answer(uow: UnitOfWork, batch: Batch) -> None:
        written = delivery.write(uow, [batch])
        of_whom = {each.message_id: each.owner_id for each in written[batch.batch_id].messages}
        answers = {
            message_id: ProviderAnswer(verdict=Verdict(verdicts.get(owner_id, "taken")), reason="mail.address-refused")
            for message_id, owner_id in of_whom.items()
        }
        taken = delivery.take(uow, seen=[batch])
        delivery.settle(uow, taken=taken, written=written, answers=answers)

    for channel in (Channel.EMAIL, Channel.SMS):
        for batch in delivery.waiting(context.reading(DZ, by=jobs.BY), channel=channel):
            context.run(DZ, by=jobs.BY, cause="test", action=partial(answer, batch=batch))


def receipt(context: ServiceContext, message_id: str, *, reason: str | None) -> None:
    said = {message_id: reason}
    context.run(DZ, by=jobs.BY, cause="test", action=lambda uow: delivery.save_receipts(uow, said))


Counts = dict[tuple[str, str, str], int]


def counted(context: ServiceContext, campaign_id: str) -> Counts:
    """What became of a campaign's messages, by counting them; why one stands in the account alone its reach says."""
    rows = context.database["messages"].find({"template": campaign_id})
    reasons = ((row, "" if row["channel"] == "inbox" else row.get("reason") or "") for row in rows)
    return dict(Counter((row["channel"], row["status"], reason) for row, reason in reasons))


def kept_counts(context: ServiceContext, campaign_id: str) -> Counts:
    """The same as its batches and itself have kept it."""
    uow = context.reading(DZ, by=jobs.BY)
    outcome = rules.outcome(actions.read(uow, campaign_id=campaign_id), messages.of_campaign(uow, campaign_id))
    return {
        (channel.value, status.value, reason): count for (channel, status, reason), count in outcome.items() if count
    }


def report_in_parts(office: Office, campaign_id: str, monkeypatch: pytest.MonkeyPatch) -> list[list[dict[str, str]]]:
    """The same report in as many parts as it has when a page of the audience is a part."""
    monkeypatch.setattr(reporting, "PAGES_A_PART", 1)
    path = f"/message-campaigns/{campaign_id}"
    count = office.staff().get(f"{path}/report").json["parts"]
    assert count == 2
    files = [office.staff().get(f"{path}/recipients?part={part}").data for part in range(1, count + 1)]
    return [list(csv.DictReader(each.decode("utf-8-sig").splitlines())) for each in files]


def test_a_legal_campaign_reaches_who_wants_none(context: ServiceContext, office: Office) -> None:
    office.employer(FIRMS[0]).put(
        "/preferences", {"choices": [{"purpose": "campaign", "channel": "email", "is_wanted": False}]}
    )
    informing = ready(context, office)
    legal = ready(context, office, purpose="legal", legal_reference="Décret 26-14 (invented)")
    for campaign_id in (informing, legal):
        step(office, campaign_id, "start")
        run(context, campaign_id)
    assert (FIRMS[0], "inbox") in written(context, informing)
    assert (FIRMS[0], "email") in written(context, legal)


def test_a_campaign_by_sms_waits_for_the_morning(context: ServiceContext, office: Office, clock: Clock) -> None:
    campaign_id = ready(context, office)
    clock.at = NIGHT
    step(office, campaign_id, "start")
    assert run(context, campaign_id) == MORNING and written(context, campaign_id) == []
    report = office.staff().get(f"/message-campaigns/{campaign_id}/report").json
    assert report["waits_until"] == MORNING.isoformat()
    clock.at = MORNING
    send(context, clock, campaign_id)
    assert len(written(context, campaign_id)) == 6


def test_what_waits_already_is_sent_before_more_is_written(context: ServiceContext, office: Office) -> None:
    campaign_id = ready(context, office)
    step(office, campaign_id, "start")
    waiting = {"fund": DZ, "channel": "email", "status": "queued", "is_urgent": False, "due_at": AT}
    context.database["batches"].insert_many([{**waiting, "_id": f"b{number}"} for number in range(11)])
    assert run(context, campaign_id) == AT + timedelta(seconds=1)
    assert written(context, campaign_id) == []


def test_an_audience_that_cannot_be_selected_says_so(context: ServiceContext, office: Office) -> None:
    campaign_id = write(office)
    office.staff().post(f"/message-campaigns/{campaign_id}/selection")
    asked = request_of(context, campaign_id)
    handle(
        context,
        service,
        selected(campaign_id=campaign_id, selection_id=asked.selection_id, refused="campaign.none"),
    )
    found = office.staff().get(f"/message-campaigns/{campaign_id}").json
    assert (found["status"], found["refused"]) == ("draft", "campaign.none")


def test_batches_count_what_became_of_a_campaign_as_its_messages_do(
    context: ServiceContext, office: Office, clock: Clock
) -> None:
    """Of six mails one is refused and one tried again later; another campaign and a case's message count elsewhere."""
    campaign_id, other = ready(context, office), ready(context, office)
    for each in (campaign_id, other):
        step(office, each, "start")
        send(context, clock, each)
    assert kept_counts(context, campaign_id) == counted(context, campaign_id) == {("email", "queued", ""): 6}
    leave(context, refused=FIRMS[:1], later=FIRMS[1:2])
    found = counted(context, campaign_id)
    assert found == {
        ("email", "sent", ""): 4,
        ("email", "queued", ""): 1,
        ("email", "failed", "mail.address-refused"): 1,
    }
    assert kept_counts(context, campaign_id) == found
    (channel,) = office.staff().get(f"/message-campaigns/{campaign_id}/report").json["channels"]
    assert (channel["messages"], channel["sent"], channel["queued"], channel["failed"]) == (6, 4, 1, 1)
    clock.at += timedelta(hours=1)
    leave(context, later=FIRMS[1:2])
    assert kept_counts(context, campaign_id) == counted(context, campaign_id) == found, "it waits in a third batch"
    clock.at += timedelta(hours=1)
    leave(context)
    assert kept_counts(context, campaign_id) == counted(context, campaign_id)
    assert counted(context, campaign_id)["email", "sent", ""] == 5


@pytest.mark.parametrize("is_sent", [True, False])
def test_a_campaign_that_an_earlier_release_began_is_counted_once(
    context: ServiceContext, office: Office, clock: Clock, is_sent: bool
) -> None:
    campaign_id = ready(context, office)
    step(office, campaign_id, "start")
    context.run(DZ, by=jobs.BY, cause="test", action=lambda uow: one_slice(uow, campaign_id))
    if is_sent:
        leave(context, refused=FIRMS[:1])
    context.database["message_campaigns"].update_many({}, {"$unset": {"is_counted": "", "progress.inbox": ""}})
    new = {"campaign": "", "counted": "", "written_at": ""}
    context.database["batches"].update_many({}, {"$unset": new})
    assert backfill_all(context, DZ, backfills=[actions.backfills]) == 1
    assert backfill_all(context, DZ, backfills=[actions.backfills]) == 0
    assert kept_counts(context, campaign_id) == counted(context, campaign_id)
    clock.at += timedelta(minutes=1)
    send(context, clock, campaign_id)
    leave(context, refused=FIRMS[-1:])
    assert kept_counts(context, campaign_id) == counted(context, campaign_id)
    assert sum(counted(context, campaign_id).values()) == 6


OF_TWO = {"code": "silent-employers", "parameters": {"period": "2026-Q3"}, "also": [{"code": "employers"}]}
OF_NOT = {**OF_TWO, "also": [{"code": "employers", "is_not": True}]}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "Déclaration"),
        ("ar", "نوع التصريح"),
    ],
)
def test_a_form_that_an_audience_is_asked_with_is_called_by_its_name(office: Office, language: str, said: str) -> None:
    form, definition = next(iter(funds()[DZ].declarations.forms.items()))
    campaign_id = write(office, audience={"code": "silent-employers", "parameters": {"form": form, "period": ""}})
    view = office.staff().get(f"/message-campaigns/{campaign_id}", headers={"Accept-Language": language}).json
    assert view["audience"]["asked_with"] == [{"text": said, "kind": "form", "value": definition.names[language]}]
    assert view["audience"]["parameters"]["form"] == form, "for who changes it"


def selecting(context: ServiceContext, office: Office, **facts: Any) -> tuple[str, Callable[..., None]]:
    """A campaign whose audience was asked for, and what answers as one of several services."""
    campaign_id = write(office, **facts)
    office.staff().post(f"/message-campaigns/{campaign_id}/selection")
    key = {"campaign_id": campaign_id, "selection_id": request_of(context, campaign_id).selection_id}
    return campaign_id, lambda *owner_ids, **page: handle(context, service, selected(*owner_ids, **key, **page))


@pytest.mark.parametrize(
    ("audience", "is_excluding", "found"), [(OF_TWO, False, FIRMS[2:5]), (OF_NOT, True, [*FIRMS[:2], FIRMS[5]])]
)
def test_the_answers_of_two_services_are_joined_page_by_page(
    context: ServiceContext,
    office: Office,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    audience: dict[str, Any],
    is_excluding: bool,
    found: list[str],
) -> None:
    monkeypatch.setattr(actions, "MEMBERS_ENOUGH", 1)
    monkeypatch.setattr(actions, "READ_MAX", 2)
    campaign_id, answer = selecting(context, office, audience=audience)
    answer(*FIRMS[:2], is_last=False, counted=(2,))
    answer(*FIRMS[2:4], answers=(1,), counted=(2,), is_excluding=is_excluding, is_last=False)
    answer(*FIRMS[4:5], answers=(1,), counted=(1,), is_excluding=is_excluding, page=2)
    answer(*FIRMS[4:5], answers=(1,), counted=(1,), is_excluding=is_excluding, page=2)
    answer(*FIRMS[2:6], page=2, counted=(4,))
    view = office.staff().get(f"/message-campaigns/{campaign_id}").json
    assert (view["status"], view["reach"]["selected"]) == ("selecting", 0), "they are joined by a job"
    assert jobs.join(context, DZ, campaign_id) is None and jobs.join(context, DZ, campaign_id) is None
    view = office.staff().get(f"/message-campaigns/{campaign_id}").json
    assert (view["status"], view["counted"]) == ("ready", [6, 3])
    assert (view["reach"]["selected"], view["reach"]["recipients"]) == (3, 3)
    also = [(each["code"], each["name"], each["is_not"]) for each in view["audience"]["also"]]
    assert also == [("employers", "Tous les employeurs", is_excluding)]
    kept = {row["selection_id"] for row in context.database["audience_pages"].find({})}
    assert kept == {request_of(context, campaign_id).selection_id}, "what was joined is not kept twice"
    step(office, campaign_id, "start")
    send(context, clock, campaign_id)
    assert written(context, campaign_id) == [(firm, "email") for firm in found]


def test_a_campaign_that_is_selected_anew_joins_nothing_of_before(context: ServiceContext, office: Office) -> None:
    campaign_id, answer = selecting(context, office, audience=OF_TWO)
    answer(*FIRMS)
    assert office.staff().put(f"/message-campaigns/{campaign_id}", {**BODY, "audience": OF_TWO}).status_code == 200
    answer(*FIRMS, answers=(1,))
    assert jobs.join(context, DZ, campaign_id) is None
    view = office.staff().get(f"/message-campaigns/{campaign_id}").json
    assert (view["status"], view["counted"], view["reach"]["selected"]) == ("draft", [], 0)


def test_conditions_of_one_service_need_no_joining_and_a_language_leaves_out_others(
    context: ServiceContext, office: Office
) -> None:
    """The register says which language a firm reads."""
    handle(context, service, made.employers(made.employer("1600000099", language="ar")))
    audience = {**OF_TWO, "also": [{"code": "employers-in-debt"}], "languages": ["fr"]}
    campaign_id, answer = selecting(context, office, audience=audience)
    answer(*FIRMS, "1600000099", answers=(0, 1), counted=(40, 9))
    view = office.staff().get(f"/message-campaigns/{campaign_id}").json
    assert (view["status"], view["counted"], view["audience"]["languages"]) == ("ready", [40, 9], ["fr"])
    assert (view["reach"]["selected"], view["reach"]["recipients"], view["reach"]["other_language"]) == (7, 6, 1)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"audience": {"code": "silent-employers", "also": [{"code": "persons"}]}}, "campaign.audiences-differ"),
        ({"audience": {"code": "silent-employers", "languages": ["de"]}}, "campaign.language-not-spoken"),
        ({"audience": {"code": "everybody"}}, "campaign.audience-unknown"),
        ({"audience": {"code": "rights-ending"}}, "campaign.parameter-missing"),
        ({"channels": ["email"]}, "campaign.wording-missing"),
        ({"wordings": {"fr": TEXTS["fr"]}}, "campaign.wording-missing"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_a_sentence(office: Office, facts: dict[str, Any], code: str) -> None:
    refused = office.staff().post("/message-campaigns", {**BODY, **facts})
    assert (refused.status_code, refused.json["code"]) == (422, code)
    assert refused.json["detail"] and "{" not in refused.json["detail"]


def test_the_audiences_of_a_fund_are_shown_with_what_they_are_asked_with(office: Office) -> None:
    found = {each["code"]: each for each in office.staff().get("/message-audiences").json["items"]}
    assert found["silent-employers"]["name"] == "Les employeurs qui n'ont rien déclaré"
    assert [value["name"] for value in found["silent-employers"]["values"]] == ["form", "period", "due_on"]
    assert found["rights-ending"]["parameters"] == [
        {"name": "until", "text": "Jusqu'au", "kind": "day", "is_required": True}
    ]


def test_a_person_has_no_campaigns(office: Office) -> None:
    caller: Caller = office.staff(scopes=["messages:read"])
    assert caller.get("/message-campaigns").status_code == 403
