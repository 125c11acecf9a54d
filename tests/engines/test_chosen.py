"""One setting chooses the event engine and another how many brokers it has; services hear of both."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from deploy.local import addresses
from deploy.local.credentials import Credentials
from deploy.local.engines import chosen
from deploy.local.programs import Broken

THREE = {"ENGINES": "apache", "KAFKA_BROKERS": "3"}


def published(environ: Mapping[str, str], tmp_path: Path) -> tuple[str, str]:
    """The servers and the number of replicas that a service is told."""
    settings = chosen.settings(environ, ports=addresses.ports(environ), credentials=Credentials(tmp_path))
    return settings["claims"]["KAFKA_BOOTSTRAP_SERVERS"], settings["claims"]["KAFKA_REPLICAS"]


@pytest.mark.parametrize("environ", [{}, {"ENGINES": "apache"}])
def test_one_broker_keeps_one_of_each(environ: Mapping[str, str], tmp_path: Path) -> None:
    assert published(environ, tmp_path) == ("127.0.0.1:29092", "1")


def test_three_brokers_keep_three_of_each(tmp_path: Path) -> None:
    servers = "127.0.0.1:29092,127.0.0.1:19094,127.0.0.1:29096"
    assert published({**THREE, "KAFKA_PORT_2": "19094"}, tmp_path) == (servers, "3")


def test_brokers_of_somebody_else_keep_as_many_as_their_owner_says(tmp_path: Path) -> None:
    given = {"KAFKA_BOOTSTRAP_SERVERS": "far:9092"}
    assert published(given, tmp_path) == ("far:9092", "1")
    assert published({**given, "KAFKA_REPLICAS": "3"}, tmp_path) == ("far:9092", "3")


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({}, ""),
        ({"ENGINES": "apache"}, "worker"),
        ({"ENGINES": "apache", "KAFKA_BOOTSTRAP_SERVERS": "far:9092"}, ""),
        ({"WORKER_NAME": "second"}, "second"),
    ],
)
def test_a_worker_has_a_name_where_the_engine_makes_use_of_it(
    environ: Mapping[str, str], name: str, tmp_path: Path
) -> None:
    settings = chosen.settings(environ, ports=addresses.ports(environ), credentials=Credentials(tmp_path))
    assert settings["claims"]["WORKER_NAME"] == name


@pytest.mark.parametrize(
    ("environ", "why"),
    [
        ({"ENGINES": "apache", "KAFKA_BROKERS": "2"}, "KAFKA_BROKERS is '2'; it may be 1 or 3"),
        ({"KAFKA_BROKERS": "3"}, "only ENGINES=apache"),
        ({"ENGINES": "rabbit"}, "ENGINES is 'rabbit'"),
    ],
)
def test_engines_that_are_not_to_be_had_are_named(environ: Mapping[str, str], why: str, tmp_path: Path) -> None:
    with pytest.raises(Broken, match=why):
        chosen.events(environ, ports=addresses.ports({}), var=tmp_path)
