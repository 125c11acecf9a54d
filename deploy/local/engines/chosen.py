"""Which engines a run has: the embedded ones, Apache Kafka, or servers of somebody else that settings name.

Two questions about each: by which settings do services find it (which starts nothing), and what is to be started.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from deploy.local.addresses import SERVICES
from deploy.local.credentials import Credentials
from deploy.local.engines import apache_kafka, jars, kafka, secantusdb, tansu, zipkin
from deploy.local.programs import HOST, Broken, Program, refuse_taken_ports

Settings = Mapping[str, str]
Ports = Mapping[str, int]

DATABASES = {service: f"himaya_{service}" for service in SERVICES}


def settings(environ: Settings, *, ports: Ports, credentials: Credentials) -> dict[str, dict[str, str]]:
    """By service, how it finds documents and events. Its database user may use its own database and no other."""
    servers = environ.get("KAFKA_BOOTSTRAP_SERVERS") or f"{HOST}:{ports['KAFKA_PORT']}"
    return {
        service: {
            "MONGODB_URI": environ.get("MONGODB_URI")
            or secantusdb.uri(
                port=ports["MONGODB_PORT"], database=database, user=service, password=_password(service, credentials)
            ),
            "MONGODB_DATABASE": database,
            "KAFKA_BOOTSTRAP_SERVERS": servers,
        }
        for service, database in DATABASES.items()
    }


def documents(environ: Settings, *, ports: Ports, credentials: Credentials, var: Path) -> list[Program]:
    """The document engine, with its users; nothing where MONGODB_URI names one, which has to answer."""
    if given := environ.get("MONGODB_URI"):
        if not secantusdb.answers(given):
            raise Broken("MONGODB_URI is set, and no server answers there")
        return []
    port, home = ports["MONGODB_PORT"], var / "mongodb"
    program = secantusdb.program(port=port, storage=home / "data", options=secantusdb.DURABLE_WITH_USERS)
    refuse_taken_ports(program)
    users = {service: (database, _password(service, credentials)) for service, database in DATABASES.items()}
    _provision_once(users, port=port, home=home)
    return [program]


def events(environ: Settings, *, ports: Ports, var: Path) -> list[Program]:
    """The event engine; nothing where KAFKA_BOOTSTRAP_SERVERS names one, which has to answer."""
    if given := environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        if not kafka.answers(given):
            raise Broken(f"KAFKA_BOOTSTRAP_SERVERS is {given}, and no broker answers there")
        return []
    port = ports["KAFKA_PORT"]
    match environ.get("ENGINES", "embedded"):
        case "embedded":
            return [tansu.program(port=port)]
        case "apache":
            controller_port, home = ports["KAFKA_CONTROLLER_PORT"], var / "kafka"
            return [apache_kafka.program(port=port, controller_port=controller_port, jars_home=var / "jars", home=home)]
        case other:
            raise Broken(f"ENGINES is {other!r}; it may be embedded or apache")


def traces(environ: Settings, *, ports: Ports, var: Path) -> list[Program]:
    """Where spans are looked at. Broken, and the run goes on without, where it cannot be had."""
    if environ.get("ZIPKIN_URL") or environ.get("OTLP_URL"):
        return []
    if (java := jars.java()) is None:
        raise Broken("Zipkin needs Java, which is not here")
    return [zipkin.program(java=java, port=ports["ZIPKIN_PORT"], jars_home=var / "jars")]


def _password(service: str, credentials: Credentials) -> str:
    return credentials.password(f"mongodb-{service}")


def _provision_once(users: Mapping[str, tuple[str, str]], *, port: int, home: Path) -> None:
    """Create the users on the first start, and again when one was added or has a new password."""
    home.mkdir(parents=True, exist_ok=True)
    fingerprint = hashlib.sha256(json.dumps(users, sort_keys=True).encode()).hexdigest()
    provisioned = home / "users.sha256"
    if not provisioned.exists() or provisioned.read_text() != fingerprint:
        secantusdb.provision(port=port, storage=home / "data", log=home / "provision.log", users=users)
        provisioned.write_text(fingerprint)
