"""Deaths over HTTP and by the register: what they do to account, card and sessions, and what an error undoes."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.identity.accounts.account import Account, Status
from services.identity.accounts.store import accounts
from services.identity.signin.session import Session
from services.identity.signin.store import sessions
from services.identity.wiring import service
from shared.events.identity import DeathTakenBack, PersonDied
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass, Encrypted
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.identity.builders import (
    application,
    considered,
    csv_file,
    events,
    imported,
    known_people,
    links,
    person_row,
    ref,
    rights,
)
from tests.kit.callers import Office
from tests.kit.clock import AT
from tests.kit.contexts import DZ, TN, handle, keys, reading, someone, today
from tests.kit.roles import Role

DIED_ON = today() - timedelta(days=3)
BODY = {"died_on": DIED_ON.isoformat(), "paper": "2026/1187"}
PATH = f"/deaths/{ref()}"


@pytest.fixture
def office(context: ServiceContext, tmp_path: Path) -> Office:
    """Amira is known, holds a good card, and is signed in."""
    known_people(context, tmp_path)
    until = today() + timedelta(days=300)
    handle(context, service, rights(ref(), until=until, version=1))

    def sign_in(uow: UnitOfWork) -> None:
        account = Account(
            account_id="a1",
            known_by=ref(),
            role=Role.PERSON,
            status=Status.ACTIVE,
            password_hash="none",
            person_ref=ref(),
        )
        accounts.save(uow, Outcome(account))
        session = Session(
            session_id="s1",
            account_id="a1",
            client_id="portal",
            redirect_uri="https://portal.test/callback",
            scope=("openid",),
            challenge="none",
            nonce=None,
            methods=("pwd",),
            signed_in_at=uow.at,
            code_hash="none",
            code_used_at=uow.at,
        )
        sessions.save(uow, Outcome(session))

    context.run(DZ, by=someone(), cause="test:signed-in", action=sign_in)
    return Office(service, context)


def account(context: ServiceContext) -> Account:
    return accounts.load(reading(context), "a1")


def followed(context: ServiceContext) -> None:
    """What was published of deaths comes to identity itself, twice, and the other way round."""
    died = PersonDied(person_ref=ref(), revision=1, died_on=Encrypted("k1.not-opened-here"), recorded_at=AT)
    handle(context, service, died, DeathTakenBack(person_ref=ref(), revision=2, recorded_at=AT), died)


def with_register(context: ServiceContext, folder: Path, died_on: str) -> list[str]:
    status, said = imported(context, "--persons", csv_file(folder / "p.csv", [person_row(died_on=died_on)]))
    followed(context)
    return [str(status), *said]


def test_an_agent_records_a_death_and_everything_of_the_person_ends(office: Office, context: ServiceContext) -> None:
    before = office.staff().get(f"/persons/{ref()}/card?purpose=handling").json
    recorded = office.staff().post(PATH, BODY)
    assert recorded.status_code == 200, recorded.text
    followed(context)
    assert (recorded.json["died_on"], recorded.json["steps"][0]["paper"]) == (DIED_ON.isoformat(), "2026/1187")
    card = office.staff().get(f"/persons/{ref()}/card?purpose=handling").json
    assert before["valid_until"] > DIED_ON.isoformat()
    assert (card["valid_until"], card["void_after"]) == (DIED_ON.isoformat(), DIED_ON.isoformat())
    assert account(context).status is Status.CLOSED
    session = sessions.load(reading(context), "s1")
    assert session.ended_for is not None and session.ended_for.value == "died"
    (event,) = events(context, "identity.person-died")
    opened = keys()[DZ].decrypt(
        Encrypted(event["died_on"]), data_class=DataClass.HEALTH, associated_data=event["person_ref"]
    )
    assert (event["person_ref"], event["revision"], opened) == (ref(), 1, DIED_ON.isoformat())
    assert DIED_ON.isoformat() not in repr(list(context.database["deaths"].find()))


def test_an_error_gives_everything_back_but_no_session(office: Office, context: ServiceContext) -> None:
    before = office.staff().get(f"/persons/{ref()}/card?purpose=handling").json
    office.staff().post(PATH, BODY)
    followed(context)
    taken_back = office.staff().post(f"{PATH}/error", {"reason": "a namesake"})
    followed(context)
    assert (taken_back.status_code, taken_back.json["died_on"]) == (200, None)
    card = office.staff().get(f"/persons/{ref()}/card?purpose=handling").json
    assert (card["valid_until"], card["void_after"]) == (before["valid_until"], None)
    assert account(context).status is Status.ACTIVE
    assert sessions.load(reading(context), "s1").ended_at is not None
    assert [each["revision"] for each in events(context, "identity.death-taken-back")] == [2]
    again = office.staff().post(f"{PATH}/error", {"reason": "a namesake"})
    assert (again.status_code, again.json["code"]) == (409, "death.taken-back")


def test_another_day_moves_the_end_of_the_card(office: Office, context: ServiceContext) -> None:
    office.staff().post(PATH, BODY)
    followed(context)
    earlier = (DIED_ON - timedelta(days=5)).isoformat()
    assert office.staff().post(PATH, {**BODY, "died_on": earlier}).status_code == 200
    followed(context)
    assert office.staff().get(f"/persons/{ref()}/card?purpose=handling").json["valid_until"] == earlier
    same = office.staff().post(PATH, {**BODY, "died_on": earlier})
    assert (same.status_code, same.json["code"]) == (409, "death.known")


def test_a_right_that_is_decided_after_the_death_opens_no_card(office: Office, context: ServiceContext) -> None:
    office.staff().post(PATH, BODY)
    followed(context)
    handle(context, service, rights(ref(), until=today() + timedelta(days=600), version=2, declaration_id="d2"))
    assert office.staff().get(f"/persons/{ref()}/card?purpose=handling").json["valid_until"] == DIED_ON.isoformat()
    assert events(context, "identity.cards-refreshed")[-1]["cards"] == []
    office.staff().post(f"{PATH}/error", {"reason": "a namesake"})
    followed(context)
    card = office.staff().get(f"/persons/{ref()}/card?purpose=handling").json
    assert card["valid_until"] > today().isoformat(), "the right was decided meanwhile, and holds"


def test_who_is_dead_gets_no_account_and_no_way_back(office: Office, context: ServiceContext) -> None:
    office.staff().post(PATH, BODY)
    followed(context)
    office.nobody().post("/v1/dz-cnas/accounts", json=application(), headers={"Idempotency-Key": "k1"})
    assert considered(context) == 1
    assert links(context) == []
    assert account(context).status is Status.CLOSED


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({**BODY, "died_on": (today() + timedelta(days=1)).isoformat()}, "death.in-the-future"),
        ({**BODY, "died_on": "1985-01-01"}, "death.before-birth"),
        ({"died_on": DIED_ON.isoformat()}, "request.invalid"),
        ({**BODY, "paper": ""}, "request.invalid"),
        ({**BODY, "paper": "x" * 81}, "request.invalid"),
        ({**BODY, "died_on": "yesterday"}, "request.invalid"),
        ({**BODY, "died_on": 20260101}, "request.invalid"),
        ({**BODY, "died_on": "٢٠٢٦-٠٢-١٠"}, "request.invalid"),
    ],
)
def test_what_cannot_be_is_refused(office: Office, context: ServiceContext, body: dict[str, object], code: str) -> None:
    refused = office.staff().post(PATH, body)
    assert (refused.status_code, refused.json["code"]) == (422, code)
    assert context.database["deaths"].count_documents({}) == 0


def test_who_is_unknown_and_another_fund_s_is_not_found(office: Office) -> None:
    assert office.staff().post("/deaths/pnobody", BODY).status_code == 404
    assert office.staff(fund=TN).post(PATH, BODY).status_code == 404
    assert office.staff().get(f"{PATH}?purpose=handling").status_code == 404
    assert office.staff().post(f"{PATH}/error", {"reason": "a namesake"}).status_code == 404


def test_who_looks_enters_the_journal(office: Office, context: ServiceContext) -> None:
    office.staff().post(PATH, BODY)
    followed(context)
    assert office.staff().get(f"{PATH}?purpose=handling").status_code == 200
    assert [each["looked_at"] for each in context.database["access_journal"].find()] == ["death"]


def test_the_register_says_who_died_and_takes_back_what_it_said(
    office: Office, context: ServiceContext, tmp_path: Path
) -> None:
    assert with_register(context, tmp_path, DIED_ON.isoformat())[0] == "0"
    assert with_register(context, tmp_path, DIED_ON.isoformat())[0] == "0"
    assert account(context).status is Status.CLOSED
    assert len(events(context, "identity.person-died")) == 1
    assert with_register(context, tmp_path, "")[0] == "0"
    assert account(context).status is Status.ACTIVE
    assert [each["revision"] for each in events(context, "identity.death-taken-back")] == [2]


def test_a_register_without_the_column_says_nothing_of_deaths(
    office: Office, context: ServiceContext, tmp_path: Path
) -> None:
    with_register(context, tmp_path, DIED_ON.isoformat())
    assert imported(context, "--persons", csv_file(tmp_path / "p.csv", [person_row()]))[0] == 0
    assert account(context).status is Status.CLOSED


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("1985-01-01", "birth"),
        ((today() + timedelta(days=1)).isoformat(), "died_on"),
        ("2020", "died_on"),
        ("02/03/2020", "died_on"),
    ],
)
def test_a_line_whose_death_cannot_be_is_refused(
    office: Office, context: ServiceContext, tmp_path: Path, cell: str, said: str
) -> None:
    status, *lines = with_register(context, tmp_path, cell)
    assert status == "1" and said in lines[0], lines
    assert account(context).status is Status.ACTIVE
