"""The public addresses of funds that have addresses of their own, as settings by name."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from environs import Env
from marshmallow import ValidationError

from shared.funds.fund import Fund

ADDRESS_CHARACTERS_MAX = 200


def read_sites(env: Env, kind: str) -> dict[str, str]:
    """The addresses of one kind (`PUBLIC_URL`, `PORTAL_URL`) of the names that the setting SITES lists; empty where it
    is not set, which matters only where a fund names that site."""
    names: list[str] = env.list("SITES", []) or []
    return {name: (env.str(f"{name}_{kind}", "", validate=_is_address) or "").rstrip("/") for name in names}


def address_of(fund: Fund, sites: Mapping[str, str], *, usual: str) -> str:
    """Where a fund is found; KeyError where `site_faults` says why."""
    site = fund.bindings.site
    return usual if site is None else sites[site.settings]


def site_faults(funds: Mapping[str, Fund], sites: Mapping[str, str], *, kind: str) -> list[str]:
    """The sites that funds name and the settings do not give."""
    faults = []
    for fund_id, fund in funds.items():
        site = fund.bindings.site
        if site is not None and site.settings not in sites:
            faults.append(f"{fund_id}/bindings.yaml: site.settings: the setting SITES does not name {site.settings}")
        elif site is not None and not sites[site.settings]:
            faults.append(f"{fund_id}/bindings.yaml: site: {site.settings}_{kind} is missing")
    return faults


def _is_address(text: str) -> None:
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in ("https", "http") and bool(parts.hostname) and not (parts.query or parts.fragment)
    except ValueError:
        is_address = False
    if text and (not is_address or len(text) > ADDRESS_CHARACTERS_MAX or not text.isascii() or "@" in text):
        raise ValidationError("is no address such as https://fund.example")
