"""Names as files and registers have them: what says nothing, and what is another name."""

import pytest

from services.payments.declarations.names import are_alike, of_search
from services.payments.declarations.wages import WageLine


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("BENALI KARIM", "Benali Karim", True),
        ("BENALI KARIM", "KARIM BENALI", True),
        ("BEJAIA ZOE", "Béjaïa Zoé", True),
        ("BEN ALI KARIM", "BENALI KARIM", True),
        ("N'DIAYE AWA", "NDIAYE AWA", True),
        ("AIT-MEHDI AMEL", "AIT MEHDI AMEL", True),
        ("BENALI", "BENALI KARIM", True),  # one name in the file
        ("TRABELSI MOHAMED", "TRABELSI MOHAMED ALI", True),
        ("MOHAMED BENALI", "MOHAMMED BENALI", True),  # another transliteration
        ("BENALI KARIM", "بن علي كريم", True),  # another script cannot be compared by its letters
        ("", "BENALI KARIM", True),
        ("TOUTAUTRE JEAN", "BENALI KARIM", False),
        ("BENALI LEILA", "MANSOURI LEILA", False),
        ("BENALI KARIM", "BENALI NADIA", False),
    ],
)
def test_w02_names_are_alike_or_not(one: str, other: str, alike: bool) -> None:
    assert are_alike(one, other, percent=80) is alike
    assert are_alike(other, one, percent=80) is alike


WORKERS = tuple(
    WageLine(line, number, family, first, None, None, (), None, None)
    for line, (number, family, first) in enumerate(
        [
            ("900000000001", "BEN ALI", "KARIM"),
            ("900000000012", "AÏT-MEHDI", "Amel"),
            ("16-700345-A", "بن علي", "كريم"),
            ("900000000003", "TRABELSI", ""),
        ],
        start=1,
    )
)


@pytest.mark.parametrize(
    ("search", "lines"),
    [
        ("karim", [1]),
        ("KARIM ben", [1]),
        ("benali", [1]),
        ("ben", [1]),
        ("ali", [1]),
        ("arim", []),
        ("ait mehdi", [2]),
        ("aïtmeh", [2]),
        ("كَرِيم", [3]),
        ("\u200fبن علي\u200e", [3]),
        ("900000000012", [2]),
        ("9000 0000 0001", [1]),
        ("٩٠٠٠٠٠٠٠٠٠٠١", [1]),
        ("90000", [1, 2, 4]),
        ("16700345a", [3]),
        ("16-700345-A", [3]),
        ("trabelsi", [4]),
        ("trabelsi karim", []),
        ("-", []),
        ("'\"<%$", []),
        ("x" * 80, []),
    ],
)
def test_workers_are_found_by_a_name_or_a_number(search: str, lines: list[int]) -> None:
    assert [worker.line for worker in of_search(WORKERS, search)] == lines
