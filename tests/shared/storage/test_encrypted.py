"""MongoDB over TLS is said in the URI, by the driver's own words: nothing of ours takes it away."""

from pathlib import Path

import pytest

from shared.storage.connection import connect
from tests.shared.bus.test_security import certificate


def test_what_the_uri_says_of_tls_is_kept(tmp_path: Path) -> None:
    certificate(tmp_path)
    (tmp_path / "both.pem").write_bytes((tmp_path / "ca.pem").read_bytes() + (tmp_path / "key.pem").read_bytes())
    uri = (
        f"mongodb://claims:x@localhost:1/himaya_claims?tls=true&tlsCAFile={tmp_path / 'ca.pem'}"
        f"&tlsCertificateKeyFile={tmp_path / 'both.pem'}&replicaSet=rs0"
    )
    client = connect(uri, "himaya_claims").client
    try:
        options = client.options.pool_options
        assert options._ssl_context is not None, "every connection is made with it"
        assert options.tls_allow_invalid_hostnames is False
        assert client.options.replica_set_name == "rs0"
    finally:
        client.close()


def test_an_authority_that_is_not_there_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        connect(f"mongodb://localhost:1/?tls=true&tlsCAFile={tmp_path / 'nowhere.pem'}", "himaya_claims")
