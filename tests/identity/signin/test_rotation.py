"""The key that signs tokens is changed while identity runs and is asked without a pause: nobody notices."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from joserfc.jwk import ECKey
from pymongo import MongoClient

from deploy.local.programs import HOST, free_port
from services.identity.signin.client import SigningAlgorithm
from services.identity.signin.keys import SigningKeys, read
from services.identity.signin.rotation import retired
from services.identity.signin.rules import SESSION_LIFE
from shared.encryption.keys import generate_keyring
from shared.http.callers import KEYS_FRESH_S, KeysFromUrl, TokenInvalid, Verifier
from shared.storage.service_context import now
from tests.identity.signin.relying_party import ASSERTION_TYPE, assertion
from tests.kit.contexts import DZ, TN
from tests.kit.processes import answer, is_ok, migrated
from tests.kit.waiting import until


class Running:
    """Identity's web process, two workers, with a bank among its clients, and a service that reads its tokens."""

    def __init__(self, folder: Path, address: str, process: subprocess.Popen[bytes], bank_key: ECKey) -> None:
        self.folder, self.address, self.process, self.bank_key = folder, address, process, bank_key
        self.seconds = 0.0
        keys = KeysFromUrl(f"{address}/jwks.json", clock_s=lambda: self.seconds)
        self.verifier = Verifier(keys, issuer=address, audience="payments")

    def step(self, *asked: str) -> list[str]:
        """A step of the recipe: change the file, tell the process, wait until all of its workers know."""
        step, *kid = asked
        said = rotated(step, str(self.folder / "tokens.json"), *kid)
        assert said.returncode == 0, said.stderr
        self.process.send_signal(signal.SIGHUP)
        until(lambda: all(self.published() == said.stdout.split() for _ in range(6)))
        return said.stdout.split()

    def published(self) -> list[str]:
        found = answer(f"{self.address}/jwks.json")
        return [key["kid"] for key in found.json()["keys"]] if found is not None else []

    def token(self) -> str:
        audience = f"{self.address}/v1/{DZ}/token"
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion(self.bank_key, aud=audience),
        }
        answer = requests.post(audience, data=form, headers={"Connection": "close"}, timeout=10)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def request(self, token: str) -> bool:
        try:
            return self.verifier.actor(f"Bearer {token}", fund_id=DZ, at=now()).subject == "bank"
        except TokenInvalid:
            return False

    @contextmanager
    def asked_without_a_pause(self) -> Iterator[list[Any]]:
        """Ask for tokens all the while; what was refused or got no answer."""
        stop, failed = threading.Event(), []

        def ask() -> None:
            while not stop.is_set():
                try:
                    self.token()
                except (AssertionError, requests.RequestException) as fault:
                    failed.append(fault)

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            yield failed
        finally:
            stop.set()
            asking.join(30)


