"""The operator's commands, over a service's own process: what waits is shown, tried again, put away with a reason."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from services.claims.wiring import service
from shared.events.payments import BenefitOrdered
from shared.sealing.keys import generate_keyring
from shared.storage.platform import Platform
from tests.ground import DZ, TN, hear

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def command(platform: Platform, mongodb: str, tmp_path: Path) -> Command:
    """`python -m services.claims …` with the settings that it needs."""
    (tmp_path / "keys.json").write_text(json.dumps(generate_keyring([DZ, TN])))
    settings = {
        "MONGODB_URI": mongodb,
        "MONGODB_DATABASE": platform.database.name,
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "KEYS_FILE": str(tmp_path / "keys.json"),
        "ISSUER": "http://identity.test",
        "JWKS_URL": "http://identity.test/jwks",
        "BIND": "127.0.0.1:1",
        "HEALTH_BIND": "127.0.0.1:1",
    }

    def run(*arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "services.claims", *arguments],
            env={**os.environ, **settings, **more},
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


@pytest.fixture
def early(platform: Platform) -> BenefitOrdered:
    """An order for a claim that is not there: parked after its waits."""
    event = BenefitOrdered(
        claim_id="c9",
        payout_id="b1",
        person_ref="p1",
        amount_minor=1,
        currency="DZD",
        ordered_at=platform.clock(),
    )
    hear(platform, service, event)
    return event


def test_a_dead_letter_is_listed_tried_again_and_discarded(
    platform: Platform, command: Command, early: BenefitOrdered
) -> None:
    listed = command("deadletters", "list").stdout
    assert "dz-cnas:c9" in listed and "payments.benefit-ordered.v1" in listed and "claim.unknown" in listed
    replayed = command("deadletters", "replay", "dz-cnas:c9")
    assert (replayed.returncode, replayed.stdout.strip()) == (1, "0 replayed; stopped at claim.unknown")
    event_id = listed.split()[2]
    assert command("deadletters", "discard", event_id).returncode == 2  # no reason given
    assert command("deadletters", "discard", event_id, "--reason", "tested").stdout.strip() == "discarded"
    assert command("deadletters", "discard", event_id, "--reason", "again").returncode == 1
    row = platform.database["deadletters"].find_one({})
    assert row is not None and row["resolved"] == "discarded: tested"
    assert command("deadletters", "list").stdout.strip() == "0 open"


def test_the_boxes_say_how_they_are(platform: Platform, command: Command) -> None:
    assert command("outbox", "status").stdout.strip() == "0 documents wait"
    assert command("outbox", "republish", "--since", "2026-01-01").stdout.strip() == "0 documents will be sent again"
    assert command("inbox", "status").stdout.strip() == "0 events taken in"


def test_every_missing_setting_is_named_at_once(command: Command) -> None:
    refused = command("outbox", "status", MONGODB_URI="", KAFKA_PARTITIONS="many")
    assert refused.returncode == 2
    assert "KAFKA_PARTITIONS" in refused.stderr
    nothing = subprocess.run(
        [sys.executable, "-m", "services.claims", "web"],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert nothing.returncode == 2
    for name in ("MONGODB_URI", "KAFKA_BOOTSTRAP_SERVERS", "KEYS_FILE", "ISSUER", "JWKS_URL", "BIND", "HEALTH_BIND"):
        assert name in nothing.stderr
