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
from tests.payments.banking.files import entry, notice, status_report

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
