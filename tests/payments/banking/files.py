"""Bank files and their parts, valid by default, so that a test says only what it is about."""

from datetime import UTC, date, datetime

from services.payments.banking.bank_file import CreditTransfer, PayoutHeading, Totals
from shared.kernel.money import Currency, Money

DZD, TND = Currency.DZD, Currency.TND
FUND_ACCOUNT = "00100100000001234563"


def transfer(
    end_to_end_id="PAY-1", *, minor=150_000, currency=DZD, name="أمينة بن سالم", account="00200300000005678997"
):
    return CreditTransfer(
        end_to_end_id=end_to_end_id,
        creditor_name=name,
        creditor_account="00200300000005678997",
        amount=Money(minor, currency),
        purpose="تعويض علاج CL26000123",
    )


def heading(transfers, *, message_id="MSG-1", **changes):
    return PayoutHeading(
        message_id=message_id,
        created_at=datetime(2026, 2, 1, 9, 0, tzinfo=UTC),
        execute_on=date(2026, 2, 2),
        debtor_name="الصندوق الوطني للتأمينات الاجتماعية",
        debtor_account=changes.get("account", FUND_ACCOUNT),
        debtor_bank="001",
        totals=changes.get("totals") or Totals.of(transfers),
    )


def status_report(body: str = "", *, group: str = "<GrpSts>ACSC</GrpSts>", version: str = "pain.002.001.12") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}">
  <CstmrPmtStsRpt>
    <GrpHdr><MsgId>STS-1</MsgId><CreDtTm>2026-02-02T10:00:00+01:00</CreDtTm></GrpHdr>
    <OrgnlGrpInfAndSts>
      <OrgnlMsgId>MSG-1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>
      <OrgnlNbOfTxs>3</OrgnlNbOfTxs><OrgnlCtrlSum>4500.00</OrgnlCtrlSum>
      {group}
    </OrgnlGrpInfAndSts>
    {body}
  </CstmrPmtStsRpt>
</Document>""".encode()


def entry(
    amount="1500.00",
    *,
    ccy="DZD",
    direction="DBIT",
    status="BOOK",
    booked="<BookgDt><Dt>2026-02-03</Dt></BookgDt>",
    details="",
) -> str:
    return f"""
      <Ntry>
        <NtryRef>N-1</NtryRef><Amt Ccy="{ccy}">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>
        <Sts><Cd>{status}</Cd></Sts>{booked}<AcctSvcrRef>BANK-1</AcctSvcrRef>
        <BkTxCd><Prtry><Cd>TRANSFER</Cd></Prtry></BkTxCd>
        {f"<NtryDtls>{details}</NtryDtls>" if details else ""}
      </Ntry>"""


def detail(end_to_end_id="PAY-1", *, amount='<Amt Ccy="DZD">1500.00</Amt>', direction="", more="") -> str:
    return f"<TxDtls><Refs><EndToEndId>{end_to_end_id}</EndToEndId></Refs>{amount}{direction}{more}</TxDtls>"


def notice(*entries: str, summary: str = "", account: str = f"<Othr><Id>{FUND_ACCOUNT}</Id></Othr>") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08">
  <BkToCstmrDbtCdtNtfctn>
    <GrpHdr><MsgId>CAMT-1</MsgId><CreDtTm>2026-02-03T18:00:00+01:00</CreDtTm></GrpHdr>
    <Ntfctn>
      <Id>CAMT-1</Id><Acct><Id>{account}</Id></Acct>{summary}{"".join(entries)}
    </Ntfctn>
  </BkToCstmrDbtCdtNtfctn>
</Document>""".encode()
