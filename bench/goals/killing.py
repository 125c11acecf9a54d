"""What a consumer that is killed with -9 in the middle leaves behind: effects lost, and effects done twice.

The effect is an insertion under a fresh id, as a payment or a message is: the framework alone has to know that it was
done. A second process takes over at once, and the count is taken when nothing more comes.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from bench.goals.consuming import group
from bench.ground import KAFKA, Ground, environment, make_topics
from bench.measured import PEERS_PYTHON, has_peers
from bench.results import MISSED, Row
from bench.seeds import CLAIMS, fill_topic
from deploy.local.programs import running

EVENTS = 1_000
FOR_HEXKIT = "for-hexkit"
FOREVER = 10**9
POLL_S = 0.05
QUIET_S = 80.0
"""Longer than the session of a dead member, and than a database keeps the transaction of whoever was killed inside it
(a minute): what comes again has come by then."""
LONGEST_S = 240.0

Command = Sequence[object]


def measure(ground: Ground) -> list[Row]:
    """Ours and both peers, each over a topic that holds as many events, all at once: it is no question of speed."""
    program, servers = ground.broker_program(KAFKA)
    with running(program, log=ground.log("kafka")):
        make_topics(servers, FOR_HEXKIT)
        context = ground.context()
        fill_topic(context, servers, EVENTS)
        fill_topic(context, servers, EVENTS, topic=FOR_HEXKIT, is_hexkits=True)
        faststream = "bench.peers.faststream_consume", "log", "default"
        commands: dict[str, Command] = {
            "ours": (sys.executable, "-m", "bench.ours.consume", "log", FOREVER, group()),
            "FastStream": (PEERS_PYTHON, "-m", *faststream, FOREVER, group(), CLAIMS),
            "hexkit": (PEERS_PYTHON, "-m", "bench.peers.hexkit_consume", "log", FOREVER, group(), FOR_HEXKIT),
        }
        if not has_peers():
            commands = {"ours": commands["ours"]}
        with ThreadPoolExecutor() as pool:
            found = pool.map(lambda command: _effects(ground, servers, command), commands.values())
        return [_row(side, effects) for side, effects in zip(commands, found, strict=True)]


def _row(side: str, effects: Sequence[str]) -> Row:
    lost, doubled = EVENTS - len(set(effects)), len(effects) - len(set(effects))
    said = f"{lost} lost, {doubled} done twice"
    is_good = lost == doubled == 0
    what = f"{side}: {EVENTS:,} events, consumer killed with -9 in the middle"
    return Row("I1", what, said, aim="0 / 0", reached="target" if is_good else MISSED if side == "ours" else "")


def _effects(ground: Ground, servers: str, command: Command) -> list[str]:
    """The claims whose effect stands in the database at the end, once for each time that it was done."""
    database = ground.database()
    settings = environment(**ground.settings(database), KAFKA_BOOTSTRAP_SERVERS=servers)
    with MongoClient[dict[str, Any]](ground.documents()) as client:
        received = client[database]["heard"]
        first = _start(ground, command, settings)
        _wait(lambda: received.estimated_document_count() >= EVENTS // 3)
        first.kill()
        first.wait()
        second = _start(ground, command, settings)
        try:
            _until_quiet(received.estimated_document_count)
        finally:
            second.kill()
            second.wait()
        effects = [str(row["claim_id"]) for row in received.find({}, {"claim_id": 1})]
    ground.drop(database)
    return effects


def _start(ground: Ground, command: Command, settings: dict[str, str]) -> "subprocess.Popen[bytes]":
    with ground.log("killed").open("wb") as log:
        repository = Path(__file__).parents[2]
        return subprocess.Popen([*map(str, command)], env=settings, stdout=log, stderr=log, cwd=repository)


def _until_quiet(count: Callable[[], int]) -> None:
    """Until nothing has come for a while."""
    seen, since_s = -1, time.monotonic()
    began_s = since_s
    while time.monotonic() - since_s < QUIET_S and time.monotonic() - began_s < LONGEST_S:
        if (now := count()) != seen:
            seen, since_s = now, time.monotonic()
        time.sleep(0.5)


def _wait(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_S
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("it never came")
        time.sleep(POLL_S)
