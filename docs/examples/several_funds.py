"""One frontend, several funds: `python docs/examples/several_funds.py`. All that differs is read from the fund."""

from decimal import Decimal

import requests
import sign_in
from himaya import URL, Client, Refused


def main() -> None:
    for fund_id in ("dz-cnas", "tn-cnss"):
        for language in ("fr", "ar"):
            fund = Client(fund_id, language=language).get("identity", "/fund")
            print(f"{fund['name']}: {amount_in(fund, '1234.5')}, its days begin in {fund['timezone']}")
        issuer = sign_in.discover(fund_id)["issuer"]
        address, kept = sign_in.begin(fund_id, scope="rights:read")
        assert address.startswith(issuer)
        refuses_a_stranger(address, kept)
    try:
        Client("elsewhere").get("identity", "/fund")
    except Refused as refused:
        assert (refused.status, refused.code) == (404, "fund.unknown")


def amount_in(fund: dict[str, object], text: str) -> str:
    """An amount that was typed, with as many decimals as the fund's currency has: never as a floating-point number."""
    return f"{Decimal(text):.{fund['decimals']}f} {fund['currency']}"


def refuses_a_stranger(address: str, kept: dict[str, str]) -> None:
    """An answer of another fund, or to another question, is thrown away before its code is used."""
    for came_back_to in (
        f"{sign_in.RETURN_TO}?code=c&state={kept['state']}&iss={URL}/identity/v1/elsewhere",
        f"{sign_in.RETURN_TO}?code=c&state=another&iss={address.partition('/authorize')[0]}",
    ):
        try:
            sign_in.finish(came_back_to, kept)
        except ValueError as refused:
            print(f"  refused: {refused}")
        else:
            raise AssertionError("it was taken")
    unasked = requests.get(address.replace("S256", "plain"), allow_redirects=False, timeout=30)
    assert "error=invalid_request" in unasked.headers["Location"], "PKCE with S256 is asked of everybody"


if __name__ == "__main__":
    main()
