"""The public addresses of funds that have addresses of their own."""

from dataclasses import replace

import pytest

from services.documents.wiring import service as documents
from services.identity.wiring import service as identity
from shared.funds.bindings import Bindings, SignerBinding, SiteBinding
from shared.funds.fund import Fund
from shared.process.settings import SettingsMissing, check_complete, environment
from shared.process.sites import address_of, read_sites, site_faults
from tests.kit.contexts import DZ, TN, funds


def bound(fund: Fund, **bindings: object) -> Fund:
    return replace(fund, sections=replace(fund.sections, bindings=Bindings(**bindings)))  # type: ignore[arg-type]


def sites(monkeypatch: pytest.MonkeyPatch, kind: str = "PORTAL_URL", **settings: str) -> dict[str, str]:
    for name, text in settings.items():
        monkeypatch.setenv(name, text)
    env = environment()
    found = read_sites(env, kind)
    check_complete(env)
    return found


def test_a_fund_is_found_where_it_says_and_others_at_the_usual_place(monkeypatch: pytest.MonkeyPatch) -> None:
    found = sites(monkeypatch, SITES="IPM,CAISSE", IPM_PORTAL_URL="https://ipm.example/", CAISSE_PUBLIC_URL="http://c")
    assert found == {"IPM": "https://ipm.example", "CAISSE": ""}
    own = bound(funds()[DZ], site=SiteBinding(settings="IPM"))
    assert address_of(own, found, usual="https://usual.example") == "https://ipm.example"
    assert address_of(funds()[DZ], found, usual="https://usual.example") == "https://usual.example"


def test_sites_that_the_settings_do_not_give_are_all_said(monkeypatch: pytest.MonkeyPatch) -> None:
    found = sites(monkeypatch, SITES="IPM")
    named = {
        DZ: bound(funds()[DZ], site=SiteBinding(settings="IPM")),
        TN: bound(funds()[TN], site=SiteBinding(settings="OTHER")),
    }
    assert site_faults(named, found, kind="PORTAL_URL") == [
        "dz-cnas/bindings.yaml: site: IPM_PORTAL_URL is missing",
        "tn-cnss/bindings.yaml: site.settings: the setting SITES does not name OTHER",
    ]
    assert site_faults(funds(), {}, kind="PORTAL_URL") == []


@pytest.mark.parametrize(
    "text",
    [
        "ipm.example",
        "javascript:alert(1)",
        "https://",
        "https://ipm.example/?to=elsewhere",
        "https://ipm.example/#token",
        "https://ipm.example@evil.example",
        "https://صندوق.example",
        "https://[::1",
        "https://" + "a" * 200,
    ],
)
def test_what_is_no_address_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    with pytest.raises(SettingsMissing, match="IPM_PORTAL_URL"):
        sites(monkeypatch, SITES="IPM", IPM_PORTAL_URL=text)


@pytest.mark.parametrize("name", ["ipm", "IPM-1", "", "1IPM", "I" * 41, "ش"])
def test_a_name_that_begins_no_setting_is_refused(name: str) -> None:
    for binding in (SiteBinding, SignerBinding):
        with pytest.raises(ValueError, match="in capital letters"):
            binding(settings=name)


def test_a_start_of_each_service_that_has_addresses_asks_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {
        "PUBLIC_URL": "https://documents.example",
        "PORTAL_URL": "https://portal.example",
        "ISSUER": "https://identity.example",
        "PAPER_SIGNING_KEY_FILE": "/nowhere/key.pem",
        "PAPER_CERTIFICATE_FILE": "/nowhere/certificate.pem",
        "SITES": "IPM",
        "IPM_PUBLIC_URL": "https://ipm.example/documents",
    }.items():
        monkeypatch.setenv(name, text)
    fund = bound(funds()[DZ], site=SiteBinding(settings="IPM"), signer=SignerBinding(settings="STRANGER"))
    own = documents.settings(environment())
    assert list(documents.faults(own, {DZ: fund})) == [
        "dz-cnas/bindings.yaml: signer.settings: the setting PAPER_SIGNERS does not name STRANGER"
    ]
    assert (own.public_url_of(fund), own.public_url_of(funds()[TN])) == (
        "https://ipm.example/documents",
        "https://documents.example",
    )
    theirs = identity.settings(environment())
    assert list(identity.faults(theirs, {DZ: fund})) == ["dz-cnas/bindings.yaml: site: IPM_PORTAL_URL is missing"]
    assert theirs.portal_of(funds()[TN]) == "https://portal.example"


def test_every_signer_that_is_listed_has_its_files(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PUBLIC_URL", "PAPER_SIGNING_KEY_FILE", "PAPER_CERTIFICATE_FILE"):
        monkeypatch.setenv(name, "/x")
    monkeypatch.setenv("PAPER_SIGNERS", "PAPER,IPM_PAPER")
    env = environment()
    documents.settings(env)
    with pytest.raises(SettingsMissing) as refused:
        check_complete(env)
    assert all(f"IPM_PAPER_{name}_FILE" in str(refused.value) for name in ("SIGNING_KEY", "CERTIFICATE"))
