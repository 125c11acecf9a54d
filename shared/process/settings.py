"""The settings that every service has. Each service adds its own; all that are missing are reported at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from os import pathsep
from pathlib import Path

from environs import Env, EnvError
from marshmallow import ValidationError

from shared.bus.security import BrokerSecurity, Mechanism, Protocol
from shared.funds.loading import defined_funds
from shared.http import limits
from shared.webhooks import Secret

PARTITIONS = 3
"""Of each topic, where no setting says otherwise."""


class SettingsMissing(Exception):
    """The process cannot start; the text names every setting that is missing or malformed."""


@dataclass(frozen=True, kw_only=True)
class Common:
    """Where a process finds its engines, its keys and the public addresses of the services, and what it listens on. In
    a web process `web_threads` requests run at once and `web_waiting` wait, each at most `web_wait_s`; the rest are
    refused. With `dead_letters_max` open dead letters a worker handles no more events. `health_bind` and
    `metrics_bind`, a worker's and a web's, are for operations alone; without the latter a web shows no metrics.
    `fund_folders` hold funds' definitions beside those that ship.
    """

    mongodb_uri: str
    mongodb_database: str
    kafka_servers: str
    kafka_security: BrokerSecurity
    kafka_partitions: int
    kafka_replicas: int
    kafka_session_timeout_ms: int
    worker_name: str
    fund_ids: tuple[str, ...]
    fund_folders: tuple[Path, ...]
    keys_file: Path
    issuer: str
    jwks_url: str
    bind: str
    health_bind: str
    metrics_bind: str
    web_processes: int
    web_threads: int
    web_waiting: int
    web_wait_s: float
    dead_letters_max: int
    log_level: str
    zipkin_url: str
    otlp_url: str
    traced_share: float
    trusted_proxies: int
    quotas: Mapping[str, str]


def common(env: Env, *, service: str) -> Common:
    """Read them from the environment; `env` collects the faults until `env.seal` reports them."""
    further = fund_folders(env)
    return Common(
        mongodb_uri=env.str("MONGODB_URI"),
        mongodb_database=env.str("MONGODB_DATABASE", f"himaya_{service}"),
        kafka_servers=env.str("KAFKA_BOOTSTRAP_SERVERS"),
        kafka_security=_security(env),
        kafka_partitions=env.int("KAFKA_PARTITIONS", PARTITIONS),
        kafka_replicas=env.int("KAFKA_REPLICAS", 1),
        kafka_session_timeout_ms=env.int("KAFKA_SESSION_TIMEOUT_MS", 6_000),
        worker_name=env.str("WORKER_NAME", ""),
        fund_ids=tuple(env.list("FUNDS", defined_funds(further=further))),
        fund_folders=further,
        keys_file=env.path("KEYS_FILE"),
        issuer=env.str("ISSUER"),
        jwks_url=env.str("JWKS_URL"),
        bind=env.str("BIND"),
        health_bind=env.str("HEALTH_BIND"),
        metrics_bind=env.str("METRICS_BIND", ""),
        web_processes=env.int("WEB_PROCESSES", 1),
        web_threads=env.int("WEB_THREADS", 8),
        web_waiting=env.int("WEB_WAITING", 24),
        web_wait_s=env.float("WEB_WAIT_S", 2.0),
        dead_letters_max=env.int("DEAD_LETTERS_MAX", 1_000),
        log_level=env.str("LOG_LEVEL", "INFO"),
        zipkin_url=env.str("ZIPKIN_URL", ""),
        otlp_url=env.str("OTLP_URL", ""),
        traced_share=env.float("TRACED_SHARE", 1.0),
        trusted_proxies=env.int("TRUSTED_PROXIES", 0),
        quotas=env.dict("QUOTAS", {}, validate=_are_quotas),
    )


def fund_folders(env: Env) -> tuple[Path, ...]:
    """The folders of funds' definitions beside those that ship."""
    return tuple(map(Path, filter(None, env.str("FUNDS_PATH", "").split(pathsep))))


KAFKA_SECURITY: Mapping[str, str] = {
    "KAFKA_SECURITY_PROTOCOL": Protocol.PLAINTEXT.value,
    "KAFKA_CA_FILE": "",
    "KAFKA_CERTIFICATE_FILE": "",
    "KAFKA_CERTIFICATE_KEY_FILE": "",
    "KAFKA_SASL_MECHANISM": Mechanism.SCRAM_SHA_512.value,
    "KAFKA_USERNAME": "",
    "KAFKA_PASSWORD": "",
}
"""With their defaults."""


def _security(env: Env) -> BrokerSecurity:
    """How the brokers are spoken to; what does not go together is reported with the other settings."""
    said = {name: env.str(name, default) for name, default in KAFKA_SECURITY.items()}
    try:
        return BrokerSecurity(
            protocol=Protocol(said["KAFKA_SECURITY_PROTOCOL"]),
            ca_file=said["KAFKA_CA_FILE"],
            certificate_file=said["KAFKA_CERTIFICATE_FILE"],
            key_file=said["KAFKA_CERTIFICATE_KEY_FILE"],
            mechanism=Mechanism(said["KAFKA_SASL_MECHANISM"]),
            username=said["KAFKA_USERNAME"],
            password=said["KAFKA_PASSWORD"],
        )
    except ValueError as wrong:
        why = str(wrong)

    def refuse(_: str) -> None:
        raise ValidationError(why)

    for name, default in KAFKA_SECURITY.items():
        env.str(name, default, validate=refuse)  # which is asked of the settings that are there
    return BrokerSecurity()


def _are_quotas(given: Mapping[str, str]) -> None:
    try:
        limits.quotas(given)
    except ValueError as wrong:
        raise ValidationError(str(wrong)) from wrong


def read_secrets(env: Env, name: str) -> tuple[str, ...]:
    """The webhook secrets of a setting, with blanks between them: two while one replaces the other. None by default."""
    return tuple(env.list(name, [], delimiter=" ", validate=_are_secrets) or ())


def _are_secrets(texts: list[str]) -> None:
    try:
        for text in texts:
            Secret.read(text)
    except ValueError as wrong:
        raise ValidationError(str(wrong)) from wrong


def environment() -> Env:
    """The process's environment, where `X_FILE` may name a file that holds X."""
    return Env(eager=False)


def check_complete(env: Env) -> None:
    """Done reading: raise what was wrong, all of it."""
    try:
        env.seal()
    except EnvError as wrong:
        raise SettingsMissing(str(wrong)) from wrong
