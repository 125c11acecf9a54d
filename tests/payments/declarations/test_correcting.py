"""Corrected files: what is certain is put right, byte for byte; what somebody earned, and who they are, never is."""

from collections.abc import Callable
from typing import Any

import pytest

from services.payments.declarations.correcting import CHANGES_MAX, MENDS, CorrectedFiles, correct
from services.payments.declarations.declaration import Intake, Status, StoredFile
from services.payments.declarations.layouts.registry import layouts_of
from services.payments.declarations.rules import NothingCertain, may_be_corrected
from services.payments.wiring import service
from shared.storage.service_context import ServiceContext
from tests.kit.contexts import DZ, TN, funds
from tests.payments.declarations.builders import Files, Worker, das_a, das_b, tn_122, workers
from tests.payments.declarations.harness import DeclarationsHarness
from tests.payments.declarations.test_rules import declaration

HEADER, DETAIL = "D2025E1600000001.TXT", "D2025S1600000001.TXT"
TN_NAME = next(iter(tn_122().by_name))


def corrected(files: Files, fund_id: str = DZ) -> CorrectedFiles | None:
    (form,) = funds()[fund_id].declarations.forms.values()
    return correct(list(files.by_name.items()), layouts=layouts_of(funds()[fund_id], form))


def changed(files: Files, name: str, change: Callable[[bytes], bytes]) -> Files:
    return files.having(name, change(files.by_name[name]))


def put(content: bytes, *, line: int, column: int, text: bytes, newline: bytes = b"\n") -> bytes:
    lines = content.split(newline)
    kept = lines[line - 1]
    lines[line - 1] = kept[: column - 1] + text + kept[column - 1 + len(text) :]
    return newline.join(lines)


@pytest.mark.parametrize(
    ("fund_id", "good"), [(DZ, das_b(workers(3))), (DZ, das_a(workers(3))), (TN, tn_122(workers(14)))]
)
def test_what_is_good_stays_as_it_is_byte_for_byte(fund_id: str, good: Files) -> None:
    found = corrected(good, fund_id)
    assert found is not None and (found.count, found.changes) == (0, ())
    assert {file.name: file.content for file in found.files} == dict(good.by_name)


TN_MENDS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("wage-file.amount-malformed", lambda it: put(it, line=1, column=103, text=b"   3150000")),
    ("wage-file.insurance-number-malformed", lambda it: put(it, line=1, column=25, text=b"       145")),
    ("wage-file.number-gap", lambda it: put(it, line=2, column=23, text=b"07")),
    ("line-end", lambda it: it.replace(b"\n", b"\r\n")),
    ("wage-file.line-length", lambda it: it + b"   "),
    ("wage-file.encoding", lambda it: b"\xef\xbb\xbf" + it),
    ("wage-file.encoding", lambda it: it.decode().encode("utf-16")),
    ("wage-file.encoding", lambda it: it.decode().replace("3150000", "٣١٥٠٠٠٠").encode()),
]


@pytest.mark.parametrize(("code", "spoil"), TN_MENDS)
def test_what_is_certain_is_put_right(code: str, spoil: Callable[[bytes], bytes]) -> None:
    good = tn_122()
    found = corrected(changed(good, TN_NAME, spoil), TN)
    assert found is not None and {change.code for change in found.changes} == {code}
    assert {file.name: file.content for file in found.files} == dict(good.by_name)


def test_letters_lose_their_accents_where_the_layout_has_none() -> None:
    good = tn_122([Worker(1, {"full_name": "BENALI ELOISE"})])
    spoilt = changed(good, TN_NAME, lambda it: it.replace(b"ELOISE", "ÉLOÏSE".encode("cp1252")))
    found = corrected(spoilt, TN)
    assert found is not None and [(each.code, each.line, each.field) for each in found.changes] == [
        ("wage-file.characters", 1, "full_name")
    ]
    assert found.files[0].content == good.by_name[TN_NAME]


@pytest.mark.parametrize("build", [das_a, das_b])
def test_sums_over_the_lines_are_those_of_the_lines(build: Callable[..., Files]) -> None:
    good = build()
    spoilt = build(header={"total_2": 1, "total": 2, "workers": 9})
    found = corrected(spoilt)
    assert found is not None
    assert {(each.field, each.code) for each in found.changes} == {
        ("total_2", "wage-file.total-differs"),
        ("total", "wage-file.total-differs"),
        ("workers", "wage-file.workers-differ"),
    }
    assert {file.name: file.content for file in found.files} == dict(good.by_name)


