"""Messages about mandates: ours fit the official schemas, and those of banks are read in whatever shape they come."""

import re
from dataclasses import replace
from datetime import date

import pytest
from lxml import etree

from services.payments.banking.iso20022 import mandates as messages
from services.payments.banking.iso20022.documents import DoctypeRefused, NotReadable, OtherMessage, SchemaBroken
from services.payments.mandates.mandate import Amendment, BankRequest, Mandate, RequestKind, Status
from shared.kernel.errors import Failure
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds
from tests.payments.mandates.builders import LIMIT_MINOR, REFERENCE, RIB, account, mandate

SPACE = "urn:iso:std:iso:20022:tech:xsd:"


def asked(kind: RequestKind) -> Mandate:
    request = BankRequest(message_id="m1", kind=kind, asked_at=AT)
    if kind is not RequestKind.AMENDMENT:
        return replace(mandate(Status.ACTIVE), request=request)
    amendment = Amendment(
        amendment_id="a1",
        asked_at=AT,
        account=account(bank="Other bank"),
        amount_max_minor=None,
        ends_on=date(2027, 1, 1),
    )
    return replace(mandate(Status.ACTIVE), request=request, amendment=amendment)


def written(kind: RequestKind) -> tuple[str, str]:
    given = asked(kind)
    assert given.request is not None
    name, body = messages.write(given, given.request, fund=funds()[DZ], version="001.05", at=AT)
    return name, re.sub(r"\s+", " ", body.decode())


@pytest.mark.parametrize(
    ("kind", "name", "holds"),
    [
        (
            RequestKind.INITIATION,
            "pain.009.001.05",
            [f"<MndtId>{REFERENCE}</MndtId>", '<MaxAmt Ccy="DZD">500000.00</MaxAmt>', f"<Id>{RIB}</Id>"],
        ),
        (
            RequestKind.AMENDMENT,
            "pain.010.001.05",
            [f"<OrgnlMndtId>{REFERENCE}</OrgnlMndtId>", "<FnlColltnDt>2027-01-01</FnlColltnDt>", "Other bank"],
        ),
        (RequestKind.CANCELLATION, "pain.011.001.05", [f"<OrgnlMndtId>{REFERENCE}</OrgnlMndtId>", "<Cd>MD17</Cd>"]),
    ],
)
def test_our_messages_fit_their_schemas_and_say_what_was_asked(kind: RequestKind, name: str, holds: list[str]) -> None:
    found, body = written(kind)
    assert found == name and all(each in body for each in holds)
    assert ("MaxAmt" in body) == (kind is RequestKind.INITIATION)


@pytest.mark.parametrize(("version", "can"), [("001.05", True), ("001.04", False), ("", False)])
def test_only_versions_whose_schemas_are_here_are_written(version: str, can: bool) -> None:
    assert messages.can_write(version) is can


# --- From banks -------------------------------------------------------------------------------------------------------


def pain_012(*details: str, version: str = "07", group: str = "<MsgId>r1</MsgId>") -> bytes:
    inner = "".join(f"<UndrlygAccptncDtls>{each}</UndrlygAccptncDtls>" for each in details)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{SPACE}pain.012.001.{version}"><MndtAccptncRpt>'
        f"<GrpHdr>{group}<CreDtTm>2026-02-10T09:00:00</CreDtTm></GrpHdr>{inner}</MndtAccptncRpt></Document>"
    ).encode()


def accepted(reference: str = REFERENCE, said: str = "true", more: str = "") -> str:
    return (
        f"{more}<AccptncRslt><Accptd>{said}</Accptd></AccptncRslt>"
        f"<OrgnlMndt><OrgnlMndtId>{reference}</OrgnlMndtId></OrgnlMndt>"
    )


WHOLE = (
    "<OrgnlMsgInf><MsgId>m1</MsgId><MsgNmId>pain.009.001.05</MsgNmId></OrgnlMsgInf>"
    "<AccptncRslt><Accptd>true</Accptd></AccptncRslt><OrgnlMndt><OrgnlMndt>"
    f"<MndtId>{REFERENCE}</MndtId><TrckgInd>false</TrckgInd>"
    '<MaxAmt Ccy="DZD">500000</MaxAmt><Cdtr><Nm>CNAS</Nm></Cdtr><Dbtr><Nm>SARL ATELIER INVENTE</Nm></Dbtr>'
    f"<DbtrAcct><Id><Othr><Id>{RIB}</Id></Othr></Id></DbtrAcct>"
    "<DbtrAgt><FinInstnId><Nm>Banque</Nm></FinInstnId></DbtrAgt></OrgnlMndt></OrgnlMndt>"
)


def test_an_acceptance_that_repeats_the_mandate_is_read_whole() -> None:
    (answer,) = messages.read(pain_012(WHOLE, version="05")).answers
    assert answer == messages.MandateAnswer(
        message_id="m1",
        reference=REFERENCE,
        is_accepted=True,
        account_number=RIB,
        holder="SARL ATELIER INVENTE",
        amount_max_minor=LIMIT_MINOR,
        currency="DZD",
    )


