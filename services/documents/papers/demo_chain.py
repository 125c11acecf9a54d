"""Makes a signing chain to try papers with. A real fund brings its own, from an authority that people trust."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.documents.papers.signing import SigningChain

DEMO_LABEL = "DEMO, proves nothing"
VALID_YEARS = 5


def make_signing_chain(fund_name: str, *, at: datetime) -> SigningChain:
    """A new key with certificates of its own making, for local runs and tests: every name in it says DEMO.

    `fund_name` keeps to one script: a certificate that mixes Arabic and Latin letters in a name is refused by readers.
    Call it from a command that keeps the result, never at each start: papers signed with a lost chain verify no more.
    """
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = _name(fund_name, common_name=f"{DEMO_LABEL}: root")
    name = _name(fund_name, common_name=f"{DEMO_LABEL}: papers")
    root = _certificate(root_name, key=root_key, issuer=root_name, issuer_key=root_key, at=at, is_authority=True)
    leaf = _certificate(name, key=key, issuer=root_name, issuer_key=root_key, at=at, is_authority=False)
    return SigningChain(
        key_pem=key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        certificate_pem=leaf.public_bytes(serialization.Encoding.PEM),
        issuers_pem=root.public_bytes(serialization.Encoding.PEM),
    )


def _name(fund_name: str, *, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, fund_name[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _certificate(
    name: x509.Name,
    *,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    at: datetime,
    is_authority: bool,
) -> x509.Certificate:
    """An authority signs certificates, the other kind signs papers and stands by them (non-repudiation)."""
    usage = x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=365 * VALID_YEARS))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    return builder.sign(issuer_key, hashes.SHA256())
