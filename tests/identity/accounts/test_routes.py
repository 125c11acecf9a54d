"""Asking for an account and opening it: the same answer for everybody, and a link that opens once."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pymongo.database import Database
from werkzeug.test import TestResponse

from services.identity.accounts import store
from services.identity.accounts.account import Status
from services.identity.wiring import service
from shared.process.backfills import backfill_all
from shared.storage.service_context import ServiceContext
from tests.identity.builders import (
    AMIRA_NIN,
    AMIRA_NSS,
    PASSWORD,
    application,
    considered,
    events,
    karim,
    known_people,
    links,
    person_row,
    ref,
)
from tests.kit.callers import Office
from tests.kit.clock import RunningClock
from tests.kit.contexts import DZ, TN, context_on, published, reading


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def context(database: Database[dict[str, Any]], mongodb: str, clock: RunningClock) -> ServiceContext:
    return context_on(database, mongodb, clock=clock)


@pytest.fixture
def office(context: ServiceContext, tmp_path: Path) -> Office:
    known_people(context, tmp_path, person_row(), karim(email="karim@example.dz"))
    return Office(service, context)


def post(office: Office, path: str, body: dict[str, Any], *, fund: str = DZ) -> TestResponse:
    return office.nobody().post(f"/v1/{fund}{path}", json=body, headers={"Accept-Language": "fr"})


def activate(office: Office, link: str, password: str = PASSWORD) -> TestResponse:
    token = urlsplit(link).fragment.removeprefix("token=")
    return post(office, "/accounts/activation", {"token": token, "password": password})


def asked(office: Office, **facts: Any) -> list[str]:
    """Apply, let it be considered; all links sent so far."""
    assert post(office, "/accounts", application(**facts)).status_code == 202
    considered(office.context)
    return links(office.context)


def test_an_account_from_the_application_to_the_followed_link(office: Office, context: ServiceContext) -> None:
    (link,) = asked(office)
    assert link.startswith("https://portal.test/dz-cnas/activation#token=")
    opened = activate(office, link)
    assert (opened.status_code, opened.json["status"]) == (200, "active")
    assert published(context)[-2:] == ["identity.activation-requested", "identity.account-activated"]
    account = store.known_by(reading(context), ref())
    assert account is not None and account.status is Status.ACTIVE
    assert events(context, "identity.account-activated")[0]["account_id"] == account.account_id


def test_i02_facts_are_read_however_they_were_typed(office: Office) -> None:
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    (link,) = asked(
        office,
        national_id=f"\u200f{AMIRA_NIN.translate(arabic)}",
        insurance_number=f"{AMIRA_NSS[:2]}\u2011{AMIRA_NSS[2:]}",
        birth_on="1990-04-25".translate(arabic),
        email="\u200bamira@example.dz\ufeff",
    )
    token = urlsplit(link).fragment.removeprefix("token=")
    copied = {"token": f"\u2068{token}\u2069\n", "password": PASSWORD}
    assert post(office, "/accounts/activation", copied).status_code == 200, "M1: as a mail program hands it on"


@pytest.mark.parametrize("birth_on", ["1950", "1950-00-00", "1950-01-01", "00/00/1950"])
def test_w01_who_is_known_by_the_year_of_birth_opens_an_account(
    office: Office, context: ServiceContext, tmp_path: Path, birth_on: str
) -> None:
    known_people(context, tmp_path, person_row(birth_on="1950-00-00"))
    assert asked(office, birth_on=birth_on)


@pytest.mark.parametrize("birth_on", ["1990", "1990-04", "1990-00-00"])
def test_w01_the_year_alone_proves_nothing_where_the_day_is_known(office: Office, birth_on: str) -> None:
    assert asked(office, birth_on=birth_on) == []


def test_u12_a_name_that_only_the_register_knows_opens_no_account(
    office: Office, context: ServiceContext, tmp_path: Path
) -> None:
    known_people(context, tmp_path, person_row(family_name="AÏT-MEHDI", first_name="Amel"))
    (link,) = asked(office, password="aitmehdi1990")
    refused = activate(office, link, "aitmehdi1990")
    assert (refused.status_code, refused.json["code"]) == (422, "activation.password-personal")
    assert activate(office, (asked(office) or [""])[-1]).status_code == 200, "and with another one they get in"


UNKNOWN = {
    "an unknown id": {"national_id": "109900000000000777"},
    "another birth date": {"birth_on": "1990-04-24"},
    "another insurance number": {"insurance_number": "900000000777"},
    "somebody else's number": {"insurance_number": "850000000002"},
}


def headers(answer: TestResponse) -> dict[str, str]:
    """All but the count of what the caller has left, which is of the caller and not of whom they ask about."""
    return {name: value for name, value in answer.headers.items() if name != "RateLimit"}


@pytest.mark.parametrize("facts", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_nobody_learns_whom_the_fund_knows(office: Office, context: ServiceContext, facts: dict[str, str]) -> None:
    known, stranger = post(office, "/accounts", application()), post(office, "/accounts", application(**facts))
    assert (known.status_code, known.data) == (stranger.status_code, stranger.data) == (202, known.data)
    assert headers(known) == headers(stranger)
    assert considered(context) == 2
    assert len(links(context)) == 1
    activate(office, links(context)[0])
    owner = post(office, "/accounts", application())
    assert (owner.status_code, owner.data, headers(owner)) == (202, known.data, headers(known))
    assert considered(context) == 1 and len(links(context)) == 1, "who has an account gets no link"


def test_a_request_does_the_same_work_for_everybody(office: Office, context: ServiceContext) -> None:
    """What differs between the known and the unknown happens later, in the periodic task."""
    post(office, "/accounts", application())
    post(office, "/accounts", application(**UNKNOWN["an unknown id"]))
    waiting = list(context.database["applications"].find())
    assert len(waiting) == 2 and {tuple(sorted(each)) for each in waiting} == {tuple(sorted(waiting[0]))}
    assert context.database["accounts"].count_documents({}) == 0


def test_an_application_rests_sealed_and_is_forgotten_once_considered(office: Office, context: ServiceContext) -> None:
    post(office, "/accounts", application())
    at_rest = json.dumps(list(context.database["applications"].find()), default=str)
    assert AMIRA_NIN not in at_rest and "amira@" not in at_rest and PASSWORD not in at_rest
    assert considered(context) == 1
    assert context.database["applications"].count_documents({}) == 0
    assert considered(context) == 0


def test_applications_that_an_earlier_release_left_waiting_are_considered(
    office: Office, context: ServiceContext
) -> None:
    post(office, "/accounts", application())
    context.database["applications"].update_one({}, {"$unset": {"is_scheduled": ""}})
    context.database["jobs"].delete_many({})
    assert considered(context) == 0
    assert [backfill_all(context, DZ, backfills=service.backfills) for _ in range(2)] == [1, 0]
    assert considered(context) == 1 and len(links(context)) == 1


def test_an_application_that_an_operator_gives_up_is_forgotten(office: Office, context: ServiceContext) -> None:
    post(office, "/accounts", application())
    (job,) = context.database["jobs"].find()
    operator = office.staff()
    path = f"/operations/jobs/{job['job_id']}/giving-up"
    assert operator.post(path, {"reason": "the register is away"}).status_code == 202
    considered(context)
    assert context.database["applications"].count_documents({}) == 0
    assert context.database["jobs"].count_documents({}) == 0 and links(context) == []


def test_the_link_goes_to_the_address_of_the_register_whatever_was_typed(
    office: Office, context: ServiceContext
) -> None:
    """The event names the person, never the address that was typed: notifications writes to the one in the register."""
    asked(office, email="stranger@example.net")
    (event,) = events(context, "identity.activation-requested")
    assert event["person_ref"] == ref()
    assert set(event) == {"account_id", "person_ref", "link", "expires_at", "language"}


def test_a_stranger_who_knows_the_facts_does_not_get_in_by_the_owners_click(office: Office) -> None:
    (link,) = asked(office, password="the stranger's own choice")
    refused = activate(office, link, PASSWORD)
    assert (refused.status_code, refused.json["code"]) == (422, "activation.password-differs")


def test_asking_again_voids_the_older_link(office: Office) -> None:
    first, second = asked(office) and asked(office, password="une autre phrase longue")
    refused = activate(office, first)
    assert (refused.status_code, refused.json["code"]) == (404, "activation.unknown")
    assert activate(office, second, "une autre phrase longue").status_code == 200


def test_a_link_opens_once_and_for_a_day(office: Office, clock: RunningClock) -> None:
    (late,) = asked(office)
    clock.move(hours=24)
    expired = activate(office, late)
    assert (expired.status_code, expired.json["code"]) == (409, "activation.expired")
    link = asked(office)[-1]
    assert activate(office, link).status_code == 200
    again = activate(office, link)
    assert (again.status_code, again.json["code"]) == (409, "activation.used")
    assert again.json["detail"].startswith("Ce lien a déjà servi")


def test_a_link_is_of_one_fund(office: Office) -> None:
    (link,) = asked(office)
    token = urlsplit(link).fragment.removeprefix("token=")
    other = post(office, "/accounts/activation", {"token": token, "password": PASSWORD}, fund=TN)
    assert (other.status_code, other.json["code"]) == (404, "activation.unknown")


def test_only_the_hash_of_a_token_is_kept(office: Office, context: ServiceContext) -> None:
    (link,) = asked(office)
    everything = {name: list(context.database[name].find()) for name in context.database.list_collection_names()}
    assert urlsplit(link).fragment.removeprefix("token=") not in json.dumps(everything, default=str)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"national_id": "1"}, 422, "account.national-id-malformed"),
        ({"insurance_number": "abc"}, 422, "account.insurance-number-malformed"),
        ({"password": "court"}, 422, "account.password-too-short"),
        ({"password": "x" * 300}, 422, "account.password-too-long"),
        ({"password": "Soleil2024"}, 422, "account.password-common"),
        ({"password": "my 25041990 day"}, 422, "account.password-personal"),
        ({"birth_on": "1990-13-01"}, 422, "request.invalid"),
        ({"email": "nobody"}, 422, "request.invalid"),
        ({"national_id": 7}, 422, "request.invalid"),
        ({"role": "operator"}, 422, "request.invalid"),
    ],
)
def test_an_application_that_cannot_be(
    office: Office, context: ServiceContext, change: dict[str, Any], status: int, code: str
) -> None:
    refused = post(office, "/accounts", application(**change))
    assert (refused.status_code, refused.json["code"]) == (status, code)
    assert refused.json["detail"] != code
    assert context.database["applications"].count_documents({}) == 0


@pytest.mark.parametrize("body", [{"token": "x" * 43, "password": PASSWORD}, {"token": "é", "password": "x"}])
def test_a_token_that_nobody_gave(office: Office, body: dict[str, str]) -> None:
    assert post(office, "/accounts/activation", body).json["code"] == "activation.unknown"


def test_a_malformed_activation(office: Office) -> None:
    assert post(office, "/accounts/activation", {"token": "x" * 43}).status_code == 422
    assert post(office, "/accounts/activation", {"token": "", "password": "x"}).status_code == 422
