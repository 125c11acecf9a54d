"""Messages about mandates: pain.009, .010 and .011 to the bank, pain.012 and .011 from it (ISO 20022).

Written in the version that the fund's bank takes, and held against its schema; read in all versions that banks use.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from services.payments.banking.iso20022.documents import (
    NAMESPACE,
    SchemaBroken,
    amount,
    check,
    elements,
    has_schema,
    line_of,
    opened,
    text,
)
from services.payments.banking.iso20022.elements import element, national_account
from services.payments.mandates.mandate import BankRequest, Mandate, MandateAccount, RequestKind
from shared.funds.fund import Fund
from shared.kernel.errors import Failure
from shared.kernel.money import Money

VERSION_MAX = 9
ACCEPTANCES = frozenset(f"pain.012.001.{version:02d}" for version in range(1, VERSION_MAX + 1))
CANCELLATIONS = frozenset(f"pain.011.001.{version:02d}" for version in range(1, VERSION_MAX + 1))
WRITTEN = {
    RequestKind.INITIATION: ("pain.009", "MndtInitnReq"),
    RequestKind.AMENDMENT: ("pain.010", "MndtAmdmntReq"),
    RequestKind.CANCELLATION: ("pain.011", "MndtCxlReq"),
}
ID_CHARACTERS_MAX = 35
NAME_CHARACTERS_MAX = 140
REASON_CHARACTERS_MAX = 40
ANSWERS_MAX = 10_000
"""More in one message are not an answer to what a fund asks."""
REQUESTED = "MD16"
"""ISO 20022 reason: requested by the customer; of an amendment and a cancellation that the employer wants."""
BY_FUND = "MD17"
"""Requested by the initiating party."""
_YES_NO = {"true": True, "1": True, "false": False, "0": False}


class AnswersTooMany(SchemaBroken):
    """One message with more answers than a fund has asked for."""

    code = "bank-file.answers-too-many"


@dataclass(frozen=True, kw_only=True)
class MandateAnswer:
    """What the bank says of one mandate. `is_accepted` is None where it ends one. What it leaves out is None, or empty
    where it is a text."""

    message_id: str
    """Of our message that it answers."""
    reference: str
    is_accepted: bool | None
    reason: str = ""
    account_number: str | None = None
    holder: str | None = None
    amount_max_minor: int | None = None
    currency: str | None = None


@dataclass(frozen=True, kw_only=True)
class MandateAnswers:
    """The answers of one message that could be read, and why others could not."""

    message_id: str
    answers: tuple[MandateAnswer, ...]
    faults: tuple[Failure, ...] = ()


# --- To the bank ------------------------------------------------------------------------------------------------------


def can_write(version: str) -> bool:
    """Whether messages of this version (`001.05`) can be written: their schemas are here."""
    return all(has_schema(f"{family}.{version}") for family, _ in WRITTEN.values())


def write(mandate: Mandate, request: BankRequest, *, fund: Fund, version: str, at: datetime) -> tuple[str, bytes]:
    """Our message and its name (`pain.009.001.05`). Raises `SchemaBroken` from the official XSD."""
    family, root = WRITTEN[request.kind]
    message = f"{family}.{version}"
    group = element(
        "GrpHdr",
        element("MsgId", request.message_id),
        element("CreDtTm", at.isoformat(timespec="seconds")),
        element("InitgPty", element("Nm", fund.payments.collections.holder)),
    )
    content = _content(mandate, request, fund=fund)
    document = element("Document", element(root, group, content))
    document.set("xmlns", NAMESPACE + message)
    body = etree.tostring(document, encoding="utf-8", xml_declaration=True)
    check(io.BytesIO(body), message=message)
    return message, body


def _content(mandate: Mandate, request: BankRequest, *, fund: Fund) -> etree._Element:
    original = element("OrgnlMndt", element("OrgnlMndtId", mandate.reference))
    if request.kind is RequestKind.INITIATION:
        return element("Mndt", *_terms(mandate, request, account=mandate.account, fund=fund))
    if request.kind is RequestKind.AMENDMENT and mandate.amendment is not None:
        asked = _terms(mandate, request, account=mandate.amendment.account, fund=fund)
        return element("UndrlygAmdmntDtls", element("AmdmntRsn", _reason(REQUESTED)), element("Mndt", *asked), original)
    return element("UndrlygCxlDtls", element("CxlRsn", _reason(BY_FUND)), original)


def _reason(code: str) -> etree._Element:
    return element("Rsn", element("Cd", code))


def _terms(mandate: Mandate, request: BankRequest, *, account: MandateAccount, fund: Fund) -> list[etree._Element]:
    wanted = mandate.amendment or mandate
    into = fund.payments.collections
    occurrences = [element("SeqTp", "RCUR"), element("FrstColltnDt", mandate.starts_on.isoformat())]
    if wanted.ends_on is not None:
        occurrences.append(element("FnlColltnDt", wanted.ends_on.isoformat()))
    limit = []
    if wanted.amount_max_minor is not None:
        highest = Money(wanted.amount_max_minor, fund.currency)
        limit = [element("MaxAmt", str(highest.decimal()), Ccy=fund.currency.value)]
    return [
        element("MndtId", mandate.reference),
        element("MndtReqId", request.message_id),
        element("Ocrncs", *occurrences),
        element("TrckgInd", "false"),
        *limit,
        element("Cdtr", element("Nm", into.holder)),
        element("CdtrAcct", national_account(into.number)),
        element("Dbtr", element("Nm", account.holder)),
        element("DbtrAcct", national_account(account.number)),
        element("DbtrAgt", element("FinInstnId", element("Nm", account.bank))),
    ]


# --- From the bank ----------------------------------------------------------------------------------------------------


def read(body: bytes) -> MandateAnswers:
    """What the bank says, mandate by mandate: a part that cannot be read stops no other. Raises what
    `documents.opened` raises, and `AnswersTooMany`."""
    expected = f"pain.012.001.01 to .{VERSION_MAX:02d} or pain.011"
    message, report = opened(body, messages=ACCEPTANCES | CANCELLATIONS, expected=expected)
    path = "UndrlygAccptncDtls" if message in ACCEPTANCES else "UndrlygCxlDtls"
    details = list(elements(report, path))
    if len(details) > ANSWERS_MAX:
        raise AnswersTooMany(message=message, line=line_of(report))
    answers, faults = [], []
    for each in details:
        try:
            answers.append(_acceptance(each, message) if message in ACCEPTANCES else _cancellation(each, message))
        except Failure as fault:
            faults.append(fault)
    message_id = _text(report, "GrpHdr/MsgId", limit=ID_CHARACTERS_MAX)
    return MandateAnswers(message_id=message_id, answers=tuple(answers), faults=tuple(faults))


def _acceptance(details: etree._Element, message: str) -> MandateAnswer:
    said = (text(details, "AccptncRslt/Accptd") or "").lower()
    if said not in _YES_NO:
        raise SchemaBroken(message=message, line=line_of(details))
    amount_max_minor, currency = _limit(details)
    return MandateAnswer(
        message_id=_text(details, "OrgnlMsgInf/MsgId", "OrgnlMndt/OrgnlMndt/MndtReqId", limit=ID_CHARACTERS_MAX),
        reference=_reference(details, message),
        is_accepted=_YES_NO[said],
        reason=_text(
            details,
            "AccptncRslt/RjctRsn/Cd",
            "AccptncRslt/RjctRsn/Prtry",
            "AccptncRslt/AddtlRjctRsnInf",
            limit=REASON_CHARACTERS_MAX,
        ),
        account_number=_account(details),
        holder=_text(
            details, "OrgnlMndt/OrgnlMndt/DbtrAcct/Nm", "OrgnlMndt/OrgnlMndt/Dbtr/Nm", limit=NAME_CHARACTERS_MAX
        )
        or None,
        amount_max_minor=amount_max_minor,
        currency=currency,
    )


def _cancellation(details: etree._Element, message: str) -> MandateAnswer:
    reason = _text(details, "CxlRsn/Rsn/Cd", "CxlRsn/Rsn/Prtry", "CxlRsn/AddtlInf", limit=REASON_CHARACTERS_MAX)
    return MandateAnswer(message_id="", reference=_reference(details, message), is_accepted=None, reason=reason)


def _reference(details: etree._Element, message: str) -> str:
    """Some banks repeat the mandate, some name it alone; one that does neither says which message it answers."""
    found = _text(details, "OrgnlMndt/OrgnlMndtId", "OrgnlMndt/OrgnlMndt/MndtId", limit=ID_CHARACTERS_MAX)
    if not found and not text(details, "OrgnlMsgInf/MsgId"):
        raise SchemaBroken(message=message, line=line_of(details))
    return found


def _account(details: etree._Element) -> str | None:
    base = "OrgnlMndt/OrgnlMndt/DbtrAcct/Id"
    return text(details, f"{base}/Othr/Id", f"{base}/IBAN", base) or None


def _limit(details: etree._Element) -> tuple[int | None, str | None]:
    """The limit in minor units, and its currency. Raises what `documents.amount` raises."""
    found = next(elements(details, "OrgnlMndt/OrgnlMndt/MaxAmt"), None)
    if found is None:
        return None, None
    limit = amount(found)
    return limit.amount_minor, limit.currency.value


def _text(details: etree._Element, *paths: str, limit: int) -> str:
    return (text(details, *paths) or "")[:limit]


def faults_of(read_message: MandateAnswers) -> Iterator[str]:
    """The codes of what could not be read, for the log."""
    return (fault.code for fault in read_message.faults)
