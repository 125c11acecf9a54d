from decimal import Decimal

import pytest

from services.payments.banking.bank_file import BankStatus, BankVerdict, Level
from services.payments.banking.iso20022 import pain002
from services.payments.banking.iso20022.documents import OtherMessage, SchemaBroken
from tests.payments.banking.files import status_report

PARTLY = """
<OrgnlPmtInfAndSts>
  <OrgnlPmtInfId>MSG-1</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts>
  <TxInfAndSts><OrgnlEndToEndId>PAY-1</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts>
  <TxInfAndSts>
    <OrgnlEndToEndId>PAY-2</OrgnlEndToEndId><TxSts>RJCT</TxSts>
    <StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>account closed</AddtlInf></StsRsnInf>
    <StsRsnInf><Rsn><Prtry>OWN-CODE</Prtry></Rsn></StsRsnInf>
  </TxInfAndSts>
  <TxInfAndSts><OrgnlEndToEndId>NOTPROVIDED</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts>
  <TxInfAndSts><OrgnlEndToEndId>PAY-3</OrgnlEndToEndId></TxInfAndSts>
</OrgnlPmtInfAndSts>"""


def test_a_status_is_read_on_every_level_where_the_bank_gives_one():
    report = pain002.read(status_report(PARTLY, group="<GrpSts>PART</GrpSts>"))

    assert (report.message_id, report.original_message_id) == ("STS-1", "MSG-1")
    assert (report.original_count, report.original_sum) == (3, Decimal("4500.00"))
    assert report.statuses == (
        BankStatus(Level.GROUP, "MSG-1", "PART"),
        BankStatus(Level.PAYMENT, "MSG-1", "PART"),
        BankStatus(Level.TRANSFER, "PAY-1", "ACSC", payment_id="MSG-1"),
        BankStatus(Level.TRANSFER, "PAY-2", "RJCT", ("AC04", "OWN-CODE"), payment_id="MSG-1"),
    )


def test_a_file_may_be_refused_in_one_word():
    group = "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>AM10</Cd></Rsn></StsRsnInf>"

    (status,) = pain002.read(status_report(group=group)).statuses

    assert (status.level, status.verdict, status.reasons) == (Level.GROUP, BankVerdict.REFUSED, ("AM10",))


def test_a_bank_may_leave_the_group_to_its_transfers():
    levels = [status.level for status in pain002.read(status_report(PARTLY, group="")).statuses]

    assert levels == [Level.PAYMENT, Level.TRANSFER, Level.TRANSFER]


@pytest.mark.parametrize("version", ["pain.002.001.01", "pain.002.001.99", "pain.008.001.08"])
def test_another_version_is_refused_by_name(version):
    with pytest.raises(OtherMessage) as refusal:
        pain002.read(status_report(version=version))

    assert refusal.value.parameters == {"found": version, "expected": "pain.002.001.02 to .15"}


@pytest.mark.parametrize("version", range(3, 16))
def test_x3_every_version_says_the_same(version):
    body = status_report(PARTLY, group="<GrpSts>PART</GrpSts>")

    parsed = pain002.read(body.replace(b"pain.002.001.12", f"pain.002.001.{version:02d}".encode()))

    assert parsed == pain002.read(body)


def test_x3_a_report_without_a_file_is_refused_and_odd_numbers_are_none():
    other = status_report(version="pain.002.001.03")

    with pytest.raises(SchemaBroken):
        pain002.read(other.replace(b"OrgnlGrpInfAndSts", b"Other"))
    parsed = pain002.read(other.replace(b">3<", b">three<").replace(b">4500.00<", b">NaN<"))
    assert (parsed.original_count, parsed.original_sum) == (None, None)
