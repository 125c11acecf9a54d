"""Mandates over HTTP: given, sent in, seen by whom they concern, decided by two, and ended."""

import io
from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.payments.mandates import actions
from services.payments.wiring import service
from shared.kernel.references import has_valid_check_digits
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Caller, Office
from tests.kit.contexts import DZ, TN, handle, published, someone
from tests.payments import bank
from tests.payments.bank import post_signed
from tests.payments.builders import FIRM, OTHER_FIRM
from tests.payments.mandates.builders import HOLDER, RIB, register

ASKED = {
    "employer_id": FIRM,
    "account": RIB,
    "account_rule": "rib-dz",
    "holder": HOLDER,
    "bank": "Banque inventée",
    "amount_max": "500000.00",
}
PDF = b"%PDF-1.7 signed"


@pytest.fixture
def office(context: ServiceContext) -> Office:
    """Payments, where the firm is registered."""
    made = bank.office(context)
    handle(context, service, register())
    return made


def given(caller: Caller, **more: Any) -> dict[str, Any]:
    answer = caller.post("/mandates", {**ASKED, **more})
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json
    return shown


def send_form(caller: Caller, mandate_id: str, content: bytes = PDF) -> TestResponse:
    data = {"file": (io.BytesIO(content), "form.pdf", "application/pdf")}
    return caller.post(f"/mandates/{mandate_id}/signed-form", data=data)


def agreed(made: Office, named: str, *, message_id: str = "evt_1", **said: Any) -> TestResponse:
    facts = {"fund": DZ, "reference": named, "account": RIB, "holder": HOLDER, "amount_max": "500000.00", **said}
    return post_signed(made, {"type": "mandate.agreed", "data": facts}, message_id=message_id)


def decided(caller: Caller, mandate_id: str, decision: str) -> TestResponse:
    return caller.post(f"/mandates/{mandate_id}/decisions", {"decision": decision, "note": "seen at the counter"})


def test_a_mandate_is_given_agreed_to_sent_in_and_accepted(office: Office, context: ServiceContext) -> None:
    firm = office.employer(FIRM)
    shown = given(firm)
    assert has_valid_check_digits(shown["reference"]) and len(shown["reference"]) <= 35
    assert (shown["status"], shown["is_asked_of_bank"], shown["accepted_at"]) == ("issued", True, None)
    assert agreed(office, shown["reference"]).json["is_new"]
    after = firm.get(f"/mandates/{shown['mandate_id']}").json
    assert (after["status"], after["accepted_at"], after["bank_agreed_at"] is not None) == ("bank-agreed", None, True)
    accepted = send_form(firm, shown["mandate_id"]).json
    assert (accepted["status"], accepted["findings"]) == ("active", [])
    assert [(step["status"], step["party"]) for step in accepted["timeline"]] == [
        ("issued", "employer"),
        ("bank-agreed", "bank"),
        ("bank-agreed", "employer"),
        ("active", "platform"),
    ]
    assert published(context) == ["payments.mandate-issued", "payments.mandate-accepted"]
    assert office.staff().get(f"/mandates/{shown['mandate_id']}/signed-form").data == PDF


def test_the_same_message_of_the_bank_twice_changes_nothing(office: Office) -> None:
    firm = office.employer(FIRM)
    shown = given(firm)
    for is_new in (True, False):
        assert agreed(office, shown["reference"]).json["is_new"] is is_new
    assert len(firm.get(f"/mandates/{shown['mandate_id']}").json["timeline"]) == 2


def test_a_second_window_finds_the_mandate_that_is_open(office: Office) -> None:
    firm = office.employer(FIRM)
    shown = given(firm)
    again = firm.post("/mandates", ASKED)
    assert (again.status_code, again.json["code"]) == (409, "mandate.already-open")
    assert shown["reference"] in again.json["detail"]
    firm.post(f"/mandates/{shown['mandate_id']}/cancellation")
    assert given(firm)["reference"] != shown["reference"]
    page = firm.get(f"/mandates?employer_id={FIRM}").json
    assert [each["status"] for each in page["items"]] == ["cancelled", "issued"]


def test_the_same_key_gives_one_mandate(office: Office) -> None:
    firm = office.employer(FIRM)
    first, again = (firm.post("/mandates", ASKED, key="k") for _ in range(2))
    assert (again.status_code, again.json) == (201, first.json)


