"""Preferences over HTTP, and what they do to messages."""

import pytest

from services.notifications.preferences import actions
from services.notifications.wiring import service
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.contexts import handle, reading
from tests.kit.people import AMIRA, FIRM
from tests.notifications import builders as made

NO_SMS = {"choices": [{"purpose": "service", "channel": "sms", "is_wanted": False}]}


@pytest.fixture
def office(context: ServiceContext) -> Office:
    office = Office(service, context)
    handle(context, service, made.persons(made.person()), made.employers(made.employer()))
    return office


def sent(context: ServiceContext, template: str) -> list[tuple[str, str | None]]:
    rows = context.database["messages"].find({"template": template})
    return sorted((row["channel"], row["reason"]) for row in rows)


def test_a_person_chooses_and_is_told_by_the_channels_that_are_left(context: ServiceContext, office: Office) -> None:
    amira = office.person(AMIRA)
    choices = amira.get("/preferences").json["choices"]
    assert all(choice["is_wanted"] for choice in choices) and len(choices) == 4
    assert {"purpose_text": "Informations générales de la caisse", "channel_text": "SMS"}.items() <= choices[-1].items()
    changed = amira.put("/preferences", NO_SMS).json
    assert [c["is_wanted"] for c in changed["choices"] if (c["purpose"], c["channel"]) == ("service", "sms")] == [False]
    handle(context, service, made.claim_submitted(), made.claim_refused())
    assert ("sms", None) not in sent(context, "claim-submitted")
    assert ("sms", None) in sent(context, "claim-refused"), "a refusal with its delays comes by every channel"


def test_who_wants_no_channel_finds_it_in_the_account(context: ServiceContext, office: Office) -> None:
    amira = office.person(AMIRA)
    amira.put("/preferences", NO_SMS)
    amira.put("/preferences", {"choices": [{"purpose": "service", "channel": "email", "is_wanted": False}]})
    handle(context, service, made.claim_submitted())
    assert sent(context, "claim-submitted") == [("inbox", "delivery.not-wanted")]
    assert [item["template"] for item in amira.get("/messages").json["items"]] == ["claim-submitted"]


def test_a_firm_chooses_for_itself_and_says_which_where_a_user_acts_for_several(office: Office) -> None:
    assert office.employer(FIRM).put("/preferences", NO_SMS).status_code == 200
    both = office.employer(FIRM, "1600000099")
    assert both.get("/preferences").json["code"] == "preferences.of-nobody"
    assert both.get(f"/preferences?employer_id={FIRM}").json["version"] == 1
    assert both.get("/preferences?employer_id=1600000099").json["version"] == 0
    stranger = both.put("/preferences", {**NO_SMS, "employer_id": "1600000077"})
    assert (stranger.status_code, stranger.json["code"]) == (404, "preferences.of-nobody")
    assert office.staff().get("/preferences").status_code == 404


def test_who_holds_a_campaign_s_mail_says_that_no_more_are_wanted(context: ServiceContext, office: Office) -> None:
    """Without signing in, twice as once; what is no such link is refused, and a link of another fund is none."""
    token = actions.unsubscribe_token(reading(context), owner_id=AMIRA)
    for _ in range(2):
        answer = office.nobody().post("/v1/dz-cnas/preferences/unsubscription", json={"token": token})
        assert answer.status_code == 204, answer.text
    unwanted = [c for c in office.person(AMIRA).get("/preferences").json["choices"] if not c["is_wanted"]]
    assert [(choice["purpose"], choice["channel"]) for choice in unwanted] == [("campaign", "email")]
    assert office.person(AMIRA).get("/preferences").json["version"] == 1
    wrong = [f"{token[:30]}AAAA{token[34:]}", token[:-6], "k1.AAAA", "k9.AAAA", "é", "x"]
    asked = [("dz-cnas", each) for each in wrong] + [("tn-cnss", token)]
    for fund, given in asked:
        refused = office.nobody().post(f"/v1/{fund}/preferences/unsubscription", json={"token": given})
        assert (refused.status_code, refused.json["code"]) == (404, "preferences.link-unknown"), given


@pytest.mark.parametrize("choice", [("legal", "email"), ("campaign", "inbox")])
def test_what_cannot_be_chosen_is_refused(office: Office, choice: tuple[str, str]) -> None:
    purpose, channel = choice
    body = {"choices": [{"purpose": purpose, "channel": channel, "is_wanted": False}]}
    answer = office.person(AMIRA).put("/preferences", body)
    assert (answer.status_code, answer.json["code"]) == (422, "preferences.not-offered")
