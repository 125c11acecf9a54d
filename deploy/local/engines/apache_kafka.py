"""Apache Kafka, one broker that is its own controller (KRaft), on Java 17: the event engine that keeps its events."""

import base64
import subprocess
import uuid
from pathlib import Path

from deploy.local.engines import jars, kafka
from deploy.local.programs import HOST, Broken, Program, is_listening, last_words

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
log.dirs={storage}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
"""


def program(*, port: int, controller_port: int, jars_home: Path, home: Path) -> Program:
    """The broker over `home`, its settings and log segments. Fetches its jars and formats `home` on the first call."""
    if (java := jars.java()) is None:
        raise Broken("Apache Kafka needs Java 17: install openjdk-17-jre-headless, or leave ENGINES unset")
    run = [java, "-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-Dlog4j2.level=WARN"]
    run += ["-cp", f"{jars.fetch('kafka', into=jars_home)}/*"]
    home.mkdir(parents=True, exist_ok=True)
    storage, properties = home / "data", home / "server.properties"
    properties.write_text(PROPERTIES.format(host=HOST, port=port, controller_port=controller_port, storage=storage))
    if not (storage / "meta.properties").exists():
        _format(run, properties, log=home / "format.log")

    def answers() -> bool:
        return is_listening(port) and kafka.answers(f"{HOST}:{port}")

    return Program(
        name="Apache Kafka",
        command=[*run, "kafka.Kafka", str(properties)],
        ports={"KAFKA_PORT": port, "KAFKA_CONTROLLER_PORT": controller_port},
        answers=answers,
        may_restart=False,
    )


def _format(run: list[str], properties: Path, *, log: Path) -> None:
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    command = [*run, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", f"--config={properties}"]
    with log.open("wb") as output:
        if subprocess.run(command, stdout=output, stderr=subprocess.STDOUT).returncode:
            raise Broken(f"Apache Kafka's storage could not be formatted: {last_words(log)}")
