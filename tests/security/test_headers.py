"""What every answer says to a browser, whatever it answers."""

import pytest

from tests.kit.contexts import DZ
from tests.security.conftest import Holdings
from tests.security.matrix import ALL, Operation
from tests.security.tokens import good

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@pytest.mark.parametrize("operation", ALL, ids=str)
def test_every_answer_is_for_its_caller_alone(operation: Operation, holding: Holdings) -> None:
    here = holding(operation.service)
    for bearer in (None, good(operation.service, operation.scope or "x", actor="staff")):
        answer = here.ask(operation, bearer)
        always = ALWAYS
        if operation.is_reference and answer.status_code == 200:
            always = {**ALWAYS, "Cache-Control": f"{'private' if operation.scope else 'public'}, max-age=300"}
        assert {name: answer.headers.get(name) for name in always} == always
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert "Access-Control-Allow-Origin" not in answer.headers and "Set-Cookie" not in answer.headers
        assert not answer.data or answer.mimetype in {
            "application/json",
            "application/problem+json",
            "application/pdf",
            "text/csv",
            "application/octet-stream",
        }


@pytest.mark.parametrize("path", ["/nothing", "/docs", "/openapi.json", "/health/live", f"/v1/{DZ}", "/jwks.json"])
def test_what_stands_beside_the_routes_says_so_too(path: str, holding: Holdings) -> None:
    answer = holding("identity").office.app.test_client().get(path)
    always = {name: value for name, value in ALWAYS.items() if name != "Cache-Control"}  # public keys may be kept
    assert {name: answer.headers.get(name) for name in always} == always
    assert "Werkzeug" not in str(answer.headers) and "Python" not in str(answer.headers)