def test_a_workers_total_is_the_sum_of_the_periods() -> None:
    found = corrected(das_a(total=5))
    assert found is not None and [each.code for each in found.changes] == ["wage-file.line-total-differs"] * 2
    assert found.files[1].content == das_a().by_name[DETAIL]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda it: put(it, line=1, column=103, text=b"-003150000"),  # who knows what was meant
        lambda it: put(it, line=1, column=103, text=b"3150O00000"),
        lambda it: put(it, line=1, column=103, text=b"31 5000000"),
        lambda it: put(it, line=1, column=25, text=b"ABCDEFGHIJ"),
        lambda it: it.replace(b"0000000145", b"0000000245"),  # twice the same person
        lambda it: put(it, line=1, column=103, text=b"3150000   "),
        # A character more or less in the name: what follows stands in other columns, and is another wage.
        lambda it: it[:60] + it[61:],
        lambda it: it[:60] + b"X" + it[60:],
        lambda it: it[:60] + b"X" + it[60:121] + it[122:],
    ],
)
def test_what_is_not_certain_stays_as_it_was_sent(spoil: Callable[[bytes], bytes]) -> None:
    spoilt = changed(tn_122(), TN_NAME, spoil)
    found = corrected(spoilt, TN)
    assert found is not None and found.count == 0
    assert found.files[0].content == spoilt.by_name[TN_NAME]


def test_the_sums_stay_where_a_line_cannot_be_read() -> None:
    spoilt = changed(
        das_b(header={"workers": 9}),
        DETAIL,
        lambda it: put(it, line=1, column=104, text=b"-", newline=b"\r\n"),
    )
    found = corrected(spoilt)
    assert found is not None and found.count == 0


@pytest.mark.parametrize("content", [b"", b"\0" * 500, b"hello\n" * 9, b"\xff\xfe\x00"])
def test_what_looks_like_no_layout_is_not_guessed_at(content: bytes) -> None:
    assert corrected(Files({"a.txt": content}), TN) is None


def test_many_changes_are_counted_and_the_first_are_listed() -> None:
    spoilt = tn_122([Worker(each.number, {"page": 500}) for each in workers(CHANGES_MAX + 5)])
    found = corrected(spoilt, TN)
    assert found is not None and (found.count, len(found.changes)) == (CHANGES_MAX + 5, CHANGES_MAX)


def test_every_mend_has_its_words() -> None:
    codes = {*MENDS, "line-end", "wage-file.encoding", "wage-file.line-length", "wage-file.number-gap"}
    codes |= {"wage-file.workers-differ", "wage-file.total-differs", "wage-file.line-total-differs"}
    codes |= {"wage-file.control-sum-differs", "wage-file.record-total-differs"}
    texts = service.texts().by_code
    assert {code.removeprefix("corrected.") for code in texts if code.startswith("corrected.")} == {
        code.removeprefix("wage-file.") for code in codes
    }


@pytest.mark.parametrize(
    ("status", "facts", "may"),
    [
        (Status.REFUSED, {}, True),
        (Status.TECHNICALLY_REFUSED, {}, True),
        (Status.TO_CONFIRM, {}, True),
        (Status.ACCEPTED, {}, False),
        (Status.RECEIVED, {}, False),
        (Status.REFUSED, {"intake": Intake.TYPED}, False),
        (Status.REFUSED, {"files": (StoredFile(name="e", sha256="aa", size=5 << 20),)}, False),
    ],
)
def test_only_files_that_stand_to_be_mended_are(status: Status, facts: dict[str, Any], may: bool) -> None:
    if may:
        may_be_corrected(declaration(status, **facts))
    else:
        with pytest.raises(NothingCertain):
            may_be_corrected(declaration(status, **facts))


def test_the_corrected_file_is_accepted_when_it_is_sent(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context, TN)
    spoilt = changed(tn_122(), TN_NAME, lambda it: put(it, line=1, column=103, text=b"   3150000"))
    refused = harness.declare(spoilt)
    assert refused["status"] == "technically-refused"
    made = harness.see(refused["declaration_id"], "/corrected")
    assert (made["changed"], made["errors"], made["remaining"]) == (1, 0, [])
    assert made["changes"][0]["field"] == "Salaire de la période" and "zéros" in made["changes"][0]["text"]
    path = f"/declarations/{refused['declaration_id']}/corrected"
    content = harness.caller.get(f"{path}/1").data
    assert harness.declare(Files({made["files"][0]["name"]: content}))["status"] == "accepted"
    assert [harness.caller.get(f"{path}/{number}").status_code for number in ("2", "0", "x", "٢")] == [404] * 4


def test_what_remains_is_said(context: ServiceContext) -> None:
    harness = DeclarationsHarness(context, TN)
    spoilt = changed(tn_122(), TN_NAME, lambda it: it.replace(b"0000000145", b"0000000245") + b"  ")
    refused = harness.declare(spoilt)
    made = harness.see(refused["declaration_id"], "/corrected")
    assert (made["changed"], made["errors"]) == (1, 1)
    assert [each["code"] for each in made["remaining"]] == ["wage-file.person-twice"]
    accepted = harness.declare(tn_122())
    nothing = harness.caller.get(f"/declarations/{accepted['declaration_id']}/corrected")
    assert (nothing.status_code, nothing.json["code"]) == (409, "declaration.nothing-certain")
