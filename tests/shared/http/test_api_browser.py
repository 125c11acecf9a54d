"""The API browser behind /docs: vendored, whole, and closed to every other address."""

import hashlib
import re

import pytest
from flask.testing import FlaskClient

from services.claims.wiring import service
from shared.http.api_browser.serving import FILES, HERE
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office

VENDORED = {
    "swagger-ui-bundle.js": "e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2",
    "swagger-ui.css": "5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d",
}
"""SHA-256 of the files of swagger-ui-dist 5.35.0."""


@pytest.fixture
def client(context: ServiceContext) -> FlaskClient:
    return Office(service, context).app.test_client()


def test_what_is_vendored_is_unchanged_and_its_licence_is_beside_it() -> None:
    for name, digest in VENDORED.items():
        assert hashlib.sha256((HERE / name).read_bytes()).hexdigest() == digest, name
    assert "Apache License" in (HERE / "LICENSE").read_text(encoding="utf-8")
    assert "5.35.0" in (HERE / "README.md").read_text(encoding="utf-8")


def test_the_page_loads_nothing_but_files_of_the_service(client: FlaskClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200 and page.mimetype == "text/html"
    assert "http:" not in page.text and "https:" not in page.text and "//" not in page.text
    assert re.findall(r"<script(?![^>]*\bsrc=)", page.text) == [], "no inline script"
    assert "style=" not in page.text and "<style" not in page.text
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert client.get(f"/{address}").status_code == 200, address
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_is_served_as_what_it_is_and_may_be_kept(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/docs/{name}")
    assert answer.mimetype == ("text/css" if name.endswith("css") else "text/javascript")
    assert "max-age" in answer.headers["Cache-Control"] and answer.headers["ETag"]
    again = client.get(f"/docs/{name}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["serving.py", "README.md", "..%2fapp.py", "../app.py", "LICENSE", "none.js"])
def test_no_other_file_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/docs/{name}").status_code == 404


def test_the_document_is_made_once_and_names_the_service(client: FlaskClient) -> None:
    first = client.get("/openapi.json")
    assert first.json["info"]["title"] == "Himaya claims" and client.get("/openapi.json").data == first.data
