"""A pain.001.001.09 file written by hand, as a third opinion beside the bank's reader and the payments' writer."""

FUND_ACCOUNT = "00100100000001234563"


def order(
    end_to_end_id: str = "PAY-1", *, amount: str = "1500.00", account: str = "00200300000005678997", ccy="DZD"
) -> str:
    return f"""
      <CdtTrfTxInf>
        <PmtId><EndToEndId>{end_to_end_id}</EndToEndId></PmtId>
        <Amt><InstdAmt Ccy="{ccy}">{amount}</InstdAmt></Amt>
        <Cdtr><Nm>أمينة بن سالم</Nm></Cdtr>
        <CdtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></CdtrAcct>
        <RmtInf><Ustrd>تعويض علاج CL26000123</Ustrd></RmtInf>
      </CdtTrfTxInf>"""


def file(
    *orders: str, message_id: str = "MSG-1", count: str = "1", total: str = "1500.00", account=FUND_ACCOUNT
) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">
  <CstmrCdtTrfInitn>
    <GrpHdr>
      <MsgId>{message_id}</MsgId><CreDtTm>2026-02-01T10:00:00+01:00</CreDtTm>
      <NbOfTxs>{count}</NbOfTxs><CtrlSum>{total}</CtrlSum><InitgPty><Nm>الصندوق</Nm></InitgPty>
    </GrpHdr>
    <PmtInf>
      <PmtInfId>{message_id}-1</PmtInfId><PmtMtd>TRF</PmtMtd>
      <NbOfTxs>{count}</NbOfTxs><CtrlSum>{total}</CtrlSum>
      <ReqdExctnDt><Dt>2026-02-02</Dt></ReqdExctnDt>
      <Dbtr><Nm>الصندوق</Nm></Dbtr>
      <DbtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></DbtrAcct>
      <DbtrAgt><FinInstnId><Othr><Id>001</Id></Othr></FinInstnId></DbtrAgt>{"".join(orders)}
    </PmtInf>
  </CstmrCdtTrfInitn>
</Document>""".encode()
