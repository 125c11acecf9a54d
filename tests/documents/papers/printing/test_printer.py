"""Printing for real: what the PDF is, and what may never happen to a value on its way into it."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pikepdf
import pytest
import typst
import zxingcpp
from PIL import Image

from services.documents.papers.content import (
    Affiliation,
    CannotBePrinted,
    LettersNotPrintable,
    PaperContent,
    PaperDependant,
    PaperKind,
    PaperLanguage,
    PaperWageLine,
)
from services.documents.papers.printing.facts import facts_of
from services.documents.papers.printing.printer import Printer
from services.documents.papers.printing.wording import wording
from shared.funds.fund import Fund
from shared.funds.papers import Papers
from shared.kernel.partial_date import PartialDate
from tests.documents.paper_printing import code_on
from tests.documents.papers.builders import a_body, a_fund, a_paper, an_award, months, span, wages

AFFILIATION = Affiliation(since_on=date(2014, 9, 1))


@pytest.fixture(scope="module")
def printer() -> Printer:
    return Printer()


@pytest.mark.parametrize("fund_id", ["dz-cnas", "tn-cnss"])
@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_every_paper_in_every_language_is_archivable_and_accessible(
    printer: Printer, language: str, fund_id: str
) -> None:
    fund = a_fund(fund_id)
    for body in (wages(months(1, fund=fund)), AFFILIATION):
        with pikepdf.open(BytesIO(printer.print(a_paper(body, language=language, fund=fund)))) as pdf:
            with pdf.open_metadata() as metadata:
                assert metadata.pdfa_status == "2B"
                assert metadata["pdfuaid:part"] == "1"
            assert str(pdf.Root.Lang) == f"{language}-{fund.country}"
            assert pdf.Root.MarkInfo.Marked
            assert {font.split("+")[1].split("-")[0] for font in _fonts(pdf)} == {"Amiri"}


def only(fund: Fund, *languages: str) -> Fund:
    """The fund in these languages alone, on its papers too."""
    papers = {kind: replace(paper, languages=languages) for kind, paper in fund.papers.types.items()}
    return replace(fund, languages=languages, sections=replace(fund.sections, papers=Papers(types=papers)))


@pytest.mark.parametrize(
    ("languages", "language", "letterhead", "second_title"),
    [
        (("ar", "fr", "en"), "ar", ["fr", "ar"], "fr"),
        (("ar", "fr", "en"), "fr", ["fr", "ar"], "ar"),
        (("ar", "fr", "en"), "en", ["en", "ar"], "ar"),
        (("en", "ar"), "en", ["en", "ar"], "ar"),
        (("en", "ar"), "ar", ["en", "ar"], "en"),
        (("en", "fr"), "fr", ["en", "fr"], "en"),
        (("en", "fr"), "en", ["en", "fr"], "fr"),
        (("fr",), "fr", ["fr"], None),
        (("ar",), "ar", ["ar"], None),
    ],
)
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler's pdftotext is not here to read the page")
@pytest.mark.parametrize("kind", list(PaperKind))
def test_a_paper_is_of_the_languages_that_its_fund_has(
    printer: Printer,
    kind: PaperKind,
    languages: tuple[str, ...],
    language: str,
    letterhead: list[str],
    second_title: str | None,
) -> None:
    fund = only(a_fund(), *languages)
    paper = a_paper(a_body(kind), language=language, fund=fund)
    facts = facts_of(paper)

    assert [each["language"] for each in facts["letterhead"]] == letterhead
    assert [each["text"] for each in facts["letterhead"]] == [fund.names[each] for each in letterhead]
    assert [each["language"] for each in facts["states"]] == [each for each in languages if each in letterhead]
    assert (facts["second_title"] or {}).get("language") == second_title
    printed = read_by_people(printer.print(paper))
    assert bool(re.search("[\u0600-\u06ff\ufb50-\ufefc]", printed)) == ("ar" in languages)
    assert all(fund.names[each] in printed for each in letterhead if each != "ar")


@pytest.mark.parametrize(("bodies", "pages"), [((months(1),), 1), ((months(2), months(2)), 1), ((months(80),), 3)])
def test_a_long_career_takes_more_pages(
    printer: Printer, bodies: tuple[tuple[PaperWageLine, ...], ...], pages: int
) -> None:
    with pikepdf.open(BytesIO(printer.print(a_paper(wages(*bodies))))) as pdf:
        assert len(pdf.pages) == pages


def test_the_same_content_gives_the_same_bytes(printer: Printer) -> None:
    assert printer.print(a_paper()) == Printer().print(a_paper())
    with pikepdf.open(BytesIO(printer.print(a_paper()))) as pdf:
        assert str(pdf.docinfo.CreationDate) == "D:20261122000000Z"


@pytest.mark.parametrize(
    "other",
    [
        a_paper(wages(months(1, wage_minor=4_800_001))),
        a_paper(full_name="Fatima-Zohra BENABDALAH"),
        replace(a_paper(), issued_on=date(2026, 11, 21)),
        replace(a_paper(), verification_url="https://documents.example/another"),
    ],
)
def test_other_content_gives_other_bytes(printer: Printer, other: PaperContent) -> None:
    assert printer.print(other) != printer.print(a_paper())


@pytest.mark.parametrize(
    "value", ['#panic("read as code")', '#read("/etc/passwd")', "$1/0$ *a* _b", '\\"; {{', "@gone <x>"]
)
def test_a_value_is_never_read_as_markup(printer: Printer, value: str) -> None:
    """Any of these would stop the press, were it markup: an unknown reference, an open emphasis, a panic."""
    assert printer.print(a_paper(full_name=value)).startswith(b"%PDF")


def read_by_people(pdf: bytes) -> str:
    """The words on the pages, in the order and the spacing in which a screen reader finds them."""
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler's pdftotext is not here to read the page")
@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("SARL EXEMPLE™ ET FILS", "SARL EXEMPLE™ ET FILS"),
        ("ETS N° 5 → SUD ✓ ® © § ½ № €", "ETS N° 5 → SUD ✓ ® © § ½ № €"),
        ("Đặng Łukasz Ångström Ħal ŠKODA Ńemček ẓḥṭ Ɛǝʿ", "Đặng Łukasz Ångström Ħal ŠKODA Ńemček ẓḥṭ Ɛǝʿ"),
        ("Νίκος Иван", "Νίκος Иван"),
        ("Ame\u0301lie", "Amélie"),
        ("☕ CAFÉ DU PORT 🌴", "CAFÉ DU PORT"),
        ("EVIL\u202eLRAS\u0000\u0007 X\ufeff", "EVILLRAS X"),
        ("TWO\nLINES\tTAB\u2028END", "TWO LINES TAB END"),
        ("A\ue000B", "AB"),
        ("A\u200bB\u00adC", "ABC"),
        ('O’BRIEN & ‹FILS› «B» "C" <D>', 'O’BRIEN & ‹FILS› «B» "C" <D>'),
    ],
)
def test_d01_a_name_that_people_and_firms_have_is_printed(printer: Printer, name: str, printed: str) -> None:
    body = wages(months(1))
    employer = replace(body.employments[0].employer, name=name)
    body = replace(body, employments=(replace(body.employments[0], employer=employer),))
    for paper in (a_paper(full_name=name), a_paper(body)):
        assert printed in read_by_people(printer.print(paper))


@pytest.mark.parametrize("name", ["محمد ﷺ", "أحمد بن ٱلحسن", "مُحَمَّد", "لآلئ ـــ", "پژگچ ڨڤ", "مي\u200cم"])
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_d01_arabic_names_are_printed_with_all_their_signs(printer: Printer, name: str, language: str) -> None:
    assert printer.print(a_paper(full_name=name, language=language)).startswith(b"%PDF")


@pytest.mark.parametrize("name", ["中文", "Wang 王", "ⵜⴰⵎⴰⵣⵉⵖⵜ", "🌴 🍕", "\ue000\u0000 ", "ไทย"])
def test_d01_a_name_that_would_not_be_the_same_is_refused(printer: Printer, name: str) -> None:
    with pytest.raises(LettersNotPrintable):
        printer.print(a_paper(full_name=name))


class Refusing(Printer):
    """A press that refuses papers, though it prints."""

    def _compiled(self, content: PaperContent, facts: str) -> bytes:
        raise typst.TypstError("refused")


def test_r2_what_the_press_refuses_for_another_reason_is_said_so() -> None:
    with pytest.raises(CannotBePrinted):
        Refusing().print(a_paper())


@pytest.mark.parametrize("language", ["ar", "fr"])
@pytest.mark.parametrize(("count", "pages"), [(1, 1), (12, 1), (13, None), (14, None), (18, 2), (80, 3)])
def test_u14_the_code_is_on_the_first_page_however_long_the_list(
    printer: Printer, language: str, count: int, pages: int | None
) -> None:
    printed = printer.print(a_paper(wages(months(count)), language=language))
    with pikepdf.open(BytesIO(printed)) as pdf:
        assert len(pdf.pages) == pages or (pages is None and len(pdf.pages) <= 2)
    if shutil.which("pdftoppm"):
        assert code_on(printed) == a_paper().verification_url


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler's pdftotext is not here to read the page")
@pytest.mark.parametrize("language", ["ar", "fr"])
@pytest.mark.parametrize("name", ["A" * 60, "W" * 200, "ABDERRAHMANE" * 5, "عبدالرحمن" * 7, "e\u0301" * 60])
def test_u14_a_long_name_stays_on_the_page(printer: Printer, language: str, name: str) -> None:
    body = wages(months(1))
    employer = replace(body.employments[0].employer, name=name)
    certificate = replace(body, employments=(replace(body.employments[0], employer=employer),))
    affiliation = replace(AFFILIATION, spans=(replace(span(1, "x"), employer=employer),))
    for paper in (certificate, affiliation):
        printed = printer.print(a_paper(paper, language=language, full_name=name))
        boxes = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=printed, capture_output=True, check=True).stdout
        edges = [float(each) for each in re.findall(rb'x(?:Min|Max)="([-0-9.]+)"', boxes)]
        margin, width = 20 / 25.4 * 72, 210 / 25.4 * 72
        assert margin - 2 <= min(edges) and max(edges) <= width - margin + 2


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler's pdftotext is not here to read the page")
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_u14_the_address_is_copied_as_it_is_typed(printer: Printer, language: str) -> None:
    printed = printer.print(a_paper(language=language))
    text = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=printed, capture_output=True, check=True
    ).stdout.decode()
    assert a_paper().verification_url in "".join(text.split())
    assert "\u200b" not in text


def test_r10_the_control_code_is_printed(printer: Printer) -> None:
    assert facts_of(a_paper())["code"] == "7K3M-Q9TZ"
    assert facts_of(replace(a_paper(), code=""))["code"] == ""
    assert printer.print(a_paper()) != printer.print(replace(a_paper(), code=""))


@pytest.mark.parametrize(
    ("language", "until", "left"),
    [
        ("ar", "تنتهي آخر فترة مصرَّح بها في", "من"),
        ("fr", "La dernière période déclarée s’achève le", "Du"),
        ("en", "The last declared period ends on", "From"),
    ],
)
def test_r11_an_affiliation_says_until_when_it_is_known_and_names_all_employers(
    language: str, until: str, left: str
) -> None:
    facts = facts_of(a_paper(a_body(PaperKind.AFFILIATION_CERTIFICATE), language=language))
    assert until in facts["statement"] and "2025" in facts["statement"]
    (first, _, declared), (second, _, ended) = facts["body"]["employers"]
    assert ("El Amel" in first, "Nour" in second) == (True, True)
    assert declared.startswith(left) and ended.startswith(left) and declared.count("2022") == ended.count("2021") == 1


@pytest.mark.parametrize(
    ("language", "both", "relation"),
    [
        ("ar", "من ذوي حقوق المؤمَّن له", "ابن أو ابنة المؤمَّن له"),
        ("fr", "l’ayant droit désigné ci-dessous", "Enfant de l’assuré"),
        ("en", "the dependant named below", "Child of the insured person"),
    ],
)
def test_a_right_of_a_dependant_names_both(printer: Printer, language: str, both: str, relation: str) -> None:
    child = PaperDependant(relation="child", born_on=PartialDate("2015-04-02"), full_name="Yasmine Ben Salah")
    paper = a_paper(an_award(dependant=child), language=language, full_name="Amira")
    facts = facts_of(paper)
    assert both in facts["statement"] and "Amira" in facts["holder"][0][1]
    said = [value for _, value in facts["body"]["dates"]]
    assert "Yasmine" in said[0] and said[1] == relation and "2015" in said[2]
    assert printer.print(paper).startswith(b"%PDF")
    nameless = facts_of(a_paper(an_award(dependant=replace(child, full_name="")), language=language))
    assert nameless["body"]["dates"][0][1] == relation
    other = facts_of(a_paper(an_award(dependant=replace(child, relation="ward")), language=language))
    assert other["body"]["dates"][1][1] == wording(PaperLanguage(language), "DZ").texts["relation_other"]
    assert both not in facts_of(a_paper(an_award(), language=language))["statement"]


def test_a_fund_says_it_in_words_of_its_own() -> None:
    own = {"fr": "{by} : {benefit}, pour l’ayant droit de l’assuré"}
    fund = a_fund()
    types = dict(fund.papers.types)
    kind = PaperKind.COVERAGE_CERTIFICATE
    types[kind] = replace(types[kind], dependant_statement={**own, "ar": "x", "en": "x"})
    fund = replace(fund, sections=replace(fund.sections, papers=Papers(types=types)))
    child = PaperDependant(relation="child", born_on=PartialDate("2015"))
    said = facts_of(a_paper(an_award(dependant=child), fund=fund))["statement"]
    assert said.endswith("pour l’ayant droit de l’assuré")
    assert "pour l’ayant droit" not in facts_of(a_paper(an_award(), fund=fund))["statement"]


def test_a_name_of_a_dependant_that_has_no_font_is_refused(printer: Printer) -> None:
    child = PaperDependant(relation="child", born_on=PartialDate("2015"), full_name="花子")
    with pytest.raises(LettersNotPrintable):
        printer.print(a_paper(an_award(dependant=child)))


def test_the_code_leads_to_the_verification_page() -> None:
    paper = a_paper()
    picture = typst.compile(
        b'#set page(width: auto, height: auto)\n#image(bytes(sys.inputs.qr), format: "svg", width: 40mm)',
        format="png",
        sys_inputs={"qr": facts_of(paper)["qr"]},
    )
    (code,) = zxingcpp.read_barcodes(Image.open(BytesIO(picture)))
    assert code.text == paper.verification_url


def test_totals_add_up_by_employer_and_over_all() -> None:
    lines = (*months(2), *(replace(line, days=None) for line in months(1)))
    table = facts_of(a_paper(wages(months(3), lines), language="en"))["body"]
    assert table["columns"] == ["Period", "Days", "Declared wage (\u2068DZD\u2069)"]
    assert [employment["sums"] for employment in table["employments"]] == [["66", "144,000.00"], ["44", "144,000.00"]]
    assert table["sums"] == ["110", "288,000.00"]
    assert table["employments"][1]["lines"][2] == ["January\u00a02015", "–", "48,000.00"]


def test_columns_that_nobody_declared_are_left_out() -> None:
    lines = tuple(replace(line, days=None, hours=173) for line in months(2))
    assert facts_of(a_paper(wages(lines), language="en"))["body"]["columns"][1:-1] == ["Hours"]


@pytest.mark.parametrize(
    ("ended_on", "words"),
    [(None, "d’après les déclarations reçues"), (date(2020, 5, 31), "a été affilié à la caisse du")],
)
def test_affiliation_that_ended_is_said_so(ended_on: date | None, words: str) -> None:
    assert words in facts_of(a_paper(replace(AFFILIATION, ended_on=ended_on)))["statement"]


def test_validity_is_printed() -> None:
    paper = replace(a_paper(), valid_until_on=date(2026, 12, 1) + timedelta(days=1))
    assert ["Valable jusqu’au", "2\u00a0décembre\u00a02026"] in facts_of(paper)["dates"]


def _fonts(pdf: pikepdf.Pdf) -> Iterator[str]:
    for page in pdf.pages:
        for font in page.Resources.Font.values():
            yield str(font.BaseFont)
