"""The configuration says what the services say: limits once, answers in their words; and settings are read whole."""

import re
from pathlib import Path

import pytest

from deploy.local.addresses import FRONTENDS, SERVICES
from deploy.proxy import answers, bodies, pages
from deploy.proxy.config import render
from deploy.proxy.settings import SettingsInvalid, of_file, read
from services.documents.uploads.routes import BODY_BYTES_MAX as UPLOAD_MAX
from services.documents.verification.pages import FILE_BODY_BYTES_MAX
from shared.http import headers
from shared.http.app import REQUEST_BYTES_MAX
from shared.http.routes import BODY_BYTES_MAX
from shared.languages.texts import LANGUAGES
from shared.process.web import HEAD_LINE_BYTES_MAX, KEPT_S
from tests.contracts import services

ROOT = Path(__file__).parents[2]
WORD_MAX = 4_000
"""Bytes of one word of nginx's language."""
SETTINGS = ROOT / "deploy" / "k8s" / "proxy" / "settings.env"


def written() -> str:
    return render(read(of_file(SETTINGS)), larger=bodies.all_larger())


def test_bodies_may_be_as_large_as_the_services_take_them() -> None:
    """Each number stands where the service reads it; here it is only compared with what nginx would be told."""
    text = written()
    assert f"client_max_body_size {BODY_BYTES_MAX};" in text
    for name in services.names():
        largest: dict[str, int] = {}
        for route in (route for routes in services.load(name).routes for route in routes.all):
            size = getattr(route.request, "size_max", BODY_BYTES_MAX)
            largest[route.rule] = max(size, largest.get(route.rule, BODY_BYTES_MAX))
        published = bodies.larger(name)
        assert {rule: published.get(rule, BODY_BYTES_MAX) for rule in largest} == largest
    sizes = {int(size) for size in re.findall(r"client_max_body_size (\d+);", text)}
    assert {UPLOAD_MAX, FILE_BODY_BYTES_MAX} < sizes and max(sizes) <= REQUEST_BYTES_MAX


def test_heads_and_kept_connections_fit_those_of_gunicorn() -> None:
    text = written()
    assert f"large_client_header_buffers 4 {HEAD_LINE_BYTES_MAX};" in text
    kept = {int(seconds) for seconds in re.findall(r"keepalive_timeout (\d+)s; # the service", text)}
    assert kept and max(kept) < KEPT_S


def test_the_headers_of_answers_are_those_of_the_services() -> None:
    text = written()
    for name, value in headers.DEFAULT_HEADERS.items():
        assert f"add_header {name} '" in text
        assert value.replace("'", "\\'") in text


@pytest.mark.parametrize("answer", answers.ANSWERS, ids=lambda answer: answer.code)
def test_every_answer_has_its_sentence_in_every_language(answer: answers.Answer) -> None:
    said = answers.sentences()
    assert set(LANGUAGES) <= said.by_code[answer.code].keys()
    assert all("{" not in body.strip("{}") for body in answers.bodies(answer, said).values())


def test_what_is_deployed_on_kubernetes_is_written_from_this() -> None:
    kept = (SETTINGS.parent / "nginx.conf").read_text(encoding="utf-8")
    assert kept == written(), "python -m deploy.docs writes it anew"


def test_pages_may_send_what_the_frontend_takes_and_are_whole_in_every_language() -> None:
    text = written()
    for name in FRONTENDS:
        assert f"client_max_body_size {bodies.of_frontend(name)};" in text
    for answer in answers.ANSWERS:
        for language in LANGUAGES:
            page = pages.page(answer.status, language)
            assert f'lang="{language}"' in page and len(page.encode()) < WORD_MAX
    assert len(pages.style().text.encode()) < WORD_MAX


def test_a_fund_that_has_pages_of_its_own_names_none() -> None:
    without = {name: text for name, text in settings().items() if not name.startswith(("PORTAL_", "BACKOFFICE_"))}
    named = {site.service for site in read(without).sites}
    assert named == {*SERVICES, "operations"}
    own_hosts = read(settings(PORTAL_HOSTS="portail.fund.example,rafa.fund.example")).by_host(is_inner=False)
    assert {"portal.fund.example", "portail.fund.example", "rafa.fund.example"} <= own_hosts.keys()
    assert "operations.fund.example" not in own_hosts


def settings(**changed: str) -> dict[str, str]:
    return {**of_file(SETTINGS), **changed}


def test_all_settings_that_are_missing_are_named_at_once() -> None:
    with pytest.raises(SettingsInvalid) as refused:
        read({})
    assert all(
        f"{service.upper()}_{what}" in str(refused.value) for service in SERVICES for what in ("ADDRESS", "UPSTREAM")
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"PROXY_BIND": "8443; root /"},
        {"CLAIMS_ADDRESS": "https://claims.fund.example/a b"},
        {"CLAIMS_ADDRESS": "ftp://claims.fund.example"},
        {"CLAIMS_ADDRESS": "https://claims.fund.example/$request_uri"},
        {"CLAIMS_UPSTREAM": "claims-web:80 backup"},
        {"PROXY_TRUSTED_FROM": "10.0.0.0/8,all"},
        {"PROXY_CONNECTIONS_MAX": "0"},
        {"PROXY_CERTIFICATE_FILE": "/tls/tls.crt; include /etc"},
        {"PROXY_CERTIFICATE_KEY_FILE": ""},
        {"PROXY_USER": "root; daemon on"},
        {"PORTAL_UPSTREAM": ""},
        {"PORTAL_HOSTS": "portail.fund.example; root /"},
        {"PORTAL_HOSTS": "portail.fund.example", "PORTAL_ADDRESS": "https://fund.example/portal"},
    ],
)
def test_a_setting_that_is_none_is_refused_before_it_is_nginx_s(changed: dict[str, str]) -> None:
    with pytest.raises(SettingsInvalid, match=next(iter(changed))):
        read(settings(**changed))
