"""The fund of a request: by host name where it has one, by the first part of the path otherwise."""

from typing import Any

import pytest

from frontends.kit.tenancy import FUND, ByFund


@pytest.mark.parametrize(
    ("prefix", "host", "path", "expected"),
    [
        ("", "127.0.0.1:8080", "/tn-cnss/claims", ("tn-cnss", "/tn-cnss", "/claims")),
        ("", "127.0.0.1:8080", "/tn-cnss", ("tn-cnss", "/tn-cnss", "")),
        ("", "127.0.0.1:8080", "/xx-other/claims", (None, "", "/xx-other/claims")),
        ("", "127.0.0.1:8080", "/", (None, "", "/")),
        ("", "portail.cnss.example", "/claims", ("tn-cnss", "", "/claims")),
        ("", "PORTAIL.cnss.example:443", "/dz-cnas/claims", ("tn-cnss", "", "/dz-cnas/claims")),
        ("/portal/", "127.0.0.1:8100", "/tn-cnss/claims", ("tn-cnss", "/portal/tn-cnss", "/claims")),
        ("/portal", "127.0.0.1:8100", "/", (None, "/portal", "/")),
        ("/portal", "portail.cnss.example", "/claims", ("tn-cnss", "", "/claims")),
    ],
)
def test_a_request_is_for_one_fund(prefix: str, host: str, path: str, expected: tuple[str | None, str, str]) -> None:
    seen: dict[str, Any] = {}

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update(environ)
        return []

    hosts = {"portail.cnss.example": "tn-cnss"}
    public_url = f"http://127.0.0.1:8100{prefix}"
    by_fund = ByFund(app, fund_ids=["tn-cnss", "dz-cnas"], hosts=hosts, public_url=public_url)
    by_fund({"HTTP_HOST": host, "PATH_INFO": path}, lambda *_: None)
    assert (seen.get(FUND), seen.get("SCRIPT_NAME", ""), seen["PATH_INFO"]) == expected
