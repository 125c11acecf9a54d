"""Zipkin, where traces are looked at. It keeps the newest in memory, and runs only where Java is found."""

from pathlib import Path

from deploy.local.engines import jars
from deploy.local.programs import HOST, Program, answers_http

SPANS_MAX = 100_000


def program(*, java: str, port: int, jars_home: Path) -> Program:
    """The server, empty. Fetches its jar into `jars_home` on the first call."""
    jar = next(jars.fetch("zipkin", into=jars_home).glob("zipkin-server-*.jar"))
    armeria = {"ip": HOST, "port": port, "protocols[0]": "http"}
    command = [java, "-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", str(jar)]
    command += [f"--armeria.ports[0].{name}={value}" for name, value in armeria.items()]
    command += ["--logging.level.root=WARN", "--spring.main.banner-mode=off"]
    return Program(
        name="Zipkin",
        command=command,
        ports={"ZIPKIN_PORT": port},
        answers=answers_http(f"http://{HOST}:{port}/health"),
        environment={"MEM_MAX_SPANS": str(SPANS_MAX)},
        stop_max_s=2.0,
    )