@pytest.mark.parametrize("version", [f"{number:02d}" for number in range(1, 10)])
def test_all_versions_that_banks_use_are_read(version: str) -> None:
    (answer,) = messages.read(pain_012(accepted(), version=version)).answers
    assert (answer.reference, answer.is_accepted, answer.account_number) == (REFERENCE, True, None)


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        (accepted(said="1"), {"is_accepted": True}),
        (accepted(said="TRUE"), {"is_accepted": True}),
        (accepted(said="0"), {"is_accepted": False}),
        (
            f"<AccptncRslt><Accptd>false</Accptd><RjctRsn><Prtry>{'R' * 70}</Prtry></RjctRsn></AccptncRslt>"
            f"<OrgnlMndt><OrgnlMndtId>{REFERENCE}</OrgnlMndtId></OrgnlMndt>",
            {"is_accepted": False, "reason": "R" * 40},
        ),
        (  # no reason code, a sentence beside it
            "<AccptncRslt><Accptd>false</Accptd><AddtlRjctRsnInf>no signature</AddtlRjctRsnInf></AccptncRslt>"
            f"<OrgnlMndt><OrgnlMndtId>{REFERENCE}</OrgnlMndtId></OrgnlMndt>",
            {"reason": "no signature"},
        ),
        (  # only our message is named
            "<OrgnlMsgInf><MsgId>m1</MsgId><MsgNmId>pain.009</MsgNmId></OrgnlMsgInf>"
            "<AccptncRslt><Accptd>true</Accptd></AccptncRslt>",
            {"message_id": "m1", "reference": ""},
        ),
        (  # both forms at once, and a national number in the place of an IBAN, as a public sample has it
            "<AccptncRslt><Accptd>true</Accptd></AccptncRslt><OrgnlMndt>"
            f"<OrgnlMndtId>{REFERENCE}</OrgnlMndtId><OrgnlMndt><Ocrncs><SeqTp>RCUR</SeqTp></Ocrncs>"
            f"<DbtrAcct><Id><IBAN>{RIB}</IBAN></Id><Nm>Atelier</Nm></DbtrAcct></OrgnlMndt></OrgnlMndt>",
            {"reference": REFERENCE, "account_number": RIB, "holder": "Atelier"},
        ),
        (  # an account written straight into its id
            "<AccptncRslt><Accptd>true</Accptd></AccptncRslt><OrgnlMndt><OrgnlMndt>"
            f"<MndtId>{REFERENCE}</MndtId><DbtrAcct><Id>{RIB}</Id></DbtrAcct></OrgnlMndt></OrgnlMndt>",
            {"account_number": RIB},
        ),
    ],
)
def test_shapes_that_banks_send_are_read(details: str, expected: dict[str, object]) -> None:
    (answer,) = messages.read(pain_012(details)).answers
    assert {name: getattr(answer, name) for name in expected} == expected


def test_one_bad_answer_stops_no_good_one() -> None:
    bad = [
        accepted(said="perhaps"),
        accepted(said=""),
        "<AccptncRslt><Accptd>true</Accptd></AccptncRslt>",
        WHOLE.replace(">500000<", ">-1<"),
        WHOLE.replace('Ccy="DZD"', 'Ccy="QQQ"'),
        WHOLE.replace(">500000<", ">1.001<"),
    ]
    said = messages.read(pain_012(accepted("A"), *bad, accepted("B")))
    assert [each.reference for each in said.answers] == ["A", "B"]
    assert len(said.faults) == len(bad)
    assert set(messages.faults_of(said)) == {
        "bank-file.schema-broken",
        "bank-file.amount-not-readable",
        "bank-file.currency-unknown",
        "bank-file.decimals-too-many",
    }


def test_a_cancellation_of_the_payers_bank_is_read() -> None:
    body = (
        f'<Document xmlns="{SPACE}pain.011.001.07"><MndtCxlReq><GrpHdr><MsgId>c1</MsgId></GrpHdr><UndrlygCxlDtls>'
        f"<CxlRsn><Rsn><Cd>MD16</Cd></Rsn></CxlRsn><OrgnlMndt><OrgnlMndtId>{REFERENCE}</OrgnlMndtId></OrgnlMndt>"
        "</UndrlygCxlDtls></MndtCxlReq></Document>"
    )
    (answer,) = messages.read(body.encode()).answers
    assert (answer.reference, answer.is_accepted, answer.reason) == (REFERENCE, None, "MD16")


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        (b"", NotReadable),
        (b"\xff\xfe", NotReadable),
        (b"<!DOCTYPE a><a/>", DoctypeRefused),
        (b"<Document/>", OtherMessage),
        (pain_012(accepted(), version="99"), OtherMessage),
        (pain_012(accepted(), version="05", group=""), SchemaBroken),
        (f'<Document xmlns="{SPACE}pain.012.001.07"/>'.encode(), SchemaBroken),
    ],
)
def test_what_is_no_such_message_is_refused(body: bytes, failure: type[Failure]) -> None:
    with pytest.raises(failure):
        messages.read(body)


def test_a_message_without_answers_says_nothing() -> None:
    assert messages.read(pain_012()).answers == ()


def test_more_answers_than_a_fund_asks_for_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "ANSWERS_MAX", 2)
    with pytest.raises(messages.AnswersTooMany):
        messages.read(pain_012(accepted(), accepted(), accepted()))


def test_what_we_write_is_read_by_others_as_xml() -> None:
    root = etree.fromstring(written(RequestKind.INITIATION)[1].encode())
    assert etree.QName(root).namespace == f"{SPACE}pain.009.001.05"
