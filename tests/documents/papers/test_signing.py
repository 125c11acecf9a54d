"""The seal holds, and breaks where it must: judged by pyHanko's own verifier, by its bottom line only."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pikepdf
import pytest
from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from services.documents.papers.demo_chain import DEMO_LABEL, make_signing_chain
from services.documents.papers.printing.printer import Printer
from services.documents.papers.signing import FIELD_NAME, Seal, SigningChain, chain_of
from tests.documents.papers.builders import a_paper

AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
CHAIN = make_signing_chain("CNAS", at=AT)
PRINTED = Printer().print(a_paper())
SIGNED = Seal(CHAIN, fund_name="CNAS").sign(PRINTED, at=AT)


def judge(pdf: bytes, *, chain: SigningChain = CHAIN, at: datetime = AT) -> PdfSignatureStatus:
    root = x509.Certificate.load(pem.unarmor(chain.root_pem)[2])
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    return validate_pdf_signature(signature, ValidationContext(trust_roots=[root], moment=at))


def test_a_signed_paper_is_intact_and_trusted() -> None:
    status = judge(SIGNED)
    assert (status.bottom_line, status.intact, status.trusted) == (True, True, True)
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert status.signer_reported_dt == AT


def test_it_is_a_pades_signature_that_allows_no_change() -> None:
    (signature,) = PdfFileReader(BytesIO(SIGNED)).embedded_signatures
    assert signature.field_name == FIELD_NAME
    assert signature.sig_object["/SubFilter"] == SigSeedSubFilter.PADES.value
    assert signature.docmdp_level is not None
    assert signature.docmdp_level.value == 1


def test_d1_the_signature_s_update_begins_on_a_line_of_its_own() -> None:
    assert not PRINTED.endswith(b"\n")
    assert SIGNED[len(PRINTED) : len(PRINTED) + 1] == b"\n"
    assert Seal(CHAIN, fund_name="CNAS").sign(PRINTED + b"\n", at=AT)[len(PRINTED) : len(PRINTED) + 2][1:] != b"\n"


def test_signing_appends_and_keeps_the_promise_of_the_archive() -> None:
    assert SIGNED.startswith(PRINTED)
    with pikepdf.open(BytesIO(SIGNED)) as pdf, pdf.open_metadata() as metadata:
        assert metadata.pdfa_status == "2B"


@pytest.mark.parametrize("place", [30, len(PRINTED) // 2, len(PRINTED) - 30])
def test_one_changed_byte_breaks_it(place: int) -> None:
    changed = bytearray(SIGNED)
    changed[place] ^= 1
    try:
        status = judge(bytes(changed))
    except Exception:  # noqa: BLE001  # a byte that spoils the file's structure makes it unreadable: as good as refused
        return
    assert not status.bottom_line
    assert not status.intact


def test_another_root_is_not_trusted() -> None:
    assert not judge(SIGNED, chain=make_signing_chain("CNAS", at=AT)).bottom_line


def test_a_chain_has_its_time() -> None:
    assert not judge(SIGNED, at=AT + timedelta(days=3650)).bottom_line


def test_a_chain_is_read_from_the_two_texts_that_a_fund_keeps() -> None:
    assert chain_of(key_pem=CHAIN.key_pem, certificates_pem=CHAIN.certificate_pem + CHAIN.issuers_pem) == CHAIN


def test_a_certificate_that_stands_alone_is_its_own_root() -> None:
    alone = chain_of(key_pem=CHAIN.key_pem, certificates_pem=CHAIN.certificate_pem)
    assert alone.root_pem == CHAIN.certificate_pem
    assert judge(Seal(alone, fund_name="CNAS").sign(PRINTED, at=AT), chain=alone).bottom_line


def test_a_key_of_another_certificate_is_refused_at_once() -> None:
    other = make_signing_chain("CNAS", at=AT)
    with pytest.raises(ValueError, match="does not belong"):
        chain_of(key_pem=other.key_pem, certificates_pem=CHAIN.certificate_pem + CHAIN.issuers_pem)


def test_a_demo_chain_says_so_and_its_key_shows_in_no_text() -> None:
    certificate = x509.Certificate.load(pem.unarmor(CHAIN.certificate_pem)[2])
    assert DEMO_LABEL in certificate.subject.human_friendly
    assert DEMO_LABEL in certificate.issuer.human_friendly
    assert b"PRIVATE KEY" in CHAIN.key_pem
    assert "PRIVATE KEY" not in repr(CHAIN)
