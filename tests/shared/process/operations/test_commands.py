"""The operator's commands, over a service's own process: what waits is shown, retried, put away with a reason."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import structlog

from services.claims.wiring import service
from shared.encryption.keys import generate_keyring
from shared.events.payments.payouts import BenefitOrdered
from shared.jobs import queue
from shared.process.main import main
from shared.process.migrating import migrate
from shared.storage.connection import connect
from shared.storage.service_context import ServiceContext
from tests.kit.contexts import DZ, TN, handle, someone
from tests.kit.processes import NOBODY


@dataclass
class Ended:
    """How a command ended: its exit status and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Ended]


@pytest.fixture
def settings(context: ServiceContext, mongodb: str, tmp_path: Path) -> dict[str, str]:
    """What a process of claims needs to start."""
    (tmp_path / "keys.json").write_text(json.dumps(generate_keyring([DZ, TN])))
    return {
        "MONGODB_URI": mongodb,
        "MONGODB_DATABASE": context.database.name,
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "FUNDS": "dz-cnas,tn-cnss",
        "KEYS_FILE": str(tmp_path / "keys.json"),
        "ISSUER": "http://identity.test",
        "JWKS_URL": "http://identity.test/jwks",
        "BIND": "127.0.0.1:1",
        "HEALTH_BIND": "127.0.0.1:1",
    }


