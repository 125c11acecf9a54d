"""Every way in which a register may answer, by HTTP and by file, against the registers as a program."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from services.claims.crosschecks.register import (
    RegisterAnswerMalformed,
    RegisterRefused,
    RegisterRequest,
    RegisterTimeout,
)
from services.claims.crosschecks.registers.choice import (
    ADAPTERS,
    ChosenRegisters,
    RegisterSettings,
    faults,
    faults_of_fund,
)
from services.claims.crosschecks.registers.fixed_columns import AnswersIncomplete, ColumnTooNarrow, layout
from services.claims.crosschecks.registers.nightly_files import NightlyFilesRegister
from shared.funds.bindings import RegisterBinding
from tests.claims.crosschecks.partner_registers import FUND_ID, SECRET, Partners, funds, partner_registers
from tests.kit.clock import AT, Clock
from tests.kit.waiting import until

FUND = funds()[FUND_ID]
BOUGHT = "bought-above-limit"


@pytest.fixture(scope="module")
def shared_partners(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partners]:
    with partner_registers(tmp_path_factory.mktemp("registers")) as running:
        running.set_clock(Clock())
        yield running


def request(national_id: str, *, number: int = 1, asks: str = BOUGHT) -> RegisterRequest:
    return RegisterRequest(
        question_id=f"q-{national_id}-{number}", fund_id=FUND_ID, national_id=national_id, asks=asks, law="Art. 1"
    )


def vehicles(partners: Partners, **changed: Any) -> Any:
    own = {**partners.settings(), "VEHICLE_REGISTER": replace(partners.settings()["VEHICLE_REGISTER"], **changed)}
    return ChosenRegisters(own)(FUND, "vehicles")


def asked(register: Any, *questions: RegisterRequest) -> list[Any]:
    """The answer to each, or what is wrong with it."""
    found = []
    for each in questions:
        try:
            reply = register.ask(each, at=AT)
            found.append(reply and reply.value)
        except (RegisterTimeout, RegisterRefused, RegisterAnswerMalformed) as wrong:
            found.append(wrong.code)
    return found


@pytest.mark.parametrize(
    ("digit", "answers"),
    [
        (0, ["no", "no", "no"]),
        (1, ["yes", "yes", "yes"]),
        (2, ["unknown"] * 3),
        (3, ["register.silent", "no", "register.silent"]),
        (4, ["register.silent"] * 3),
        (5, ["register.answer-malformed"] * 3),
        (6, ["register.answer-malformed"] * 3),
        (7, ["no", "no", "yes"]),
        (8, ["no", "no", "yes"]),
        (9, [None, None, None]),
    ],
)
def test_every_behaviour_over_http(shared_partners: Partners, digit: int, answers: list[Any]) -> None:
    """The same question twice, then another one."""
    about = f"0999002{digit}"
    questions = [request(about), request(about), request(about, number=2)]
    assert asked(vehicles(shared_partners), *questions) == answers


def test_later_is_not_never(shared_partners: Partners) -> None:
    same = [request("08990029")] * 3
    assert asked(vehicles(shared_partners), *same) == [None, None, "no"]


def test_only_the_minimum_leaves(shared_partners: Partners) -> None:
    asked(vehicles(shared_partners), request("07990020"))
    (seen,) = [each for each in shared_partners.questions(register="vehicles") if each["national_id"] == "07990020"]
    assert {seen["fund"], seen["asks"], seen["law"]} == {FUND_ID, BOUGHT, "Art. 1"}
    secret = replace(request("1"), national_id="07990020")
    assert "07990020" not in repr(secret), "a number is shown by no repr"


@pytest.mark.parametrize(
    "changed",
    [
        {"secrets": ("whsec_" + "d2l0aCBhbm90aGVyIGtleSB0aGFuIGFncmVlZA==",)},
        {"client_id": "somebody-else"},
    ],
)
def test_who_is_not_known_is_refused(shared_partners: Partners, changed: dict[str, Any]) -> None:
    assert asked(vehicles(shared_partners, **changed), request("06990020")) == ["register.refused"]


def test_what_was_not_agreed_is_refused(shared_partners: Partners) -> None:
    assert asked(vehicles(shared_partners), request("06990020", asks="is-alive")) == ["register.refused"]


def test_a_register_that_is_not_there_is_silent(shared_partners: Partners) -> None:
    assert asked(vehicles(shared_partners, url="http://127.0.0.1:9"), request("06990020")) == ["register.silent"]


# --- Files ------------------------------------------------------------------------------------------------------------


def files(folder: Path) -> NightlyFilesRegister:
    return NightlyFilesRegister(layout=layout("columns-120"), folder=folder, fund=FUND)


def test_a_question_goes_out_with_the_next_file_once(tmp_path: Path) -> None:
    register = files(tmp_path)
    for _ in range(2):
        assert register.ask(request("09990030"), at=AT) is None
    assert register.exchange(at=AT) == 1 and register.exchange(at=AT) == 0
    assert register.ask(request("09990030"), at=AT) is None
    (sent,) = (tmp_path / "to-register").iterdir()
    lines = sent.read_bytes().decode("ascii").split("\r\n")
    assert [len(line) for line in lines] == [120, 120, 120, 0]
    assert lines[1].split() == ["02q-09990030-1", "09990030", BOUGHT]
    assert list((tmp_path / "waiting").iterdir()) == [], "the number is in the file and nowhere else"
    register.ask(request("09990040"), at=AT)
    assert register.exchange(at=AT) == 0, "one file a day"
    assert register.exchange(at=AT.replace(day=11)) == 1


def test_answers_by_file_from_the_program(shared_partners: Partners) -> None:
    """The land register answers in files: as usual, otherwise, not known, late, not at all, a line that is none, to
    nobody's question."""
    register = ChosenRegisters(shared_partners.settings())(FUND, "land")
    people = [f"0599003{digit}" for digit in range(10)]
    questions = [request(each, asks="has-second-home") for each in people]
    for each in questions:
        assert register.ask(each, at=AT) is None
    assert register.exchange(at=AT) == len(people)

    def values() -> list[str | None]:
        register.exchange(at=AT)
        return [reply and reply.value for reply in (register.ask(each, at=AT) for each in questions)]

    expected = ["no", "yes", "unknown", "no", None, None, None, "no", "no", "no"]
    until(lambda: values() == expected, max_s=10)


