"""The inbox over HTTP: one's own, newest first, in the language of who reads."""

from typing import Any

import pytest

from services.notifications.wiring import service
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.contexts import TN, handle
from tests.kit.people import AMIRA, FIRM, KARIM
from tests.notifications import builders as made


@pytest.fixture
def office(context: ServiceContext) -> Office:
    office = Office(service, context)
    handle(context, service, made.persons(made.person()), made.employers(made.employer()))
    handle(context, service, made.claim_submitted())
    handle(context, service, made.claim_approved())
    handle(context, service, made.activation(), made.declaration_accepted())
    return office


def test_a_person_reads_what_was_said_newest_first(office: Office) -> None:
    answer = office.person(AMIRA).get("/messages")
    assert answer.status_code == 200
    newest, oldest = answer.json["items"]
    assert (newest["template"], oldest["template"]) == ("claim-approved", "claim-submitted")
    assert newest["subject"] == "CNAS : dossier CL260000000197 accordé"
    assert "320,00\u00a0DA" in newest["text"]
    assert (newest["about"], newest["about_kind"]) == ("c1", "claim")


def test_each_reader_has_it_in_their_language(office: Office) -> None:
    read = office.person(AMIRA).get("/messages", headers={"Accept-Language": "ar"}).json["items"][0]
    assert "قبل الصندوق ملفكم" in read["text"]


def test_a_user_reads_what_was_said_to_the_firms_that_they_act_for(office: Office) -> None:
    (message,) = office.employer(FIRM, "1600000002").get("/messages").json["items"]
    assert message["template"] == "declaration-accepted" and "310\u00a0500,00\u00a0DA" in message["text"]
    assert office.employer("1600000002").get("/messages").json["items"] == []


def test_nobody_reads_what_was_said_to_another(office: Office) -> None:
    assert office.person(KARIM).get("/messages").json["items"] == []
    assert office.person(AMIRA, fund=TN).get("/messages").json["items"] == []
    assert office.staff().get("/messages").json["items"] == []
    assert office.machine().get("/messages").json["items"] == []


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_the_inbox_is_paged_and_a_notice_stands_on_one_page_only(context: ServiceContext, limit: int) -> None:
    """Each notice is two messages, by mail and by SMS; a page never ends between them."""
    office = Office(service, context)
    handle(context, service, made.persons(made.person()), made.activation())
    handle(context, service, *(made.claim_paid(claim_id=f"c{number}") for number in range(12)))
    seen: list[str] = []
    query: dict[str, Any] = {"limit": limit}
    for _ in range(30):
        answer = office.person(AMIRA).get("/messages", query_string=query).json
        seen += [item["message_id"] for item in answer["items"]]
        if answer["next"] is None:
            break
        query["cursor"] = answer["next"]
    assert len(seen) == len(set(seen)) == 12
    refused = office.person(KARIM).get("/messages", query_string={"cursor": query.get("cursor", "x")})
    assert (refused.status_code, refused.json["code"]) == (422, "request.cursor-malformed")