def test_an_edit_of_what_was_changed_meanwhile_is_refused(office: Office) -> None:
    firm = office.employer(FIRM)
    shown = given(firm)
    agreed(office, shown["reference"])
    stale = firm.post(f"/mandates/{shown['mandate_id']}/cancellation", headers={"If-Match": f'"{shown["version"]}"'})
    assert stale.status_code == 412


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"account": "00200300000056789074"}, 422, "mandate.account-malformed"),
        ({"account": "\u200f"}, 422, "mandate.account-malformed"),
        ({"account": 5}, 422, "request.invalid"),
        ({"account": "0" * 61}, 422, "request.invalid"),
        ({"account_rule": "rib-tn"}, 422, "mandate.account-not-offered"),
        ({"account_rule": "cash"}, 422, "request.invalid"),
        ({"amount_max": "-1"}, 422, "request.invalid"),
        ({"amount_max": "0"}, 422, "request.invalid"),
        ({"amount_max": "100000000.01"}, 422, "mandate.limit-too-high"),
        ({"amount_max": "1.001"}, 422, "request.invalid"),
        ({"ends_on": "yesterday"}, 422, "request.invalid"),
        ({"ends_on": "2020-01-01"}, 422, "mandate.end-too-early"),
        ({"holder": ""}, 422, "request.invalid"),
        ({"holder": "\u200e"}, 422, "mandate.account-nameless"),
        ({"employer_id": OTHER_FIRM}, 403, "access.not-yours"),
        ({"employer_id": "x"}, 422, "declaration.employer-malformed"),
    ],
)
def test_what_is_wrong_is_refused_by_name(office: Office, more: dict[str, Any], status: int, code: str) -> None:
    answer = office.employer(FIRM).post("/mandates", {**ASKED, **more})
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text


def test_a_firm_that_the_register_does_not_know_gives_none(office: Office) -> None:
    answer = office.employer(OTHER_FIRM).post("/mandates", {**ASKED, "employer_id": OTHER_FIRM})
    assert (answer.status_code, answer.json["code"]) == (404, "employer.unknown")


@pytest.mark.parametrize(
    ("content", "status"),
    [(PDF, 200), (b"\xff\xd8\xff\xe0", 200), (b"\x89PNG\r\n\x1a\n", 200), (b"", 422), (b"<html>", 422), (b"MZ", 422)],
)
def test_a_form_is_a_pdf_or_a_picture(office: Office, content: bytes, status: int) -> None:
    firm = office.employer(FIRM)
    assert send_form(firm, given(firm)["mandate_id"], content).status_code == status


def test_a_form_that_is_too_long_is_refused(office: Office) -> None:
    firm = office.employer(FIRM)
    answer = send_form(firm, given(firm)["mandate_id"], PDF + bytes(5 * 1024 * 1024))
    assert (answer.status_code, answer.json["code"]) == (422, "file.too-large")


def test_others_see_and_change_nothing(office: Office) -> None:
    shown = given(office.employer(FIRM))
    stranger, path = office.employer(OTHER_FIRM), f"/mandates/{shown['mandate_id']}"
    for answer in (
        stranger.get(path),
        stranger.get(f"{path}/signed-form"),
        stranger.get(f"/mandates?employer_id={FIRM}"),
        stranger.get("/mandates"),
        stranger.post(f"{path}/cancellation"),
        stranger.post(f"{path}/suspension"),
        stranger.post(f"{path}/amendment", {name: text for name, text in ASKED.items() if name != "employer_id"}),
        send_form(stranger, shown["mandate_id"]),
    ):
        assert answer.status_code == 403, answer.text
    assert office.staff(fund=TN).get(path).status_code == 404
    assert office.employer(FIRM).get("/mandates/unknown").status_code == 404


def test_a_doubt_is_seen_by_agents_and_decided_by_two(office: Office, context: ServiceContext) -> None:
    firm, first, second = office.employer(FIRM), office.staff("agent-1"), office.staff("agent-2")
    shown = given(firm)
    mandate_id, reference = shown["mandate_id"], shown["reference"]
    send_form(firm, mandate_id)
    agreed(office, reference, holder="Somebody else", amount_max="1.00")
    (waiting,) = first.get("/mandates?status=doubtful").json["items"]
    assert first.get(f"/mandates?reference={waiting['reference'].lower()}").json["items"] == [waiting]
    assert first.get(f"/mandates?reference={waiting['reference']}&status=active").json["items"] == []
    assert [each["code"] for each in waiting["findings"]] == ["mandate.limit-lower", "mandate.holder-differs"]
    assert all(each["text"] and each["text"] != each["code"] for each in waiting["findings"])
    assert decided(first, mandate_id, "confirm").json["code"] == "mandate.nothing-proposed"
    assert decided(first, mandate_id, "accept").json["proposal"]["by"] == "agent-1"
    same = decided(first, mandate_id, "confirm")
    assert (same.status_code, same.json["code"]) == (403, "mandate.same-person")
    assert decided(second, mandate_id, "confirm").json["status"] == "active"
    assert published(context)[1:] == ["payments.mandate-doubted", "payments.mandate-accepted"]


