"""What a run gives its processes: secrets that stay and stay secret, addresses that do not collide, and overrides."""

import json
from importlib import import_module
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from deploy.local import addresses, plan, processes
from deploy.local.addresses import SERVICES
from deploy.local.credentials import CLASSES, Credentials
from deploy.local.programs import Broken
from services.identity.signin import clients, keys
from shared.encryption.keys import KeyMissing, from_file
from shared.kernel.personal import DataClass
from shared.process.settings import check_complete, common, environment


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    credentials = Credentials(tmp_path / "secrets")
    made = [plan.settings_of_services({}, var=tmp_path) for _ in range(2)]
    assert made[0] == made[1]
    assert credentials.password("mongodb-claims") != credentials.password("mongodb-payments")

    files = [file for file in (tmp_path / "secrets").rglob("*") if file.is_file()]
    assert len(files) > 10
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_opens_the_classes_it_needs_and_no_other(service: str, tmp_path: Path) -> None:
    credentials = Credentials(tmp_path)
    keyring = from_file(credentials.keyring(service, fund_ids=["dz-cnas"]))["dz-cnas"]
    for each in DataClass:
        if each in CLASSES[service]:
            assert (
                keyring.decrypt(
                    keyring.encrypt("x", data_class=each, associated_data="p1"), data_class=each, associated_data="p1"
                )
                == "x"
            )
        else:
            with pytest.raises(KeyMissing):
                keyring.encrypt("x", data_class=each, associated_data="p1")


def test_services_share_their_keys_and_a_fund_that_comes_later_gets_its_own(tmp_path: Path) -> None:
    credentials = Credentials(tmp_path)
    check_complete = from_file(credentials.keyring("payments", fund_ids=["dz-cnas"]))["dz-cnas"].encrypt(
        "Amel", data_class=DataClass.CIVIL, associated_data="p1"
    )
    later = from_file(credentials.keyring("identity", fund_ids=["dz-cnas", "tn-cnss"]))
    assert later["dz-cnas"].decrypt(check_complete, data_class=DataClass.CIVIL, associated_data="p1") == "Amel"
    assert later["tn-cnss"].person_ref("1") != later["dz-cnas"].person_ref("1")


def test_the_certificate_for_papers_belongs_to_their_key(tmp_path: Path) -> None:
    key, certificates = Credentials(tmp_path).paper_signing()
    leaf, root = x509.load_pem_x509_certificates(certificates.read_bytes())
    assert leaf.public_key() == load_pem_private_key(key.read_bytes(), password=None).public_key()
    assert leaf.issuer == root.subject


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_finds_every_setting_it_asks_for(
    service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in plan.settings_of_services({}, var=tmp_path)[service].items():
        monkeypatch.setenv(name, value)
    asked = environment()
    common(asked, service=service)
    import_module(f"services.{service}.wiring").service.settings(asked)
    check_complete(asked)  # raises where one is missing or malformed


def test_identity_can_read_its_keys_and_its_clients(tmp_path: Path) -> None:
    settings = plan.settings_of_services({}, var=tmp_path)["identity"]
    assert keys.read(Path(settings["SIGNING_KEYS_FILE"])).published()["keys"][0]["alg"] == "ES256"
    known = clients.read(Path(settings["CLIENTS_FILE"]))
    assert {client.kind.value for client in known.values()} == {"public", "machine"}


def test_no_two_processes_listen_on_one_port(tmp_path: Path) -> None:
    ports, credentials = addresses.ports({}), Credentials(tmp_path)
    settings = plan.settings_of_services({}, var=tmp_path)
    simulated = processes.of_simulators({}, ports=ports, credentials=credentials, var=tmp_path)
    programs = [
        *processes.webs(settings, ports=ports, metrics=tmp_path),
        *processes.workers(settings, ports=ports),
        *processes.simulators(simulated, ports=ports),
    ]
    listening = [port for program in programs for port in program.ports.values()]
    assert len(listening) == len(set(listening)) == 3 * len(SERVICES) + 5


def test_the_caller_overrides_a_setting_for_one_service_or_for_all(tmp_path: Path) -> None:
    environ = {"WEB_THREADS": "4", "PAYMENTS_WEB_THREADS": "16", "CLAIMS_PORT": "18103"}
    settings = plan.settings_of_services(environ, var=tmp_path)
    assert settings["payments"]["WEB_THREADS"] == "16"
    assert settings["claims"]["WEB_THREADS"] == "4"
    assert settings["claims"]["BIND"] == "127.0.0.1:18103"


def test_a_database_of_somebody_else_is_used_as_it_is(tmp_path: Path) -> None:
    settings = plan.settings_of_services({"MONGODB_URI": "mongodb://far/"}, var=tmp_path)
    assert {each["MONGODB_URI"] for each in settings.values()} == {"mongodb://far/"}
    assert settings["claims"]["MONGODB_DATABASE"] == "himaya_claims"


def test_all_ports_that_are_none_are_named_at_once() -> None:
    with pytest.raises(Broken, match="CLAIMS_PORT is 'x', BANK_PORT is '70000'"):
        addresses.ports({"CLAIMS_PORT": "x", "BANK_PORT": "70000"})


def test_keys_are_whole_after_each_change(tmp_path: Path) -> None:
    credentials = Credentials(tmp_path)
    for funds in (["dz-cnas"], ["dz-cnas", "tn-cnss"], ["tn-cnss"]):
        credentials.keyring("claims", fund_ids=funds)
    assert set(json.loads((tmp_path / "keyring.json").read_text())) == {"dz-cnas", "tn-cnss"}


def test_behind_the_proxy_callers_know_one_address_and_services_trust_one_proxy(tmp_path: Path) -> None:
    environ = {"PROXY": "nginx", "PROXY_PORT": "18100"}
    ports, credentials = addresses.ports(environ), Credentials(tmp_path)
    for service, settings in plan.settings_of_services(environ, var=tmp_path).items():
        assert settings["PUBLIC_URL"] == f"http://127.0.0.1:18100/{service}"
        assert settings["ISSUER"] == "http://127.0.0.1:18100/identity"
        assert settings["JWKS_URL"] == "http://127.0.0.1:8101/jwks.json", "which services ask for without the proxy"
        assert (settings["BIND"], settings["TRUSTED_PROXIES"]) == (f"127.0.0.1:{ports[f'{service.upper()}_PORT']}", "1")
    bank = processes.of_simulators(environ, ports=ports, credentials=credentials, var=tmp_path)["bank"]
    assert bank["FUND_WEBHOOK_URL"].startswith("http://127.0.0.1:18100/payments/")
    assert plan.settings_of_services({}, var=tmp_path)["claims"]["TRUSTED_PROXIES"] == "0"


def test_another_proxy_is_refused() -> None:
    with pytest.raises(Broken, match="PROXY is 'apache'; it may be nginx"):
        addresses.has_proxy({"PROXY": "apache"})
