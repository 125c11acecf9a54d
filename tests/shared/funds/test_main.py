"""The command that checks a fund's folder before anything is started with it."""

import shutil
from pathlib import Path

import pytest

from shared.funds.__main__ import Check
from shared.funds.__main__ import main as command
from shared.funds.fund import Fund
from shared.funds.loading import DEFINITIONS


def main(arguments: list[str], *checks: Check) -> int:
    return command(arguments, program="python -m shared.funds", checks=checks)


def test_a_fund_without_a_fault_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(DEFINITIONS / "dz-cnas"), str(DEFINITIONS / "tn-cnss")]) == 0
    assert capsys.readouterr().out == "dz-cnas: no fault\ntn-cnss: no fault\n"


def test_every_fault_is_named_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "dz-cnas"
    shutil.copytree(DEFINITIONS / "dz-cnas", folder)
    about = (folder / "fund.yaml").read_text()
    (folder / "fund.yaml").write_text(
        about.replace("currency: DZD", "currency: DIN").replace("[friday, saturday]", "[caturday]")
    )
    assert main([str(folder)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "dz-cnas/fund.yaml: currency: Invalid enum value 'DIN'; it may be DJF, DKK, DOP, DZD, or another of 164",
        "dz-cnas/fund.yaml: weekend[1]: Invalid enum value 'caturday'; it may be"
        " monday, tuesday, wednesday, thursday, friday, saturday, sunday",
    ]


def test_what_is_no_folder_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "xx.yaml").write_text("fund_id: xx")
    assert main([str(tmp_path / "xx.yaml")]) == 1
    assert "a fund is a folder" in capsys.readouterr().out


def test_who_serves_a_fund_says_what_else_is_wrong_once_its_folder_is_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def names_no_moon(fund: Fund) -> list[str]:
        return [f"{fund.fund_id}: no moon", f"{fund.fund_id}: no tide"]

    assert main([str(DEFINITIONS / "dz-cnas")], names_no_moon, lambda _: ()) == 1
    assert capsys.readouterr().out == "dz-cnas: no moon\ndz-cnas: no tide\n"
    (tmp_path / "xx.yaml").write_text("fund_id: xx")
    assert main([str(tmp_path / "xx.yaml")], names_no_moon) == 1
    assert "no moon" not in capsys.readouterr().out