def rotated(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "services.identity.signin.rotation", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def write_keys(folder: Path, *keys: ECKey) -> Path:
    path = folder / "tokens.json"
    path.write_text(json.dumps({"keys": [key.as_dict(private=True) for key in keys]}))
    return path


FIRST, SECOND = (ECKey.generate_key("P-256", {"kid": kid}) for kid in ("first", "second"))


def test_each_step_changes_the_file_whole(tmp_path: Path) -> None:
    path = write_keys(tmp_path, FIRST, SECOND)
    assert rotated("add", str(path), "third").stdout.split() == ["first", "second", "third"]
    assert rotated("use", str(path), "second").stdout.split() == ["second", "first", "third"]
    assert rotated("drop", str(path), "first").stdout.split() == ["second", "third"]
    assert read(path).keys[0].as_dict(private=True) == SECOND.as_dict(private=True)
    assert path.stat().st_mode & 0o777 == 0o600


def test_o2_an_rsa_key_is_added_used_and_dropped_beside_the_others(tmp_path: Path) -> None:
    path = write_keys(tmp_path, FIRST)
    assert rotated("add-rsa", str(path), "r1").stdout.split() == ["first", "r1"]
    assert rotated("drop", str(path), "r1").stderr.strip() == "r1 signs"
    assert rotated("add-rsa", str(path), "r2").stdout.split() == ["first", "r1", "r2"]
    assert rotated("use", str(path), "r2").stdout.split() == ["r2", "first", "r1"]
    assert rotated("drop", str(path), "first").stderr.strip() == "first signs"
    assert rotated("drop", str(path), "r1").stdout.split() == ["r2", "first"]
    found = read(path)
    assert (found.signing(SigningAlgorithm.RS256).kid, found.signing(SigningAlgorithm.ES256).kid) == ("r2", "first")
    assert [each.key.kid for each in found.retired] == ["r1"]


def test_o1_a_dropped_key_leaves_its_public_half_while_its_sessions_may_last() -> None:
    at = now()
    once = retired(SigningKeys((SECOND, FIRST)), (SECOND,), at=at)
    assert [(each.key.kid, each.key.is_private) for each in once] == [("first", False)]
    assert retired(SigningKeys((SECOND,), once), (SECOND,), at=at + SESSION_LIFE - timedelta(seconds=1)) == once
    assert retired(SigningKeys((SECOND,), once), (SECOND,), at=at + SESSION_LIFE) == ()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("drop", "first"), "first signs"),
        (("use", "ninth"), "there is no key ninth"),
        (("drop", "ninth"), "there is no key ninth"),
    ],
)
def test_a_step_that_cannot_be_changes_nothing(tmp_path: Path, arguments: tuple[str, str], says: str) -> None:
    path = write_keys(tmp_path, FIRST, SECOND)
    before, (step, kid) = path.read_text(), arguments
    refused = rotated(step, str(path), kid)
    assert (refused.returncode, refused.stderr.strip()) == (1, says)
    assert path.read_text() == before


@pytest.fixture
def running(mongodb: str, tmp_path: Path) -> Iterator[Running]:
    bank_key = ECKey.generate_key("P-256", {"kid": "bank"})
    bank = {"kind": "machine", "fund_ids": [DZ], "audiences": ["payments"], "scopes": ["bank:read"]}
    clients = {"bank": {**bank, "jwk": bank_key.as_dict(private=False)}}
    (tmp_path / "clients.json").write_text(json.dumps(clients))
    (tmp_path / "keys.json").write_text(json.dumps(generate_keyring([DZ, TN])))
    write_keys(tmp_path, FIRST)
    address, database = f"http://{HOST}:{free_port()}", f"test_{uuid4().hex}"
    settings = {
        "MONGODB_URI": mongodb,
        "MONGODB_DATABASE": database,
        "KAFKA_BOOTSTRAP_SERVERS": f"{HOST}:1",
        "FUNDS": "dz-cnas,tn-cnss",
        "KEYS_FILE": str(tmp_path / "keys.json"),
        "ISSUER": address,
        "JWKS_URL": f"{address}/jwks.json",
        "BIND": address.removeprefix("http://"),
        "HEALTH_BIND": f"{HOST}:1",
        "WEB_PROCESSES": "2",
        "PORTAL_URL": "https://portal.test",
        "CLIENTS_FILE": str(tmp_path / "clients.json"),
        "SIGNING_KEYS_FILE": str(tmp_path / "tokens.json"),
    }
    migrated(mongodb, module="services.identity", name=database)
    with (tmp_path / "web.log").open("wb") as log:
        command = [sys.executable, "-m", "services.identity", "web"]
        process = subprocess.Popen(command, env={**os.environ, **settings}, stdout=log, stderr=log)
        try:
            until(lambda: is_ok(f"{address}/health/ready"))
            yield Running(tmp_path, address, process, bank_key)
        finally:
            process.terminate()
            assert process.wait(40) == 0
    with MongoClient[Any](mongodb) as client:
        client.drop_database(database)


def test_a_key_is_changed_while_identity_is_asked_without_a_pause(running: Running) -> None:
    with running.asked_without_a_pause() as failed:
        before = running.token()
        assert running.request(before)
        _, second = running.step("add")  # 1. published, and signing nothing yet
        assert running.request(running.token())
        running.seconds += KEYS_FRESH_S + 1
        running.step("use", second)  # 2. signs
        after = running.token()
        assert running.request(before) and running.request(after), "old and new side by side"
        running.step("drop", "first")  # 3. the old one is no more
        assert running.request(before), "services keep what they know for five minutes"
        running.seconds += KEYS_FRESH_S + 1
        assert not running.request(before) and running.request(after)
    assert failed == []
