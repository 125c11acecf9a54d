"""The whole platform as separate processes on this machine, with everything between them in our hands.

Programs and settings are those of `make run` (deploy/local). Between each service and the database, between all
services and the broker, and before each service's web processes stands a proxy that can be told to fail.
"""

import dataclasses
import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

from deploy.local import addresses, migrate, plan, processes, refill
from deploy.local.addresses import SERVICES
from deploy.local.credentials import Credentials
from deploy.local.engines import chosen
from deploy.local.place import REPOSITORY
from deploy.local.programs import HOST, Program
from tests.faults.world.process import Process
from tests.faults.world.proxy import PASS, Mode, Proxy, Wires

QUIET_PORTS = range(12_000, 32_000)
"""Below those that outgoing connections get: a server that is down must find its port free when it comes back."""
JARS = REPOSITORY / "var" / "jars"
SESSION_TIMEOUT_MS = 6_000
KAFKA_PORTS = ("KAFKA_PORT", "KAFKA_PORT_2", "KAFKA_PORT_3")
OTHERS = ("MONGODB_URI", "KAFKA_BOOTSTRAP_SERVERS", "ZIPKIN_URL", "OTLP_URL")
COMMAND_MAX_S = 120


class World:
    """All processes by name: `mongodb`, `broker` (of three also `broker-2`, `broker-3`), `bank`, `messages`,
    `claims-web-1`, `claims-worker-1`, …"""

    def __init__(self, folder: Path, *, more: Mapping[str, str] | None = None) -> None:
        self.var = folder
        self.more = dict(more or {})  # for all but the engines
        self._taken: set[int] = set()
        self.public = {name: self.port() for name in addresses.PORTS}
        self.engines = {**self.public, "MONGODB_PORT": self.port(), **{name: self.port() for name in KAFKA_PORTS}}
        self.processes: dict[str, Process] = {}
        self.fell: list[str] = []
        self.wires = Wires()
        (folder / "log").mkdir(parents=True, exist_ok=True)
        if not (folder / "jars").exists():
            JARS.mkdir(parents=True, exist_ok=True)
            (folder / "jars").symlink_to(JARS)

    # --- settings, all from deploy/local

    def environ(self, ports: Mapping[str, int]) -> dict[str, str]:
        mine = {name: value for name, value in os.environ.items() if name not in OTHERS}
        numbers = {name: str(port) for name, port in ports.items()}
        timeout = {"KAFKA_SESSION_TIMEOUT_MS": str(SESSION_TIMEOUT_MS)}
        return {**mine, **timeout, **numbers, "HIMAYA_VAR": str(self.var)}

    @property
    def past_the_proxies(self) -> dict[str, str]:
        """The environment of somebody who asks databases and message centre directly."""
        return self.environ({**self.public, "MONGODB_PORT": self.engines["MONGODB_PORT"]})

    def settings(self) -> dict[str, dict[str, str]]:
        """Every service's settings: each with its own proxy to the database."""
        found = plan.settings_of_services(self.environ(self.public), var=self.var)
        port = f":{self.public['MONGODB_PORT']}/"
        for service, own in found.items():
            own["MONGODB_URI"] = own["MONGODB_URI"].replace(port, f":{self.to_database[service].port}/")
            own["ZIPKIN_URL"] = f"http://{HOST}:{self.public['ZIPKIN_PORT']}/api/v2/spans"
        return found

    # --- beginning and end

    def begin(self) -> None:
        """Start everything and wait until all of it answers."""
        ports, environ = self.engines, self.environ(self.engines)
        credentials = Credentials(self.var / "secrets")
        [database] = chosen.documents(environ, ports=ports, credentials=credentials, var=self.var)
        brokers = chosen.events(environ, ports=ports, var=self.var)
        self.to_database = {service: self._proxy(ports["MONGODB_PORT"]) for service in SERVICES}
        self.to_brokers = [self._proxy(ports[name], port=self.public[name]) for name in KAFKA_PORTS[: len(brokers)]]
        self.brokers = ["broker", "broker-2", "broker-3"][: len(brokers)]
        self.fronts = {
            service: self._proxy(port=self.public[f"{service.upper()}_PORT"], upstreams=()) for service in SERVICES
        }
        self.add("mongodb", database, is_engine=True)
        for name, setting, broker in zip(self.brokers, KAFKA_PORTS, brokers, strict=False):
            self.add(name, advertised(broker, setting=setting, at=self.public[setting]), is_engine=True)
        engines = ["mongodb", *self.brokers]
        self.start(*engines)
        simulators = processes.of_simulators(
            self.environ(self.public), ports=self.public, credentials=credentials, var=self.var
        )
        for name, program in zip(simulators, processes.simulators(simulators, ports=self.public), strict=True):
            self.add(name, program)
        for service in SERVICES:
            self.add_web(service, 1)
            self.add_worker(service, 1)
        migrate.all_services(plan.settings_of_services(self.past_the_proxies, var=self.var))
        self.start(*(name for name in self.processes if name not in engines))

    def end(self) -> None:
        """Stop all, services first; nothing stays."""
        engines = [name for name in self.processes if name == "mongodb" or name.startswith("broker")]
        for names in ([name for name in self.processes if name not in engines], engines):
            for name in names:
                self.processes[name].kill()
        self.wires.end()

    def add(self, name: str, program: Program, *, is_engine: bool = False) -> Process:
        """Know a program, without starting it. One of that name that a failed test left goes."""
        if name in self.processes:
            self.processes[name].kill()
        is_first = name[-2:-1] != "-" or name.endswith("-1")
        log = self.var / "log" / f"{program.slug if is_first else name}.log"
        process = Process(program, log=log, more=self.more if not is_engine else {})
        self.processes[name] = process
        return process

    def add_web(self, service: str, number: int) -> str:
        """A web process of a service, one of several behind its front; its name."""
        port, metrics = self.port(), self.var / "metrics" / str(number)
        (metrics / f"{service}-web").mkdir(parents=True, exist_ok=True)
        settings = self.settings()
        settings[service]["BIND"] = f"{HOST}:{port}"
        ports = {**self.public, f"{service.upper()}_PORT": port, f"{service.upper()}_METRICS_PORT": self.port()}
        settings[service]["METRICS_BIND"] = f"{HOST}:{ports[f'{service.upper()}_METRICS_PORT']}"
        program = processes.webs(settings, ports=ports, metrics=metrics)[SERVICES.index(service)]
        self.add(f"{service}-web-{number}", program)
        self._show(service)
        return f"{service}-web-{number}"

    def add_worker(self, service: str, number: int, *, database: int = 0) -> str:
        """A worker of a service, one of several in its group; its name. `database` is a port of its own to it."""
        settings = self.settings()
        ports = {**self.public, f"{service.upper()}_WORKER_PORT": self.port()}
        settings[service]["HEALTH_BIND"] = addresses.worker(service, ports).removeprefix("http://")
        if settings[service]["WORKER_NAME"]:  # of one name, two would take the partitions from each other
            settings[service]["WORKER_NAME"] = f"worker-{number}"
        if database:
            mine = f":{self.to_database[service].port}/"
            settings[service]["MONGODB_URI"] = settings[service]["MONGODB_URI"].replace(mine, f":{database}/")
        program = processes.workers(settings, ports=ports)[SERVICES.index(service)]
        self.add(f"{service}-worker-{number}", program)
        return f"{service}-worker-{number}"

    # --- what happens to processes

    def start(self, *names: str) -> None:
        """Start these and wait until each answers."""
        for name in names:
            self.processes[name].start()
        for name in names:
            self.processes[name].wait()

    def restart(self, *names: str) -> None:
        """SIGTERM, then a start, of all of them together."""
        for name in names:
            self.processes[name].ask_to_end()
        for name in names:
            self.processes[name].end()
        self.start(*names)

    def named(self, kind: str) -> list[str]:
        """The names of all `web` or `worker` processes."""
        return [name for name in self.processes if f"-{kind}-" in name]

    def drain(self, name: str) -> None:
        """Take a web process out of its front's turns, as a balancer does before it is stopped."""
        self._show(name.split("-")[0], without=name)

    def undrain(self, name: str) -> None:
        self._show(name.split("-")[0])

    def forget(self, name: str) -> None:
        """End a process that was added, for good."""
        self.processes.pop(name).end()
        if "-web-" in name:
            self._show(name.split("-")[0])

    def revive(self) -> list[str]:
        """Start what ended by itself, as a supervisor would; their names, which are kept in `fell`."""
        fallen = [name for name, process in self.processes.items() if process.is_wanted and not process.runs()]
        self.fell += fallen
        for name in fallen:
            self.processes[name].start()
        return fallen

    def heal(self) -> None:
        """Let everything through, wake what sleeps, start what is down, and wait until all of it answers."""
        for proxy in self.proxies():
            proxy.set(PASS)
        for process in self.processes.values():
            if process.is_paused and process.runs():
                process.go_on()
        self.revive()
        down = [name for name, process in self.processes.items() if not process.runs()]
        engines = [name for name in ("mongodb", *self.brokers) if name in down]
        self.start(*engines)
        self.start(*(name for name in down if name not in engines))
        for name in list(self.processes):
            if name in self.revive() or self.processes[name].runs():
                self.processes[name].wait()

    def proxies(self) -> Iterable[Proxy]:
        return (*self.to_database.values(), *self.to_brokers, *self.fronts.values())

    def between_services_and_brokers(self, mode: Mode) -> None:
        """What happens on the way to every broker; three of them find each other by it too."""
        for proxy in self.to_brokers:
            proxy.set(mode)

    # --- an operator at a terminal

    def command(self, service: str, *arguments: str, answer: str = "") -> subprocess.CompletedProcess[str]:
        """Run `python -m services.<service> …` with the settings that the service has here."""
        return subprocess.run(
            [sys.executable, "-m", f"services.{service}", *arguments],
            env={**os.environ, **self.settings()[service]},
            cwd=REPOSITORY,
            input=answer,
            capture_output=True,
            text=True,
            timeout=COMMAND_MAX_S,
        )

    def refill(self, *, since: datetime) -> int:
        """What an operator does when the broker has forgotten everything: services publish again what they told."""
        return refill.publish_again(plan.settings_of_services(self.past_the_proxies, var=self.var), since=since)

    def tails(self, lines: int = 15) -> str:
        """The last lines of every log."""
        characters = []
        for log in sorted((self.var / "log").glob("*.log")):
            characters.append(f"--- {log.name}")
            characters += log.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join(characters)

    def port(self) -> int:
        """A port that nobody has, here or in this world."""
        while True:
            port = random.choice(QUIET_PORTS)
            with closing(socket.socket()) as probe:
                if port not in self._taken and probe.connect_ex((HOST, port)) != 0:
                    self._taken.add(port)
                    return port

    def _proxy(self, *servers: int, port: int = 0, upstreams: Iterable[int] | None = None) -> Proxy:
        return Proxy(self.wires, port=port or self.port(), upstreams=list(servers if upstreams is None else upstreams))

    def _show(self, service: str, *, without: str = "") -> None:
        webs = [
            process
            for name, process in self.processes.items()
            if name.startswith(f"{service}-web-") and name != without
        ]
        self.fronts[service].pass_to([web.program.ports[f"{service.upper()}_PORT"] for web in webs])


def advertised(broker: Program, *, setting: str, at: int) -> Program:
    """The broker, telling its clients to come by another port of this machine than the one it listens on."""
    port, command = broker.ports[setting], list(broker.command)
    if "--advertised-listener-url" in command:
        command[command.index("--advertised-listener-url") + 1] = f"tcp://{HOST}:{at}"
    else:
        properties = Path(command[-1])
        characters = f"advertised.listeners=PLAINTEXT://{HOST}:"
        properties.write_text(properties.read_text().replace(f"{characters}{port}", f"{characters}{at}"))
    return dataclasses.replace(broker, command=command)
