"""Mandates at the bank, for real: our pain.009 out, its pain.012 in; refused, silent, unknown, crashed between."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from services.payments.banking.banks.choice import ChosenBanks
from services.payments.banking.jobs import jobs
from services.payments.banking.mandating import MandateFollower
from services.payments.mandates import actions, store
from services.payments.mandates.mandate import Mandate, RequestKind, Status
from services.payments.wiring import service
from shared.kernel.errors import Unavailable
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.clock import RunningClock
from tests.kit.contexts import DZ, context_on, handle, reading, someone
from tests.kit.due_jobs import run_due
from tests.payments.bank import API_KEY, Bank, office, own_settings, post_signed, running_bank
from tests.payments.builders import FIRM
from tests.payments.mandates.builders import register, terms
from tests.payments.mandates.test_routes import send_form

AGREED_RIB, REFUSED_RIB = "00200300000002020254", "00200300000001010193"
"""The simulated bank knows these by their endings before the two key digits: agreed to at once; refused at once."""


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    with running_bank(Path(tmp_path_factory.mktemp("bank"))) as running:
        yield running


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def context(database: Any, mongodb: str, clock: RunningClock) -> ServiceContext:
    return context_on(database, mongodb, clock=clock)


@pytest.fixture
def made(context: ServiceContext, bank: Bank) -> Office:
    made = office(context, own_settings(bank.url))
    handle(context, service, register())
    return made


def issue(context: ServiceContext, **typed: Any) -> Mandate:
    return context.run(
        DZ,
        by=someone(),
        cause="issue",
        action=lambda uow: actions.issue(uow, employer_id=FIRM, terms=terms(**typed)),
    )


def follow(context: ServiceContext, bank: Bank, *, url: str = "") -> None:
    for kind in MandateFollower(ChosenBanks(own_settings(url or bank.url).banks)).jobs:
        run_due(context, DZ, kind)


def seen(context: ServiceContext, mandate: Mandate) -> Mandate:
    return store.mandates.load(reading(context), mandate.mandate_id)


def officer(bank: Bank, mandate: Mandate, **form: str) -> None:
    page = f"{bank.url}/officer/{DZ}/{mandate.reference}"
    assert mandate.reference in requests.get(f"{bank.url}/officer?lang=fr", timeout=5).text
    shown = requests.get(f"{page}?lang=ar", timeout=5)
    assert shown.status_code == 200 and 'dir="rtl"' in shown.text
    assert requests.post(page, data=form, timeout=5, allow_redirects=False).status_code == 303


def test_the_officer_agrees_and_the_platform_verifies(context: ServiceContext, bank: Bank, made: Office) -> None:
    given = issue(context)
    follow(context, bank)
    asked = seen(context, given)
    assert asked.request is not None and asked.request.is_sent and asked.status is Status.ISSUED
    follow(context, bank)  # too early: nobody has answered
    officer(bank, given, decision="agree")
    assert [each.status_code for each in bank.deliver(made)] == [200]
    follow(context, bank)
    agreed = seen(context, given)
    assert (agreed.status, agreed.request) == (Status.BANK_AGREED, None)
    assert agreed.bank_agreement is not None and agreed.bank_agreement.is_reply
    assert send_form(made.employer(FIRM), given.mandate_id).json["status"] == "active"


def test_what_the_officer_changed_is_a_doubt(context: ServiceContext, bank: Bank, made: Office) -> None:
    given = issue(context)
    follow(context, bank)
    send_form(made.employer(FIRM), given.mandate_id)
    officer(bank, given, decision="agree", holder="Somebody else", amount_max="1.00")
    bank.deliver(made)
    follow(context, bank)
    doubtful = seen(context, given)
    assert doubtful.status is Status.DOUBTFUL
    assert [each.code for each in doubtful.findings] == ["mandate.limit-lower", "mandate.holder-differs"]


def test_a_lost_webhook_is_made_up_for_by_asking(
    context: ServiceContext, bank: Bank, made: Office, clock: RunningClock
) -> None:
    given = issue(context, account=AGREED_RIB)
    follow(context, bank)
    clock.move(seconds=6)
    follow(context, bank)
    assert seen(context, given).status is Status.BANK_AGREED
    bank.delivered += 1  # the message that came too late to be of use


def test_the_banks_refusal_ends_it(context: ServiceContext, bank: Bank, made: Office, clock: RunningClock) -> None:
    given = issue(context, account=REFUSED_RIB)
    follow(context, bank)
    clock.move(seconds=6)
    follow(context, bank)
    bank.delivered += 1
    refused = seen(context, given)
    assert (refused.status, refused.steps[-1].about, refused.next_look_at) == (Status.BANK_REFUSED, "AC01", None)


def test_a_bank_that_does_not_answer_is_asked_again_and_has_it_once(
    context: ServiceContext, bank: Bank, made: Office, clock: RunningClock
) -> None:
    given = issue(context)
    with pytest.raises(Unavailable):
        follow(context, bank, url="http://127.0.0.1:9")
    assert not seen(context, given).request.is_sent  # type: ignore[union-attr]
    requests.post(f"{bank.url}/_faults", json={"kind": "answer-lost", "seconds": 0.1}, timeout=5)
    for _ in range(3):  # the bank has it, and says that it was seen before
        clock.move(minutes=5)
        follow(context, bank)
    assert seen(context, given).request.is_sent  # type: ignore[union-attr]
    asked = [line for line in bank.log("mandate-asked") if line["reference"] == given.reference]
    assert len(asked) == 1


def test_an_amendment_and_a_cancellation_reach_the_bank(
    context: ServiceContext, bank: Bank, made: Office, clock: RunningClock
) -> None:
    firm = made.employer(FIRM)
    given = issue(context, account=AGREED_RIB)
    follow(context, bank)
    clock.move(seconds=6)
    follow(context, bank)
    bank.delivered += 1
    send_form(firm, given.mandate_id)
    assert seen(context, given).status is Status.ACTIVE
    wanted = {
        "account": AGREED_RIB,
        "account_rule": "rib-dz",
        "holder": "SARL Atelier Inventé",
        "bank": "Banque inventée",
        "amount_max": "1000.00",
    }
    answer = firm.post(f"/mandates/{given.mandate_id}/amendment", wanted)
    assert answer.json["amendment"]["amount_max"] == "1000.00", answer.text
    for _ in range(2):
        clock.move(seconds=6)
        follow(context, bank)
    bank.delivered += 1
    amended = seen(context, given)
    assert (amended.amount_max_minor, amended.amendment, amended.request) == (100_000, None, None)
    firm.post(f"/mandates/{given.mandate_id}/cancellation")
    assert seen(context, given).request.kind is RequestKind.CANCELLATION  # type: ignore[union-attr]
    follow(context, bank)
    assert seen(context, given).request is None
    assert any(line["reference"] == given.reference for line in bank.log("mandate-cancelled"))


def test_a_form_that_nobody_signed_expires(
    context: ServiceContext, bank: Bank, made: Office, clock: RunningClock
) -> None:
    given = issue(context)
    clock.move(days=61)
    follow(context, bank)
    assert seen(context, given).status is Status.EXPIRED


def test_a_bank_that_stays_silent_is_a_doubt(
    context: ServiceContext, bank: Bank, made: Office, clock: RunningClock
) -> None:
    given = issue(context)
    follow(context, bank)
    send_form(made.employer(FIRM), given.mandate_id)
    clock.move(days=16)
    follow(context, bank)
    silent = seen(context, given)
    assert (silent.status, silent.findings[0].code) == (Status.DOUBTFUL, "mandate.bank-silent")


def test_a_report_that_is_not_there_is_tried_again(context: ServiceContext, bank: Bank, made: Office) -> None:
    announced = {"type": "mandate.report-available", "data": {"fund": DZ, "report_id": "r/../1"}}
    assert post_signed(made, announced, message_id="evt_r").status_code == 200
    follow(context, bank)
    job = context.database["jobs"].find_one({"kind": store.FETCH})
    assert job is not None and (job["last_error"], job["attempts"]) == ("mandate.report-missing", 1)


def test_a_form_of_which_the_fund_knows_nothing_is_not_signed(bank: Bank) -> None:
    unknown = requests.get(f"{bank.url}/officer/find?fund={DZ}&reference=MD260000000112&lang=fr", timeout=5)
    assert "ne connaît pas" in unknown.text


def test_only_the_fund_hands_in_messages(bank: Bank) -> None:
    for headers, status in (({}, 401), ({"Authorization": f"Bearer {API_KEY}"}, 422)):
        answer = requests.post(f"{bank.url}/mandates/pain.009", headers=headers, data=b"<a/>", timeout=5)
        assert answer.status_code == status


def test_the_follower_is_one_of_the_banks_jobs() -> None:
    kinds = {kind.name for kind in jobs(ChosenBanks(own_settings().banks), return_url="")}
    assert {store.FOLLOW, store.FETCH} <= kinds
