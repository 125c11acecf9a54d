"""Apache Kafka on Java 17, one broker or a cluster of three (KRaft): the event engine that keeps its events.

Each broker is a controller too. One broker loses what it acknowledged where its disk is lost; three keep each event on
three disks, and handles events as long as two of them run.
"""

import base64
import subprocess
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.engines import jars, kafka
from deploy.local.programs import HOST, Broken, Program, is_listening, last_words

PROPERTIES = """\
process.roles=broker,controller
node.id={number}
controller.quorum.voters={voters}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
log.dirs={storage}
auto.create.topics.enable=false
default.replication.factor={replicas}
min.insync.replicas={in_sync}
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=2000
offsets.topic.num.partitions=4
offsets.topic.replication.factor={replicas}
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor={replicas}
transaction.state.log.min.isr={in_sync}
share.coordinator.state.topic.replication.factor={replicas}
share.coordinator.state.topic.min.isr={in_sync}
"""
HEAP_ALONE, HEAP_AMONG_OTHERS = "-Xmx512m", "-Xmx384m"
READY_MAX_S = 180.0  # three take ten seconds on two idle cores, and a minute on busy ones
BROKERS = (1, 3)
"""How many there may be: two would take nothing in once one of them is gone, which is worse than one."""


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Where one broker listens, and the settings that move it."""

    port: int
    controller_port: int
    setting: str = "KAFKA_PORT"
    controller_setting: str = "KAFKA_CONTROLLER_PORT"


def replicas(brokers: int) -> int:
    """On how many of so many brokers each event is kept."""
    return min(brokers, 3)


def servers(ports: Sequence[Ports]) -> str:
    """How a client finds the brokers."""
    return ",".join(f"{HOST}:{each.port}" for each in ports)


def programs(ports: Sequence[Ports], *, jars_home: Path, home: Path) -> list[Program]:
    """A broker for each of the ports, with settings and log segments in `home`.

    Fetches the jars and formats `home` on the first call. Of three none is ready before a second one runs.
    """
    if (java := jars.java()) is None:
        raise Broken("Apache Kafka needs Java 17: install openjdk-17-jre-headless, or leave ENGINES unset")
    heap = HEAP_ALONE if len(ports) == 1 else HEAP_AMONG_OTHERS
    run = [java, "-Xms128m", heap, "-XX:+UseSerialGC", "-Dlog4j2.level=WARN"]
    run += ["-cp", f"{jars.fetch('kafka', into=jars_home)}/*"]
    home.mkdir(parents=True, exist_ok=True)
    return [_broker(number, ports, run=run, home=home) for number in range(1, len(ports) + 1)]


def _broker(number: int, ports: Sequence[Ports], *, run: Sequence[str], home: Path) -> Program:
    own, is_alone = ports[number - 1], len(ports) == 1
    place = home if is_alone else home / str(number)
    place.mkdir(exist_ok=True)
    storage, properties = place / "data", place / "server.properties"
    properties.write_text(_properties(number, ports, storage=storage))
    if not (storage / "meta.properties").exists():
        _format(run, properties, cluster_id=_cluster_id(home), log=place / "format.log")

    def answers() -> bool:
        return is_listening(own.port) and kafka.answers(f"{HOST}:{own.port}")

    return Program(
        name="Apache Kafka" if is_alone else f"Apache Kafka {number}",
        command=[*run, "kafka.Kafka", str(properties)],
        ports={own.setting: own.port, own.controller_setting: own.controller_port},
        answers=answers,
        ready_max_s=READY_MAX_S,
        may_restart=not is_alone,  # one of three may come and go; without the only one the run is over
    )


def _properties(number: int, ports: Sequence[Ports], *, storage: Path) -> str:
    own, kept = ports[number - 1], replicas(len(ports))
    return PROPERTIES.format(
        number=number,
        voters=",".join(f"{id_}@{HOST}:{each.controller_port}" for id_, each in enumerate(ports, start=1)),
        host=HOST,
        port=own.port,
        controller_port=own.controller_port,
        storage=storage,
        replicas=kept,
        in_sync=max(1, kept - 1),
    )


def _cluster_id(home: Path) -> str:
    """One for all brokers of the cluster, made once."""
    kept = home / "cluster.id"
    if not kept.exists():
        kept.write_text(base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("="))
    return kept.read_text()


def _format(run: Sequence[str], properties: Path, *, cluster_id: str, log: Path) -> None:
    command = [*run, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster_id}", f"--config={properties}"]
    with log.open("wb") as output:
        if subprocess.run(command, stdout=output, stderr=subprocess.STDOUT).returncode:
            raise Broken(f"Apache Kafka's storage could not be formatted: {last_words(log)}")
