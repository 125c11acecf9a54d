"""The layouts: the invented examples byte for byte, reading against writing, slices against their tables."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.declarations.findings import FileRole
from services.payments.declarations.layouts import forms
from services.payments.declarations.layouts.encodings import is_arabic, is_without_latin
from services.payments.declarations.layouts.forms import DoesNotFit, FieldRefused
from services.payments.declarations.layouts.layout import Field, RecordKind
from shared.kernel import partial_date
from tests.payments.declarations.builders import LAYOUTS

B_HEADER = (
    b"1600000001N202516001EXEMPLE                       SARL EXEMPLE                  "
    b"12 RUE EXEMPLE ALGER                              "
    b"00000000360000000000000036000000000000003600000000000000360000000000000144000000000002"
)
B_DETAILS = (
    b"1600000001202500001900000000001BENALI                        KARIM                         1503199"
    b"0003M000018000000003M000018000000003M000018000000003M0000180000000102202000000000" + b" " * 50,
    b"1600000001202500002920000000002MANSOURI                      LEILA                         0207199"
    b"2003M000018000000003M000018000000003M000018000000003M0000180000000103202100000000" + b" " * 50,
)
A_DETAIL = (
    b"16000000012025000001900000000001BENALI                   KARIM                    15031990"
    b"520H9000000   520H9000000   520H9000000   520H9000000   36000000    01022020" + b" " * 28 + b"0"
)
TN_LINES = (
    b"0012345678000012026001011000000123BEN SALAH AMIRA                                             "
    b"099999910003150000" + b" " * 10,
    b"0012345678000012026001021000000245TRABELSI MOHAMED ALI                                        "
    b"099999920001584960" + b" " * 10,
)
DAS_A, DAS_B, TN_122 = LAYOUTS["das-a"].kinds, LAYOUTS["das-b"].kinds, LAYOUTS["tn-122"].kinds
EXAMPLES = [
    (DAS_B[FileRole.HEADER][0], B_HEADER),
    *((DAS_B[FileRole.DETAIL][0], line) for line in B_DETAILS),
    (DAS_A[FileRole.DETAIL][0], A_DETAIL),
    *((TN_122[FileRole.DETAIL][0], line) for line in TN_LINES),
]
KINDS = {
    "das-b header": (DAS_B[FileRole.HEADER][0], 216),
    "das-b detail": (DAS_B[FileRole.DETAIL][0], 229),
    "das-a header": (DAS_A[FileRole.HEADER][0], 221),
    "das-a header, further right": (DAS_A[FileRole.HEADER][1], 221),
    "das-a detail": (DAS_A[FileRole.DETAIL][0], 195),
    "tn-122": (TN_122[FileRole.DETAIL][0], 122),
}


@pytest.mark.parametrize(("kind", "line"), EXAMPLES)
def test_the_invented_examples_are_read_and_written_byte_for_byte(kind: RecordKind, line: bytes) -> None:
    values, faults = kind.read(line)

    assert faults == []
    assert kind.write(values) == line


def test_the_examples_say_what_the_reference_says_of_them() -> None:
    worker, _ = DAS_B[FileRole.DETAIL][0].read(B_DETAILS[0])
    header, _ = DAS_B[FileRole.HEADER][0].read(B_HEADER)
    hours, _ = DAS_A[FileRole.DETAIL][0].read(A_DETAIL)
    quarter, _ = TN_122[FileRole.DETAIL][0].read(TN_LINES[1])

    assert (worker["family_name"], worker["birth_on"], worker["left_on"]) == ("BENALI", "1990-03-15", None)
    assert (worker["wage_4"], worker["unit_4"], worker["duration_4"]) == (18_000_000, "M", 3)
    assert (header["total"], header["workers"]) == (144_000_000, 2)
    assert (hours["wage_1"], hours["duration_1"], hours["total"]) == (9_000_000, 520, 36_000_000)
    assert (quarter["wage"], quarter["national_id"], quarter["line_in_page"]) == (1_584_960, "09999992", 2)


@pytest.mark.parametrize(("kind", "length"), KINDS.values(), ids=KINDS)
def test_each_kind_of_line_is_as_long_as_its_table(kind: RecordKind, length: int) -> None:
    assert kind.length == length


@pytest.mark.parametrize("kind", [kind for kind, _ in KINDS.values()], ids=KINDS)
def test_the_compiled_slices_are_those_that_are_declared(kind: RecordKind) -> None:
    line = bytes(at % 251 for at in range(kind.length))

    assert kind.slices(line) == tuple(line[part.start - 1 : part.start - 1 + part.length] for part in kind.fields)


def test_fields_with_a_gap_between_them_are_no_kind_of_line() -> None:
    with pytest.raises(ValueError, match="year starts at 12, where 11 was next"):
        RecordKind(
            DAS_B[FileRole.DETAIL][0].signature,
            (Field("employer", 1, 10, forms.Digits()), Field("year", 12, 4, forms.Count())),
        )


def test_the_header_of_profile_a_gives_the_same_values_one_character_further_right() -> None:
    values = {"employer": "1600000001", "type": "N", "year": 2025, "centre": 16001, "full_name": "", "workers": 7}
    values |= {"total_1": 1, "total_2": 22, "total_3": 333, "total_4": 4444, "total": 4800}
    layout = LAYOUTS["das-a"]

    for kind in DAS_A[FileRole.HEADER]:
        line = kind.write(values)
        found, faults = layout.kind(FileRole.HEADER, line).read(line)
        assert faults == []
        assert {name: found[name] for name in values} == values


AMOUNTS = [
    # form, bytes, value or the code of the fault
    (forms.AmountCodec(), b"000018000000", 18_000_000),
    (forms.AmountCodec(), b"000000000000", 0),
    (forms.AmountCodec(), b"-00018000000", "wage-file.amount-negative"),
    (forms.AmountCodec(), b"00018000000-", "wage-file.amount-negative"),
    (forms.AmountCodec(), b"00001800000}", "wage-file.amount-negative"),
    (forms.AmountCodec(), b"00001800000R", "wage-file.amount-negative"),
    (forms.AmountCodec(), b"00001800000A", "wage-file.amount-malformed"),
    (forms.AmountCodec(), b"0000-1800000", "wage-file.amount-malformed"),
    (forms.AmountCodec(), b"000018000,00", "wage-file.amount-malformed"),
    (forms.AmountCodec(), b"    18000000", "wage-file.amount-malformed"),
    (forms.AmountCodec(), b"            ", "wage-file.amount-malformed"),
    (forms.AmountCodec(), b"-", "wage-file.amount-malformed"),
    (forms.AmountCodec(), b"999999999999", "wage-file.amount-overflowing"),
    (forms.AmountCodec(), b"************", "wage-file.amount-overflowing"),
    (forms.AmountCodec(), b"############", "wage-file.amount-overflowing"),
    (forms.AmountCodec(1_000), b"000000001000", 1_000),
    (forms.AmountCodec(1_000), b"000000001001", "wage-file.amount-overflowing"),
    (forms.AmountCodec(pad=b" "), b"  9000000   ", 9_000_000),
    (forms.AmountCodec(pad=b" "), b"          ", 0),
    (forms.AmountCodec(pad=b" "), b"9 00", "wage-file.amount-malformed"),
    (forms.AmountCodec(pad=b" "), b"  -90", "wage-file.amount-negative"),
]
OTHERS = [
    (forms.Digits(), b"0012345678", "0012345678"),
    (forms.Digits(), b"00000000", "wage-file.value-missing"),
    (forms.OptionalDigits("wage-file.national-id-malformed"), b"0123456 ", "wage-file.national-id-malformed"),
    (forms.Digits(), "٠١٢".encode(), "wage-file.number-malformed"),
    (forms.Count(), b"0003", 3),
    (forms.Count(), b"   3", "wage-file.number-malformed"),
    (forms.Count(pad=b" "), b"   3", 3),
    (forms.Day(), b"15031990", date(1990, 3, 15)),
    (forms.Day(), b"29022024", date(2024, 2, 29)),
    (forms.Day(), b"29022023", "wage-file.date-malformed"),
    (forms.Day(), b"19900315", "wage-file.date-malformed"),
    (forms.Day(), b"15031890", "wage-file.date-malformed"),
    (forms.Day(), b"15/03/90", "wage-file.date-malformed"),
    (forms.Day(), b"00000000", None),
    (forms.Day(), b"        ", None),
    (forms.Letters(forms.LATIN_NAME), "BÉJAÏA D'ALMA  ".encode("cp1252"), "BÉJAÏA D'ALMA"),
    (forms.Letters(forms.ASCII_NAME), "BÉJAÏA".encode("cp1252"), "wage-file.characters"),
    (forms.Letters(forms.LATIN_NAME), b"BENALI2", "wage-file.characters"),
    (forms.Letters(forms.LATIN_NAME), b"BEN\x81LI", "wage-file.characters"),
    (forms.Letters(forms.ASCII_NAME), b"Ben Salah", "Ben Salah"),
    (forms.OneOf(b"MJH "), b"J", "J"),
    (forms.OneOf(b"MJH "), b" ", ""),
    (forms.OneOf(b"MJH "), b"X", "wage-file.letter-unknown"),
    (forms.Filler(), b"    ", None),
    (forms.Filler(), b"  x ", "wage-file.filler"),
]


@pytest.mark.parametrize(("form", "raw", "expected"), AMOUNTS + OTHERS)
def test_a_form_reads_its_bytes_or_says_what_is_wrong(form: forms.FieldCodec, raw: bytes, expected: object) -> None:
    if isinstance(expected, str) and expected.startswith("wage-file."):
        with pytest.raises(FieldRefused) as fault:
            form.read(raw)
        assert fault.value.code == expected
    else:
        assert form.read(raw) == expected


SHAPES = [
    (b"9000000001  ", "digits", {"count": 10}),
    (b"90000000O001", "letter-at", {"position": 9}),
    (b"  00000-0001", "sign-at", {"position": 8}),
    (b"900000 00001", "space-at", {"position": 7}),
    (b"            ", "blank", {}),
]


@pytest.mark.parametrize(("raw", "code", "parameters"), SHAPES)
def test_what_is_wrong_with_a_number_is_told_without_showing_it(raw: bytes, code: str, parameters: object) -> None:
    assert (forms.shape(raw).code, forms.shape(raw).parameters) == (code, parameters)


TOO_WIDE = [
    (forms.AmountCodec(), 10**4, 4),
    (forms.AmountCodec(), -1, 12),
    (forms.Count(), 1000, 3),
    (forms.Digits(), "12345", 4),
    (forms.Letters(forms.LATIN_NAME), "ABDERRAHMANE", 8),
    (forms.Letters(forms.ASCII_NAME), "BÉJAÏA", 8),
    (forms.Letters(forms.LATIN_NAME), "حماية", 8),
]


@pytest.mark.parametrize(("form", "written", "length"), TOO_WIDE)
def test_nothing_is_cut_to_fit(form: forms.FieldCodec, written: object, length: int) -> None:
    with pytest.raises(DoesNotFit):
        form.write(written, length=length)


def _values(form: forms.FieldCodec, length: int) -> st.SearchStrategy[object]:
    """Anything that a field of this form and length can hold."""
    match form:
        case forms.Digits():
            return st.integers(1, 10**length - 1).map(lambda number: f"{number:0{length}d}")
        case forms.CodeCodec():
            return st.integers(0, 10**length - 1).map(lambda number: f"{number:0{length}d}")
        case forms.Count():
            return st.integers(0, 10**length - 1)
        case forms.AmountCodec():
            return st.integers(0, min(form.minor_max, 10**length - 2))
        case forms.Day():
            return st.none() | st.dates(date(1900, 1, 1), date(2999, 12, 31))
        case forms.BirthCodec():
            days = st.dates(date(1900, 1, 1), date(2999, 12, 31)).map(partial_date.of)
            return st.none() | days | days.map(lambda day: partial_date.PartialDate(day[:4]))
        case forms.OptionalDigits():
            return st.none() | st.integers(1, 10**length - 1).map(lambda number: f"{number:0{length}d}")
        case forms.Letters():
            letters = st.text(form.characters.decode("cp1252"), max_size=length).map(str.rstrip)
            return letters.filter(
                lambda text: not is_arabic(raw := text.encode("cp1252")) and not is_without_latin(raw)
            )
        case forms.OneOf():
            return st.sampled_from(form.letters.decode()).map(str.strip)
    return st.none()


@pytest.mark.parametrize("kind", [kind for kind, _ in KINDS.values()], ids=KINDS)
@given(entropy=st.data())
def test_what_is_written_is_read_back_and_written_the_same(kind: RecordKind, entropy: st.DataObject) -> None:
    values = {part.name: entropy.draw(_values(part.form, part.length), label=part.name) for part in kind.fields}

    line = kind.write(values)

    assert len(line) == kind.length
    assert kind.read(line) == (values, [])