@pytest.mark.parametrize(
    "line",
    [
        "12q-09990030-1" + " " * 24 + "O".ljust(40) + "yesterday",
        "12" + "../../escape".ljust(36) + "O".ljust(40) + "20260210",
        "12" + "q-nobody-1".ljust(36) + "O".ljust(40) + "20260210",
        "\u200e12 q",
        "",
        "x" * 4_000,
    ],
)
def test_lines_that_are_no_answers_hold_up_nothing(tmp_path: Path, line: str) -> None:
    register = files(tmp_path)
    good = request("09990031")
    for each in (request("09990030"), good):
        register.ask(each, at=AT)
    register.exchange(at=AT)
    right = ("12" + good.question_id.ljust(36) + "O".ljust(40) + "20260209").ljust(120)
    put(tmp_path, [line, right], count=2 if line else 1)
    register.exchange(at=AT)
    found = register.ask(good, at=AT)
    assert found is not None and (found.value, found.as_of.isoformat()) == ("yes", "2026-02-09")
    assert asked(register, request("09990030"))[0] in (None, "register.answer-malformed")
    assert not (tmp_path.parent / "escape").exists()


def put(folder: Path, lines: list[str], *, count: int) -> None:
    (folder / "from-register").mkdir(parents=True, exist_ok=True)
    whole = ["11land".ljust(120), *lines, f"19{count:08d}".ljust(120)]
    (folder / "from-register" / "answers-1.txt").write_text("\r\n".join(whole), encoding="utf-8")


@pytest.mark.parametrize("body", [b"", b"19", b"\xff\xfe", b"11land\r\n19" + b"00000002", b"12 no trailer"])
def test_a_file_that_is_not_whole_waits(body: bytes) -> None:
    with pytest.raises(AnswersIncomplete):
        layout("columns-120").read(body)


def test_a_file_that_is_not_whole_stays_where_it_is(tmp_path: Path) -> None:
    put(tmp_path, ["12 one line"], count=7)
    assert files(tmp_path).exchange(at=AT) == 0
    assert (tmp_path / "from-register" / "answers-1.txt").exists()


def test_nothing_is_cut_off_in_a_question(tmp_path: Path) -> None:
    with pytest.raises(ColumnTooNarrow):
        files(tmp_path).ask(request("0" * 21), at=AT)


def test_what_is_over_is_forgotten(tmp_path: Path) -> None:
    register = files(tmp_path)
    register.ask(request("09990030"), at=AT)
    register.exchange(at=AT)
    assert len(list((tmp_path / "sent").iterdir())) == 2
    register.exchange(at=datetime.fromisoformat("2200-01-01T00:00:00+00:00"))
    assert list((tmp_path / "sent").iterdir()) == []


# --- Chosen by the fund's definition ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"adapter": "pigeon"}, "adapter: no adapter pigeon; there are nightly-files, signed-http"),
        ({"settings": "OTHER"}, "settings: the setting REGISTERS does not name OTHER"),
        ({"settings": "EMPTY"}, "EMPTY_URL is missing"),
        ({"adapter": "nightly-files", "settings": "FILES"}, "no layout ; there are columns-120"),
        ({"settings": "WRONG"}, "a webhook secret"),
    ],
)
def test_a_start_says_what_is_wrong_with_a_register(tmp_path: Path, changed: dict[str, Any], fault: str) -> None:
    binding = replace(FUND.bindings.registers["tax"], **changed)
    bindings = replace(FUND.bindings, registers={"tax": binding})
    fund = replace(FUND, sections=replace(FUND.sections, bindings=bindings))
    own = {
        "EMPTY": RegisterSettings(),
        "FILES": RegisterSettings(folder=tmp_path),
        "WRONG": RegisterSettings(url="http://x", client_id="c", secrets=("short",)),
    }
    found = [*faults_of_fund(fund), *faults(fund, own)]
    assert found and all(each.startswith(f"{FUND_ID}/bindings.yaml: registers.tax") for each in found)
    assert any(fault in each for each in found), found


def test_nothing_is_wrong_where_all_is_said(shared_partners: Partners) -> None:
    assert [*faults_of_fund(FUND), *faults(FUND, shared_partners.settings())] == []
    assert set(ADAPTERS) == {"signed-http", "nightly-files"}
    assert SECRET not in repr(shared_partners.settings())
    with pytest.raises(ValueError):
        RegisterBinding(names={}, settings="lower", may_ask=(), law=FUND.bindings.registers["tax"].law)
