"""The command that checks a fund's folder before anything is started with it."""

import shutil
from pathlib import Path

import pytest

from shared.funds.__main__ import main
from shared.funds.loading import DEFINITIONS


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
