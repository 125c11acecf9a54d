"""What a page of the folder `register-layouts` may say, and what is refused in it."""

from pathlib import Path
from shutil import copytree

import pytest

from shared.funds.loading import FundsInvalid, load
from shared.funds.register_layouts import RegisterEncoding

INVENTED = Path(__file__).parents[2] / "funds" / "definitions"
FUND = "xx-three"
PAGE = f"{FUND}/register-layouts/persons-fixed.yaml"


def test_a_page_says_where_each_column_stands_and_in_which_encoding() -> None:
    layout = load([FUND], further=[INVENTED])[FUND].register_layouts["persons-fixed"]
    assert layout.encoding is RegisterEncoding.WINDOWS_1256
    first, second, *_, last = layout.columns
    assert [(each.name, each.start, each.end) for each in (first, second)] == [
        ("insurance_number", 1, 12),
        ("national_id", 13, 24),
    ]
    assert (last.name, layout.length) == ("died_on", last.end)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("start: 13,", "start: 12,", "the file: columns: national_id begins within insurance_number"),
        ("name: national_id", "name: insurance_number", "the file: columns names insurance_number twice"),
        ("start: 1,", "start: 0,", "columns[1]: insurance_number lies outside of 1 to 4000"),
        ("width: 200", "width: 4000", "columns[13]: family lies outside of 1 to 4000"),
        (
            "encoding: cp1256",
            "encoding: cp1257",
            "encoding: Invalid enum value 'cp1257'; it may be utf-8, cp1252, cp1256",
        ),
        ("width: 12}", "wide: 12}", "columns[1].wide: is not known here"),
    ],
)
def test_what_does_not_fit_is_refused_in_its_place(tmp_path: Path, old: str, new: str, fault: str) -> None:
    copytree(INVENTED / FUND, tmp_path / FUND)
    path = tmp_path / PAGE
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(FundsInvalid) as refused:
        load([FUND], folder=tmp_path)
    assert any(each.startswith(f"{PAGE}: {fault}") for each in refused.value.faults), refused.value.faults
