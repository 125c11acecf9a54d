"""The files that an operator writes: clients and signing keys, read whole or refused in a sentence."""

import json
from pathlib import Path
from typing import Any

import pytest
from environs import Env
from joserfc.jwk import ECKey, RSAKey

from services.identity.settings import read as read_settings
from services.identity.signin import clients, keys
from services.identity.signin.client import ClientKind
from shared.process.settings import SettingsMissing, check_complete

PORTAL = """
portal:
  kind: public
  fund_ids: [dz-cnas, tn-cnss]
  actors: [person]
  redirect_uris: ["https://portal.test/callback"]
  audiences: [claims]
  scopes: ["claims:read"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "file"
    path.write_text(text, encoding="utf-8")
    return path


def key_set(*each: Any, private: bool = True) -> str:
    return json.dumps({"keys": [key.as_dict(private=private) for key in each]})


def key(kid: str | None = "k1") -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid} if kid else None)


def test_clients_are_read_from_yaml_and_from_json(tmp_path: Path) -> None:
    (portal,) = clients.read(written(tmp_path, PORTAL)).values()
    assert (portal.client_id, portal.kind, portal.fund_ids) == ("portal", ClientKind.PUBLIC, ("dz-cnas", "tn-cnss"))
    machine = {
        "kind": "machine",
        "fund_ids": ["dz-cnas"],
        "audiences": ["payments"],
        "scopes": ["bank:read"],
        "jwk": key().as_dict(private=False),
    }
    assert clients.read(written(tmp_path, json.dumps({"bank": machine})))["bank"].jwk is not None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- a list", "no clients"),
        ("portal: 7", "portal is no block"),
        (": :\n\t", "cannot be read"),
        (PORTAL + "  secret: x\n", "portal: secret is not known"),
        (PORTAL.replace("public", "private"), "portal: Invalid enum"),
        (PORTAL.replace("[person]", "[]"), "portal: a public client names its actors"),
        (PORTAL.replace("fund_ids: [dz-cnas, tn-cnss]", "fund_ids: 7"), "portal: Expected"),
    ],
)
def test_clients_that_are_none(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(clients.ClientsInvalid, match=says):
        clients.read(written(tmp_path, text))


def test_the_first_key_signs_and_all_are_published(tmp_path: Path) -> None:
    found = keys.read(written(tmp_path, key_set(key("new"), key("old"))))
    assert [each["kid"] for each in found.published()["keys"]] == ["new", "old"]
    token = found.sign({"sub": "x"}, typ="at+jwt")
    assert found.read(token, typ="at+jwt") == {"sub": "x"}
    assert found.read(token, typ="JWT") is None and found.read("x.y.z", typ="JWT") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"keys": []}',
        '{"keys": [{"kty": "EC"}]}',
        key_set(key(), private=False),
        key_set(RSAKey.generate_key(3072, {"kid": "r"})),
        key_set(ECKey.generate_key("P-384", {"kid": "k"})),
        key_set(key(), RSAKey.generate_key(3072)),
        key_set(key(), RSAKey.generate_key(2048, {"kid": "r"})),
        json.dumps({**json.loads(key_set(key())), "retired": [key().as_dict(private=False)]}),
        json.dumps({**json.loads(key_set(key())), "retired": [{**key().as_dict(private=True), "retired_at": 1}]}),
        json.dumps({**json.loads(key_set(key())), "retired": [{**key().as_dict(private=False), "retired_at": 1e99}]}),
        json.dumps({**json.loads(key_set(key())), "retired": ["x"]}),
    ],
)
def test_keys_that_are_none(tmp_path: Path, text: str) -> None:
    with pytest.raises(keys.SigningKeysInvalid):
        keys.read(written(tmp_path, text))


def test_all_that_is_wrong_with_the_settings_is_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORTAL_URL", raising=False)
    monkeypatch.setenv("CLIENTS_FILE", str(written(tmp_path, "- a list")))
    monkeypatch.setenv("SIGNING_KEYS_FILE", str(tmp_path / "none"))
    env = Env(eager=False)
    read_settings(env)
    with pytest.raises(SettingsMissing) as wrong:
        check_complete(env)
    for name in ("PORTAL_URL", "CLIENTS_FILE", "SIGNING_KEYS_FILE"):
        assert name in str(wrong.value)
