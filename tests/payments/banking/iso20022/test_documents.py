"""Distrust: every reader refuses the same hostile files, each for its own reason."""

import io

import pytest

from services.payments.banking.iso20022 import camt, documents, pain002
from services.payments.banking.iso20022.documents import (
    DoctypeRefused,
    FileTooLarge,
    NotReadable,
    OtherMessage,
    SchemaBroken,
)
from tests.payments.banking.files import detail, entry, notice, status_report

PAIN_002 = "pain.002.001.12"

READERS = pytest.mark.parametrize("read, good", [(pain002.read, status_report()), (camt.read, notice(entry()))])


def with_doctype(good: bytes, doctype: bytes) -> bytes:
    declaration, _, rest = good.partition(b"?>")
    return declaration + b"?>" + doctype + rest


@READERS
def test_the_good_file_is_read(read, good):
    assert read(good).message_id


@READERS
@pytest.mark.parametrize(
    "doctype",
    [
        b"<!DOCTYPE Document>",
        b'<!DOCTYPE Document [<!ENTITY a "b">]>',
        b'<!DOCTYPE Document [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE Document SYSTEM "http://127.0.0.1:9/a.dtd">',
        b'<!DOCTYPE Document [<!ENTITY a "ha"><!ENTITY b "' + b"&a;" * 100 + b'"><!ENTITY c "' + b"&b;" * 100 + b'">]>',
    ],
)
def test_a_doctype_is_refused(read, good, doctype):
    with pytest.raises(DoctypeRefused):
        read(with_doctype(good, doctype))


@READERS
@pytest.mark.parametrize("encoding", ["utf-16", "utf-7", "cp037", "utf-32"])
def test_a_doctype_does_not_hide_in_another_encoding(read, good, encoding):
    text = with_doctype(good, b'<!DOCTYPE Document [<!ENTITY a "b">]>').decode()

    with pytest.raises((DoctypeRefused, NotReadable)):
        read(text.replace("UTF-8", encoding).encode(encoding))


@READERS
def test_a_doctype_does_not_hide_behind_a_declared_encoding(read, good):
    """In UTF-7, which nothing here may believe, these bytes of plain ASCII are a document type."""
    doctype = b'+ADwAIQ-DOCTYPE Document [+ADwAIQ-ENTITY a "b"+AD4]+AD4-'

    with pytest.raises(NotReadable):
        read(with_doctype(good, doctype).replace(b"UTF-8", b"UTF-7"))


@pytest.mark.parametrize(
    "encoding, name",
    [
        ("UTF-8", "Société محمد"),
        ("UTF-16", "Société محمد"),
        ("ISO-8859-1", "Société Éts"),
        ("iso-8859-15", "Société Œuvre"),
        ("windows-1252", "Société Œuvre"),
        ("windows-1256", "شركة محمد"),
    ],
)
def test_the_encodings_that_banks_declare_are_read(encoding, name):
    text = notice(entry(details=detail(more=f"<RmtInf><Ustrd>{name}</Ustrd></RmtInf>"))).decode()

    (booked,) = camt.read(text.replace("UTF-8", encoding).encode(encoding)).entries

    assert booked.remittance == name


@READERS
@pytest.mark.parametrize("encoding", ["windows-1251", "utf-32", "cp037", "nonsense", ""])
def test_another_encoding_is_refused(read, good, encoding):
    with pytest.raises(NotReadable):
        read(good.replace(b"UTF-8", encoding.encode()).replace(b"-1<", b"\xe9<", 1))


@READERS
@pytest.mark.parametrize("before, after", [(b"\r\n", b""), (b"", b"\x1a"), (b"", b"\r\n\x00\x00\x00"), (b" ", b"\n")])
def test_what_programs_leave_around_a_file_is_passed_over(read, good, before, after):
    assert read(before + good + after) == read(good)


@READERS
def test_a_message_may_stand_in_an_envelope_with_its_header(read, good):
    declaration, _, document = good.partition(b"?>")
    header = b'<AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><BizMsgIdr>B-1</BizMsgIdr></AppHdr>'
    envelope = declaration + b'?><b:Envelope xmlns:b="urn:example:bank">' + header + b"%s</b:Envelope>"

    assert read(envelope.replace(b"%s", document)) == read(good)
    with pytest.raises(SchemaBroken):
        read(envelope.replace(b"%s", document.replace(b"CreDtTm>", b"CreatedAt>")))
    with pytest.raises(OtherMessage):
        read(envelope.replace(b"%s", document + document))


@READERS
@pytest.mark.parametrize(
    "broken",
    [b"", b" ", b"not xml", b"\x00\x01\x02", b"\xff\xfe", "é".encode("cp1252"), b"<a><b></a>", b"<a>&b;</a>"],
)
def test_what_is_no_xml_is_refused(read, good, broken):
    with pytest.raises((NotReadable, OtherMessage)):
        read(broken)


@READERS
def test_half_a_file_is_refused(read, good):
    for cut in range(0, len(good) - 1, 97):
        with pytest.raises(NotReadable):
            read(good[:cut])


@READERS
def test_another_message_is_refused(read, good):
    other = {status_report(): notice(entry()), notice(entry()): status_report()}[good]

    with pytest.raises(OtherMessage):
        read(other)
    with pytest.raises(OtherMessage) as refusal:
        read(b"<Document/>")
    assert refusal.value.parameters["found"] == ""


@READERS
def test_what_the_schema_refuses_is_refused_without_quoting_it(read, good):
    with pytest.raises(SchemaBroken) as refusal:
        read(good.replace(b"<MsgId>", b"<MsgId>a-name-and-an-account").replace(b"CreDtTm>", b"CreatedAt>"))

    assert "a-name" not in str(refusal.value)
    assert refusal.value.parameters["line"] == 4


@READERS
def test_a_file_has_a_largest_size(read, good):
    with pytest.raises(FileTooLarge):
        read(good + b" " * documents.FILE_BYTES_MAX)


def test_a_file_of_ours_is_held_against_the_schema_too():
    documents.check(io.BytesIO(status_report()), message=PAIN_002)
    with pytest.raises(SchemaBroken):
        documents.check(io.BytesIO(status_report(group="<GrpSts>TOO LONG</GrpSts>")), message=PAIN_002)
