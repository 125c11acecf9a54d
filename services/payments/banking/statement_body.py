"""How an uploaded file of booked entries is read: as the fund's bank writes it, before any unit of work."""

from collections.abc import Mapping
from typing import Any

from flask import request

from services.payments.banking.bank_file import BankNotice
from services.payments.banking.banks import choice
from shared.http import bodies
from shared.http.problems import WrongMediaType
from shared.storage.service_context import ServiceContext

BODY_BYTES_MAX = 8 * 1024 * 1024
"""A thousand entries, as wordy as banks write them, several times over."""
XML = ("application/xml", "text/xml")
MEDIA_TYPES = (*XML, "text/plain", "application/octet-stream")
"""Of XML, of a bank's own layout, and of a browser that does not know what it sends."""

EXAMPLE = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>
<GrpHdr><MsgId>CAMT-1</MsgId><CreDtTm>2026-02-10T18:00:00+01:00</CreDtTm></GrpHdr>
<Ntfctn><Id>CAMT-1</Id><Acct><Id><Othr><Id>00100100000001234563</Id></Othr></Id></Acct>
<Ntry><NtryRef>N-1</NtryRef><Amt Ccy="DZD">3150.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-02-10</Dt></BookgDt><AcctSvcrRef>BNA20260210-00417</AcctSvcrRef>
<BkTxCd><Prtry><Cd>TRANSFER</Cd></Prtry></BkTxCd>
<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><Amt Ccy="DZD">3150.00</Amt>
<RmtInf><Ustrd>CT1600000001250DL0XS0073</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry></Ntfctn>
</BkToCstmrDbtCdtNtfctn></Document>
"""
"""One payment that came in, for people who read the API's document."""


class StatementBody:
    """Reads the bytes of a statement (the `request` of a route). Raises what `choice.read_statement` raises."""

    size_max = BODY_BYTES_MAX

    def read(self, context: ServiceContext, fund_id: str) -> BankNotice:
        if request.mimetype not in MEDIA_TYPES:
            raise WrongMediaType(expected=", ".join(MEDIA_TYPES))
        return choice.read_statement(context.funds[fund_id], bodies.raw())

    def describe(self) -> Mapping[str, Any]:
        binary = {"schema": {"type": "string", "format": "binary"}}
        return {
            "required": True,
            "description": "A camt.052, .053 or .054 of any version, or a statement in the layout of the fund's bank.",
            "content": dict.fromkeys(MEDIA_TYPES, binary) | {each: {**binary, "example": EXAMPLE} for each in XML},
        }
