"""Letting people in: by what they know and have; strangers lock out nobody but themselves."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from pymongo.database import Database

from services.identity.accounts import actions
from services.identity.accounts.actions import Attempt, Authentication
from services.identity.accounts.rules import read_facts
from services.identity.accounts.second_factor import accepted_step
from shared.kernel.actors import ActorKind
from shared.kernel.partial_date import PartialDate
from shared.storage.service_context import ServiceContext
from tests.identity.builders import (
    AMIRA_NIN,
    KARIM_NIN,
    PASSWORD,
    added_user,
    application,
    considered,
    known_people,
    links,
)
from tests.kit.clock import RunningClock
from tests.kit.contexts import DZ, context_on, someone
from tests.kit.people import FIRM

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
EVERYBODY = frozenset({ActorKind.PERSON, ActorKind.EMPLOYER, ActorKind.STAFF})


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def context(database: Database[dict[str, Any]], mongodb: str, clock: RunningClock, tmp_path: Path) -> ServiceContext:
    """Amira with an open account, an employer's user, and Karim with no account."""
    made = context_on(database, mongodb, clock=clock)
    known_people(made, tmp_path)
    sent = application()
    password = sent.pop("password")
    sent["birth_on"] = PartialDate(sent["birth_on"])
    facts = read_facts(**sent, fund=made.funds[DZ])
    in_unit_of_work(made, lambda uow: actions.apply(uow, facts, password=password))
    considered(made)
    token = urlsplit(links(made)[0]).fragment.removeprefix("token=")
    in_unit_of_work(made, lambda uow: actions.activate(uow, token=token, password=password))
    assert added_user(made, "--kind", "employer", "--login", "paie", "--employer", FIRM)[0] == 0
    return made


def in_unit_of_work(context: ServiceContext, action: Any) -> Any:
    return context.run(DZ, by=someone(), cause="test", action=action)


def authenticate(
    context: ServiceContext, login: str = AMIRA_NIN, password: str = PASSWORD, **more: Any
) -> Authentication:
    attempt = Attempt(
        **{
            "login": login,
            "password": password,
            "one_time_code": "",
            "device": "",
            "actors": EVERYBODY,
            **more,
        }
    )
    return in_unit_of_work(context, lambda uow: actions.authenticate(uow, attempt))  # type: ignore[no-any-return]


@pytest.mark.parametrize("login", [AMIRA_NIN, f"{AMIRA_NIN[:4]} {AMIRA_NIN[4:]}", "paie", " PAIE ", "\u200fpa\u00adie"])
def test_a_right_password_lets_in(context: ServiceContext, login: str) -> None:
    assert authenticate(context, login).account is not None


def test_i02_a_national_id_lets_in_however_it_was_typed(context: ServiceContext) -> None:
    arabic = AMIRA_NIN.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    for typed in (
        arabic,
        f"\u2066{AMIRA_NIN}\u2069",
        f"{AMIRA_NIN[:4]}\u2011{AMIRA_NIN[4:]}",
        f"{arabic[:9]}\u202f{arabic[9:]}",
    ):
        assert authenticate(context, typed).account is not None


@pytest.mark.parametrize(
    ("login", "password", "more"),
    [
        (AMIRA_NIN, "wrong wrong wrong", {}),
        (AMIRA_NIN, PASSWORD + " ", {}),
        (AMIRA_NIN, "", {}),
        (KARIM_NIN, PASSWORD, {}),
        ("109900000000000777", PASSWORD, {}),
        ("nobody", PASSWORD, {}),
        ("", PASSWORD, {}),
        ("x" * 5_000, PASSWORD, {}),
        (AMIRA_NIN, PASSWORD, {"actors": frozenset({ActorKind.STAFF})}),
        ("paie", PASSWORD, {"actors": frozenset({ActorKind.PERSON})}),
    ],
)
def test_everything_else_does_not_and_all_alike(
    context: ServiceContext, login: str, password: str, more: dict[str, Any]
) -> None:
    assert authenticate(context, login, password, **more) == Authentication()


def test_a_pending_account_lets_nobody_in(context: ServiceContext) -> None:
    context.database["accounts"].update_many({}, {"$set": {"status": "pending"}})
    assert authenticate(context) == Authentication()


@pytest.mark.parametrize("login", [AMIRA_NIN, "109900000000000777", "nobody"])
def test_a_door_shuts_after_five_failures_whoever_it_is(
    context: ServiceContext, clock: RunningClock, login: str
) -> None:
    assert [authenticate(context, login, "wrong").locked_s for _ in range(4)] == [0, 0, 0, 0]
    assert authenticate(context, login, "wrong").locked_s == 60
    assert 0 < authenticate(context, login).locked_s <= 61, "even the right password waits"
    clock.move(seconds=61)
    assert authenticate(context, login, "wrong").locked_s == 120


def test_hammering_at_a_shut_door_keeps_it_shut_no_longer(context: ServiceContext, clock: RunningClock) -> None:
    for _ in range(20):
        authenticate(context, password="wrong")
    clock.move(seconds=61)
    assert authenticate(context).account is not None


def test_a_success_clears_the_failures(context: ServiceContext) -> None:
    for _ in range(4):
        authenticate(context, password="wrong")
    assert authenticate(context).account is not None
    assert [authenticate(context, password="wrong").locked_s for _ in range(4)] == [0, 0, 0, 0]


def test_strangers_do_not_lock_out_a_browser_that_was_in_before(context: ServiceContext) -> None:
    device = authenticate(context).device
    for _ in range(6):
        authenticate(context, password="wrong")
    assert authenticate(context).locked_s > 0
    back = authenticate(context, device=device)
    assert back.account is not None and back.device == device


@pytest.mark.parametrize(
    "forge",
    [lambda device: device[:-1] + ("1" if device[-1] == "0" else "0"), lambda device: "x." + device.split(".")[1]],
)
def test_a_forged_device_is_none(context: ServiceContext, forge: Any) -> None:
    device = forge(authenticate(context).device)
    for _ in range(6):
        authenticate(context, password="wrong")
    assert authenticate(context, device=device).locked_s > 0


def test_one_persons_device_opens_no_other_door(context: ServiceContext) -> None:
    device = authenticate(context, "paie").device
    for _ in range(6):
        authenticate(context, password="wrong")
    assert authenticate(context, device=device).locked_s > 0


def test_staff_need_a_code_that_was_not_used_before(context: ServiceContext, clock: RunningClock) -> None:
    _, address = added_user(context, "--kind", "staff", "--login", "nadia", "--role", "agent")
    codes = pyotp.TOTP(parse_qs(urlsplit(address).query)["secret"][0])

    def sign_in(code: str) -> bool:
        return authenticate(context, "nadia", one_time_code=code).account is not None

    code = codes.at(clock())
    assert not sign_in("") and not sign_in("000000" if code != "000000" else "111111")
    assert sign_in(f" {code[:3]} {code[3:]}")
    assert not sign_in(code), "a code is taken once"
    clock.move(seconds=60)
    assert sign_in(codes.at(clock()))
    clock.move(seconds=60)
    arabic = codes.at(clock()).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert sign_in(f"\u200f{arabic[:3]}\u00a0{arabic[3:]}"), "I02: digits of any script"


@pytest.mark.parametrize(("off_s", "is_taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_code_is_good_for_a_step_around_now(clock: RunningClock, off_s: int, is_taken: bool) -> None:
    at = clock().replace(second=0)
    code = pyotp.TOTP(SECRET).at(int(at.timestamp()) + off_s)
    assert (accepted_step(SECRET, code, after_step=0, at=at) is not None) is is_taken
