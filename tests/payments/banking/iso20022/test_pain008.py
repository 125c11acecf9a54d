"""Files of direct debits: as the schema has them, in each version, with their sums, as the bank reads them."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from lxml import etree

from services.payments.banking.bank_file import (
    AmountNotPayable,
    CurrenciesMixed,
    DebitHeading,
    DebitInstruction,
    DebitOrder,
    DebitSequence,
    NoTransfers,
    TextNotAllowed,
    Totals,
)
from services.payments.banking.iso20022 import pain002, pain008
from services.payments.banking.iso20022.documents import (
    FILE_BYTES_MAX,
    SCHEMAS,
    ControlSumDiffers,
    CountDiffers,
    SchemaBroken,
)
from shared.funds.bindings import DEBIT_MESSAGES
from shared.kernel.money import Money
from simulators.bank.files import Verdict, fault_of, read_debits, status_report
from tests.payments.banking.files import DZD, FUND_ACCOUNT, TND


def debit(end_to_end_id: str = "COL-1", **facts: Any) -> DebitOrder:
    return DebitOrder(
        **{
            "end_to_end_id": end_to_end_id,
            "debtor_name": "SARL Atelier « Inventé » & Fils",
            "debtor_account": "00200300000000567873",
            "debtor_bank": "002",
            "amount": Money(315_025, DZD),
            "purpose": "CT1600000001250CHAOS045",
            "mandate_reference": "MD260000000112",
            "signed_on": date(2026, 1, 5),
            **facts,
        }
    )


def heading(debits: list[DebitOrder], **facts: Any) -> DebitHeading:
    return DebitHeading(
        **{
            "message": "pain.008.001.08",
            "message_id": "MSG-1",
            "created_at": datetime(2026, 2, 15, 9, 0, tzinfo=UTC),
            "creditor_name": "الصندوق الوطني للتأمينات الاجتماعية",
            "creditor_account": FUND_ACCOUNT,
            "creditor_bank": "001",
            "creditor_id": "DZ00CNX162",
            "totals": Totals.of(debits),
            **facts,
        }
    )


def instruction(debits: list[DebitOrder], **facts: Any) -> DebitInstruction:
    usual = {"payment_id": "PMT-1", "collect_on": date(2026, 2, 16), "sequence": DebitSequence.FIRST}
    return DebitInstruction(**{**usual, "debits": debits, **facts})


def written(debits: list[DebitOrder], *, sequence: DebitSequence = DebitSequence.FIRST, **facts: Any) -> bytes:
    return written_blocks([instruction(debits, sequence=sequence)], **{"totals": Totals.of(debits), **facts})


def written_blocks(blocks: list[DebitInstruction], **facts: Any) -> bytes:
    into = io.BytesIO()
    whole = {"totals": Totals.together(each.totals for each in blocks), **facts}
    pain008.write(heading(list(blocks[0].debits), **whole), blocks, into=into)
    return into.getvalue()


@pytest.mark.parametrize("message", DEBIT_MESSAGES)
def test_the_bank_reads_what_we_write_in_its_version(message: str) -> None:
    debits = [debit(f"COL-{number}", amount=Money(number, TND)) for number in range(1, 201)]
    file = read_debits(written(debits, message=message), schemas=SCHEMAS)
    assert (file.message, file.message_id, file.count, file.control_sum) == (message, "MSG-1", "200", "20.100")
    assert fault_of(file) is None and file.payments[0].account == FUND_ACCOUNT
    first = file.orders[0]
    assert (first.end_to_end_id, first.amount, first.currency) == ("COL-1", "0.001", "TND")
    assert (first.party_name, first.party_account) == ("SARL Atelier « Inventé » & Fils", "00200300000000567873")
    assert (first.mandate, first.remittance) == ("MD260000000112", "CT1600000001250CHAOS045")


@pytest.mark.parametrize("message", DEBIT_MESSAGES)
def test_everything_that_a_bank_asks_of_a_debit_is_where_the_standard_has_it(message: str) -> None:
    """The places as public files of debits have them: group, payment block, mandate."""
    root = etree.fromstring(written([debit()], message=message, is_booked_as_batch=True, sequence="RCUR"))
    block = "{*}CstmrDrctDbtInitn/{*}PmtInf"
    expected = {
        "{*}CstmrDrctDbtInitn/{*}GrpHdr/{*}NbOfTxs": "1",
        "{*}CstmrDrctDbtInitn/{*}GrpHdr/{*}CtrlSum": "3150.25",
        f"{block}/{{*}}PmtInfId": "PMT-1",
        f"{block}/{{*}}PmtMtd": "DD",
        f"{block}/{{*}}BtchBookg": "true",
        f"{block}/{{*}}CtrlSum": "3150.25",
        f"{block}/{{*}}PmtTpInf/{{*}}SeqTp": "RCUR",
        f"{block}/{{*}}ReqdColltnDt": "2026-02-16",
        f"{block}/{{*}}CdtrSchmeId/{{*}}Id/{{*}}PrvtId/{{*}}Othr/{{*}}Id": "DZ00CNX162",
        f"{block}/{{*}}DrctDbtTxInf/{{*}}DrctDbtTx/{{*}}MndtRltdInf/{{*}}MndtId": "MD260000000112",
        f"{block}/{{*}}DrctDbtTxInf/{{*}}DrctDbtTx/{{*}}MndtRltdInf/{{*}}DtOfSgntr": "2026-01-05",
        f"{block}/{{*}}DrctDbtTxInf/{{*}}DbtrAgt/{{*}}FinInstnId/{{*}}Othr/{{*}}Id": "002",
    }
    assert {path: root.findtext(path) for path in expected} == expected
    assert etree.QName(root).namespace == f"urn:iso:std:iso:20022:tech:xsd:{message}"


@pytest.mark.parametrize("message", DEBIT_MESSAGES)
def test_one_file_has_several_payment_blocks_each_with_its_own_sums(message: str) -> None:
    first = instruction([debit("COL-1", amount=Money(1, TND)), debit("COL-2", amount=Money(20, TND))])
    second = instruction(
        [debit("COL-3", amount=Money(300, TND))],
        payment_id="PMT-2",
        collect_on=date(2026, 2, 17),
        sequence=DebitSequence.RECURRING,
    )
    file = written_blocks([first, second], message=message)
    root = etree.fromstring(file)
    header = root.find("{*}CstmrDrctDbtInitn/{*}GrpHdr")
    assert header is not None
    assert [header.findtext(f"{{*}}{name}") for name in ("MsgId", "NbOfTxs", "CtrlSum")] == ["MSG-1", "3", "0.321"]
    names = ("PmtInfId", "NbOfTxs", "CtrlSum", "PmtTpInf/{*}SeqTp", "ReqdColltnDt")
    blocks = root.findall("{*}CstmrDrctDbtInitn/{*}PmtInf")
    assert [[each.findtext(f"{{*}}{name}") for name in names] for each in blocks] == [
        ["PMT-1", "2", "0.021", "FRST", "2026-02-16"],
        ["PMT-2", "1", "0.300", "RCUR", "2026-02-17"],
    ]
    read = read_debits(file, schemas=SCHEMAS)
    assert fault_of(read) is None
    assert [[order.end_to_end_id for order in each.orders] for each in read.payments] == [["COL-1", "COL-2"], ["COL-3"]]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (("<NbOfTxs>3<", "<NbOfTxs>2<"), "AM18"),
        (("<CtrlSum>0.321<", "<CtrlSum>0.320<"), "AM10"),
        (("<NbOfTxs>2<", "<NbOfTxs>1<"), "AM18"),
        (("<CtrlSum>0.300<", "<CtrlSum>0.301<"), "AM10"),
    ],
)
def test_the_bank_refuses_a_file_whose_sums_do_not_agree_of_the_file_or_a_block(
    wrong: tuple[str, str], reason: str
) -> None:
    first = instruction([debit("COL-1", amount=Money(1, TND)), debit("COL-2", amount=Money(20, TND))])
    second = instruction([debit("COL-3", amount=Money(300, TND))], payment_id="PMT-2")
    file = written_blocks([first, second])
    stated, instead = (each.encode() for each in wrong)
    assert file.count(stated) == 1
    assert fault_of(read_debits(file.replace(stated, instead), schemas=SCHEMAS)) == reason


def test_p6_a_day_of_34_000_debits_is_one_file_that_the_bank_takes_and_answers() -> None:
    blocks = [
        instruction(
            [debit(f"{block:03d}-{line:03d}", amount=Money(100_000 + line, DZD)) for line in range(200)],
            payment_id=f"PMT-{block}",
        )
        for block in range(170)
    ]
    body = written_blocks(blocks)
    file = read_debits(body, schemas=SCHEMAS)
    assert (file.count, file.control_sum, len(file.payments)) == ("34000", "34033830.00", 170)
    assert fault_of(file) is None and len(body) < FILE_BYTES_MAX
    verdicts = [
        [Verdict(order, "AC04" if order.end_to_end_id.endswith("-150") else None) for order in payment.orders]
        for payment in file.payments
    ]
    report = status_report(
        report_id="S", at=datetime(2026, 2, 16, tzinfo=UTC), file=file, refusal=None, verdicts=verdicts
    )
    refused = pain002.read(report).refusals(
        {each.payment_id: [one.end_to_end_id for one in each.debits] for each in blocks}
    )
    assert refused == {f"PMT-{block}": [(f"{block:03d}-150", "AC04")] for block in range(170)}


def test_blocks_of_two_currencies_and_a_block_of_nothing_are_not_written() -> None:
    with pytest.raises(CurrenciesMixed):
        written_blocks([instruction([debit()]), instruction([debit(amount=Money(1, TND))], payment_id="PMT-2")])
    with pytest.raises(NoTransfers):
        written_blocks([instruction([debit()]), instruction([], payment_id="PMT-2")])
    with pytest.raises(NoTransfers):
        Totals.together([])


def test_what_was_not_agreed_is_left_to_the_bank() -> None:
    assert etree.fromstring(written([debit()])).find(".//{*}BtchBookg") is None


@pytest.mark.parametrize(
    ("totals", "error"),
    [
        (Totals(2, Money(315_025, DZD)), CountDiffers),
        (Totals(1, Money(315_024, DZD)), ControlSumDiffers),
        (Totals(1, Money(315_025, TND)), CurrenciesMixed),
    ],
)
def test_a_file_that_does_not_add_up_is_not_written(totals: Totals, error: type[Exception]) -> None:
    with pytest.raises(error):
        written([debit()], totals=totals)


def test_a_file_that_the_schema_refuses_is_not_written() -> None:
    with pytest.raises(SchemaBroken):
        written([debit()], sequence="NONE")


def test_nothing_is_debited_from_nobody() -> None:
    with pytest.raises(NoTransfers):
        Totals.of([])
    with pytest.raises(AmountNotPayable):
        debit(amount=Money(0, DZD))


@pytest.mark.parametrize("field", ["debtor_name", "debtor_account", "debtor_bank", "mandate_reference", "purpose"])
@pytest.mark.parametrize("text", ["", " ", "x" * 141, "a\x00b", "a\ud800"])
def test_what_no_file_can_hold_is_refused(field: str, text: str) -> None:
    with pytest.raises(TextNotAllowed):
        replace(debit(), **{field: text})
