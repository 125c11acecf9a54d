"""Which engines a run has: the embedded ones, Apache Kafka, or other servers that settings name.

Two questions about each: by which settings do services find it (which starts nothing), and what is to be started.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from deploy.local.addresses import SERVICES
from deploy.local.credentials import Credentials
from deploy.local.engines import apache_kafka, jars, kafka, secantusdb, tansu, zipkin
from deploy.local.programs import Broken, Program, refuse_taken_ports

Settings = Mapping[str, str]
Ports = Mapping[str, int]

DATABASES = {name: f"himaya_{name}" for name in (*SERVICES, "frontends")}


def settings(environ: Settings, *, ports: Ports, credentials: Credentials) -> dict[str, dict[str, str]]:
    """By service, how it finds documents and events. Its database user may use its own database and no other.

    Apache Kafka knows a service's one worker by a name, and gives it its partitions back at once when it was killed and
    started again; Tansu lets in whoever has a name later than whoever has none (docs/engines.md).
    """
    brokers = _brokers(environ, ports=ports)
    servers = environ.get("KAFKA_BOOTSTRAP_SERVERS") or apache_kafka.servers(brokers)
    is_apache = environ.get("ENGINES") == "apache" and "KAFKA_BOOTSTRAP_SERVERS" not in environ
    worker = environ.get("WORKER_NAME", "worker" if is_apache else "")
    replicas = environ.get("KAFKA_REPLICAS") or str(apache_kafka.replicas(len(brokers)))
    return {
        service: {
            "MONGODB_URI": environ.get("MONGODB_URI")
            or secantusdb.uri(
                port=ports["MONGODB_PORT"], database=database, user=service, password=_password(service, credentials)
            ),
            "MONGODB_DATABASE": database,
            "KAFKA_BOOTSTRAP_SERVERS": servers,
            "KAFKA_REPLICAS": replicas,
            "WORKER_NAME": worker,
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
    brokers = _brokers(environ, ports=ports)
    match environ.get("ENGINES", "embedded"):
        case "embedded" if len(brokers) == 1:
            return [tansu.program(port=ports["KAFKA_PORT"])]
        case "embedded":
            raise Broken("KAFKA_BROKERS asks for several, which only ENGINES=apache has")
        case "apache":
            # A cluster keeps for itself: a broker that was alone cannot become one of three.
            home = var / ("kafka" if len(brokers) == 1 else f"kafka-{len(brokers)}")
            return apache_kafka.programs(brokers, jars_home=var / "jars", home=home)
        case other:
            raise Broken(f"ENGINES is {other!r}; it may be embedded or apache")


def _brokers(environ: Settings, *, ports: Ports) -> list[apache_kafka.Ports]:
    """Where each broker that is started here listens: one, unless KAFKA_BROKERS asks for more of Apache Kafka."""
    asked = environ.get("KAFKA_BROKERS", "1")
    if asked not in {str(number) for number in apache_kafka.BROKERS}:
        raise Broken(f"KAFKA_BROKERS is {asked!r}; it may be {' or '.join(map(str, apache_kafka.BROKERS))}")
    suffixes = ["", *(f"_{number}" for number in range(2, int(asked) + 1))]
    return [
        apache_kafka.Ports(
            port=ports[f"KAFKA_PORT{suffix}"],
            controller_port=ports[f"KAFKA_CONTROLLER_PORT{suffix}"],
            setting=f"KAFKA_PORT{suffix}",
            controller_setting=f"KAFKA_CONTROLLER_PORT{suffix}",
        )
        for suffix in suffixes
    ]


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