def test_an_agent_refuses_suspends_resumes_and_cancels(office: Office) -> None:
    firm, agent = office.employer(FIRM), office.staff()
    shown = given(firm)
    mandate_id, reference = shown["mandate_id"], shown["reference"]
    assert decided(agent, mandate_id, "refuse").json["code"] == "state.move-not-allowed"
    send_form(firm, mandate_id)
    agreed(office, reference)
    assert decided(agent, mandate_id, "suspend").json["suspended_by"] == "fund"
    not_theirs = firm.post(f"/mandates/{mandate_id}/resumption")
    assert (not_theirs.status_code, not_theirs.json["code"]) == (403, "mandate.not-yours-to-resume")
    assert decided(agent, mandate_id, "resume").json["status"] == "active"
    assert decided(agent, mandate_id, "cancel").json["status"] == "cancelled"
    assert decided(agent, mandate_id, "lie").status_code == 422


def test_the_bank_refuses_and_cancels_by_signed_calls(office: Office) -> None:
    firm = office.employer(FIRM)
    first = given(firm)
    refusal = {"type": "mandate.refused", "data": {"fund": DZ, "reference": first["reference"], "reason": "AC04"}}
    assert post_signed(office, refusal).status_code == 200
    assert firm.get(f"/mandates/{first['mandate_id']}").json["status"] == "bank-refused"
    second = given(firm)
    ended = {"type": "mandate.cancelled", "data": {"fund": DZ, "reference": second["reference"], "reason": "MD16"}}
    for message_id in ("evt_2", "evt_3"):
        assert post_signed(office, ended, message_id=message_id).status_code == 200
    assert firm.get(f"/mandates/{second['mandate_id']}").json["status"] == "cancelled"


@pytest.mark.parametrize(
    "said",
    [
        {"amount_max": "much"},
        {"amount_max": "-1"},
        {"reference": ""},
        {"account": "0" * 201},
        {"fund": TN},
        {"holder": 5},
    ],
)
def test_a_malformed_call_of_the_bank_is_refused(office: Office, said: dict[str, Any]) -> None:
    answer = agreed(office, given(office.employer(FIRM))["reference"], **said)
    assert (answer.status_code, answer.json["code"]) == (422, "bank.message-invalid")


def test_a_call_about_no_mandate_changes_nothing(office: Office) -> None:
    assert agreed(office, "MD269999999900").status_code == 200


def test_a_bank_sees_what_a_form_says(office: Office) -> None:
    shown = given(office.employer(FIRM))
    machine = office.machine()
    seen = machine.get(f"/bank/mandates/{shown['reference'][:2]} {shown['reference'][2:].lower()}").json
    assert (seen["account"], seen["holder"], seen["amount_max"], seen["status"]) == (RIB, HOLDER, "500000.00", "issued")
    wrong = shown["reference"][:-1] + str((int(shown["reference"][-1]) + 1) % 10)
    assert machine.get(f"/bank/mandates/{wrong}").status_code == 422
    assert office.machine(fund=TN).get(f"/bank/mandates/{shown['reference']}").status_code == 404


def test_the_offer_says_what_is_to_be_confirmed(office: Office) -> None:
    offer = office.employer(FIRM).get("/mandate-offer").json
    assert offer["accounts"] == ["rib-dz", "ccp"] and offer["is_to_be_confirmed"]
    assert offer["amount_max"] == "100000000.00"


def test_a_debit_that_fails_too_often_suspends_and_tells(office: Office, context: ServiceContext) -> None:
    firm = office.employer(FIRM)
    shown = given(firm)
    mandate_id, reference = shown["mandate_id"], shown["reference"]
    send_form(firm, mandate_id)
    agreed(office, reference)
    for number in range(3):
        context.run(
            DZ,
            by=someone(),
            cause=f"debit-{number}",
            action=lambda uow: actions.note_debit_failed(uow, mandate_id=mandate_id, reason="AM04"),
        )
    after = firm.get(f"/mandates/{mandate_id}").json
    assert (after["status"], after["failures"], after["suspended_by"]) == ("suspended", 3, "platform")
    assert published(context)[-1] == "payments.mandate-suspended"