@pytest.fixture
def command(settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """`python -m services.claims …`, run here: a process of its own for each would cost what all of them do."""

    def run(*arguments: str, **more: str) -> Ended:
        for name, value in {**settings, **more}.items():
            monkeypatch.setenv(name, value)
        with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
            try:
                status = main(service, list(arguments))
            except SystemExit as ended:  # argparse ends the process itself
                status = int(ended.code or 0)
        return Ended(status, out.getvalue(), err.getvalue())

    yield run
    structlog.reset_defaults()


def process(
    *arguments: str, environment: Mapping[str, str], stdout: int = subprocess.PIPE
) -> "subprocess.CompletedProcess[str]":
    """The same as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "services.claims", *arguments],
        env=environment,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )


@pytest.fixture
def early(context: ServiceContext) -> BenefitOrdered:
    """An order for a claim that is not there: parked after its waits."""
    event = BenefitOrdered(
        claim_id="c9",
        payout_id="b1",
        person_ref="p1",
        amount_minor=1,
        currency="DZD",
        ordered_at=context.clock(),
    )
    handle(context, service, event)
    return event


def test_a_dead_letter_is_listed_tried_again_and_discarded(
    context: ServiceContext, command: Command, early: BenefitOrdered
) -> None:
    listed = command("deadletters", "list").stdout
    assert "dz-cnas:c9" in listed and "payments.benefit-ordered.v1" in listed and "claim.unknown" in listed
    replayed = command("deadletters", "replay", "dz-cnas:c9")
    assert (replayed.returncode, replayed.stdout.splitlines()) == (
        1,
        ["0 dead letters replayed", "1 row stopped at claim.unknown"],
    )
    event_id = listed.splitlines()[1].split()[3]
    shown = command("deadletters", "inspect", event_id).stdout
    assert "tries" in shown and "payout_id" not in shown  # headers, never the body
    assert context.database["deadletters"].find_one({"_id": event_id, "tries": 6}) is not None
    assert command("deadletters", "discard", event_id).returncode == 2  # no reason given
    assert command("deadletters", "discard", event_id, "--reason", "tested").stdout.strip() == "discarded"
    assert command("deadletters", "discard", event_id, "--reason", "again").returncode == 1
    row = context.database["deadletters"].find_one({})
    assert row is not None and row["resolved"] == "discarded: tested"
    assert command("deadletters", "list").stdout.strip() == "0 dead letters are open"
    records = [
        (record["verb"], record.get("why"))
        for audited in context.database["audit"].find().sort("_id", 1)
        for entry in audited["entries"]  # type: ignore[attr-defined]
        for record in entry["deeds"]
        if record["thing"] != "operator_acts"
    ]
    assert records == [("replay-asked", None), ("discarded", "tested")]


def test_a_group_is_shown_and_tried_again_by_its_fingerprint(
    context: ServiceContext, command: Command, early: BenefitOrdered
) -> None:
    shown = command("deadletters", "groups").stdout.splitlines()
    assert shown[0].split() == ["GROUP", "TYPE", "WHY", "LETTERS", "OLDEST"]
    group = shown[1].split()[0]
    assert command("deadletters", "replay", "--group", group).stdout.splitlines()[1] == "1 row stopped at claim.unknown"
    unknown = command("deadletters", "replay", "--group", "none")
    assert (unknown.returncode, unknown.stderr.strip()) == (1, "There is no such dead letter.")


def test_the_boxes_say_how_they_are(context: ServiceContext, command: Command) -> None:
    published = command("outbox", "status").stdout
    assert "waiting to be sent  0 documents of events" in published and "at rest" in published
    since = ("--since", "2026-01-01")
    assert command("outbox", "republish", *since).stdout.strip() == "0 documents of events will be sent again"
    assert command("outbox", "republish", "--for", "dz-cnas:c9").returncode == 0
    assert command("outbox", "republish").returncode == 1
    unread = command("outbox", "republish", "--since", "yesterday")
    assert unread.returncode == 2 and "'yesterday' is no instant such as" in unread.stderr
    stood = command("inbox", "status").stdout
    assert "taken in  0 events" in stood and "the broker does not answer" in stood


def test_every_missing_setting_is_named_at_once(command: Command) -> None:
    refused = command("outbox", "status", MONGODB_URI="", KAFKA_PARTITIONS="many")
    assert refused.returncode == 2
    assert "KAFKA_PARTITIONS" in refused.stderr
    nothing = process("web", environment={"PATH": os.environ["PATH"]})
    assert nothing.returncode == 2
    for name in ("MONGODB_URI", "KAFKA_BOOTSTRAP_SERVERS", "KEYS_FILE", "ISSUER", "JWKS_URL", "BIND", "HEALTH_BIND"):
        assert name in nothing.stderr


def test_help_is_an_answer_and_an_unknown_command_is_not(command: Command) -> None:
    helped, unknown = command("--help"), command("deadletter")
    assert (helped.returncode, helped.stderr) == (0, "") and "deadletters" in helped.stdout
    assert (unknown.returncode, unknown.stdout) == (2, "") and unknown.stderr == helped.stdout


@pytest.mark.parametrize("buffered", [{}, {"PYTHONUNBUFFERED": "1"}], ids=["buffered", "unbuffered"])
def test_who_reads_only_the_first_lines_sees_no_fault(settings: dict[str, str], buffered: dict[str, str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    try:
        cut = process("inbox", "status", environment={**plain, **settings, **buffered}, stdout=writer)
    finally:
        os.close(writer)
    assert (cut.returncode, cut.stderr) == (1, "")


def test_jobs_are_listed_retried_and_given_up(context: ServiceContext, command: Command) -> None:
    for thing_id in ("a", "b"):
        context.run(TN, by=someone(), cause="test", action=lambda uow, it=thing_id: queue.schedule(uow, "print", it))
    failed = {"status": "failed", "attempts": 8, "last_error": "paper.no-glyph"}
    context.database["jobs"].update_many({}, {"$set": failed})
    shown = command("jobs", "list")
    assert "paper.no-glyph" in shown.stdout and shown.stdout.endswith("2 jobs failed\n")
    assert command("jobs", "retry", "print:a", "--fund", TN).stdout == "print:a will be tried again\n"
    assert command("jobs", "give-up", "print:b", "--fund", TN, "--reason", "blank").returncode == 0
    assert command("jobs", "list").stdout == "0 jobs failed\n"
    assert "print:a" in command("jobs", "list", "--status", "waiting", "--fund", TN).stdout
    gone = command("jobs", "retry", "print:z", "--fund", TN)
    assert (gone.returncode, gone.stderr) == (1, "There is no such job; it may be done by now.\n")


def test_a_command_of_a_service_waits_for_the_migration_and_says_so(
    settings: dict[str, str], context: ServiceContext, mongodb: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    done: list[list[str]] = []

    def count(own: Any, context: ServiceContext, arguments: Sequence[str]) -> int:
        done.append(list(arguments))
        return 0

    counting = replace(service, commands={"count": count})
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert main(counting, ["count", "all"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("claims count: the database is not as this release needs it (migrate: no index"), said
    assert main(counting, ["count", "--help"]) == 0
    monkeypatch.setenv("MONGODB_URI", f"{NOBODY}/?serverSelectionTimeoutMS=200")
    assert main(counting, ["count", "all"]) == 2
    assert "claims count: the database does not answer" in capsys.readouterr().err
    monkeypatch.setenv("MONGODB_URI", mongodb)
    assert migrate(counting, connect(mongodb, context.database.name)) == []
    assert main(counting, ["count", "all"]) == 0
    assert done == [["--help"], ["all"]]
