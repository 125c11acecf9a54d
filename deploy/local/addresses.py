"""The ports of a local run. Each is a setting of its own name, so that two runs can live on one machine."""

from collections.abc import Mapping

from deploy.local.programs import HOST, Broken

SERVICES = ("identity", "documents", "claims", "payments", "notifications")
OPERATIONS = "operations"
"""The frontend for the operators' network alone."""
FRONTENDS = ("portal", "backoffice", OPERATIONS)

PORTS = {
    "PROXY_PORT": 8100,
    "PROXY_INNER_PORT": 8099,
    "IDENTITY_PORT": 8101,
    "DOCUMENTS_PORT": 8102,
    "CLAIMS_PORT": 8103,
    "PAYMENTS_PORT": 8104,
    "NOTIFICATIONS_PORT": 8105,
    "IDENTITY_METRICS_PORT": 9001,
    "DOCUMENTS_METRICS_PORT": 9002,
    "CLAIMS_METRICS_PORT": 9003,
    "PAYMENTS_METRICS_PORT": 9004,
    "NOTIFICATIONS_METRICS_PORT": 9005,
    "IDENTITY_WORKER_PORT": 9101,
    "DOCUMENTS_WORKER_PORT": 9102,
    "CLAIMS_WORKER_PORT": 9103,
    "PAYMENTS_WORKER_PORT": 9104,
    "NOTIFICATIONS_WORKER_PORT": 9105,
    "PORTAL_PORT": 8080,
    "BACKOFFICE_PORT": 8081,
    "OPERATIONS_PORT": 8082,
    "BANK_PORT": 8201,
    "REGISTERS_PORT": 8202,
    "MESSAGES_PORT": 8203,
    "SMTP_PORT": 2525,
    "SMPP_PORT": 2775,
    "MONGODB_PORT": 27117,
    "KAFKA_PORT": 29092,
    "KAFKA_CONTROLLER_PORT": 29093,
    "KAFKA_PORT_2": 29094,
    "KAFKA_CONTROLLER_PORT_2": 29095,
    "KAFKA_PORT_3": 29096,
    "KAFKA_CONTROLLER_PORT_3": 29097,
    "ZIPKIN_PORT": 9411,
}


def ports(environ: Mapping[str, str]) -> dict[str, int]:
    """Every port by its setting; Broken naming all that are no port."""
    chosen = {name: environ.get(name, str(default)) for name, default in PORTS.items()}
    wrong = [f"{name} is {text!r}" for name, text in chosen.items() if not (text.isdecimal() and 0 < int(text) < 65536)]
    if wrong:
        raise Broken(f"not a port between 1 and 65535: {', '.join(wrong)}")
    return {name: int(text) for name, text in chosen.items()}


def web(service: str, ports: Mapping[str, int]) -> str:
    """Where a service's web process answers."""
    return f"http://{HOST}:{ports[f'{service.upper()}_PORT']}"


def has_proxy(environ: Mapping[str, str]) -> bool:
    """Whether nginx stands in front of all services; Broken where another proxy is asked for."""
    asked = environ.get("PROXY", "")
    if asked not in ("", "nginx"):
        raise Broken(f"PROXY is {asked!r}; it may be nginx")
    return asked == "nginx"


def public(service: str, environ: Mapping[str, str], ports: Mapping[str, int]) -> str:
    """Where callers find a service: behind the one address of the proxy, or at its web process itself."""
    return f"http://{HOST}:{ports['PROXY_PORT']}/{service}" if has_proxy(environ) else web(service, ports)


def inner(service: str, environ: Mapping[str, str], ports: Mapping[str, int]) -> str:
    """Where programs of the installation reach all of a service, what is for operators included."""
    return f"http://{HOST}:{ports['PROXY_INNER_PORT']}/{service}" if has_proxy(environ) else web(service, ports)


def pages(name: str, environ: Mapping[str, str], ports: Mapping[str, int]) -> str:
    """Where browsers find a frontend: behind the proxy, operations' on the operators' address, or at its process."""
    reach = inner if name == OPERATIONS else public
    return reach(name, environ, ports) if has_proxy(environ) else frontend(name, ports)


def frontend(name: str, ports: Mapping[str, int]) -> str:
    """Where the process of a frontend answers."""
    return f"http://{HOST}:{ports[f'{name.upper()}_PORT']}"


def metrics(service: str, ports: Mapping[str, int]) -> str:
    """Where a service's web process shows what it counted."""
    return f"http://{HOST}:{ports[f'{service.upper()}_METRICS_PORT']}/metrics"


def worker(service: str, ports: Mapping[str, int]) -> str:
    """The address of a worker's health."""
    return f"http://{HOST}:{ports[f'{service.upper()}_WORKER_PORT']}"
