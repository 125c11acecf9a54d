"""Brokers of a test's own: started together, one killed, started again, or all of them wiped."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploy.local.engines import apache_kafka, tansu
from deploy.local.programs import HOST, Program, free_port, running, wait_until_ready

JARS = Path(__file__).parents[2] / "var" / "jars"


class Cluster:
    """Apache Kafka with as many brokers as asked; numbers count from 1."""

    def __init__(self, home: Path, *, brokers: int) -> None:
        self.home = home
        self.ports = [apache_kafka.Ports(port=free_port(), controller_port=free_port()) for _ in range(brokers)]
        self.servers = apache_kafka.servers(self.ports)
        self.replicas = apache_kafka.replicas(brokers)
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def numbers(self) -> Sequence[int]:
        return range(1, len(self.ports) + 1)

    def start(self, *numbers: int) -> None:
        """Start these brokers, or all, and return once each answers."""
        programs = apache_kafka.programs(self.ports, jars_home=JARS, home=self.home / "kafka")
        for number in numbers or self.numbers:
            self._processes[number] = self._run(programs[number - 1], number)
        for number in numbers or self.numbers:
            wait_until_ready(programs[number - 1], exit_status=self._processes[number].poll, log=self._log(number))

    def start_missing(self) -> None:
        """Start those that a test killed."""
        if missing := [number for number in self.numbers if number not in self._processes]:
            self.start(*missing)

    def kill(self, *numbers: int) -> None:
        """kill -9 of these brokers, or of all."""
        for number in numbers or self.numbers:
            if process := self._processes.pop(number, None):
                process.kill()
                process.wait()

    def wipe(self) -> None:
        """All brokers killed, and their disks gone with them: a new and empty cluster on the same addresses."""
        self.kill()
        shutil.rmtree(self.home / "kafka")
        self.start()

    def _run(self, program: Program, number: int) -> subprocess.Popen[bytes]:
        with self._log(number).open("ab") as log:
            return subprocess.Popen(
                program.command, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **program.environment}
            )

    def _log(self, number: int) -> Path:
        return self.home / f"broker-{number}.log"


@contextlib.contextmanager
def cluster(home: Path, *, brokers: int) -> Iterator[Cluster]:
    """A cluster, from its first answer to its end."""
    made = Cluster(home, brokers=brokers)
    try:
        made.start()
        yield made
    finally:
        made.kill()


@contextlib.contextmanager
def chosen(home: Path) -> Iterator[tuple[str, int]]:
    """The event engine that ENGINES and KAFKA_BROKERS choose, as for `make run`: its servers, and on how many of them
    an event is kept."""
    if os.environ.get("ENGINES") == "apache":
        with cluster(home, brokers=int(os.environ.get("KAFKA_BROKERS", "1"))) as made:
            yield made.servers, made.replicas
    else:
        port = free_port()
        with running(tansu.program(port=port), log=home / "log"):
            yield f"{HOST}:{port}", 1
