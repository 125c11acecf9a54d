"""Seals printed papers with the fund's electronic signature (PAdES, ETSI EN 319 142-1). Makes no keys.

Baseline B-B: the hour is the one that the platform says. A time-stamp authority (B-T) needs a contract of the fund.
"""

from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO

from asn1crypto import keys as asn1_keys
from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

FIELD_NAME = "FundSignature"

SIGNATURE_BYTES_MAX = 2048
"""Room for the signature beside its certificates. Saying so saves pyHanko a trial signature, half of its time."""


@dataclass(frozen=True, kw_only=True)
class SigningChain:
    """A signing key with its certificate and the certificates above it, all PEM. The key shows in no text."""

    key_pem: bytes = field(repr=False)
    certificate_pem: bytes
    issuers_pem: bytes

    @property
    def root_pem(self) -> bytes:
        """The certificate that a verifier has to trust: the last of the issuers."""
        return b"-----BEGIN" + self.issuers_pem.rpartition(b"-----BEGIN")[2]


def chain_of(*, key_pem: bytes, certificates_pem: bytes) -> SigningChain:
    """A chain from the two texts that a fund keeps: its key, and the certificates from the key's own to the root's.

    A certificate that stands alone is its own root. ValueError where the key is not that of the first certificate.
    """
    certificate, *issuers = x509.load_pem_x509_certificates(certificates_pem)
    key = serialization.load_pem_private_key(key_pem, password=None)
    if certificate.public_key() != key.public_key():
        raise ValueError("the key that papers are signed with does not belong to the first certificate")
    pem_of = [each.public_bytes(serialization.Encoding.PEM) for each in (certificate, *issuers)]
    return SigningChain(key_pem=key_pem, certificate_pem=pem_of[0], issuers_pem=b"".join(pem_of[1:]) or pem_of[0])


class Seal:
    """The fund's seal, read from its chain once; give one to the process and keep it. Safe for several threads."""

    def __init__(self, chain: SigningChain, *, fund_name: str) -> None:
        certificate, *others = [*_certificates(chain.certificate_pem), *_certificates(chain.issuers_pem)]
        certificates = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # pyHanko writes no return type here
        certificates.register_multiple(others)
        self._fund_name = fund_name
        self._room = 2 * (SIGNATURE_BYTES_MAX + sum(len(each.dump()) for each in (certificate, *others)))
        self._signer = SimpleSigner(
            signing_cert=certificate,
            signing_key=asn1_keys.PrivateKeyInfo.load(pem.unarmor(chain.key_pem)[2]),
            cert_registry=certificates,
        )

    def sign(self, pdf: bytes, *, at: datetime) -> bytes:
        """The same paper with the fund's signature over all of it, dated `at`; no later change is allowed."""
        metadata = PdfSignatureMetadata(
            field_name=FIELD_NAME,
            name=self._fund_name,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        signer = _DatedSigner(metadata, self._signer, at=at)
        ended = (
            pdf if pdf.endswith(b"\n") else pdf + b"\n"
        )  # the update's first object begins a line (ISO 19005-2, 6.1.9)
        signed: BytesIO = signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(ended)), bytes_reserved=self._room)
        return signed.getvalue()


class _DatedSigner(PdfSigner):
    """pyHanko's signer, which reads the clock by itself, made to sign at a given time."""

    def __init__(self, metadata: PdfSignatureMetadata, signer: SimpleSigner, *, at: datetime) -> None:
        super().__init__(metadata, signer)
        self._at = at

    def init_signing_session(self, pdf_out, existing_fields_only=False):  # type: ignore[no-untyped-def]  # as the library has it
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._at
        return session


def _certificates(text: bytes) -> list[asn1_x509.Certificate]:
    """The certificates in a PEM text, as pyHanko wants them."""
    return [asn1_x509.Certificate.load(der) for _, _, der in pem.unarmor(text, multiple=True)]
