"""The fund's own signature: checked as a partner would, with what an open route gives it and nothing else."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.payments.partners import signing
from services.payments.partners.outbound import OutboundClient
from services.payments.partners.signing import SigningKey
from shared.storage.service_context import ServiceContext, now
from tests.kit.callers import Office
from tests.kit.contexts import DZ, TN
from tests.payments.bank import office, own_settings
from tests.payments.partners.partner import Calling, Partner, debit, register

OLD, NEW = (f"whsk_{b64encode(letter * 32).decode()}" for letter in (b"o", b"n"))


def payments(context: ServiceContext, folder: Path, *keys: str) -> tuple[Office, Calling]:
    """A web and a worker of payments that were started with these keys of the fund."""
    path = folder / f"keys-{len(keys)}-{keys[0][-8:-4]}.json"
    path.write_text(json.dumps({DZ: keys}))
    made = office(context, replace(own_settings(), webhook_keys_file=path))
    return made, Calling(OutboundClient(may_be_private=True, timeout_s=5), signing.from_file(path))


def published(made: Office) -> list[str]:
    """What anybody may fetch."""
    answer = made.nobody().get(f"/v1/{DZ}/webhook-keys")
    assert answer.status_code == 200
    return [each["public_key"] for each in answer.json["items"]]


def believes(public_key: str, headers: Mapping[str, str], body: bytes) -> bool:
    """As Standard Webhooks says it, written down a second time."""
    key = Ed25519PublicKey.from_public_bytes(b64decode(public_key.removeprefix("whpk_")))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    for mark in headers["webhook-signature"].split(" "):
        scheme, _, signature = mark.partition(",")
        if scheme == "v1a":
            try:
                key.verify(b64decode(signature), signed)
            except InvalidSignature:
                continue
            return True
    return False


def delivered(
    partner: Partner, context: ServiceContext, calling: Calling, collection_id: str
) -> tuple[dict[str, str], bytes]:
    debit(context, collection_id)
    assert calling.run(context) == 1
    return partner.received[-1]


def test_a_partner_checks_a_message_with_the_published_key_and_with_its_secret(
    context: ServiceContext, tmp_path: Path
) -> None:
    made, calling = payments(context, tmp_path, OLD)
    partner = Partner()
    with partner.up():
        endpoint = register(made, partner.url)
        headers, body = delivered(partner, context, calling, "c1")
    (key,) = published(made)
    assert believes(key, headers, body)
    assert partner.believes(endpoint["secret"], at=now()), "who knows v1 only is served as before"
    assert not believes(key, headers, body + b" ")
    assert not believes(key, {**headers, "webhook-timestamp": "1"}, body)
    assert not believes(SigningKey.read(NEW).public, headers, body)


def test_a_key_is_replaced_and_at_no_step_is_a_message_not_believed(context: ServiceContext, tmp_path: Path) -> None:
    """A partner that fetches late, before the old key goes, believes all along."""
    partner, known = Partner(), list[str]()
    with partner.up():
        for number, keys in enumerate([(OLD,), (OLD, NEW), (NEW,)]):
            made, calling = payments(context, tmp_path, *keys)
            if number == 0:
                register(made, partner.url)
                known = published(made)
            headers, body = delivered(partner, context, calling, f"c{number}")
            assert any(believes(key, headers, body) for key in known)
            known = published(made)
    assert known == [SigningKey.read(NEW).public]


def test_without_a_key_v1_alone_signs_and_none_is_published(context: ServiceContext) -> None:
    made, partner = office(context), Partner()
    with partner.up():
        register(made, partner.url)
        headers, _ = delivered(partner, context, Calling(OutboundClient(may_be_private=True, timeout_s=5)), "c1")
    assert published(made) == []
    assert headers["webhook-signature"].startswith("v1,") and "v1a" not in headers["webhook-signature"]


def test_a_fund_signs_with_its_own_key_only(context: ServiceContext, tmp_path: Path) -> None:
    made, _ = payments(context, tmp_path, OLD)
    assert made.nobody().get(f"/v1/{TN}/webhook-keys").json["items"] == []


@pytest.mark.parametrize(
    "held",
    [
        {DZ: []},
        {DZ: [OLD, NEW, OLD]},
        {DZ: [OLD.removeprefix("whsk_")]},
        {DZ: ["whsk_AAAA"]},
        {DZ: ["whsk_not base64"]},
        {DZ: [f"whsec_{'A' * 43}="]},
    ],
)
def test_a_file_of_something_else_is_refused_without_saying_what_it_holds(
    tmp_path: Path, held: Mapping[str, Sequence[str]]
) -> None:
    (tmp_path / "keys.json").write_text(json.dumps(held))
    with pytest.raises(ValueError, match="sign") as refused:
        signing.from_file(tmp_path / "keys.json")
    assert not any(text and text in str(refused.value) for text in held[DZ])


def test_a_key_is_never_shown() -> None:
    assert repr(SigningKey.read(OLD)) == "SigningKey()"
